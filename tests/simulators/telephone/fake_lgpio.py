"""A GPIO chip without a kernel: stands in for ``_lgpio``, the C half of the module lgpio.

The real ``lgpio.py`` and the real ``RPi.GPIO`` (rpi-lgpio) run on top, and with them everything
that they do wrong.  What the C half of lgpio 0.2.2 does is told at each function; where it reads
memory that is not its own, the fake stops the test.

``FakeChip`` is also the far side of the pins (``SlicPins``).
"""

from __future__ import annotations

import heapq
import itertools
import os
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

from tests.simulators.telephone.fake_chip import (
    ALERT,
    FALLING,
    INPUT,
    OUTPUT,
    RISING,
    FakeChip,
    Line,
    Wave,
)

__all__ = ["FakeChip", "FakeLgpio", "installed"]

BAD_HANDLE, BAD_PATHNAME = -5, -3
BAD_EVENT_REQUEST, BAD_GPIO_NUMBER, BAD_LINEINFO, BAD_READ, BAD_WRITE = -72, -73, -75, -76, -77
CANNOT_OPEN_CHIP, GPIO_BUSY, NOT_ALLOCATED, UNEXPECTED, BAD_PWM_MICROS = -78, -79, -80, -85, -86
BAD_CHIPINFO, BAD_DEBOUNCE, BAD_PWM_FREQ, BAD_PWM_DUTY, NOT_AN_OUTPUT = -90, -98, -102, -103, -104
ERRORS = {
    BAD_HANDLE: "unknown handle",
    BAD_PATHNAME: "can not open pathname",
    BAD_EVENT_REQUEST: "bad event request",
    BAD_GPIO_NUMBER: "bad GPIO number",
    BAD_LINEINFO: "bad lineinfo IOCTL",
    BAD_READ: "bad GPIO read",
    BAD_WRITE: "bad GPIO write",
    CANNOT_OPEN_CHIP: "can not open gpiochip",
    GPIO_BUSY: "GPIO busy",
    NOT_ALLOCATED: "GPIO not allocated",
    UNEXPECTED: "unexpected error",
    BAD_PWM_MICROS: "bad PWM micros",
    BAD_CHIPINFO: "bad chipinfo IOCTL",
    BAD_DEBOUNCE: "bad debounce microseconds",
    BAD_PWM_FREQ: "bad PWM frequency",
    BAD_PWM_DUTY: "bad PWM dutycycle",
    NOT_AN_OUTPUT: "GPIO not set as an output",
}

KERNEL_USED, KERNEL_OUTPUT, KERNEL_INPUT = 1, 2, 1 << 16
MODULES = ("_lgpio", "lgpio", "RPi", "RPi.GPIO")
REVISION = "a02082"
ANOTHER_PROGRAM = "another-program"


