"""Reads AON packets by a discrete Fourier transform, from the facts of the reference only.

Six frequencies, 40 ms a sign, no gaps, two frequencies a sign.  The weights 0, 1, 2, 4, 7, 11 of
the frequencies add up to the digit, as in the other codes of two out of six; 0 is 11 there, and
what is left of the sums with 1700 Hz are the start and the repeat sign.
"""

from __future__ import annotations

import numpy as np

from tests.media.signals import RATE, Signal

FREQUENCIES = (700.0, 900.0, 1100.0, 1300.0, 1500.0, 1700.0)
WEIGHTS = (0, 1, 2, 4, 7, 11)
SIGN = 40 * RATE // 1000
STEP = 5 * RATE // 1000
START, REPEAT = "S", "R"
_MARGIN = 12.0
"""dB by which both frequencies of a sign are above the other four."""
_TWIST = 6.0
_QUIET = 50.0
"""Amplitude below which a frequency is not there."""
_EXTRA = {13: START, 15: REPEAT, 11: "0"}


def _spectrum(piece: Signal) -> Signal:
    time = np.arange(len(piece)) / RATE
    window = np.hanning(len(piece))
    waves = np.exp(-2j * np.pi * np.outer(FREQUENCIES, time))
    strength: Signal = 2 * np.abs(waves @ (piece * window)) / window.sum()
    return strength


def sign_at(piece: Signal) -> str | None:
    """The sign that sounds throughout ``piece``, if there is one."""
    strength = _spectrum(piece)
    order = np.argsort(strength)[::-1]
    first, second, third = strength[order[:3]]
    if second < _QUIET or first > second * 10 ** (_TWIST / 20):
        return None
    if second < third * 10 ** (_MARGIN / 20):
        return None
    total = WEIGHTS[order[0]] + WEIGHTS[order[1]]
    return _EXTRA.get(total, str(total) if total < 10 else None)


def signs(signal: Signal) -> list[tuple[str, float]]:
    """The signs in order and how long each was recognised, ms; the beginning need not be known.

    Every 5 ms the last 30 ms are looked at: between two signs no pair is clear.
    """
    found: list[tuple[str, float]] = []
    last = None
    for at in range(0, len(signal) - 6 * STEP + 1, STEP):
        sign = sign_at(signal[at : at + 6 * STEP])
        if sign is not None:
            if sign == last:
                found[-1] = (sign, found[-1][1] + 5.0)
            else:
                found.append((sign, 5.0))
        last = sign
    return found


def numbers(heard: str) -> list[tuple[int, str]]:
    """Category and number of each whole packet in a string of signs."""
    result = []
    for part in heard.split(START)[1:-1]:
        plain = ""
        for sign in part:
            plain += plain[-1:] if sign == REPEAT else sign
        if len(plain) == 8:
            result.append((int(plain[0]), plain[:0:-1]))
    return result
