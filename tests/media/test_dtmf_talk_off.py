"""Speech, music and noise are not taken for digits.

``tests/benchmarks/dtmf_accuracy.py --hour`` does the same with an hour of speech.
"""

from __future__ import annotations

import numpy as np
import pytest

from gateway.media._dsp import DtmfDetector, scale
from tests.media.signals import Signal, joined, noise, pcm, sine, speech, sweep


def digits_in(data: bytes) -> str:
    return DtmfDetector().process(data)


def test_no_digit_is_heard_in_five_minutes_of_russian_and_english_speech() -> None:
    talk = pcm(joined(speech(300.0, seed=1)))
    assert len(talk) >= 300 * 16000
    for gain in (1.0, 0.3, 0.1):
        assert digits_in(scale(talk, gain)) == ""


def note(frequency: float, phases: np.random.Generator) -> Signal:
    """A string: four harmonics, 6 dB an octave, that die away."""
    harmonics = [
        sine(frequency * k, -18 - 6 * np.log2(k), 150, phases.uniform(0, 6.28)) for k in range(1, 5)
    ]
    sound: Signal = np.sum(harmonics, axis=0) * np.exp(-np.arange(1200) / 2400)
    return sound


@pytest.mark.parametrize("notes", [1, 2, 3, 4])
def test_no_digit_is_heard_in_music(notes: int) -> None:
    choose = np.random.default_rng(notes)
    scores = choose.integers(0, 36, size=(600, notes))
    for chord in scores:
        sound = np.sum([note(110 * 2 ** (step / 12), choose) for step in chord], axis=0)
        assert digits_in(pcm(sound)) == ""


@pytest.mark.parametrize("seconds", [0.1, 1, 10, 60])
def test_no_digit_is_heard_in_a_sweep(seconds: float) -> None:
    assert digits_in(pcm(sweep(200, 3800, -10, seconds * 1000))) == ""


def test_no_digit_is_heard_in_two_fast_sweeps() -> None:
    for start in range(400, 900, 25):
        low = sweep(start, start + 500, -10, 150)
        high = sweep(start + 500, start + 1300, -10, 150)
        assert digits_in(pcm(low + high)) == ""


@pytest.mark.parametrize("level", [0, -20, -35])
def test_no_digit_is_heard_in_a_minute_of_white_noise(level: float) -> None:
    assert digits_in(pcm(noise(level, 480_000, seed=int(-level)))) == ""
