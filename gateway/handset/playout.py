"""Takes up the jitter of what a person says: frames come as they like, and leave every 20 ms.

The first frame waits for ``margin`` milliseconds before it is taken, so that those which follow may
be as late as that.  A frame that is not there in time is an underrun: the last one is faded out in
its place, and the next ones wait for a margin that has grown.  Calm brings the margin down again.

Nothing here changes the rate.  ``report`` tells how close it was; the page that speaks is the one
that sends a little faster or slower (``gateway/web/static/telephone/margin.js``), since it
resamples anyway.

One thread puts and one takes: deque operations are atomic in CPython, and no lock is waited for.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from gateway.line import FRAME_MS, SILENCE
from gateway.media import _dsp

SMALLEST_MS = 15.0
"""Of the margin: threads of a busy machine are late by this much."""
LARGEST_MS = 200.0
GROWTH_MS = 15.0
"""By an underrun."""
CALM_S = 20.0
"""Seconds without an underrun that bring the margin down."""
SHRINKING_MS = 2.0
"""After each ``CALM_S``."""
LIMIT = 25
"""Frames that may wait: half a second.  Above, the oldest are thrown away down to the margin."""
PAUSE_S = 0.2
"""Seconds without a ``take`` after which what waits is of the past."""


@dataclass(frozen=True, slots=True)
class Report:
    """How the frames came; counters since the buffer was made."""

    least_ms: float | None
    """How long the frame that waited least had waited, since the last report."""
    margin_ms: float
    taken: int
    underruns: int
    overruns: int


class Playout:
    """Times are monotonic, in seconds."""

    def __init__(self) -> None:
        self._frames: deque[tuple[bytes, float]] = deque()
        self._margin = SMALLEST_MS
        self._calm_since = 0.0
        self._flowing = False
        self._last = SILENCE
        self._last_take = 0.0
        self._least: float | None = None
        self._taken = 0
        self._underruns = 0
        self._overruns = 0

    def put(self, frame: bytes, now: float) -> None:
        """A frame has come."""
        self._frames.append((frame, now))
        if len(self._frames) > LIMIT:
            keep = 1 + round(self._margin / FRAME_MS)
            while len(self._frames) > keep:
                self._drop()

    def _drop(self) -> None:
        try:
            self._frames.popleft()
        except IndexError:  # the other thread took it
            return
        self._overruns += 1

    def take(self, now: float) -> bytes:
        """The frame that is said ``now``."""
        if now - self._last_take > PAUSE_S:
            # What was said before the line's voice began is nobody's to hear, and no loss.
            while len(self._frames) > 1:
                self._frames.popleft()
            self._flowing, self._last, self._calm_since = False, SILENCE, now
        self._last_take = now
        if not self._flowing:
            self._flowing = self._oldest_waited(now) >= self._margin
            if not self._flowing:
                return SILENCE
        try:
            frame, came = self._frames.popleft()
        except IndexError:
            return self._underrun(now)
        waited = (now - came) * 1000
        self._least = waited if self._least is None else min(self._least, waited)
        self._taken += 1
        self._last = frame
        if now - self._calm_since > CALM_S:
            self._calm_since = now
            self._margin = max(SMALLEST_MS, self._margin - SHRINKING_MS)
        return frame

    def _oldest_waited(self, now: float) -> float:
        return (now - self._frames[0][1]) * 1000 if self._frames else -1.0

    def _underrun(self, now: float) -> bytes:
        self._underruns += 1
        self._flowing = False
        self._margin = min(LARGEST_MS, self._margin + GROWTH_MS)
        self._calm_since = now
        ending, self._last = _dsp.fade(self._last, 1.0, 0.0), SILENCE
        return ending

    def report(self) -> Report:
        """What happened since the last report."""
        least, self._least = self._least, None
        return Report(least, self._margin, self._taken, self._underruns, self._overruns)
