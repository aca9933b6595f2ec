"""Makes a recorded piece fit for the telephone: its level, its ends."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator

from gateway.line import SAMPLE_RATE
from gateway.media._dsp import level
from gateway.media.tones import ramp_down, ramp_up

ACTIVE_LEVEL = -18.0
"""Level of the speech in a piece, dBm0.  Sentences of such pieces measure -20 by ITU-T P.56, which
counts the short pauses too."""
HIGHEST_PEAK = 29000
"""Of 32767: what the echo of the line adds must not clip."""
MARGIN = 15.9
"""dB below the active level at which sound counts as speech (ITU-T P.56)."""
SILENT = -48.0
"""Level in dBm0 of a slice that is not speech, once the piece has its level."""
KEPT = 2
"""Slices kept before and after the speech: the breath of a consonant."""

_SLICE = SAMPLE_RATE // 100


def _slices(samples: array[int]) -> Iterator[bytes]:
    for start in range(0, len(samples) - _SLICE + 1, _SLICE):
        yield samples[start : start + _SLICE].tobytes()


def active_level(samples: array[int]) -> float:
    """Level of the speech in ``samples`` without its pauses, dBm0; ``ValueError`` if it is silent.

    P.56's margin on slices of 10 ms: what lies more than that below the result does not count.
    """
    levels = [level(piece) for piece in _slices(samples)]
    speech = [found for found in levels if math.isfinite(found)]
    while speech:
        mean = 10 * math.log10(sum(10 ** (found / 10) for found in speech) / len(speech))
        kept = [found for found in speech if found > mean - MARGIN]
        if len(kept) == len(speech):
            return mean
        speech = kept
    raise ValueError("there is nothing to hear")


def levelled(samples: array[int]) -> array[int]:
    """``samples`` at ``ACTIVE_LEVEL``, or less where a peak would be above ``HIGHEST_PEAK``."""
    gain = 10 ** ((ACTIVE_LEVEL - active_level(samples)) / 20)
    peak = max(abs(min(samples)), abs(max(samples)))
    gain = min(gain, HIGHEST_PEAK / peak)
    return array("h", (round(sample * gain) for sample in samples))


def trimmed(samples: array[int]) -> array[int]:
    """``samples`` without the silence at both ends, which rise from and fall to nothing."""
    heard = [n for n, piece in enumerate(_slices(samples)) if level(piece) > SILENT]
    start = max(0, heard[0] - KEPT) * _SLICE
    cut = samples[start : (heard[-1] + 1 + KEPT) * _SLICE]
    ramp_up(cut)
    ramp_down(cut)
    return cut
