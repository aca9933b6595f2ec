"""The noise of a line: white, at a level in dBm0."""

from __future__ import annotations

import math
import random
from array import array

from gateway.line import FRAME_BYTES, FRAME_SAMPLES
from hardware.simulated.dial import sine_amplitude

_POOL_SAMPLES = 8000
"""Frames are cut from a pool at random places, so that nothing is computed in the voice thread."""


class Noise:
    """Endless white noise; the same ``seed`` gives the same noise."""

    def __init__(self, dbm0: float, seed: str) -> None:
        self._random = random.Random(seed)
        deviation = sine_amplitude(dbm0) / math.sqrt(2)
        self._pool = array(
            "h",
            (
                max(-32768, min(32767, round(self._random.gauss(0.0, deviation))))
                for _ in range(_POOL_SAMPLES)
            ),
        ).tobytes()

    def frame(self) -> bytes:
        start = 2 * self._random.randrange(_POOL_SAMPLES - FRAME_SAMPLES)
        return self._pool[start : start + FRAME_BYTES]
