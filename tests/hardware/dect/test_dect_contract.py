"""A cordless handset's line keeps the contract of every driver.

The serial door, pyserial and everything above them are real; the module is on a pseudo-terminal.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hardware.contract import LineDriverContract, Rig
from tests.hardware.dect.house import House, house
from tests.simulators.dect.module import SimulatedModule


class HandsetBench:
    """A person with handset 1, who waits until it has found its base before pressing a key."""

    can_fault = True
    lifts_while_closed = False

    def __init__(self, home: House) -> None:
        self._home = home

    def lift(self) -> None:
        if self._gateway_is_there():
            self._home.until_ready()
        # Without a gateway there is no radio, and the handset finds no base.
        with contextlib.suppress(RuntimeError):
            self._home.module.operate(lambda module: module.lift(1))

    def hang_up(self) -> None:
        self._home.module.operate(lambda module: module.hang_up(1))

    def flash(self) -> None:
        self._home.module.operate(lambda module: module.press(1, "R"))

    def dial_pulse(self, digit: str) -> None:
        self._home.module.operate(lambda module: module.press(1, digit))

    def bell_is_rung(self) -> bool:
        return self._home.module.operate(_rings)

    def cause_fault(self) -> None:
        self._home.until_ready()
        self._home.module.vanish()

    def end_fault(self) -> None:
        self._home.module.come_back()

    def _gateway_is_there(self) -> bool:
        return self._home.lines[0]._station is not None


def _rings(module: SimulatedModule) -> bool:
    return module.handsets[1].ringing


class TestDectLine(LineDriverContract):
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Iterator[Rig]:
        with house(tmp_path) as home:
            yield Rig(home.lines[0], HandsetBench(home))
            assert home.module.module.violations == []
