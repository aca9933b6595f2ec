"""Everything that was heard at the telephone, with the time and the state of the hook."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np

from tests.simulators.telephone.sound import FRAME, RATE, Signal, from_bytes

_KEPT_SECONDS = 900


class _Frame(NamedTuple):
    time: float
    off_hook: bool
    samples: bytes


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames that followed each other with the receiver in the same place."""

    off_hook: bool
    signal: Signal
    times: tuple[float, ...]
    """When each frame of 20 ms began."""

    def time(self, sample: int) -> float:
        """When a sample was heard; ``sample`` may be the length of the signal."""
        frame = min(sample // FRAME, len(self.times) - 1)
        return self.times[frame] + (sample - frame * FRAME) / RATE


class Tape:
    """Safe for threads.  The last quarter of an hour is kept."""

    def __init__(self) -> None:
        self._frames: deque[_Frame] = deque(maxlen=_KEPT_SECONDS * RATE // FRAME)
        self._lock = threading.Lock()

    def add(self, time: float, samples: bytes, *, off_hook: bool) -> None:
        with self._lock:
            self._frames.append(_Frame(time, off_hook, samples))

    def frames(self, since: float = float("-inf")) -> list[_Frame]:
        with self._lock:
            return [frame for frame in self._frames if frame.time >= since]

    def heard(self, since: float = float("-inf")) -> bytes:
        """16-bit samples that began at ``since`` or later."""
        return b"".join(frame.samples for frame in self.frames(since))

    def stretches(self, *, off_hook: bool) -> list[Stretch]:
        found = []
        for state, group in groupby(self.frames(), lambda frame: frame.off_hook):
            if state is off_hook:
                frames = list(group)
                signal = np.concatenate([from_bytes(frame.samples) for frame in frames])
                found.append(Stretch(state, signal, tuple(frame.time for frame in frames)))
        return found
