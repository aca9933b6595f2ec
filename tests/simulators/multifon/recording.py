"""A recording that RTP packets are placed in by their timestamp; gaps stay silent."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from tests.simulators.multifon.g711 import Samples

RATE = 8000
FRAME = 160
"""Samples of 20 ms."""
LONGEST = 2 * 3600 * RATE
"""A recording grows to two hours and then keeps what it has."""
_JUMP = 10 * RATE
"""A timestamp that jumps further begins a new stretch: the sender has started over."""


class Recording:
    """Grows as samples come.  Not locked: its owner guards it."""

    def __init__(self) -> None:
        self._samples: Samples = np.zeros(RATE, dtype=np.int16)
        self.end = 0
        """Samples up to the newest."""
        self.started: float | None = None
        """``time.monotonic()`` of the first sample's arrival or departure."""
        self._source: int | None = None
        self._timestamp = 0
        self._position = 0
        self._newest = 0.0

    def place(self, source: int, timestamp: int, samples: Samples, now: float) -> None:
        """Put a packet's samples where ``timestamp`` (RTP, 32 bits) says.

        A new ``source`` (SSRC) or a wild timestamp continues after the time that has passed.
        """
        if self.started is None:
            self.started = now
        step = ((timestamp - self._timestamp + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        if self._source is None:
            position = 0
        elif source != self._source or abs(step) > _JUMP:
            quiet = max(0, round((now - self._newest) * RATE) - FRAME)
            position = self.end + min(quiet, _JUMP)
        else:
            position = self._position + step
        self._source, self._timestamp, self._position = source, timestamp, position
        self._newest = now
        self._write(position, samples)

    def append(self, samples: Samples, now: float) -> None:
        if self.started is None:
            self.started = now
        self._write(self.end, samples)

    def _write(self, position: int, samples: Samples) -> None:
        stop = position + len(samples)
        if position < 0 or stop > LONGEST:
            return
        if stop > len(self._samples):
            bigger = np.zeros(max(stop, 2 * len(self._samples)), dtype=np.int16)
            bigger[: self.end] = self._samples[: self.end]
            self._samples = bigger
        self._samples[position:stop] = samples
        self.end = max(self.end, stop)

    def part(self, start: int, stop: int) -> Samples:
        """A copy of the samples from ``start`` to ``stop`` at most."""
        return self._samples[start : min(stop, self.end)].copy()


def write_wav(path: Path, samples: Samples) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())
