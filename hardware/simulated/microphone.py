"""What the telephone says: its keys, what was spoken, and the microphone of a program.

A pressed key mutes the microphone, as in any telephone: what is spoken meanwhile goes on unheard.
Not safe for threads by itself; the telephone's lock guards it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from gateway.line import FRAME_BYTES, FRAME_MS, SILENCE
from gateway.media import _dsp

STREAM_LIMIT_MS = 1000
"""How much a program may send ahead."""


@dataclass(eq=False, slots=True)
class Utterance:
    """Something to say from its beginning to its end, and how far that is."""

    frames: list[bytes]
    said: int = 0
    started: float | None = None
    """Monotonic time of its first frame."""
    cut: bool = False
    """It was ended before it was said."""

    @property
    def done(self) -> bool:
        return self.cut or self.said >= len(self.frames)

    def take(self, now: float) -> bytes:
        if self.started is None:
            self.started = now
        frame = self.frames[self.said]
        self.said += 1
        return frame


@dataclass(slots=True)
class _Track:
    """Utterances, one after the other."""

    waiting: deque[Utterance] = field(default_factory=deque)

    def take(self, now: float) -> bytes | None:
        while self.waiting and self.waiting[0].done:
            self.waiting.popleft()
        return self.waiting[0].take(now) if self.waiting else None

    @property
    def busy(self) -> bool:
        return any(not utterance.done for utterance in self.waiting)

    def cut(self) -> None:
        for utterance in self.waiting:
            utterance.cut = not utterance.done or utterance.cut
        self.waiting.clear()


class Microphone:
    """The three sources of the telephone's voice."""

    def __init__(self) -> None:
        self._keys = _Track()
        self._speech = _Track()
        self._stream = bytearray()

    @property
    def pressing(self) -> bool:
        """A key is being sent."""
        return self._keys.busy

    @property
    def speaking(self) -> bool:
        return self._speech.busy

    @property
    def queued_ms(self) -> float:
        """What a program has sent ahead."""
        return len(self._stream) * FRAME_MS / FRAME_BYTES

    def press(self, frames: list[bytes]) -> Utterance:
        """Send the tones of keys."""
        utterance = Utterance(frames)
        self._keys.waiting.append(utterance)
        return utterance

    def speak(self, frames: list[bytes]) -> Utterance:
        """Say something after what is being said."""
        utterance = Utterance(frames)
        self._speech.waiting.append(utterance)
        return utterance

    def feed(self, samples: bytes) -> None:
        """Add to a program's voice; ``ValueError`` when that would be too far ahead."""
        ahead = (len(self._stream) + len(samples)) * FRAME_MS / FRAME_BYTES
        if ahead > STREAM_LIMIT_MS:
            raise ValueError(
                f"the microphone takes {STREAM_LIMIT_MS} ms ahead: {self.queued_ms:g} ms are "
                "queued already; wait before sending more"
            )
        self._stream += samples

    def silence(self) -> None:
        """Stop speaking; keys that are pressed are sent to their end."""
        self._speech.cut()
        self._stream.clear()

    def clear(self) -> None:
        """Stop everything."""
        self._keys.cut()
        self.silence()

    def take(self, now: float) -> bytes:
        """The next frame."""
        spoken = self._speech.take(now)
        streamed = self._take_stream()
        keys = self._keys.take(now)
        if keys is not None:
            return keys
        if spoken is not None and streamed is not None:
            return _dsp.mix(spoken, streamed)
        return spoken or streamed or SILENCE

    def _take_stream(self) -> bytes | None:
        if not self._stream:
            return None
        frame = bytes(self._stream[:FRAME_BYTES])
        del self._stream[:FRAME_BYTES]
        return frame.ljust(FRAME_BYTES, b"\0")
