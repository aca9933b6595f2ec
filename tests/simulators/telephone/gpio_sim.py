"""A GPIO chip of the kernel's gpio-sim module, and the far side of its pins.

The gateway finds an ordinary ``/dev/gpiochipN``.  The far side is in sysfs: the pull of a line is
what the telephone drives.  What the gateway does is read from the kernel's own record
(``gpio_trace.py``).  Needs root and the modules; ``tests/kernel_rig`` has both.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from tests.simulators.telephone.gpio_trace import GpioTrace, LineInfo
from tests.simulators.telephone.pins import Changed

HEADER_LABEL = "pinctrl-bcm2835"
"""The chip of a Raspberry Pi's header (up to Pi 3)."""
HEADER_LINES = 54

_CONFIG = Path("/sys/kernel/config/gpio-sim")
_DEVICES = Path("/sys/devices/platform")
_PULLS = {True: b"pull-up", False: b"pull-down"}


class GpioSim:
    """One chip; implements ``SlicPins``.  Use it in a ``with``.

    ``name`` tells several chips apart and is not seen by the gateway.  A line that nobody drives
    keeps the last bias that the gateway asked for, at first low.  gpio-sim has one pull for bias
    and far side: a bias against a driven level wins until the claim is noticed, some milliseconds.
    """

    def __init__(
        self, name: str = "header", label: str = HEADER_LABEL, lines: int = HEADER_LINES
    ) -> None:
        if not _CONFIG.is_dir():
            raise RuntimeError("gpio-sim is not loaded; run this with tests/kernel_rig/run.")
        self.name = name
        self.number = -1
        """N of ``/dev/gpiochipN``; another one while the gateway keeps an old one open."""
        self._config = _CONFIG / name
        self._bank = self._config / "bank0"
        self._driven: dict[int, bool] = {}
        self._watchers: list[tuple[frozenset[int], Changed]] = []
        self._known: dict[int, bool | None] = {}
        """What the watchers have been told last."""
        self._pulls: dict[int, int] = {}
        """Open files, by pin."""
        self._values: dict[int, int] = {}
        self._trace: GpioTrace | None = None
        self._lock = threading.RLock()
        self._bank.mkdir(parents=True)
        (self._bank / "num_lines").write_text(str(lines))
        (self._bank / "label").write_text(label)
        self.come_back()

    def __enter__(self) -> GpioSim:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the chip away for good.  Raises what went wrong in a watcher."""
        try:
            self.vanish()
        finally:
            self._bank.rmdir()
            self._config.rmdir()

    def forget(self) -> None:
        """Let go of every pin and tell nobody any more: the chip as it was when it was new."""
        with self._lock:
            for pin in self._driven:
                self.drive(pin, False)
            self._driven.clear()
            self._watchers.clear()
            self._known.clear()

    @property
    def device(self) -> str:
        return f"/dev/gpiochip{self.number}"

    def attribute(self, pin: int) -> Path:
        """The file in sysfs to which the pull of ``pin`` is written, for a program of its own."""
        return Path(f"/proc/self/fd/{self._pulls[pin]}").readlink()

    # SlicPins

    def drive(self, pin: int, high: bool, at: float | None = None) -> None:  # noqa: ARG002 - the kernel stamps the edge
        """Put a level on ``pin``; while the chip is away, for when it comes back.

        ``at`` has no use: the kernel stamps the edge when it sees it.
        """
        with self._lock:
            self._driven[pin] = high
            if self._trace is not None:
                self._trace.watch(pin)
                os.pwrite(self._pulls[pin], _PULLS[high], 0)

    def level(self, pin: int) -> bool | None:
        with self._lock:
            if self._trace is None or not self._trace.line(pin).output:
                return None
            return os.pread(self._values[pin], 8, 0).startswith(b"1")

    def watch(self, pins: Sequence[int], changed: Changed) -> None:
        """Call ``changed`` from the thread ``gpio-sim-NAME``; times are the kernel's."""
        with self._lock:
            self._watchers.append((frozenset(pins), changed))
            for pin in pins:
                self._known.setdefault(pin, self.level(pin))
                if self._trace is not None:
                    self._trace.watch(pin)

    # Trouble and questions

    def user(self, pin: int) -> str | None:
        """Who has claimed ``pin``; ``None`` is nobody."""
        with self._lock:
            line = LineInfo() if self._trace is None else self._trace.line(pin)
            return line.consumer if line.used else None

    def vanish(self) -> None:
        """The chip goes away; idempotent."""
        with self._lock:
            trace, self._trace = self._trace, None
            for descriptor in (*self._pulls.values(), *self._values.values()):
                os.close(descriptor)
            self._pulls.clear()
            self._values.clear()
        if trace is None:
            return
        try:
            trace.close()
        finally:
            (self._config / "live").write_text("0")
            # Nothing is driven by a chip that is not there.
            now = time.monotonic()
            for pin in list(self._known):
                self._report(pin, None, now)

    def come_back(self) -> None:
        """The chip is there, perhaps with another number; what was driven is driven."""
        (self._config / "live").write_text("1")
        parent = _DEVICES / (self._config / "dev_name").read_text().strip()
        chip = (self._bank / "chip_name").read_text().strip()
        self.number = int(chip.removeprefix("gpiochip"))
        (numbered,) = (parent / "gpio").iterdir()
        first = int(numbered.name.removeprefix("gpiochip"))
        lines = int((self._bank / "num_lines").read_text())
        with self._lock:
            for pin in range(lines):
                line = parent / chip / f"sim_gpio{pin}"
                self._pulls[pin] = os.open(line / "pull", os.O_WRONLY)
                self._values[pin] = os.open(line / "value", os.O_RDONLY)
            self._trace = GpioTrace(
                self.name,
                self.device,
                range(first, first + lines),
                self._report,
                self._claimed,
            )
            for pin in self._known:
                self._trace.watch(pin)
            for pin, high in self._driven.items():
                self.drive(pin, high)

    def _claimed(self, pin: int) -> None:
        """The gateway has claimed ``pin``, perhaps with a bias."""
        with self._lock:
            if pin in self._driven:
                self.drive(pin, self._driven[pin])

    def _report(self, pin: int, level: bool | None, time: float) -> None:
        with self._lock:
            if pin not in self._known or self._known[pin] is level:
                return
            self._known[pin] = level
            told = [changed for pins, changed in self._watchers if pin in pins]
        for changed in told:
            changed(pin, level, time)
