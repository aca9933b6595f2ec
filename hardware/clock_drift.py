"""How much faster or slower than the computer's clock a sound card's crystal runs.

The thread that reads the card is woken when a frame is complete; it may come late, never early.
So the earliest arrivals lie on a straight line whose slope is the drift, and all others lie above
it.  The earliest of each window of ten seconds is kept, and the slope is taken between windows.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median

from gateway.line import FRAME_MS

WINDOW_FRAMES = 500
"""Frames in a window: 10 s."""
FEWEST_WINDOWS = 4
"""Below this nothing is said: 40 s.  The error is then about 10 ppm on a busy computer."""
MOST_WINDOWS = 60
"""Ten minutes: the crystal's temperature changes slowly."""
LARGEST_PPM = 500.0
"""A larger slope is no crystal: frames were lost, or the computer's clock was set."""


@dataclass(frozen=True, slots=True)
class _Earliest:
    frame: int
    lag: float
    """Seconds after the time at which a perfect card would have given the frame."""


class ClockDrift:
    """Pure: told the time of each frame."""

    def __init__(self) -> None:
        self._windows: deque[_Earliest] = deque(maxlen=MOST_WINDOWS)
        self._frames = 0
        self._begun = 0.0
        self._earliest: _Earliest | None = None
        self._ppm: float | None = None

    @property
    def ppm(self) -> float | None:
        """Parts in a million by which the card is fast; ``None`` while it is not known."""
        return self._ppm

    def restart(self) -> None:
        """Frames were lost (xrun, card pulled): count anew, and keep what is known."""
        self._windows.clear()
        self._earliest = None
        self._frames = 0

    def frame(self, time: float) -> None:
        """A frame was complete at ``time`` (monotonic seconds) or a little before."""
        if self._frames == 0:
            self._begun = time
        lag = time - self._begun - self._frames * FRAME_MS / 1000
        if self._earliest is None or lag < self._earliest.lag:
            self._earliest = _Earliest(self._frames, lag)
        self._frames += 1
        if self._frames % WINDOW_FRAMES == 0:
            self._windows.append(self._earliest)
            self._earliest = None
            if len(self._windows) >= FEWEST_WINDOWS:
                self._estimate()

    def _estimate(self) -> None:
        """The median slope between windows half the span apart: one bad window changes little."""
        windows = list(self._windows)
        half = len(windows) // 2
        slopes = [
            (late.lag - early.lag) / ((late.frame - early.frame) * FRAME_MS / 1000)
            for early, late in zip(windows, windows[half:], strict=False)
        ]
        slope = median(slopes)
        # A frame that takes longer than 20 ms is a slow card.
        ppm = -slope / (1 + slope) * 1e6
        if abs(ppm) <= LARGEST_PPM:
            self._ppm = ppm
        else:
            self.restart()
