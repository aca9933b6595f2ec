"""The test sound: noise in the band of a telephone, as loud as speech."""

from __future__ import annotations

import functools
import math
import random
from array import array

from gateway.line import SAMPLE_RATE
from gateway.media import _dsp
from gateway.media.tones import ramp_down, ramp_up

LEVEL_DBM0 = -22.0
"""2 dB below the usual level of speech: well above the noise of a line, and not unpleasant."""
BAND = (300.0, 3400.0)
"""Hz: the band in which ITU-T G.122 and the data sheets of hybrids give their losses."""
_Q = (0.541, 1.307)
"""Of the two sections of a fourth-order Butterworth filter."""


PERIOD_S = 1.0
"""It repeats, because a slow computer takes some time for each second of it."""


def band_noise(seconds: float) -> bytes:
    """16-bit samples of flat noise in ``BAND`` at ``LEVEL_DBM0``; every time the same."""
    period = _period()
    rounds = math.ceil(seconds / PERIOD_S)
    samples = array("h", (period * rounds)[: 2 * round(seconds * SAMPLE_RATE)])
    ramp_up(samples)
    ramp_down(samples)
    return samples.tobytes()


@functools.cache
def _period() -> bytes:
    count, settling = round(PERIOD_S * SAMPLE_RATE), SAMPLE_RATE // 20
    noise = array("h", random.Random(1).randbytes(2 * (settling + count)))
    wave = [float(sample) for sample in noise]
    for q in _Q:
        wave = _filtered(wave, BAND[0], q, high_pass=True)
        wave = _filtered(wave, BAND[1], q, high_pass=False)
    clipped = (round(max(-32768.0, min(32767.0, value))) for value in wave[settling:])
    loud = array("h", clipped).tobytes()
    return _dsp.scale(loud, 10 ** ((LEVEL_DBM0 - _dsp.level(loud)) / 20))


def _filtered(wave: list[float], frequency: float, q: float, *, high_pass: bool) -> list[float]:
    """A second-order section by the bilinear transform."""
    omega = math.tau * frequency / SAMPLE_RATE
    alpha, cosine = math.sin(omega) / (2 * q), math.cos(omega)
    whole = 1 + alpha
    b0 = (1 + cosine if high_pass else 1 - cosine) / 2 / whole
    b1 = (-2 if high_pass else 2) * b0
    a1, a2 = -2 * cosine / whole, (1 - alpha) / whole
    out, s1, s2 = [], 0.0, 0.0
    for x in wave:
        y = b0 * x + s1
        s1 = b1 * x - a1 * y + s2
        s2 = b0 * x - a2 * y
        out.append(y)
    return out
