"""Where the voice of a line and the conference bridge meet."""

from __future__ import annotations

from collections import deque

from gateway.media.frames import FrameQueue


class Junction:
    """Two queues of frames, and what both sides have to know of each other.

    The line's voice thread uses it, and the port in the bridge.  It is no object of pjsua2's, so
    that a voice thread can never be the last that holds one: pjproject aborts the process then.
    """

    LIMIT = 6
    """Frames; more waiting than this (120 ms) is a clock that runs too fast."""

    def __init__(self) -> None:
        self.said = FrameQueue(self.LIMIT)
        self.heard = FrameQueue(self.LIMIT)
        self.joined = False
        """A call is connected with the line."""
        self.events = False
        """The far end takes digits as telephone events, and is to get no tones of them."""
        self.slides = False
        """The line's clock is off, so its ticks slide along the computer's time."""
        self.heard_digits: deque[str] = deque()
        """Telephone events of the far end."""
