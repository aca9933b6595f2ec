"""Speaks utterances to a line: samples that are played once, one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from gateway.line import FRAME_BYTES
from gateway.media._dsp import fade


@dataclass(eq=False, slots=True)
class _Utterance:
    """What is being spoken, read by the voice thread alone."""

    samples: bytes
    ended: Callable[[], None] | None
    position: int = 0

    def frame(self) -> bytes | None:
        """The next frame, the last one filled up with silence; ``None`` behind the end."""
        frame = self.samples[self.position : self.position + FRAME_BYTES]
        self.position += FRAME_BYTES
        return frame.ljust(FRAME_BYTES, b"\0") if frame else None


class SpeechPlayer:
    """Plays utterances in the order in which they were given.

    ``say`` and ``hush`` are the event loop's; ``frame`` is the voice thread's and never waits.
    """

    def __init__(self) -> None:
        # say() appends, frame() takes; hush() hands over another queue with one assignment.
        self._waiting: deque[_Utterance] = deque()
        # The voice thread's own.
        self._heard: deque[_Utterance] = self._waiting
        self._current: _Utterance | None = None

    def say(self, samples: bytes, ended: Callable[[], None] | None = None) -> None:
        """Speak ``samples`` (16-bit, 8 kHz) after what is being spoken.

        ``ended`` is called from the voice thread when the last of it was played, and never if it
        is hushed.  It must not wait.
        """
        self._waiting.append(_Utterance(samples, ended))

    def hush(self) -> None:
        """Forget what is spoken and waits; a sound fades within one frame."""
        self._waiting = deque()

    def frame(self) -> bytes | None:
        """The next frame (``FRAME_BYTES``), or ``None`` when nothing is spoken."""
        waiting, current = self._waiting, self._current
        if waiting is not self._heard:
            self._heard, self._current = waiting, None
            last = current.frame() if current else None
            if last is not None:
                return fade(last, 1.0, 0.0)
            current = None
        if current is None:
            try:
                current = self._current = waiting.popleft()
            except IndexError:
                return None
        frame = current.frame()
        if frame is None:
            self._current = None
            if current.ended is not None:
                current.ended()
        return frame
