"""Ten milliseconds of sound: how loud they are, which known signal they hold, at what frequency."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.line import SAMPLE_RATE
from gateway.media import _dsp
from hardware.simulated.tones import QUIET, SIGNALS, Signal

SLICE_MS = 10
SLICE_BYTES = 2 * SAMPLE_RATE * SLICE_MS // 1000
SLICES_PER_SECOND = 1000 // SLICE_MS

MEASURED_SLICES = 5
"""Slices needed to measure a frequency; 50 ms tell apart what is 80 Hz or more apart."""

_FREQUENCIES = tuple(sorted({f for signal in SIGNALS for f in signal.frequencies}))
_PURE = 0.7
"""Share of the power that a single tone has at least: it stands 4 dB above noise."""
_MIXED = 0.5
_EACH = 0.04
"""Four tones beat within 10 ms, so their shares are looser: all together, and each of them."""
_STEP = 5.0
_MARGIN = 20.0
"""Hz between the frequencies that are tried, and beyond the tolerance."""


def signal_in(samples: bytes, level: float) -> Signal | None:
    """The known signal that makes up these 10 ms; ``level`` is their level in dBm0."""
    if level < QUIET:
        return None
    total = 10 ** (level / 10)
    found = _dsp.tone_levels(samples, _FREQUENCIES, SAMPLE_RATE)
    share = {f: 10 ** (dbm0 / 10) / total for f, dbm0 in zip(_FREQUENCIES, found, strict=True)}
    for signal in SIGNALS:
        shares = [share[f] for f in signal.frequencies]
        if len(shares) == 1:
            if shares[0] >= _PURE:
                return signal
        elif sum(shares) >= _MIXED and min(shares) >= _EACH:
            return signal
    return None


def measure(samples: bytes, signal: Signal) -> tuple[float, ...] | None:
    """The frequencies (Hz) of ``signal`` in ``MEASURED_SLICES`` slices of it.

    ``None`` when one of them is not within the signal's tolerance.
    """
    half = len(samples) // 4 * 2
    windowed = _dsp.fade(samples[:half], 0.0, 1.0) + _dsp.fade(samples[half:], 1.0, 0.0)
    measured = []
    for nominal in signal.frequencies:
        reach = int((signal.tolerance + _MARGIN) / _STEP)
        tried = [nominal + _STEP * step for step in range(-reach, reach + 1)]
        frequency = _peak(tried, _dsp.tone_levels(windowed, tried, SAMPLE_RATE))
        if frequency is None or abs(frequency - nominal) > signal.tolerance:
            return None
        measured.append(round(frequency, 1))
    return tuple(measured)


def _peak(frequencies: Sequence[float], levels: Sequence[float]) -> float | None:
    """The frequency of the highest level, between the steps by a parabola through three points.

    The main lobe of a triangular window is close to a parabola when drawn in decibels.
    """
    top = max(range(len(levels)), key=levels.__getitem__)
    if not 0 < top < len(levels) - 1:
        return None
    left, middle, right = levels[top - 1 : top + 2]
    bend = left - 2 * middle + right
    if not bend < 0:
        return None
    return frequencies[top] + _STEP * (left - right) / (2 * bend)
