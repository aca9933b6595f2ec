"""The bell and the display: what the telephone noticed of the ringing.

No thread rings.  Which bursts there were follows from when the line was rung with which cadence
and when the bell was on the line: a lifted receiver or a pulled plug takes it off.  Not safe for
threads by itself; the telephone's lock guards it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

from gateway.caller import Caller
from gateway.line import RingCadence


@dataclass(frozen=True, slots=True)
class Burst:
    """One stretch of bell, in seconds since the ringing started.

    ``off`` is ``None`` while it lasts.
    """

    on: float
    off: float | None


@dataclass(frozen=True, slots=True)
class Ringing:
    """The present or the last ringing.  ``sounding`` includes the pauses of the cadence."""

    sounding: bool
    started: float | None
    """Monotonic time at which the line was first rung; ``None`` if it never was."""
    bursts: tuple[Burst, ...]
    caller: Caller | None
    """What the display shows; ``None`` before the first burst ended, and without caller ID."""


class Bell:
    """Rung by the line from ``start`` to ``stop``, while ``connect``-ed."""

    def __init__(self) -> None:
        self._cadence: RingCadence = ()
        self._caller: Caller | None = None
        self._started: float | None = None
        self._rung = False
        self._connected = True
        self._heard: list[tuple[float, float]] = []
        """When the bell was both rung and connected: monotonic begin and end (inf: still)."""

    def start(self, now: float, cadence: RingCadence, caller: Caller | None) -> None:
        """Ring anew; a running ringing is replaced."""
        self._cadence, self._caller, self._started = cadence, caller, now
        self._rung = True
        self._heard = [(now, math.inf)] if self._connected else []

    def stop(self, now: float) -> None:
        self._rung = False
        self._end(now)

    def connect(self, now: float) -> None:
        """The receiver was replaced, or the plug put in."""
        if not self._connected:
            self._connected = True
            if self._rung:
                self._heard.append((now, math.inf))

    def disconnect(self, now: float) -> None:
        self._connected = False
        self._end(now)

    def _end(self, now: float) -> None:
        if self._heard and self._heard[-1][1] == math.inf:
            self._heard[-1] = (self._heard[-1][0], now)

    @property
    def rung(self) -> tuple[RingCadence, Caller | None]:
        """What is sent to a bell that is connected: cadence and caller; empty if nothing is."""
        return (self._cadence, self._caller) if self._rung and self._connected else ((), None)

    def ringing(self, now: float) -> Ringing:
        """What was noticed until ``now``."""
        bursts = tuple(self._bursts(now))
        # Caller ID comes in the first silence, and only to a bell that had the whole first burst
        # (EN 300 659-1, data after ringing).
        first = bursts[0] if bursts else None
        shown = first is not None and first.on == 0 and first.off == round(self._cadence[0], 4)
        return Ringing(
            self._rung and self._connected,
            self._started,
            bursts,
            self._caller if shown else None,
        )

    def next_edge(self, now: float) -> float:
        """Monotonic time at which the cadence next goes on or off; infinite if it never does."""
        if not (self._rung and self._connected) or self._started is None:
            return math.inf
        return next(end for _, _, end in self._cadence_from(self._started) if end > now)

    def _bursts(self, now: float) -> Iterator[Burst]:
        if self._started is None:
            return
        for begin, end in self._heard:
            for bell, on, off in self._cadence_from(self._started):
                if on >= min(end, now):
                    break
                if not bell or off <= begin:
                    continue
                stop = min(off, end)
                yield Burst(
                    round(max(on, begin) - self._started, 4),
                    round(stop - self._started, 4) if stop <= now else None,
                )

    def _cadence_from(self, started: float) -> Iterator[tuple[bool, float, float]]:
        """The cadence without end: whether the bell sounds, from when, until when."""
        begin = started
        for index, seconds in enumerate(cycle(self._cadence)):
            yield index % 2 == 0, begin, begin + seconds
            begin += seconds
