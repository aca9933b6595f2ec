"""Cuts what is heard into bursts of known signals, from slices of 10 ms."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from hardware.simulated.slices import MEASURED_SLICES, SLICES_PER_SECOND, measure
from hardware.simulated.tones import Signal

CHANGED = 3
"""Slices of something else that end a burst.  Two may be a frame that the network lost."""
UNSETTLED = 12
"""Slices of ever changing signals after which none of them is believed."""
REMEMBERED = 6
"""Bursts kept: twice the longest cadence that is known."""


@dataclass(eq=False, slots=True)
class SignalBurst:
    """One stretch of a signal; ``start`` and ``end`` count slices, ``end`` is ``None`` so far."""

    signal: Signal
    start: int
    after_digits: bool
    """Digits were sent before it began."""
    end: int | None = None
    digit_sent: bool = False
    """A digit was sent while it lasted: whatever ended it, its length means nothing."""
    frequencies: tuple[float, ...] | None = None
    """As measured, Hz; ``None`` until then."""
    genuine: bool = False
    """Long enough to be measured, and its frequencies are right."""
    _power: float = 0.0
    _slices: int = 0
    _voice: bytearray = field(default_factory=bytearray)

    @property
    def level(self) -> float:
        """Mean level in dBm0."""
        return 10 * math.log10(self._power / self._slices) if self._slices else -math.inf

    @property
    def false(self) -> bool:
        """It was measured, and its frequencies are not those of its signal."""
        return self._slices >= MEASURED_SLICES and not self.genuine

    def seconds(self, now: int) -> float:
        return ((now if self.end is None else self.end) - self.start) / SLICES_PER_SECOND

    def add(self, samples: bytes, level: float) -> None:
        self._power += 10 ** (level / 10)
        self._slices += 1
        if self._slices <= MEASURED_SLICES:
            self._voice += samples
            if self._slices == MEASURED_SLICES:
                self.frequencies = measure(bytes(self._voice), self.signal)
                self.genuine = self.frequencies is not None


class Bursts:
    """The last genuine bursts, oldest first; the last one may still sound."""

    def __init__(self) -> None:
        self.now = 0
        """Slices since the telephone began to hear."""
        self._known: deque[SignalBurst] = deque(maxlen=REMEMBERED)
        self._current: SignalBurst | None = None
        self._changing: list[Signal | None] = []
        self._digits_sent = False

    @property
    def sounding(self) -> SignalBurst | None:
        """The genuine burst that is heard now."""
        current = self._current
        return current if current is not None and current.genuine else None

    @property
    def false(self) -> bool:
        """What is heard now only resembles a signal."""
        return self._current is not None and self._current.false

    @property
    def known(self) -> list[SignalBurst]:
        return list(self._known)

    def digit_sent(self) -> None:
        self._digits_sent = True
        if self._current is not None:
            self._current.digit_sent = True

    def add(self, samples: bytes, level: float, signal: Signal | None) -> None:
        """The next slice and the signal found in it."""
        self.now += 1
        current = self._current
        if signal is (current.signal if current else None):
            self._changing.clear()
            if current is not None:
                self._extend(current, samples, level)
            return
        self._changing.append(signal)
        last = self._changing[-CHANGED:]
        if len(last) == CHANGED and all(other is signal for other in last):
            self._change(signal, self.now - CHANGED)
        elif len(self._changing) >= UNSETTLED:
            self._change(None, self.now - UNSETTLED)

    def _extend(self, burst: SignalBurst, samples: bytes, level: float) -> None:
        was_genuine = burst.genuine
        burst.add(samples, level)
        if burst.genuine and not was_genuine:
            self._known.append(burst)

    def _change(self, signal: Signal | None, at: int) -> None:
        if self._current is not None:
            self._current.end = at
        self._current = None
        if signal is not None:
            self._current = SignalBurst(signal, at, self._digits_sent)
        self._changing.clear()
