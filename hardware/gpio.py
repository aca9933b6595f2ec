"""The door to the GPIO pins: RPi.GPIO, which rpi-lgpio 0.6 supplies, and lgpio 0.2 under it.

Outputs go through RPi.GPIO, and so does their square wave (``GPIO.PWM``, timed by a C thread).
The hook's input goes to lgpio itself: RPi.GPIO's callbacks carry no time stamp, and beside a busy
interpreter they were seen 80 ms late, longer than a dial pulse.  lgpio hands on the kernel's
stamps; read late, they are still exact.

What the two libraries do that a reader would not expect (``gpio_library.py`` tells the rest):

* A pin number beyond the chip's lines is an index into foreign memory: it is checked here.
* Claiming an output that is claimed already leaves its level alone: the level is set after it.
* ``PWM.stop`` writes 0, and so does ``PWM.__del__`` once more, at any later time.
* Writing to or reading a pin that was freed claims it anew: closed objects refuse.
* lgpio's callbacks come from a thread that never ends: every ``Input`` has a notification pipe and
  a thread of its own, which end with it.
"""

from __future__ import annotations

import contextlib
import enum
import os
import select
import struct
import threading
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NamedTuple

from hardware.gpio_library import GpioLibrary, loaded, not_opened

HEADER_LABELS = frozenset({"pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"})
"""What kernels call the chip of a Raspberry Pi's 40-pin header (up to Pi 3, Pi 4, Pi 5)."""
LARGEST_PIN = 53
"""RPi.GPIO knows no pin above."""

_MOST_CHIPS = 32
_REPORT = struct.Struct("QBBBBI")
"""lgpio's notification: time stamp (ns), chip, pin, level, flags, padding."""
_LEVELS = (0, 1)
"""Levels that are edges; 2 is a watchdog."""
_CREDIBLE_S = 1.0
_USED = 1
"""Flag of a pin that the kernel has given to somebody."""


class Edge(NamedTuple):
    """A change of an input's level; ``time`` is the kernel's stamp in ``time.monotonic()`` s."""

    time: float
    high: bool


class Bias(enum.Enum):
    """The resistor inside the chip, about 50 kΩ on a Raspberry Pi."""

    NONE = "none"
    PULL_UP = "pull-up"
    PULL_DOWN = "pull-down"


