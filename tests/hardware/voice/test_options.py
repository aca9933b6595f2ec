"""The voice's settings as the user gives them."""

from __future__ import annotations

import pytest

from hardware.arguments import read
from hardware.voice.options import VOICE_OPTIONS, VoiceOptions, voice_options


def test_what_is_not_given_has_the_declared_default() -> None:
    assert voice_options(read(VOICE_OPTIONS, {}, "line hall")) == VoiceOptions()


def test_everything_can_be_given() -> None:
    given = {
        "microphone_gain": -3,
        "ear_gain": 6.5,
        "microphone_automatic": True,
        "ear_automatic": True,
        "echo_canceller": False,
    }
    chosen = voice_options(read(VOICE_OPTIONS, given, "line hall"))
    assert chosen == VoiceOptions(
        microphone_gain=-3,
        ear_gain=6.5,
        microphone_automatic=True,
        ear_automatic=True,
        echo_canceller=False,
    )


@pytest.mark.parametrize("gain", [-20.1, 20.1, float("nan")])
def test_a_gain_out_of_range_is_refused(gain: float) -> None:
    with pytest.raises(ValueError, match="a number from -20 to 20 dB"):
        read(VOICE_OPTIONS, {"ear_gain": gain}, "line hall")
