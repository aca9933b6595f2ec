"""The simulated SLIC module: from its logic pins to the line, and from the loop to SHK.

The line it makes is told to a :class:`LineListener`: feed, polarity and ring wave.  The loop is
told to it by :meth:`Slic.loop`.  The module follows the times of the edges, not those at which
its thread learns of them, so a busy machine does not blur what it measures.

SHK while RM is high shows the loop in the half-waves of idle polarity only, as pulses; the
currents of an old bell make short blips on it.  While the module is powered down SHK is low, and
for the wake-up time after that it is not valid: this one lies, high first, then low.
"""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter
from typing import NamedTuple, Protocol

from tests.simulators.telephone.clock import Appointment, Clock
from tests.simulators.telephone.module import AG1171, HookSense, Module
from tests.simulators.telephone.pins import SlicPins, Wiring
from tests.simulators.telephone.record import DUTY_WINDOW, Record, RmInterval


class LineListener(Protocol):
    """What a telephone feels of the line, with the time (s).  Called in the clock's thread."""

    def feed(self, on: bool, time: float) -> None:
        """The loop is fed, or cut."""

    def polarity(self, is_reversed: bool, time: float) -> None:
        """The direct current changed its direction; not called for the ring wave."""

    def half_wave(self, time: float) -> None:
        """A half-wave of ring voltage begins."""

    def ring_ended(self, time: float) -> None:
        """The ring voltage is off."""


class Shown(NamedTuple):
    """An edge of SHK."""

    time: float
    """For which it was planned, s."""
    high: bool
    late: float
    """Seconds by which the simulation was behind."""


