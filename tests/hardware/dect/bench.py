"""The driver's state machine and the simulated module, joined by two serial lines, without a clock.

``DectBench`` lets simulated time pass from deadline to deadline: an hour of trouble takes a moment.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from hardware.dect.cvm.module import CvmModule
from hardware.dect.cvm.start_up import StartSettings
from hardware.dect.interface import Happening, Order, Output, Ready, Serve, Write
from hardware.dect.options import PcmClock
from tests.simulators.dect.module import ModuleSettings, SimulatedModule
from tests.simulators.dect.serial_line import SerialLine, Spoiling

T = TypeVar("T")

PIN = "1234"
LONGEST_STEP = 1.0


class DectBench:
    """``told``: everything that the driver told, with its time."""

    def __init__(
        self,
        settings: ModuleSettings | None = None,
        spoiling: Spoiling | None = None,
        seed: int = 0,
        on_mail: Callable[[bool, str, bytes], None] | None = None,
    ) -> None:
        self.now = 0.0
        self.module = SimulatedModule(settings, on_mail)
        self.host = CvmModule(StartSettings(PIN, PcmClock.COMPUTER))
        dice = random.Random(seed)
        clean = spoiling or Spoiling()
        self.to_module = SerialLine(clean, dice)
        self.to_host = SerialLine(clean, dice)
        self.told: list[tuple[float, Happening]] = []

    def start(self) -> None:
        """Switch the module on and open the port; handsets 1 to 4 are served."""
        self.module.power_up(self.now)
        for handset in range(1, 5):
            self.order(Serve(handset, handset - 1))
        self._take(self.host.opened(self.now))

    def started(self) -> DectBench:
        self.start()
        self.until(lambda: self.of(Ready), 60)
        return self

    def order(self, order: Order) -> None:
        self._take(self.host.order(order, self.now))

    def spoil(self, spoiling: Spoiling) -> None:
        """From now on; what is on the way already is as it is."""
        self.to_module.spoiling = self.to_host.spoiling = spoiling

    def of(self, kind: type[T]) -> list[T]:
        """What was told of that kind."""
        return [what for _, what in self.told if isinstance(what, kind)]

    def run(self, seconds: float) -> None:
        self.until(lambda: False, seconds, must=False)

    def until(self, wanted: Callable[[], object], seconds: float, *, must: bool = True) -> None:
        """Let time pass until ``wanted``; fail if it is not so within ``seconds``."""
        end = self.now + seconds
        while not wanted():
            self._send_module()
            due = min(
                self.host.deadline, self.module.deadline, self.to_host.due, self.to_module.due
            )
            if due > end:
                self.now = end
                # It keeps the time too, for what people do now.
                self.module.advance(end)
                if must:
                    raise AssertionError(f"not within {seconds:g} s; told: {self.told[-8:]}")
                return
            self.now = max(self.now, due)
            self._step()

    def _step(self) -> None:
        if data := self.to_module.take(self.now):
            self.module.receive(data, self.now)
        if self.now >= self.module.deadline:
            self.module.advance(self.now)
        self._send_module()
        if data := self.to_host.take(self.now):
            self._take(self.host.received(data, self.now))
        if self.now >= self.host.deadline:
            self._take(self.host.advance(self.now))

    def _send_module(self) -> None:
        if data := self.module.take():
            self.to_host.send(data, self.now)

    def _take(self, outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, Write):
                self.to_module.send(output.data, self.now)
            else:
                self.told.append((self.now, output))
