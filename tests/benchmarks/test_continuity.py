"""The tone's time finds whatever is lost, repeated or made up, to the sample."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.continuity import PIECE, continuity
from tests.speech import RATE, Samples, through_a_law

HERTZ = 613.0


def tone(seconds: float, ppm: float = 0.0) -> Samples:
    at = np.arange(round(seconds * RATE)) * (1 + ppm / 1e6)
    samples: Samples = np.rint(6000 * np.sin(2 * np.pi * HERTZ / RATE * at)).astype(np.int16)
    return samples


@pytest.mark.parametrize("ppm", [-300.0, 0.0, 150.0])
def test_a_tone_on_another_clock_is_whole(ppm: float) -> None:
    found = continuity(through_a_law(tone(20.0, ppm)), HERTZ)
    assert found.tears == ()
    assert found.worst < 0.1
    assert found.ppm == pytest.approx(ppm, abs=10)


@pytest.mark.parametrize("lost", [1, 40, PIECE, 2 * PIECE])
def test_lost_samples_are_a_tear(lost: int) -> None:
    whole = through_a_law(tone(4.0))
    torn = np.concatenate([whole[:10_000], whole[10_000 + lost :]])
    assert continuity(torn, HERTZ).tears
    repeated = np.concatenate([whole[:10_000], whole[10_000 - lost :]])
    assert continuity(repeated, HERTZ).tears


def test_a_frame_of_silence_is_a_tear() -> None:
    samples = tone(4.0)
    samples[10_000 : 10_000 + PIECE] = 0
    assert continuity(samples, HERTZ).tears
