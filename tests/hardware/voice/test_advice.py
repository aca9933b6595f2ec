"""Which gains and which echo canceller suit the measured levels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.voice.advice import CLOSE_ENOUGH_DB, ECHO_MARGIN_DB, advise_voice
from hardware.voice.gain import SPEECH_DBM0
from hardware.voice.options import GAIN_LIMIT_DB, VoiceOptions

levels = st.floats(-60, 0)
gains = st.floats(-GAIN_LIMIT_DB, GAIN_LIMIT_DB)


def test_nothing_measured_is_nothing_suggested() -> None:
    advice = advise_voice({}, VoiceOptions())
    assert advice.options == {}
    assert advice.findings == []


def test_speech_of_the_usual_level_needs_no_gain() -> None:
    assert advise_voice({"said_dbm0": -21.0, "heard_dbm0": -18.0}, VoiceOptions()).options == {}


def test_a_faint_microphone_gets_the_gain_that_is_missing() -> None:
    figures = {"said_dbm0": -30.0, "echo_return_loss_db": 20.0}
    advice = advise_voice(figures, VoiceOptions())
    assert advice.options == {"microphone_gain": 10.0}
    (finding,) = advice.findings
    assert finding.en == (
        "Speech comes with -30 dBm0, and -20 dBm0 is usual: set microphone_gain to 10."
    )
    assert finding.ru.endswith("установите microphone_gain = 10.")


def test_the_echo_bounds_the_gain() -> None:
    figures = {"said_dbm0": -34.0, "echo_return_loss_db": 11.0}
    advice = advise_voice(figures, VoiceOptions())
    assert advice.options == {"microphone_gain": 8.0}
    assert "the echo (11 dB) leaves room for 8 dB only" in advice.findings[0].en


def test_far_ends_that_are_too_loud_are_turned_down() -> None:
    assert advise_voice({"heard_dbm0": -9.0}, VoiceOptions()).options == {"ear_gain": -11.0}


def test_automatic_gain_needs_no_advice() -> None:
    options = VoiceOptions(microphone_automatic=True, ear_automatic=True)
    assert advise_voice({"said_dbm0": -40.0, "heard_dbm0": -5.0}, options).options == {}


def test_a_line_without_echo_canceller_is_told_to_use_it() -> None:
    advice = advise_voice({}, VoiceOptions(echo_canceller=False))
    assert advice.options == {"echo_canceller": True}
    assert advice.findings[0].en.endswith("set echo_canceller to true.")


@pytest.mark.parametrize(("loss", "told"), [(30.0, False), (50.0, True)])
def test_a_line_without_echo_is_told(loss: float, told: bool) -> None:
    advice = advise_voice({"echo_return_loss_db": loss}, VoiceOptions())
    assert bool(advice.findings) is told
    assert advice.options == {}


@given(said=levels, heard=levels, echo=st.floats(0, 60), microphone=gains, ear=gains)
def test_what_is_suggested_is_allowed_stable_and_bounded_by_the_echo(
    said: float, heard: float, echo: float, microphone: float, ear: float
) -> None:
    figures = {"said_dbm0": said, "heard_dbm0": heard, "echo_return_loss_db": echo}
    advice = advise_voice(figures, VoiceOptions(microphone_gain=microphone, ear_gain=ear))
    after = VoiceOptions(
        microphone_gain=advice.options.get("microphone_gain", microphone),
        ear_gain=advice.options.get("ear_gain", ear),
    )
    assert advise_voice(figures, after).options == {}
    assert all(abs(value) <= GAIN_LIMIT_DB for value in advice.options.values())
    if advice.options.get("microphone_gain", 0.0) > 0:
        assert after.microphone_gain + after.ear_gain <= echo - ECHO_MARGIN_DB
        assert said + after.microphone_gain <= SPEECH_DBM0 + 1
    elif "microphone_gain" not in advice.options and said + microphone < SPEECH_DBM0:
        missing = SPEECH_DBM0 - said - microphone
        room = min(GAIN_LIMIT_DB, max(0.0, echo - ECHO_MARGIN_DB - after.ear_gain))
        assert missing <= CLOSE_ENOUGH_DB + 1 or room - microphone <= CLOSE_ENOUGH_DB + 1
