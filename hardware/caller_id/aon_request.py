"""Hears the 500 Hz with which a Russian telephone asks for the caller's number (АОН).

The telephone sends 495 to 505 Hz for 100 ms or more (some can be set up to 300), about -4 dBm,
200 to 275 ms after it has seized the line.  Three things must hold over the last 60 ms:

* nearly all of the power is at 500 Hz.  Over 60 ms a sine of 500 +-5 Hz has lost 1.3 dB there, one
  of +-10 Hz 6 dB and the dial tone (425 Hz) more than 20 dB;
* each 20 ms of it is within 14 Hz of that, so that a vowel gliding through 500 Hz is not taken
  for it unless it takes 60 ms over 28 Hz;
* its level is steady and above -30 dBm0, far below any telephone and above what is left of an echo.
"""

from __future__ import annotations

from gateway.line import FRAME_BYTES
from gateway.media._dsp import level, tone_levels

FREQUENCY = 500.0
FRAMES = 3
"""Frames of 20 ms that are judged together.  100 ms of tone holds four wherever it begins."""
WEAKEST = -30.0
"""dBm0."""
LOST = 2.0
"""dB by which the tone over all frames may be below their power."""
LOST_IN_FRAME = 1.0
"""The same of each frame, whose 20 ms lose only 0.14 dB at +-5 Hz; the rest is for noise."""
UNSTEADY = 2.0
"""dB between the strongest and the weakest frame."""


class AonRequest:
    """Listens to the frames of one seizure of the line."""

    def __init__(self) -> None:
        self._heard: list[bytes] = []

    def process(self, frame: bytes) -> bool:
        """Whether the telephone's 500 Hz is there; ``frame`` is the next 20 ms.

        True from the frame that completes 60 ms of it, 60 to 80 ms after its beginning, for as
        long as it sounds.  Raises ``ValueError`` for a frame of another length.
        """
        if len(frame) != FRAME_BYTES:
            raise ValueError(f"a voice frame has {FRAME_BYTES} bytes, not {len(frame)}")
        powers = [level(frame)]
        if powers[0] < WEAKEST or powers[0] - _tone(frame) > LOST_IN_FRAME:
            self._heard.clear()
            return False
        self._heard = [*self._heard[1 - FRAMES :], frame]
        if len(self._heard) < FRAMES:
            return False
        powers = [level(heard) for heard in self._heard]
        if max(powers) - min(powers) > UNSTEADY:
            return False
        together = b"".join(self._heard)
        return level(together) - _tone(together) <= LOST


def _tone(samples: bytes) -> float:
    return tone_levels(samples, (FREQUENCY,))[0]
