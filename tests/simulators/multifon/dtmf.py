"""In-band DTMF decoder of the network's own (ITU-T Q.23, Q.24), independent of the gateway.

Every 5 ms the last 20 ms are correlated with the eight frequencies, each also at ±1.5 % so that
the permitted deviation costs no level.  A window shows a digit when two tones carry most of its
energy with a bearable twist, which a window does that is filled to about three quarters.  A digit
is what five windows in a row show: 40 ms are enough, 24 ms are not.  Five windows without it end
it: a break of 10 ms does not, a pause of 30 ms does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tests.simulators.multifon.g711 import Samples
from tests.simulators.multifon.recording import RATE

LOW = (697.0, 770.0, 852.0, 941.0)
HIGH = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = ("123A", "456B", "789C", "*0#D")
WINDOW = 160
HOP = 40
_DEVIATION = 0.015
HITS_TO_BEGIN = 5
MISSES_TO_END = 5
_OVERHANG = 24
"""Samples that the first and the last hit reach beyond the digit, on average."""
_PURITY = 0.72
"""Least share of the window's energy that the two tones carry."""
_LEAST_DBM0 = -38.0
"""Least level of the weaker tone."""
_TWIST_DB = 9.0
"""Largest difference of the two tones, either way (Q.24 asks for 4 to 8)."""


def _bank() -> npt.NDArray[np.float64]:
    """Cosines and sines: rows 0-23 and 24-47, three for each frequency."""
    time = np.arange(WINDOW) / RATE
    rows = [f * (1 + d) for f in LOW + HIGH for d in (-_DEVIATION, 0.0, _DEVIATION)]
    phase = 2 * np.pi * np.outer(rows, time)
    return np.concatenate([np.cos(phase), np.sin(phase)])


_BANK = _bank()
_LEAST_POWER = (32768 * 10 ** ((_LEAST_DBM0 - 3.14) / 20)) ** 2 / 2
_TWIST = 10 ** (_TWIST_DB / 10)


@dataclass(frozen=True, slots=True)
class HeardDigit:
    """``at`` and ``seconds`` are the beginning and the length in the heard recording (±10 ms)."""

    digit: str
    at: float
    seconds: float


def window_digits(windows: npt.NDArray[np.int16]) -> list[str]:
    """The digit that each row of ``WINDOW`` samples shows, or an empty text."""
    signal = windows.astype(np.float64)
    power = np.mean(signal**2, axis=1)
    projected = signal @ _BANK.T
    tones = (projected[:, :24] ** 2 + projected[:, 24:] ** 2) * (2 / WINDOW**2)
    strongest = tones.reshape(-1, 8, 3).max(axis=2)
    low, high = np.argmax(strongest[:, :4], axis=1), np.argmax(strongest[:, 4:], axis=1)
    rows = np.arange(len(signal))
    weaker, stronger = np.sort([strongest[rows, low], strongest[rows, 4 + high]], axis=0)
    shows = (
        (weaker >= _LEAST_POWER)
        & (stronger <= _TWIST * weaker)
        & (weaker + stronger >= _PURITY * power)
    )
    return [KEYS[low[i]][high[i]] if shows[i] else "" for i in rows]


class DtmfDecoder:
    """Takes voice in pieces of any size and returns the digits that ended in them."""

    def __init__(self) -> None:
        self._held: Samples = np.zeros(0, dtype=np.int16)
        self._position = 0
        self._candidate = ""
        self._hits = 0
        self._misses = 0
        self._digit = ""
        self._began = self._last = 0
        self.sounding = ""
        """The digit that is sounding now, or an empty text."""

    def feed(self, samples: Samples) -> list[HeardDigit]:
        self._held = np.concatenate([self._held, samples])
        ended: list[HeardDigit] = []
        if len(self._held) < WINDOW:
            return ended
        windows = np.lib.stride_tricks.sliding_window_view(self._held, WINDOW)[::HOP]
        for shown in window_digits(windows):
            digit = self._step(shown)
            if digit is not None:
                ended.append(digit)
            self._position += HOP
        self._held = self._held[len(windows) * HOP :]
        return ended

    def _step(self, shown: str) -> HeardDigit | None:
        if self._digit:
            if shown == self._digit:
                self._misses = 0
                self._last = self._position
                return None
            self._misses += 1
            if self._misses < MISSES_TO_END:
                return None
            return self._end(shown)
        if shown and shown == self._candidate:
            self._hits += 1
        else:
            self._candidate, self._hits = shown, int(bool(shown))
        if self._hits >= HITS_TO_BEGIN:
            self._digit = self.sounding = shown
            self._began = self._position - (HITS_TO_BEGIN - 1) * HOP
            self._last, self._misses = self._position, 0
        return None

    def _end(self, shown: str) -> HeardDigit:
        length = self._last - self._began + WINDOW - 2 * _OVERHANG
        heard = HeardDigit(self._digit, (self._began + _OVERHANG) / RATE, length / RATE)
        self._digit = self.sounding = ""
        self._candidate, self._hits = shown, int(bool(shown))
        return heard
