"""What was said and heard on the line during a step, between the voice thread and the loop."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from gateway.line import FRAME_MS

LONGEST_S = 40.0
"""Seconds that are kept: longer than any step that is recorded."""


class Recording:
    """Keeps the frames of both directions.

    It is the meter of a line's voice (``gateway.media.voice.Meter``).  One thread adds, another
    reads: deque operations are atomic in CPython, a copy of the whole among them.
    """

    def __init__(self) -> None:
        self._frames: deque[tuple[bytes, bytes]] = deque(maxlen=int(1000 * LONGEST_S / FRAME_MS))

    def __call__(self, captured: bytes, played: bytes) -> None:
        self._frames.append((captured, played))

    def __len__(self) -> int:
        return len(self._frames)

    def clear(self) -> None:
        self._frames.clear()

    def said(self) -> Sequence[bytes]:
        """What the telephone said, frame by frame."""
        return [captured for captured, _ in self._frames.copy()]

    def both(self) -> tuple[Sequence[bytes], Sequence[bytes]]:
        """What it heard and, at the same time, said."""
        frames = self._frames.copy()
        return [played for _, played in frames], [captured for captured, _ in frames]
