"""Signals to the telephone: samples that are heard instead of speech."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeAlias

from gateway.line import FRAME_BYTES, SAMPLE_RATE

Done: TypeAlias = Callable[[float], None]

_SAMPLE_BYTES = 2


class SignalPlayer:
    """Cuts a signal into frames and tells when its last sample was heard.

    ``send`` and ``stop`` may come from any thread; ``frame`` and ``due`` from the voice thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rest = b""
        self._done: Done | None = None
        self._ending: tuple[float, Done | None] | None = None

    @property
    def waiting(self) -> bool:
        """There are samples that have not been given out."""
        return bool(self._rest)

    def send(self, samples: bytes, done: Done | None) -> None:
        """Replaces what is still to be sent, whose ``done`` is not called any more."""
        if len(samples) % _SAMPLE_BYTES or not samples:
            raise ValueError(f"a signal of 16-bit samples cannot have {len(samples)} bytes")
        with self._lock:
            self._rest, self._done = samples, done
            self._ending = None

    def stop(self) -> bool:
        """Forget the signal.  True if a part of it may still be on its way to the telephone."""
        with self._lock:
            sounding = bool(self._rest) or self._ending is not None
            self._rest, self._done, self._ending = b"", None, None
            return sounding

    def frame(self, heard_at: float) -> bytes | None:
        """The next frame, of which the first sample is heard at ``heard_at``; ``None``: no more.

        The last frame is filled up with silence.
        """
        with self._lock:
            if not self._rest:
                return None
            frame, self._rest = self._rest[:FRAME_BYTES], self._rest[FRAME_BYTES:]
            if not self._rest:
                end = heard_at + len(frame) / _SAMPLE_BYTES / SAMPLE_RATE
                self._ending, self._done = (end, self._done), None
        return frame.ljust(FRAME_BYTES, b"\0")

    def due(self, now: float) -> tuple[float, Done | None] | None:
        """When the last sample of a signal was heard and whom to tell, once that is past."""
        with self._lock:
            if self._ending is None or self._ending[0] > now:
                return None
            ending, self._ending = self._ending, None
            return ending
