"""A line whose clock is a little fast or slow, joined to a bridge that keeps the computer's time.

A sound card's crystal is off by some ten parts in a million: a frame of 20 ms too many or too few
every few minutes.  The line's thread ticks the bridge (docs/decisions/0001), so left alone the
network's jitter buffer would run empty or full.  Here both directions are resampled instead, and
the bridge is ticked when a whole frame of *its* time is there: about once a call, now and then not
at all, now and then twice.  Nothing is dropped or repeated.

It costs 20 ms of delay there and back, since part of a frame always waits in one direction or the
other, and 6 ms of filter delay.  So it is used only where the drift matters.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.line import FRAME_BYTES
from gateway.media.resampler import Resampler

MATTERS_PPM = 2.0
"""Drift below this is left to the jitter buffer: 20 ms in almost three hours."""

_SPARE = 16 * 2
"""Bytes of reserve for what the filters hold back or give early."""


class RateMatch:
    """Both directions of one call.  Used by the line's voice thread alone.

    The drift is taken as it is known when the call begins: an error of 2 ppm in it adds up to
    7 ms in an hour, which the jitter buffer evens out.
    """

    def __init__(self, ppm: float) -> None:
        """``ppm``: how much faster the line's clock runs than the computer's."""
        self._to_bridge = Resampler(-ppm)
        self._to_line = Resampler(ppm)
        self._said = bytearray()
        # A frame ahead: the bridge may not be ticked for one frame of the line.
        self._heard = bytearray(FRAME_BYTES + _SPARE)

    def exchange(self, captured: bytes, tick: Callable[[bytes], bytes]) -> bytes:
        """One frame of the line each way; ``tick`` takes and gives a frame of the bridge."""
        self._said += self._to_bridge.process(captured)
        while len(self._said) >= FRAME_BYTES:
            frame = bytes(self._said[:FRAME_BYTES])
            del self._said[:FRAME_BYTES]
            self._heard += self._to_line.process(tick(frame))
        heard = bytes(self._heard[:FRAME_BYTES])
        del self._heard[:FRAME_BYTES]
        return heard.ljust(FRAME_BYTES, b"\0")