class _Pin:
    """One claimed pin: what is the same for every use of it."""

    def __init__(self, library: GpioLibrary, number: int, pin: int) -> None:
        self._library = library
        self._number = number
        self._handle = library.handle(number)
        self.pin = pin
        self._claimed = False
        self._closed = False

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn what the libraries raise into an ``OSError`` with a sentence."""
        if self._closed:
            raise OSError(f"GPIO {self.pin} is closed.")
        try:
            yield
        except (self._library.lgpio.error, RuntimeError, ValueError) as error:
            raise self._refusal() from error

    def _refusal(self) -> OSError:
        library = self._library
        if library.info(self._handle) is None:
            return OSError(
                f"GPIO chip {self._number} has gone; the line comes back with it.",
            )
        with contextlib.suppress(library.lgpio.error):
            _, _, flags, _, user = library.lgpio.gpio_get_line_info(self._handle, self.pin)
            if flags & _USED and not self._claimed:
                return OSError(
                    f"GPIO {self.pin} is in use by {user or 'the kernel'}: end that program, or "
                    "give the board file another pin."
                )
        return OSError(f"GPIO {self.pin} of chip {self._number} does not work; check the board.")


class Output(_Pin):
    """A pin that drives a level or a square wave."""

    def __init__(
        self, library: GpioLibrary, number: int, pin: int, *, high: bool, rest: Bias
    ) -> None:
        super().__init__(library, number, pin)
        self._gpio = library.rpi_gpio(number)
        self._rest = rest
        self._wave: Any = None
        with self._telling():
            self._gpio.setup(pin, self._gpio.OUT, initial=high)
            self._gpio.output(pin, high)
        self._claimed = True

    def set(self, high: bool) -> None:
        """Drive ``high``; ends a square wave, after which the pin is low for some 50 us."""
        with self._telling():
            self._end_wave()
            self._gpio.output(self.pin, high)

    def oscillate(self, hertz: float) -> None:
        """Drive a square wave.

        It begins within one period and 20 ms; until then the level stays.
        """
        with self._telling():
            self._end_wave()
            self._wave = _quiet_wave(self._gpio)(self.pin, hertz)
            self._wave.start(50)

    def close(self) -> None:
        """Free the pin; it is an input then, pulled as ``rest`` says.  Idempotent, never raises."""
        if self._closed:
            return
        with contextlib.suppress(OSError), self._telling():
            self._end_wave()
            if self._rest is not Bias.NONE:
                pull = {Bias.PULL_UP: self._gpio.PUD_UP, Bias.PULL_DOWN: self._gpio.PUD_DOWN}
                self._gpio.setup(self.pin, self._gpio.IN, pull_up_down=pull[self._rest])
            self._gpio.cleanup(self.pin)
        self._closed = True

    def _end_wave(self) -> None:
        wave, self._wave = self._wave, None
        if wave is not None:
            wave.stop()


def _quiet_wave(gpio: ModuleType) -> Any:
    """``GPIO.PWM`` that does not write 0 to its pin when it is thrown away."""
    return type("PWM", (gpio.PWM,), {"__slots__": (), "__del__": lambda _: None})


class OpenDrain(_Pin):
    """A pin that pulls low or lets go, and never drives high."""

    def __init__(self, library: GpioLibrary, number: int, pin: int) -> None:
        super().__init__(library, number, pin)
        self._gpio = library.rpi_gpio(number)
        self.pull(low=False)
        self._claimed = True

    def pull(self, *, low: bool) -> None:
        """Drive low, or let go: an input without bias."""
        with self._telling():
            if low:
                self._gpio.setup(self.pin, self._gpio.OUT, initial=False)
            else:
                self._gpio.setup(self.pin, self._gpio.IN)

    def close(self) -> None:
        """Let go and free the pin.  Idempotent, never raises."""
        if self._closed:
            return
        with contextlib.suppress(OSError), self._telling():
            self._gpio.cleanup(self.pin)
        self._closed = True


class Input(_Pin):
    """A pin whose edges are reported, with the time at which the kernel saw them.

    ``on_edge`` is called from the thread ``gpio-edges-PIN``, which ends with ``close``, and from
    whoever calls ``collect``: in order, one at a time.  Edges can be lost when nobody takes them
    for some thousand edges: read ``high`` again now and then.
    """

    def __init__(
        self,
        library: GpioLibrary,
        number: int,
        pin: int,
        bias: Bias,
        on_edge: Callable[[Edge], None],
    ) -> None:
        super().__init__(library, number, pin)
        lgpio = library.lgpio
        self._on_edge = on_edge
        self._reading = threading.Lock()
        self._ended = False
        self._notify, self._reader = library.notification_pipe()
        flags = {
            Bias.NONE: lgpio.SET_PULL_NONE,
            Bias.PULL_UP: lgpio.SET_PULL_UP,
            Bias.PULL_DOWN: lgpio.SET_PULL_DOWN,
        }
        try:
            with self._telling():
                lgpio.gpio_claim_alert(
                    self._handle, pin, lgpio.BOTH_EDGES, flags[bias], self._notify
                )
        except OSError:
            lgpio.notify_close(self._notify)
            os.close(self._reader)
            raise
        self._claimed = True
        self._thread = threading.Thread(target=self._read, name=f"gpio-edges-{pin}", daemon=True)
        self._thread.start()

    @property
    def high(self) -> bool:
        """The level now; ``OSError`` when the pin or its chip is gone."""
        with self._telling():
            return bool(self._library.lgpio.gpio_read(self._handle, self.pin))

    def close(self) -> None:
        """Free the pin; no edge is reported once this returns.  Idempotent, never raises."""
        if self._closed:
            return
        self._closed = True
        lgpio = self._library.lgpio
        with contextlib.suppress(lgpio.error):
            lgpio.gpio_free(self._handle, self.pin)
        # lgpio's end of the pipe is closed by this: the reader comes to the end of the file.
        with contextlib.suppress(lgpio.error):
            lgpio.notify_close(self._notify)
        if self._thread is not threading.current_thread():
            self._thread.join()

    def collect(self) -> None:
        """Report at once every edge that lgpio has handed over.

        A busy interpreter may let the thread wait for longer than a dial pulse.  Whoever is about
        to decide something for want of an edge calls this first.
        """
        with self._reading:
            if not self._ended:
                self._report()

    def _read(self) -> None:
        waiting = select.poll()
        waiting.register(self._reader, select.POLLIN)
        more = True
        try:
            while more:
                waiting.poll()
                with self._reading:
                    # Taken under the lock: what is read is reported before anybody else reads.
                    more = self._report()
        finally:
            with self._reading:
                self._ended = True
                os.close(self._reader)

    def _report(self) -> bool:
        """What is in the pipe; false at its end.  lgpio writes whole reports, and so they come."""
        try:
            reports = os.read(self._reader, 256 * _REPORT.size)
        except BlockingIOError:
            return True
        for stamp, _, _, level, flags, _ in _REPORT.iter_unpack(reports):
            if level in _LEVELS and not flags and not self._closed:
                self._on_edge(Edge(_credible(stamp / 1e9), bool(level)))
        return bool(reports)


def _credible(stamp: float) -> float:
    """``stamp``, or now where the kernel counts by another clock."""
    now = time.monotonic()
    return stamp if abs(now - stamp) <= _CREDIBLE_S else now


class Chip:
    """The pins of one GPIO chip, opened together and closed together.

    Several ``Chip`` objects of one process may share the chip; each has its own pins.  ``number``
    is that of ``/dev/gpiochipN``; ``None`` finds the Raspberry Pi's header, and ``RPI_LGPIO_CHIP``
    in the environment decides where it is set.  Raises ``OSError`` with a sentence for the user.
    """

    def __init__(self, number: int | None = None) -> None:
        self._library = loaded()
        if number is None:
            given = os.environ.get("RPI_LGPIO_CHIP")
            number = int(given) if given else self._find()
        self.number = number
        info = self._library.info(self._library.handle(number))
        if info is None:
            raise not_opened(number)
        self._lines, self.label = info
        self._pins: list[Output | OpenDrain | Input] = []

    def require_pin_library(self) -> None:
        """``OSError`` with a sentence if RPi.GPIO is not there, or is another package's."""
        self._library.rpi_gpio(self.number)

    def output(self, pin: int, *, high: bool, rest: Bias = Bias.NONE) -> Output:
        """Claim ``pin`` (BCM number) and drive ``high``.

        ``rest`` is the pull that is left when it is closed.
        """
        self._check(pin)
        output = Output(self._library, self.number, pin, high=high, rest=rest)
        self._pins.append(output)
        return output

    def open_drain(self, pin: int) -> OpenDrain:
        """Claim ``pin`` and let it go."""
        self._check(pin)
        line = OpenDrain(self._library, self.number, pin)
        self._pins.append(line)
        return line

    def input(self, pin: int, bias: Bias, on_edge: Callable[[Edge], None]) -> Input:
        """Claim ``pin`` and report both edges from now on."""
        self._check(pin)
        line = Input(self._library, self.number, pin, bias, on_edge)
        self._pins.append(line)
        return line

    def close(self) -> None:
        """Free the pins, last first.  The chip itself stays open.  Idempotent, never raises."""
        while self._pins:
            self._pins.pop().close()

    def _check(self, pin: int) -> None:
        if not 0 <= pin < min(self._lines, LARGEST_PIN + 1):
            raise OSError(
                f"GPIO chip {self.number} ({self.label}) has no pin {pin}; correct the board file.",
            )

    def _find(self) -> int:
        labels = {}
        refused: OSError | None = None
        for number in range(_MOST_CHIPS):
            try:
                handle = self._library.handle(number)
            except FileNotFoundError:
                continue
            except OSError as error:
                refused = refused or error
                continue
            info = self._library.info(handle)
            if info is not None and info[1] in HEADER_LABELS:
                return number
            labels[number] = "" if info is None else info[1]
        if refused is not None:
            raise refused
        if labels:
            shown = ", ".join(f"{number} ({label})" for number, label in labels.items())
            raise OSError(
                f"No GPIO chip of this computer is a Raspberry Pi's header: there is {shown}; name "
                "the right one as chip in the board file.",
            )
        raise not_opened(0)
