"""Levels and losses from the frames of a recording.  Pure; levels in dBm0, losses in dB.

These are measured where the exchange joins the line: after the gains and the echo canceller of the
driver, so as the far end hears the telephone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import median

from gateway.line import FRAME_BYTES, SAMPLE_RATE
from gateway.media import _dsp
from gateway.media.dtmf import FREQUENCIES

FLOOR_DBM0 = -90.0
"""Digital silence, and what is not told from it."""
QUIET_SHARE = 0.8
"""The loudest fifth of the frames of a silence may be a click, or a chair."""
ACTIVITY_DB = 15.9
"""Speech is active while it is less than this below its active level (ITU-T P.56)."""
ABOVE_NOISE_DB = 8.0
"""What is less above the noise is no speech."""
LEAST_SPEECH_DBM0 = -55.0
HIDDEN_DB = 10.0
"""An echo that raises the noise by too little to be seen is taken for this much below it."""
LAGS = 2048
"""Samples: an echo comes within 256 ms, sound card included."""
ALIKE = 0.1
"""Share of what is captured that an echo explains at least, if its delay is to mean something."""
_SLICE_BYTES = FRAME_BYTES // 2
_PAIR_SHARE = 0.8


def power(dbm0: float) -> float:
    return 10 ** (dbm0 / 10)


def decibel(value: float) -> float:
    return 10 * math.log10(value) if value > 0 else FLOOR_DBM0


def level(frames: Sequence[bytes]) -> float:
    """Level of all frames together; ``FLOOR_DBM0`` of none."""
    return max(FLOOR_DBM0, _dsp.level(b"".join(frames)) if frames else FLOOR_DBM0)


def noise(frames: Sequence[bytes]) -> float:
    """Level of a silence, without what is louder for a moment."""
    quietest = sorted(frames, key=_dsp.level)
    return level(quietest[: math.ceil(QUIET_SHARE * len(quietest))])


def active_frames(frames: Sequence[bytes], noise_dbm0: float) -> list[float]:
    """Levels of the frames in which somebody speaks."""
    limit = max(LEAST_SPEECH_DBM0, noise_dbm0 + ABOVE_NOISE_DB)
    levels = [found for frame in frames if (found := _dsp.level(frame)) > limit]
    while levels:
        active = [found for found in levels if found > _mean(levels) - ACTIVITY_DB]
        if len(active) == len(levels):
            break
        levels = active
    return levels


def speech(frames: Sequence[bytes], noise_dbm0: float) -> float | None:
    """Active level of speech, after ITU-T P.56; ``None`` if nobody spoke."""
    levels = active_frames(frames, noise_dbm0)
    return _mean(levels) if levels else None


def _mean(levels: Sequence[float]) -> float:
    return decibel(sum(map(power, levels)) / len(levels))


def return_loss(heard: Sequence[bytes], said: Sequence[bytes], noise_dbm0: float) -> float:
    """By how much weaker what is ``heard`` comes back in what is ``said``.

    The noise that was there before is taken off.
    """
    known = power(noise_dbm0)
    returned = max(power(level(said)) - known, known / 10 ** (HIDDEN_DB / 10))
    return level(heard) - decibel(returned)


def echo_delay(heard: Sequence[bytes], said: Sequence[bytes]) -> float | None:
    """Milliseconds from the sound to its echo; ``None`` if there is too little of it."""
    both = b"".join(heard), b"".join(said)
    if len(both[0]) // 2 <= LAGS:
        return None
    lag, share = _dsp.delay(*both, LAGS)
    return 1000 * lag / SAMPLE_RATE if share >= ALIKE else None


def digit_levels(frames: Sequence[bytes], digits: str) -> Mapping[str, float]:
    """Levels of the two tones of ``digits``, and by how much the high one is stronger.

    Empty if none of the digits is found in ``frames``.
    """
    sound = b"".join(frames)
    pairs = []
    for at in range(0, len(sound) - _SLICE_BYTES + 1, _SLICE_BYTES):
        piece = sound[at : at + _SLICE_BYTES]
        whole = _dsp.level(piece)
        if whole < LEAST_SPEECH_DBM0:
            continue
        for digit in dict.fromkeys(digits):
            low, high = _dsp.tone_levels(piece, FREQUENCIES[digit])
            if power(low) + power(high) > _PAIR_SHARE * power(whole):
                pairs.append((low, high))
    if not pairs:
        return {}
    # Slices at the edges of a tone are weaker; most lie inside.
    low, high = median(low for low, _ in pairs), median(high for _, high in pairs)
    return {"low_tone_dbm0": low, "high_tone_dbm0": high, "twist_db": high - low}
