"""The judge of "no tone was heard" is judged."""

import numpy as np
import pytest

from tests.scenarios.hearing import progress_tone_in, sounds_in
from tests.speech import RATE, Samples, read, speak


@pytest.fixture(scope="module")
def announcement(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    path = tmp_path_factory.mktemp("speech") / "announcement.wav"
    return read(speak("Подождите, пожалуйста. Вас соединяют.", path, voice="ru"))


def with_ringback(samples: Samples, second: float, level: float = 7300) -> Samples:
    """``samples`` with a burst of ringback, -10 dBm0, from ``second`` on."""
    mixed = samples.astype(float)
    start = round(second * RATE)
    mixed[start : start + RATE] += level * np.sin(2 * np.pi * 425 / RATE * np.arange(RATE))
    clipped: Samples = np.clip(mixed, -32768, 32767).astype(np.int16)
    return clipped


def test_speech_holds_no_tone(announcement: Samples) -> None:
    assert progress_tone_in(announcement) is None
    assert sounds_in(announcement) == ["voice"]


@pytest.mark.parametrize("second", [0.0, 0.35, 1.0])
def test_ringback_is_found_under_speech(announcement: Samples, second: float) -> None:
    found = progress_tone_in(with_ringback(announcement, second))
    assert found is not None
    assert second - 0.1 <= found <= second + 0.7


def test_ringback_alone_is_found_and_silence_is_not() -> None:
    silence = np.zeros(3 * RATE, np.int16)
    assert progress_tone_in(silence) is None
    assert progress_tone_in(with_ringback(silence, 1.0)) == 1.0
