"""Chirps in a recording, found by a matched filter; and the first sound in a silence."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tests.speech import RATE, Samples

LENGTH = 400
"""Samples of a chirp: 50 ms."""
LOW_HZ, HIGH_HZ = 400.0, 3200.0
PEAK = 8000
FOUND = 0.5
"""Least normalised correlation that is a chirp; noise of this length stays below 0.3."""


def chirp(*, falling: bool = False) -> Samples:
    """A linear sweep through the telephone band; ``falling`` makes one that is unlike the other."""
    time = np.arange(LENGTH) / RATE
    rate = (HIGH_HZ - LOW_HZ) * RATE / LENGTH
    sweep = np.sin(2 * np.pi * (LOW_HZ * time + rate * time**2 / 2)) * np.hanning(LENGTH)
    samples: Samples = np.round(PEAK * sweep).astype(np.int16)
    return samples[::-1].copy() if falling else samples


def train(positions: list[int], length: int, *, falling: bool = False) -> Samples:
    """Silence of ``length`` samples with a chirp at each of ``positions``."""
    samples = np.zeros(length, np.int16)
    for position in positions:
        samples[position : position + LENGTH] = chirp(falling=falling)
    return samples


def find(recording: Samples, start: int, stop: int, *, falling: bool = False) -> int | None:
    """Where between ``start`` and ``stop`` (samples) the best chirp begins; ``None`` for none.

    The resolution is one sample, 0.125 ms.
    """
    start = max(0, start)
    part = recording[start : stop + LENGTH].astype(np.float64)
    wanted = chirp(falling=falling).astype(np.float64)
    if len(part) < LENGTH:
        return None
    correlation = np.correlate(part, wanted, "valid")
    energy = np.convolve(part**2, np.ones(LENGTH), "valid") * float(np.sum(wanted**2))
    # A stretch far below any chirp's level is not allowed to look like one by its rounding noise.
    quiet = LENGTH * 100.0 * float(np.sum(wanted**2))
    likeness: npt.NDArray[np.float64] = correlation / np.sqrt(np.maximum(energy, quiet))
    best = int(np.argmax(likeness))
    return start + best if likeness[best] >= FOUND else None


def first_above(recording: Samples, level: int, start: int = 0) -> int | None:
    """The first sample from ``start`` whose magnitude is above ``level``."""
    loud = np.flatnonzero(np.abs(recording[start:].astype(np.int32)) > level)
    return start + int(loud[0]) if len(loud) else None
