"""Measures tones that this project sends."""

from __future__ import annotations

import numpy as np

from tests.media.signals import RATE, Signal


def tone(signal: Signal, near: float) -> tuple[float, float]:
    """Frequency (Hz) and level (dBm0) of the tone within 40 Hz of ``near``, by a Hann window."""
    window = np.hanning(len(signal))
    time = np.arange(len(signal)) / RATE
    grid = np.arange(near - 40, near + 40.05, 0.1)
    waves = np.exp(-2j * np.pi * np.outer(grid, time))
    strength = 2 * np.abs(waves @ (signal * window)) / window.sum()
    best = int(np.argmax(strength))
    return float(grid[best]), float(20 * np.log10(strength[best] / 32768) + 3.14)


def rises_and_falls_gently(signal: Signal, ramp: int) -> None:
    """Assert that ``signal`` begins and ends near 0 and reaches no more than its height between.

    A quarter of the ramp keeps below a fifth of the peak, and no step from one sample to the next
    is larger there than within the signal.
    """
    highest = np.abs(signal).max()
    steps = np.abs(np.diff(signal, prepend=0.0, append=0.0))
    steepest = steps[ramp:-ramp].max()
    for edge in (signal, signal[::-1]):
        assert abs(edge[0]) < 0.01 * highest
        assert np.abs(edge[: ramp // 4]).max() < 0.2 * highest
    assert steps[:ramp].max() <= steepest
    assert steps[-ramp:].max() <= steepest
