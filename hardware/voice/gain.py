"""Gain of one direction of the voice: fixed, automatic, and a limiter above both.

**Automatic gain** brings active speech to -20 dBm0.  It is slow, it moves only on speech, and it
stands still on everything else: on noise, which is near the lowest level of late or keeps its
level, and on tones, which keep theirs exactly.  A digit, a dial tone or a fax therefore passes with
the gain that it began with, and no gain ever rises in a pause.

**The limiter** turns the gain down so that no sample is cut off: both tones of a digit lose the
same, where clipping would distort them.  It acts within 5 ms and recovers slowly.
"""

from __future__ import annotations

import math
from array import array
from collections import deque

from gateway.line import FRAME_MS
from gateway.media import _dsp

SPEECH_DBM0 = -20.0
"""Active level of speech to which automatic gain aims; that of ETSI's and ITU-T's tests."""
AUTOMATIC_LIMIT_DB = 12.0
RISE_DB = 8.0 * FRAME_MS / 1000
"""Per frame of speech."""
FALL_DB = 20.0 * FRAME_MS / 1000
CLOSE_ENOUGH_DB = 1.0
SPEECH_AVERAGE = 1500 / FRAME_MS
"""Frames of speech over which its power is averaged."""

QUIETEST_SPEECH_DBM0 = -55.0
ABOVE_NOISE_DB = 10.0
FLOOR_RISE_DB = 1.5 * FRAME_MS / 1000
"""Per frame, the noise may become louder without becoming speech."""
TONE_DB = 0.8
"""Two frames whose levels differ less may be of a tone: a pair of DTMF varies by 0.5 dB."""
SPEECH_FRAMES = 6
"""So many frames of speech in a row, before the gain moves: more than digits in a row can fake."""
SOUND_FRAMES = 3
"""Frames of speech in a row that count for its level: the edges of tones are shorter."""
LEAST_FRAMES = 40
"""0.8 s: less may be what is left of tones."""
ACTIVITY = 10**1.59
"""Speech is active while it is less than 15.9 dB below its active level (ITU-T P.56)."""
QUIETEST_BIN = 61
NOISE_FRAMES = 10
NOISE_DB = 4.0
"""Sound whose level varies less in so many frames is noise, however loud."""

CEILING = 0.9 * 32767
LOUD_DBM0 = -20.0
"""Below this no sample of a frame comes near full scale, so its peak need not be looked for."""
ATTACK_BYTES = 2 * 40
"""5 ms."""
HOLD_FRAMES = 10
RECOVERY = 10 ** (0.2 / 20)
"""Per frame: 10 dB a second."""

SILENT_DBM0 = -99.0


class SpeechLevel:
    """Tells speech from noise and tones by the levels of frames, and how loud it is."""

    def __init__(self) -> None:
        self.moving = False
        """The last frames were speech and nothing else."""
        self.noise = math.inf
        """dBm0; what is always there."""
        self._power = 0.0
        self._frames = 0.0
        self._in_a_row = 0
        self._last = SILENT_DBM0
        self._levels: deque[float] = deque(maxlen=NOISE_FRAMES)
        self._heard = [0] * QUIETEST_BIN

    @property
    def active(self) -> float | None:
        """Active level of all speech since this was made, dBm0 (after ITU-T P.56).

        ``level`` is of late and leaves out more that could be a tone, because gain follows it.
        """
        if sum(self._heard) < LEAST_FRAMES:
            return None
        bins = [(10 ** (-at / 10), count) for at, count in enumerate(self._heard) if count]
        while bins:
            power = sum(one * count for one, count in bins) / sum(count for _, count in bins)
            spoken = [(one, count) for one, count in bins if one > power / ACTIVITY]
            if len(spoken) == len(bins):
                return 10 * math.log10(power)
            bins = spoken
        return None

    @property
    def level(self) -> float | None:
        """Active level of the speech so far, dBm0."""
        return 10 * math.log10(self._power) if self._power else None

    def frame(self, level: float) -> None:
        self.noise = min(level, self.noise + FLOOR_RISE_DB)
        self._levels.append(level)
        active = level > max(QUIETEST_SPEECH_DBM0, self.noise + ABOVE_NOISE_DB)
        tone = abs(level - self._last) < TONE_DB
        self._last = level
        self._in_a_row = self._in_a_row + 1 if active and not tone else 0
        varies = max(self._levels) - min(self._levels) > NOISE_DB
        self.moving = varies and self._in_a_row >= SPEECH_FRAMES
        if varies and self._in_a_row >= SOUND_FRAMES:
            self._heard[min(QUIETEST_BIN - 1, max(0, round(-level)))] += 1
        if self.moving:
            self._frames = min(self._frames + 1, SPEECH_AVERAGE)
            self._power += (10 ** (level / 10) - self._power) / self._frames


class GainControl:
    """One direction.  Used by one thread."""

    def __init__(self, fixed_db: float, *, automatic: bool) -> None:
        self.automatic_db = 0.0
        self.speech = SpeechLevel()
        self.limited = 0
        """Frames that the limiter turned down."""
        self._fixed_db = fixed_db
        self._automatic = automatic
        self._wanted = 10 ** (fixed_db / 20)
        self._limit = math.inf
        self._hold = 0
        self._gain = self._wanted

    def process(self, frame: bytes, level: float, *, adapt: bool = True) -> bytes:
        """``frame``, whose level is ``level`` dBm0, with the gain.

        ``adapt`` false: what is there may be the echo of the other direction, so learn nothing.
        """
        if adapt:
            self.speech.frame(level)
            if self._automatic and self.speech.moving:
                self._move()
        self._restrain(frame, level)
        before, gain = self._gain, min(self._wanted, self._limit)
        self._gain = gain
        if gain == before:
            return frame if gain == 1.0 else _dsp.scale(frame, gain)
        if gain < before and gain == self._limit:
            attack, rest = frame[:ATTACK_BYTES], frame[ATTACK_BYTES:]
            return _dsp.fade(attack, before, gain) + _dsp.scale(rest, gain)
        return _dsp.fade(frame, before, gain)

    def _move(self) -> None:
        speech = self.speech.level
        assert speech is not None
        missing = SPEECH_DBM0 - speech - self._fixed_db
        missing = max(-AUTOMATIC_LIMIT_DB, min(AUTOMATIC_LIMIT_DB, missing))
        step = missing - self.automatic_db
        if abs(step) > CLOSE_ENOUGH_DB:
            self.automatic_db += max(-FALL_DB, min(RISE_DB, step))
            self._wanted = 10 ** ((self._fixed_db + self.automatic_db) / 20)

    def _restrain(self, frame: bytes, level: float) -> None:
        """Set the limit of the gain for this frame."""
        if self._hold:
            self._hold -= 1
        elif self._limit < self._wanted:
            self._limit *= RECOVERY
        else:
            self._limit = math.inf
        if self._wanted <= 1.0 or level + 20 * math.log10(self._wanted) < LOUD_DBM0:
            return
        samples = array("h", frame)
        highest, lowest = max(samples), min(samples)
        peak = max(highest, -lowest)
        if peak * min(self._wanted, self._limit) > CEILING:
            self._limit = CEILING / peak
            self._hold = HOLD_FRAMES
            self.limited += 1
