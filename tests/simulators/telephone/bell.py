"""The bell, and what else the telephone feels of the line's direct current.

Both are written in the clock's thread and may be read in any.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

BELL_HERTZ = (15.0, 70.0)
"""A bell strikes within these.  A tuned party-line bell would be narrower."""
_LONGEST_HALF_WAVE = 0.5 / 15.0 * 1.3
"""A bell falls silent when no half-wave came for so long (s)."""
_STRIKING = 3
"""Half-waves that make the clapper swing."""


@dataclass(frozen=True, slots=True)
class Burst:
    """The bell rang from ``start`` to ``end`` (``None``: it still does) at ``hertz``."""

    start: float
    end: float | None
    hertz: float
    half_waves: int

    def seconds(self, now: float) -> float:
        return (now if self.end is None else self.end) - self.start


class Bell:
    """Rings while half-waves come.  ``on_ring`` is called when a burst begins to sound."""

    def __init__(self) -> None:
        self.on_ring: Callable[[float], None] | None = None
        self._past: list[Burst] = []
        self._waves: list[float] = []
        self._cut: float | None = None

    def half_wave(self, time: float) -> None:
        if self._waves and (self._cut or time - self._waves[-1] > _LONGEST_HALF_WAVE):
            self._finish()
        self._cut = None
        self._waves = [*self._waves, time]
        if len(self._waves) == _STRIKING and self.on_ring is not None:
            self.on_ring(self._waves[0])

    def ring_ended(self, time: float) -> None:
        if self._waves:
            self._cut = time

    def bursts(self, now: float) -> list[Burst]:
        """Every burst since the beginning, the last one perhaps still sounding."""
        past = list(self._past)
        last = self._last(now)
        return past if last is None else [*past, last]

    def sounding(self, now: float) -> bool:
        last = self._last(now)
        return last is not None and last.end is None

    def _finish(self) -> None:
        last = self._last(float("inf"))
        if last is not None:
            self._past.append(last)
        self._waves = []

    def _last(self, now: float) -> Burst | None:
        waves, cut = self._waves, self._cut
        if len(waves) < _STRIKING:
            return None
        half = median(after - before for before, after in pairwise(waves))
        hertz = 0.5 / half
        if not BELL_HERTZ[0] <= hertz <= BELL_HERTZ[1]:
            return None
        end: float | None = None
        if now - waves[-1] > _LONGEST_HALF_WAVE or cut is not None:
            end = waves[-1] + half
            if cut is not None:
                end = min(end, cut)
        return Burst(waves[0], end, hertz, len(waves))


@dataclass(frozen=True, slots=True)
class LineEvent:
    """The loop was open, or reversed, from ``start`` to ``end`` (``None``: it still is)."""

    what: str
    """``"open loop"`` or ``"reversal"``."""
    start: float
    end: float | None = None

    @property
    def seconds(self) -> float | None:
        return None if self.end is None else self.end - self.start


OPEN_LOOP = "open loop"
REVERSAL = "reversal"


class LineSense:
    """Feels feed and polarity: signals of a far end that hung up, and of caller ID."""

    def __init__(self) -> None:
        self._events: tuple[LineEvent, ...] = ()

    @property
    def events(self) -> tuple[LineEvent, ...]:
        return self._events

    def feed(self, on: bool, time: float) -> None:
        self._note(OPEN_LOOP, not on, time)

    def polarity(self, is_reversed: bool, time: float) -> None:
        self._note(REVERSAL, is_reversed, time)

    def _note(self, what: str, begins: bool, time: float) -> None:
        if begins:
            self._events += (LineEvent(what, time),)
            return
        self._events = tuple(
            LineEvent(what, event.start, time) if event.what == what and event.end is None
            else event
            for event in self._events
        )  # fmt: skip
