"""Beginnings and ends of sounds, without a click."""

from __future__ import annotations

from array import array

from gateway.line import FRAME_BYTES, SILENCE
from gateway.media import _dsp

RAMP_BYTES = 2 * 40
"""5 ms: how long a sound that was cut off rings out."""


class Gate:
    """Lets a direction through or not; a change takes one frame."""

    def __init__(self) -> None:
        self.open = False

    def process(self, frame: bytes, *, wanted: bool) -> bytes:
        """``frame``, faded in or out if ``wanted`` has changed; ``SILENCE`` if it has not."""
        was, self.open = self.open, wanted
        if was != wanted:
            return _dsp.fade(frame, float(was), float(wanted))
        return frame if wanted else SILENCE


def ring_out(last: bytes) -> bytes:
    """A frame that leads from the end of ``last`` to silence, when nothing comes after it."""
    mirrored = array("h", last[-RAMP_BYTES:])
    mirrored.reverse()
    return _dsp.fade(mirrored.tobytes(), 1.0, 0.0).ljust(FRAME_BYTES, b"\0")
