"""What the telephone says: speech and noise of its microphone, or tones that silence it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np

from tests.simulators.telephone.keypad import white_noise
from tests.simulators.telephone.sound import Signal


@dataclass(slots=True)
class Playing:
    """A signal on its way; ``done`` is set when its last sample was said."""

    signal: Signal
    done: threading.Event = field(default_factory=threading.Event)


class Microphone:
    """Safe for threads.  ``noise`` (dBm0) is the noise of the room."""

    def __init__(self, noise: float | None = None, seed: int = 0) -> None:
        self.noise = noise
        self._random = np.random.default_rng(seed)
        self._speech: list[Playing] = []
        self._tones: list[Playing] = []
        self._lock = threading.Lock()

    def say(self, signal: Signal) -> Playing:
        """Speak after what is being said already."""
        return self._queue(self._speech, signal)

    def send(self, tones: Signal) -> Playing:
        """Tones of the set, which silence the microphone, after those being sent."""
        return self._queue(self._tones, tones)

    def stop(self) -> None:
        """Say and send nothing more."""
        with self._lock:
            for queue in (self._speech, self._tones):
                for playing in queue:
                    playing.done.set()
                queue.clear()

    def take(self, length: int, *, heard: bool) -> Signal:
        """The next samples.  The speaker does not wait when nobody can hear (``heard`` false)."""
        with self._lock:
            sending = bool(self._tones)
            tones = _next(self._tones, length)
            speech = _next(self._speech, length)
            if not heard:
                return np.zeros(length)
            if sending:
                return tones
            if self.noise is not None:
                speech += white_noise(self.noise, length, self._random)
            return speech

    def _queue(self, queue: list[Playing], signal: Signal) -> Playing:
        playing = Playing(signal)
        with self._lock:
            if len(signal):
                queue.append(playing)
            else:
                playing.done.set()
        return playing


def _next(queue: list[Playing], length: int) -> Signal:
    taken = np.zeros(length)
    filled = 0
    while queue and filled < length:
        first = queue[0]
        piece = first.signal[: length - filled]
        taken[filled : filled + len(piece)] = piece
        filled += len(piece)
        first.signal = first.signal[len(piece) :]
        if not len(first.signal):
            queue.pop(0).done.set()
    return taken
