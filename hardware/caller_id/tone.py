"""Sines and their edges."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

from gateway.line import SAMPLE_RATE

FULL_SCALE_SINE = 3.14
"""Level in dBm0 of a sine with a peak of full scale (ITU-T G.711)."""


def peak(level: float) -> float:
    """Peak, in the units of a sample, of a sine of ``level`` dBm0."""
    return float(32768 * 10 ** ((level - FULL_SCALE_SINE) / 20))


def pair(frequencies: Sequence[int], levels: Sequence[float], samples: int) -> array[int]:
    """The sum of two sines (Hz, dBm0) that both begin at phase 0.

    Raises ``OverflowError`` if their peaks together are beyond full scale.
    """
    first, second = (math.tau * frequency / SAMPLE_RATE for frequency in frequencies)
    peak1, peak2 = (peak(level) for level in levels)
    sin = math.sin
    return array(
        "h", [round(peak1 * sin(first * n) + peak2 * sin(second * n)) for n in range(samples)]
    )


def smooth_edges(samples: array[int], ramp: int) -> None:
    """Let the first ``ramp`` samples rise from silence as half a cosine, and the last ones fall.

    So a signal neither begins nor ends with a click.
    """
    for n in range(ramp):
        gain = math.sin(math.pi / 2 * (n + 0.5) / ramp) ** 2
        samples[n] = round(samples[n] * gain)
        samples[-1 - n] = round(samples[-1 - n] * gain)