class Slic:
    """One module.  Make it before the gateway opens its pins, or after: it reads the levels.

    ``bell_blip`` (s) is how long the current of the bell drives SHK high after a half-wave begins
    with the receiver in its cradle; 0 for a telephone with an electronic ringer.
    """

    def __init__(
        self,
        pins: SlicPins,
        wiring: Wiring,
        clock: Clock,
        module: Module = AG1171,
        bell_blip: float = 0.0,
    ) -> None:
        self.module = module
        self.wiring = wiring
        self._pins = pins
        self._clock = clock
        self._bell_blip = bell_blip
        self._record = Record(module, clock.now())
        self._listener: LineListener | None = None
        self._rm = False
        self._fr = module.idle_high
        self._powered = True
        self._valid_from = clock.now()
        self._closed = False
        self._blip_end = clock.now()
        self._sensed = False
        self._shk = False
        self._pending: Appointment | None = None
        self._edges: list[Shown] = []
        pins.drive(wiring.shk, high=False)
        used = [pin for pin in (wiring.rm, wiring.fr, wiring.pd) if pin is not None]
        pins.watch(used, self._changed)
        for pin in used:
            now = clock.now()  # before the level is read: a change after it then counts
            self._changed(pin, pins.level(pin), now)

    def connect(self, listener: LineListener) -> None:
        """Put a telephone on the line.  Call it once, before anything happens."""
        self._listener = listener

    # The line

    @property
    def feeding(self) -> bool:
        """Battery is on the line."""
        return self._powered

    @property
    def reversed(self) -> bool:
        return not self._rm and self._fr != self.module.idle_high

    @property
    def ring_mode(self) -> bool:
        """RM is high."""
        return self._rm

    @property
    def driven(self) -> bool:
        """The gateway drives RM now, low or high; false when it let go of the pin."""
        return self._pins.level(self.wiring.rm) is not None

    def loop(self, closed: bool, time: float) -> None:
        """The telephone closes or opens the loop.  In the clock's thread."""
        self._closed = closed
        self._record.loop(closed, time)
        self._sense(time)

    # The judge

    @property
    def violations(self) -> list[str]:
        """What the data sheet forbids and the gateway did until now."""
        self._clock.settle()
        return self._record.violations(self._clock.now())

    @property
    def rm_intervals(self) -> tuple[RmInterval, ...]:
        """Every time with RM high, with the changes of F/R in it."""
        self._clock.settle()
        return self._record.rm_intervals

    @property
    def loop_closed(self) -> tuple[float, ...]:
        """When the telephone closed the loop, each time; bounces count."""
        self._clock.settle()
        return self._record.loop_closed

    def shk(self, since: float) -> list[Shown]:
        """Every edge of SHK from ``since`` (s) on."""
        self._clock.settle()
        return self._edges[bisect_left(self._edges, since, key=attrgetter("time")) :]

    def worst_duty(self, window: float = DUTY_WINDOW) -> float:
        """Largest part of any ``window`` seconds until now with RM high, 0 to 1."""
        self._clock.settle()
        return self._record.worst_duty(self._clock.now(), window)

    # Pins

    def _changed(self, pin: int, level: bool | None, time: float) -> None:
        self._clock.at(time, lambda: self._pin(pin, level, time))

    def _pin(self, pin: int, level: bool | None, time: float) -> None:
        if pin == self.wiring.rm:
            self._record.rm(level, time)
            self._set_rm(level is True, time)
        elif pin == self.wiring.fr:
            self._record.fr(level, time)
            self._set_fr(self.module.idle_high if level is None else level, time)
        else:
            self._record.pd(level, time)
            self._set_power(level is not False, time)
        self._sense(time)

    def _set_rm(self, high: bool, time: float) -> None:
        if high == self._rm:
            return
        was_reversed = self.reversed
        self._rm = high
        if self._listener is None:
            return
        if not high:
            self._listener.ring_ended(time)
        if self.reversed != was_reversed:
            self._listener.polarity(self.reversed, time)

    def _set_fr(self, level: bool, time: float) -> None:
        if level == self._fr:
            return
        self._fr = level
        if self._rm and self._powered and not self._closed and self._bell_blip:
            self._blip(time)
        if self._listener is None:
            return
        if not self._rm:
            self._listener.polarity(self.reversed, time)
        elif self._powered:
            self._listener.half_wave(time)

    def _set_power(self, on: bool, time: float) -> None:
        if on == self._powered:
            return
        self._powered = on
        if self._listener is not None:
            self._listener.feed(on, time)
        self._cancel()
        if not on:
            self._drive(False)
            return
        self._valid_from = time + self.module.wake_up
        self._drive(True)
        self._clock.at(time + self.module.wake_up / 2, self._lie_low)
        self._clock.at(self._valid_from, lambda: self._awake(time + self.module.wake_up))

    # SHK

    def _current(self, time: float) -> bool:
        """Whether the detector sees current."""
        if self._closed:
            return not self._rm or self._fr == self.module.idle_high
        return time < self._blip_end

    def _sense(self, time: float) -> None:
        self._see(self._current(time), time)

    def _blip(self, time: float) -> None:
        end = self._blip_end = time + self._bell_blip
        self._clock.at(end, lambda: self._sense(end))

    def _see(self, current: bool, time: float) -> None:
        if current == self._sensed or not self._valid(time):
            return
        self._sensed = current
        if self.module.sense is HookSense.DEBOUNCED:
            self._cancel()
        self._pending = self._clock.at(
            time + self.module.detect, lambda: self._show(current, time + self.module.detect)
        )

    def _show(self, current: bool, time: float) -> None:
        if self._valid(time):
            self._drive(current, time)

    def _valid(self, time: float) -> bool:
        return self._powered and time >= self._valid_from

    def _cancel(self) -> None:
        if self._pending is not None:
            self._pending.cancel()

    def _lie_low(self) -> None:
        if not self._valid(self._clock.now()):
            self._drive(False)

    def _awake(self, valid_from: float) -> None:
        if self._powered and valid_from == self._valid_from:
            self._sensed = self._current(valid_from)
            self._drive(self._sensed)

    def _drive(self, high: bool, at: float | None = None) -> None:
        if high != self._shk:
            self._shk = high
            now = self._clock.now()
            planned = now if at is None else at
            self._edges.append(Shown(planned, high, now - planned))
            self._pins.drive(self.wiring.shk, high, at)
