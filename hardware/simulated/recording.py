"""What was heard, kept: a recording for a file, and the last seconds for a program."""

from __future__ import annotations

import threading
import wave
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from gateway.line import FRAME_BYTES, FRAME_MS, SAMPLE_RATE

LONGEST = 600.0
"""Seconds after which a recording ends by itself; it is held in memory, 16 kB a second."""
RECENT_MS = 2000
"""How much a program may be behind."""


@dataclass(eq=False, slots=True)
class Recording:
    """Every frame from the first to the last, for the file at ``path``."""

    path: Path
    samples: int
    """Samples wanted; it is ended when they are there."""
    ended: bool = False
    _frames: list[bytes] = field(default_factory=list)
    _writing: threading.Lock = field(default_factory=threading.Lock)
    _written: bool = False

    @property
    def seconds(self) -> float:
        return min(self.samples, len(self._frames) * FRAME_BYTES // 2) / SAMPLE_RATE

    def add(self, frame: bytes) -> None:
        self._frames.append(frame)
        if len(self._frames) * FRAME_BYTES >= 2 * self.samples:
            self.ended = True

    def save(self) -> None:
        """Write the file, once; only when ended.  ``OSError`` where that fails.  Any thread."""
        with self._writing:
            if self._written:
                return
            with self.path.open("wb") as file, wave.open(file, "wb") as sound:
                sound.setnchannels(1)
                sound.setsampwidth(2)
                sound.setframerate(SAMPLE_RATE)
                sound.writeframes(b"".join(self._frames)[: 2 * self.samples])
            self._written = True


class Recent:
    """The frames that a program has not fetched yet; the oldest are lost when it is slow."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._lost = 0

    def add(self, frame: bytes) -> None:
        self._frames.append(frame)
        if len(self._frames) * FRAME_MS > RECENT_MS:
            self._frames.popleft()
            self._lost += 1

    def fetch(self, most_ms: float) -> tuple[bytes, int]:
        """Up to ``most_ms`` of voice and how many ms were lost before it."""
        count = min(len(self._frames), int(most_ms // FRAME_MS))
        voice = b"".join(self._frames.popleft() for _ in range(count))
        lost, self._lost = self._lost * FRAME_MS, 0
        return voice, lost
