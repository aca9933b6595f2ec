"""Samples: 8000 a second, float64 in the units of 16-bit audio.  A full-scale sine is +3.14 dBm0
(ITU-T G.711)."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Signal: TypeAlias = npt.NDArray[np.float64]

RATE = 8000
FRAME = 160
"""Samples of 20 ms."""
_FULL_SCALE_DBM0 = 3.14


def amplitude(dbm0: float) -> float:
    """Peak of a sine."""
    return float(32768.0 * 10 ** ((dbm0 - _FULL_SCALE_DBM0) / 20))


def level(signal: Signal) -> float:
    """RMS level, dBm0; -120 for silence."""
    power = float(np.mean(signal**2)) if len(signal) else 0.0
    return max(-120.0, 10 * math.log10(2 * power / 32768.0**2 + 1e-30) + _FULL_SCALE_DBM0)


def sine(hertz: float, dbm0: float, seconds: float) -> Signal:
    time = np.arange(round(seconds * RATE)) / RATE
    wave: Signal = amplitude(dbm0) * np.sin(2 * np.pi * hertz * time)
    return wave


def silence(seconds: float) -> Signal:
    return np.zeros(round(seconds * RATE))


def from_bytes(samples: bytes) -> Signal:
    return np.frombuffer(samples, np.int16).astype(np.float64)


def to_bytes(signal: Signal) -> bytes:
    return np.clip(np.rint(signal), -32768, 32767).astype(np.int16).tobytes()


def power_at(signal: Signal, hertz: float) -> float:
    """Mean power of the part of ``signal`` at one frequency (a Goertzel filter's result)."""
    turn = np.exp(-2j * np.pi * hertz / RATE * np.arange(len(signal)))
    return float(2 * abs(np.dot(signal, turn)) ** 2 / len(signal) ** 2)


def share(signal: Signal, *hertz: float) -> float:
    """Part of the power of ``signal`` at the given frequencies, 0 to about 1."""
    total = float(np.mean(signal**2))
    return sum(power_at(signal, f) for f in hertz) / total if total > 0 else 0.0
