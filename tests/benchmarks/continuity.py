"""Whether a tone came through without a sample lost, repeated or made up.

A tone tells its own time: its phase in each piece of 20 ms says to a hundredth of a sample which
part of it is heard.  Resampling to another clock bends that time slowly; whatever is lost or put in
makes it jump.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.speech import RATE, Samples

PIECE = 160
"""Samples in which the phase is taken: 20 ms."""
TORN = 0.25
"""Samples by which the tone's time may change from one piece to the next: one that is lost in the
middle of a piece shows with half of itself in each of two."""
_QUIET = 0.5
"""Part of the median amplitude below which a piece does not hold the tone."""


@dataclass(frozen=True, slots=True)
class Continuity:
    """What became of a tone."""

    seconds: float
    tears: tuple[float, ...]
    """Seconds at which the tone's time jumps by more than ``TORN``, or where there is no tone."""
    worst: float
    """Largest change of the tone's time from one piece to the next, in samples."""
    ppm: float
    """How much faster the tone is than it was made."""


def continuity(samples: Samples, hertz: float) -> Continuity:
    """Judge ``samples``, all of which should hold the tone of ``hertz``.

    ``hertz`` must not be a multiple of 50 Hz: a lost frame of 20 ms would not be seen.
    """
    count = len(samples) // PIECE
    pieces = samples[: count * PIECE].astype(float).reshape(count, PIECE)
    step = 2j * np.pi * hertz / RATE
    wave = np.exp(-step * np.arange(count * PIECE)).reshape(count, PIECE)
    phasors = np.sum(pieces * wave * np.hanning(PIECE), axis=1)
    there = np.abs(phasors) > _QUIET * np.median(np.abs(phasors))
    turns = np.angle(phasors[1:] / np.where(phasors[:-1] == 0, 1, phasors[:-1])) / (2 * np.pi)
    # Samples by which the tone's time moves from a piece to the next; half a period at most.
    moves = turns * RATE / hertz
    usual = float(np.median(moves))
    jumps = np.abs(moves - usual)
    whole = there[1:] & there[:-1]
    torn = ~there
    torn[1:] |= whole & (jumps > TORN)
    worst = float(np.max(jumps[whole])) if np.any(whole) else float("inf")
    tears = tuple(float(place) for place in np.flatnonzero(torn) * PIECE / RATE)
    return Continuity(count * PIECE / RATE, tears, worst, usual / PIECE * 1e6)
