"""Active speech level by ITU-T P.56, method B: the envelope of two filters of the first order."""

from __future__ import annotations

import numpy as np

from tests.speech import RATE, Samples

_TIME = 0.03
"""Seconds of the envelope's filters."""
_HANGOVER = 0.2
_MARGIN = 15.9
_FULL_SCALE_SINE = 3.14
"""dBm0 (ITU-T G.711)."""


def active_speech_level(samples: Samples) -> float:
    """dBm0 of the speech in ``samples``."""
    signal = np.concatenate([samples, np.zeros(round(_HANGOVER * RATE))]).astype(float)
    keep = float(np.exp(-1 / (_TIME * RATE)))
    envelope = np.empty(len(signal))
    first = second = 0.0
    for n, value in enumerate(np.abs(signal)):
        first = keep * first + (1 - keep) * float(value)
        second = keep * second + (1 - keep) * first
        envelope[n] = second
    power = float((signal**2).sum())
    hangover = round(_HANGOVER * RATE)
    before: tuple[float, float] | None = None
    for threshold in 2.0 ** np.arange(15):
        above = envelope >= threshold
        # A pause shorter than the hangover counts as speech.
        since = np.arange(len(above)) - np.maximum.accumulate(
            np.where(above, np.arange(len(above)), -len(above))
        )
        active = int((since <= hangover).sum())
        if not active:
            break
        level, limit = _dbm0(power / active), _dbm0(float(threshold) ** 2)
        distance = level - limit
        if distance <= _MARGIN:
            if before is None:
                return level
            share = (before[1] - _MARGIN) / (before[1] - distance)
            return before[0] + share * (level - before[0])
        before = level, distance
    raise ValueError("there is no speech")


def _dbm0(mean_square: float) -> float:
    return float(10 * np.log10(mean_square / (32768**2 / 2)) + _FULL_SCALE_SINE)
