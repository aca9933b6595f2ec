"""A short queue of voice frames between two clocks, with its counters."""

from __future__ import annotations

from collections import deque


class FrameQueue:
    """Frames from one clock to another.

    Reading begins when ``prime`` frames are there, which is how much lateness of the writer it
    survives; above ``limit`` frames the oldest is dropped.  One thread writes, and another reads
    and resets: each touches the deque by single operations, which are atomic in CPython.
    ``underruns`` and ``overruns`` count frames that had to be made up or thrown away since the
    queue was made.
    """

    def __init__(self, limit: int) -> None:
        self.prime = 0
        self.underruns = 0
        self.overruns = 0
        self._limit = limit
        self._frames: deque[bytes] = deque(maxlen=limit)
        self._flowing = False

    def __len__(self) -> int:
        return len(self._frames)

    def reset(self, prime: int) -> None:
        """Forget what is queued and wait for ``prime`` frames again."""
        self._flowing = False
        self.prime = prime
        self._frames.clear()

    def put(self, frame: bytes) -> None:
        full = len(self._frames) == self._limit
        # The deque itself drops the oldest: a reset may have emptied it since it was looked at.
        self._frames.append(frame)
        self.overruns += full

    def get(self) -> bytes | None:
        """The next frame; ``None`` while priming and at an underrun."""
        if not self._flowing:
            if len(self._frames) < max(1, self.prime):
                return None
            self._flowing = True
        try:
            return self._frames.popleft()
        except IndexError:
            self.underruns += 1
            self._flowing = False
            return None
