"""The simulated line keeps the contract of every driver."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from hardware.simulated import SimulatedLine
from tests.hardware.contract import LineDriverContract, Rig


class SimulatedBench:
    """The other side is the telephone that the driver brings along."""

    can_fault = True
    lifts_while_closed = True

    def __init__(self, line: SimulatedLine) -> None:
        self._line = line

    def _do(self, name: str, **arguments: object) -> dict[str, object]:
        return asyncio.run(self._line.handset.command(name, arguments))

    def lift(self) -> None:
        self._do("lift")

    def hang_up(self) -> None:
        self._do("hang-up")

    def flash(self) -> None:
        self._do("flash")

    def dial_pulse(self, digit: str) -> None:
        self._do("dial", digits=digit, by="pulse", pps=25)

    def bell_is_rung(self) -> bool:
        return bool(self._do("ringing")["ringing"])

    def cause_fault(self) -> None:
        self._do("unplug")

    def end_fault(self) -> None:
        self._do("plug")


class TestSimulatedLine(LineDriverContract):
    @pytest.fixture
    def rig(self) -> Iterator[Rig]:
        driver = SimulatedLine("test", {})
        yield Rig(driver, SimulatedBench(driver))
        driver.close()
