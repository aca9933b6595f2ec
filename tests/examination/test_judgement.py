"""What figures mean in words."""

from __future__ import annotations

import pytest

from gateway.examination.judgement import MISSED, TOO_LONG, judge, missed
from gateway.examination.steps import Ending, Outcome, Pace, Step

DIAL = {"dial_speed_pps": 10.0, "break_ratio_percent": 62.0, "longest_bounce_ms": 2.0}
KEYS = {"low_tone_dbm0": -11.0, "high_tone_dbm0": -9.0, "twist_db": 2.0}


@pytest.mark.parametrize(
    ("step", "figures"),
    [
        (Step.RECEIVER, {}),
        (Step.DIGITS, {}),
        (Step.DIGITS, DIAL),
        (Step.DIGITS, {**DIAL, "dial_speed_pps": 19.5}),
        (Step.DIGITS, KEYS),
        (Step.SILENCE, {"noise_dbm0": -65.0}),
        (Step.ECHO, {"echo_left_db": 40.0}),
        (Step.ECHO, {"echo_left_db": 40.0, "echo_return_loss_db": 9.0}),
        (Step.SPEECH, {"speech_dbm0": -20.0}),
        (Step.FLASH, {}),
        (Step.FLASH, {"last_flash_ms": 300.0}),
        (Step.HANG_UP, {}),
    ],
)
def test_what_is_in_order_passes(step: Step, figures: dict[str, float]) -> None:
    result = judge(step, figures)
    assert result.outcome is Outcome.PASSED
    assert all(finding.en.endswith(".") and finding.ru.endswith(".") for finding in result.findings)
    assert dict(result.figures) == figures


@pytest.mark.parametrize(
    ("step", "figures", "word"),
    [
        (Step.DIGITS, {**DIAL, "dial_speed_pps": 6.5}, "6.5 pulses a second"),
        (Step.DIGITS, {**DIAL, "dial_speed_pps": 15.0}, "15.0 pulses a second"),
        (Step.DIGITS, {**DIAL, "break_ratio_percent": 80.0}, "80 %"),
        (Step.DIGITS, {**DIAL, "break_ratio_percent": 40.0}, "40 %"),
        (Step.DIGITS, {**DIAL, "longest_bounce_ms": 9.0}, "clean or adjust"),
        (Step.DIGITS, {**DIAL, "spoilt_digits": 2.0}, "2 times"),
        (Step.DIGITS, {**KEYS, "low_tone_dbm0": -30.0}, "-30.0 and -9.0 dBm0"),
        (Step.DIGITS, {**KEYS, "twist_db": -9.0}, "9 dB stronger"),
        (Step.SILENCE, {"noise_dbm0": -40.0}, "hums or hisses"),
        (Step.ECHO, {"echo_left_db": 12.0}, "hear themselves"),
        (Step.ECHO, {"echo_left_db": 40.0, "echo_return_loss_db": 3.0}, "wiring"),
        (Step.SPEECH, {"speech_dbm0": -35.0}, "faintly"),
        (Step.SPEECH, {"speech_dbm0": -5.0}, "too loudly"),
        (Step.FLASH, {"last_flash_ms": 60.0}, "60 ms"),
    ],
)
def test_what_is_not_in_order_fails_with_a_sentence(
    step: Step, figures: dict[str, float], word: str
) -> None:
    result = judge(step, figures)
    assert result.outcome is Outcome.FAILED
    assert any(word in finding.en for finding in result.findings), result.findings
    assert all(finding.en.endswith(".") and finding.ru.endswith(".") for finding in result.findings)


@pytest.mark.parametrize("step", Step)
def test_a_step_that_took_too_long_says_what_did_not_happen(step: Step) -> None:
    result = missed(step, {})
    assert result.outcome is Outcome.TIMED_OUT
    assert result.findings == (MISSED.get(step, TOO_LONG),)


def test_what_was_refused_is_told_when_nothing_was_understood() -> None:
    digits = missed(Step.DIGITS, {"spoilt_digits": 3.0, "last_refused_pulse_ms": 130.0})
    assert "3 trains of pulses were no digit." in [one.en for one in digits.findings]
    assert "A pulse of 130 ms was refused as too long." in [one.en for one in digits.findings]
    flash = missed(Step.FLASH, {"last_refused_flash_ms": 60.0})
    assert "A break of 60 ms was refused by its length." in [one.en for one in flash.findings]


def test_every_step_has_a_time_limit_and_every_ending_a_sentence() -> None:
    assert all(Pace().limit(step) > 0 for step in Step)
    assert all(text.endswith(".") for one in Ending for text in (one.words.en, one.words.ru))