class FakeLgpio(ModuleType):
    """The functions of the C module, as SWIG gives them to ``lgpio.py``: errors are negative."""

    def __init__(self, chips: Sequence[FakeChip]) -> None:
        super().__init__("_lgpio")
        self.chips = {chip.number: chip for chip in chips}
        self.chip_closings = 0
        """Each one stops the whole interpreter for 100 ms in the real library."""
        self.stamp_offset = 0
        """Nanoseconds added to every time stamp: an early kernel counts from 1970."""
        self._opened: dict[int, tuple[FakeChip, int]] = {}
        self._pipes: dict[int, int] = {}
        self._work_folder: Path | None = None
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._wake = threading.Condition()
        self._ended = False
        self._clock = threading.Thread(target=self._run, name="fake-lgpio", daemon=True)
        for chip in chips:
            chip.report_edges_to(self.edge)

    def begin(self) -> None:
        self._clock.start()

    def end(self) -> None:
        with self._wake:
            self._ended = True
            self._wake.notify()
        self._clock.join()
        lgpio = sys.modules.get("lgpio")
        if lgpio is not None:
            lgpio._notify_thread.stop()
        for pipe in self._pipes.values():
            os.close(pipe)
        if lgpio is not None:
            lgpio._notify_thread.join()
        self._pipes.clear()
        self._opened.clear()

    # Time: what the two threads of the C library do

    def _at(self, due: int, action: Callable[[], None]) -> None:
        with self._wake:
            heapq.heappush(self._due, (due, next(self._order), action))
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                if self._ended:
                    return
                wait = self._due[0][0] - time.monotonic_ns() if self._due else None
                if wait is None or wait > 0:
                    self._wake.wait(None if wait is None else wait / 1e9)
                    continue
                action = heapq.heappop(self._due)[2]
            action()

    def edge(self, chip: FakeChip, pin: int, line: Line, stamp: int) -> None:
        """Report an edge: at once, or with a debounce time when the level has held so long."""
        line.last_edge = stamp
        if not line.debounce:
            self._report(chip, pin, line, stamp)
            return

        def when_stable() -> None:
            if line.last_edge == stamp and line.high is not line.last_report:
                self._report(chip, pin, line, stamp + line.debounce)

        self._at(stamp + line.debounce, when_stable)

    def _report(self, chip: FakeChip, pin: int, line: Line, stamp: int) -> None:
        high = line.high
        if not line.edges & (RISING if high else FALLING) or line.notify not in self._pipes:
            return
        line.last_report = high
        message = struct.pack("QBBBBI", stamp + self.stamp_offset, chip.number, pin, high, 0, 0)
        with suppress(BlockingIOError):  # a pipe that nobody reads: the edge is lost
            os.write(self._pipes[line.notify], message)

    def _start_wave(self, chip: FakeChip, pin: int, wave: Wave) -> None:
        period = wave.on + wave.off
        # Cycles begin at multiples of the period within a second, not when asked for.
        within = time.monotonic_ns() % 1_000_000_000
        begins = time.monotonic_ns() + period - within % period

        def fall(due: int) -> None:
            if chip.toggle(pin, wave, high=False):
                self._at(due + wave.off, lambda: rise(due + wave.off))

        def rise(due: int) -> None:
            if chip.toggle(pin, wave, high=True):
                self._at(due + wave.on, lambda: fall(due + wave.on))

        self._at(begins, lambda: rise(begins))

    # Chips

    def _free_handle(self) -> int:
        return next(
            number
            for number in itertools.count()
            if number not in self._opened and number not in self._pipes
        )

    def _chip(self, handle: int) -> FakeChip | None:
        """The chip of an open handle, gone or not."""
        return self._opened[handle][0] if handle in self._opened else None

    def _is_dead(self, handle: int, pin: int | None = None) -> bool:
        chip, opening = self._opened[handle]
        return opening != chip.openings or (pin is not None and chip.line(pin).broken)

    def _gpiochip_open(self, number: int) -> int:
        chip = self.chips.get(number)
        if chip is None or not chip.present:
            return CANNOT_OPEN_CHIP
        handle = self._free_handle()
        self._opened[handle] = (chip, chip.openings)
        return handle

    def _gpiochip_close(self, handle: int) -> int:
        chip = self._chip(handle)
        if chip is None:
            return BAD_HANDLE
        self.chip_closings += 1
        time.sleep(0.1)
        for pin in range(len(chip)):
            if chip.owner(pin) == handle and not self._is_dead(handle):
                chip.free(pin)
        del self._opened[handle]
        return 0

    def _gpio_get_chip_info(self, handle: int) -> list[int | str]:
        chip = self._chip(handle)
        if chip is None:
            return [BAD_HANDLE, 0, "", ""]
        if self._is_dead(handle):
            return [BAD_CHIPINFO, 0, "", ""]
        return [0, len(chip), f"gpiochip{chip.number}", chip.label]

    def _gpio_get_line_info(self, handle: int, pin: int) -> list[int | str]:
        status = self._gpio_get_mode(handle, pin)
        if status < 0:
            return [status, 0, 0, "", ""]
        owner = self._opened[handle][0].owner(pin)
        user = {None: "", -1: ANOTHER_PROGRAM}.get(owner, "lg")
        return [0, pin, status, f"GPIO{pin}", user]

    def _gpio_get_mode(self, handle: int, pin: int) -> int:
        chip = self._chip(handle)
        if chip is None:
            return BAD_HANDLE
        if pin >= len(chip):
            return BAD_GPIO_NUMBER
        if self._is_dead(handle):
            return BAD_LINEINFO
        line = chip.line(pin)
        kernel = KERNEL_USED if line.owner is not None else 0
        kernel |= KERNEL_INPUT if line.output is None else KERNEL_OUTPUT
        kernel |= line.edges << 17 | line.pull
        return kernel | (line.claimed << 8 if line.owner == handle else 0)

    # Lines

    def _claim(self, handle: int, flags: int, pin: int, kind: int, level: bool | None) -> int:
        chip = self._chip(handle)
        if chip is None:
            return BAD_HANDLE
        line = chip.line(pin)
        mine = line.owner == handle
        if mine and line.claimed & kind and kind != ALERT:
            return 0  # neither flags nor level are looked at
        refused = BAD_EVENT_REQUEST if kind == ALERT else UNEXPECTED
        if self._is_dead(handle, pin):
            return refused
        if line.owner is not None and not mine:
            return BAD_EVENT_REQUEST if kind == ALERT else GPIO_BUSY
        if mine:
            chip.free(pin)
        chip.claim(pin, handle, flags, kind, level)
        return 0

    def _gpio_claim_input(self, handle: int, flags: int, pin: int) -> int:
        return self._claim(handle, flags, pin, INPUT, None)

    def _gpio_claim_output(self, handle: int, flags: int, pin: int, level: int) -> int:
        return self._claim(handle, flags, pin, OUTPUT, bool(level))

    def _gpio_claim_alert(self, handle: int, flags: int, edges: int, pin: int, notify: int) -> int:
        status = self._claim(handle, flags, pin, ALERT, None)
        if status == 0:
            line = self._opened[handle][0].line(pin)
            line.edges, line.notify, line.last_report = edges, notify, None
        return status

    def _gpio_free(self, handle: int, pin: int) -> int:
        chip = self._chip(handle)
        if chip is None:
            return BAD_HANDLE
        if pin >= len(chip):
            return BAD_GPIO_NUMBER
        if chip.owner(pin) != handle:
            # Of a chip that is gone the library still has its own table.
            return 0 if self._is_dead(handle) else NOT_ALLOCATED
        chip.free(pin)
        return 0

    def _gpio_read(self, handle: int, pin: int) -> int:
        chip = self._chip(handle)
        if chip is None:
            return BAD_HANDLE
        if pin >= len(chip):
            return BAD_GPIO_NUMBER
        if self._is_dead(handle, pin):
            return BAD_READ
        if chip.owner(pin) != handle:
            status = self._claim(handle, 0, pin, INPUT, None)
            if status < 0:
                return NOT_ALLOCATED
        return int(chip.read(pin))

    def _gpio_write(self, handle: int, pin: int, level: int) -> int:
        chip = self._chip(handle)
        if chip is None:
            return BAD_HANDLE
        if pin >= len(chip):
            return BAD_GPIO_NUMBER
        if self._is_dead(handle, pin):
            return BAD_WRITE
        line = chip.line(pin)
        if line.owner != handle or not line.claimed & OUTPUT:
            return self._claim(handle, 0, pin, OUTPUT, bool(level))  # claims it by itself
        chip.write(pin, bool(level))
        return 0

    def _gpio_set_debounce_micros(self, handle: int, pin: int, micros: int) -> int:
        chip = self._chip(handle)
        if chip is None:
            return BAD_HANDLE
        if not 0 <= micros <= 5_000_000:
            return BAD_DEBOUNCE
        if pin >= len(chip):
            return BAD_GPIO_NUMBER
        chip.line(pin).debounce = micros * 1000
        return 0

    def _tx_pwm(
        self, handle: int, pin: int, hertz: float, duty: float, _offset: int, _cycles: int
    ) -> int:
        chip = self._chip(handle)
        if chip is None:
            return BAD_HANDLE
        if hertz and not 0.1 <= hertz <= 10_000:
            return BAD_PWM_FREQ
        if not 0 <= duty <= 100:
            return BAD_PWM_DUTY
        line = chip.line(pin)
        if line.owner != handle or not line.claimed & OUTPUT:
            return NOT_AN_OUTPUT
        period = round(1e9 / hertz) if hertz else 0
        wave = Wave(on=round(period * duty / 100), off=period - round(period * duty / 100))
        running, line.wave = line.wave, None
        if running is None or not running.active:
            if not period:
                return BAD_PWM_MICROS
        else:
            running.active = False
        if period:
            line.wave = wave
            self._start_wave(chip, pin, wave)
        return 0

    # Notification pipes

    def _folder(self) -> Path:
        """Chosen once, from ``LG_WD`` or the current directory, which it then changes to."""
        if self._work_folder is None:
            self._work_folder = Path(os.environ.get("LG_WD") or Path.cwd()).absolute()
            os.chdir(self._work_folder)
        return self._work_folder

    def _notify_open(self) -> int:
        handle = self._free_handle()
        path = self._folder() / f".lgd-nfy{handle}"
        try:
            path.unlink(missing_ok=True)
            os.mkfifo(path, 0o664)
            self._pipes[handle] = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        except OSError:
            return BAD_PATHNAME
        return handle

    def _notify_close(self, handle: int) -> int:
        pipe = self._pipes.pop(handle, None)
        if pipe is None:
            return BAD_HANDLE
        os.close(pipe)
        return 0

    @staticmethod
    def _error_text(status: int) -> str:
        return ERRORS.get(status, "unknown error")


@contextmanager
def installed(*chips: FakeChip) -> Iterator[FakeLgpio]:
    """In this process the GPIO hardware is ``chips``; lgpio and RPi.GPIO are loaded afresh."""
    fake = FakeLgpio(chips)
    before = {name: sys.modules.pop(name, None) for name in MODULES}
    revision = os.environ.get("RPI_LGPIO_REVISION")
    sys.modules["_lgpio"] = fake
    os.environ["RPI_LGPIO_REVISION"] = REVISION
    fake.begin()
    try:
        yield fake
    finally:
        fake.end()
        for name, module in before.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module
        if revision is None:
            del os.environ["RPI_LGPIO_REVISION"]
        else:
            os.environ["RPI_LGPIO_REVISION"] = revision
