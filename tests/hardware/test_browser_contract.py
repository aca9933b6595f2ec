"""The line of a page keeps the contract of every driver."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hardware.browser import BrowserLine
from tests.hardware.contract import LineDriverContract, Rig


class BrowserBench:
    """The other side is whoever has the receiver."""

    can_fault = False
    lifts_while_closed = True

    def __init__(self, line: BrowserLine) -> None:
        self._receiver = line.receiver

    def lift(self) -> None:
        self._receiver.lift()

    def hang_up(self) -> None:
        self._receiver.hang_up()

    def flash(self) -> None:
        self._receiver.flash()

    def dial_pulse(self, digit: str) -> None:
        """A page has keys only."""
        self._receiver.press(digit)

    def bell_is_rung(self) -> bool:
        return bool(self._receiver.seen.cadence)

    def cause_fault(self) -> None:
        raise NotImplementedError("a page that goes is no fault of the line")

    def end_fault(self) -> None:
        raise NotImplementedError("a page that goes is no fault of the line")


class TestBrowserLine(LineDriverContract):
    @pytest.fixture
    def rig(self) -> Iterator[Rig]:
        driver = BrowserLine("test", {})
        yield Rig(driver, BrowserBench(driver))
        driver.close()
