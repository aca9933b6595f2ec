"""The 500 Hz of a telephone with AON."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.line import DIGITS
from hardware.caller_id import AonRequest
from tests.media.signals import (
    RATE,
    Dtmf,
    Signal,
    a_law,
    frames,
    joined,
    noise,
    pcm,
    silence,
    sine,
    speech,
    sweep,
)

OFFSETS = np.arange(0.0, 20.0, 1.25)
"""ms between a frame and the beginning of the tone."""


def answers(signal: Signal) -> list[bool]:
    listener = AonRequest()
    return [listener.process(frame) for frame in frames(pcm(signal)) if len(frame) == 320]


def request(
    frequency: float = 500.0, level: float = -4.3, ms: float = 100.0, offset: float = 0.0
) -> Signal:
    tone = sine(frequency, level, ms, phase=offset)
    return joined([silence(100 + offset), tone, silence(140 - offset)])


def in_noise(signal: Signal, level: float, below: float) -> Signal:
    return signal + noise(level - below, len(signal), 3)


@pytest.mark.parametrize("frequency", [495.0, 497.5, 500.0, 502.5, 505.0])
@pytest.mark.parametrize("level", [0.0, -4.3, -15.0, -28.0])
@pytest.mark.parametrize("below", [15.0, 40.0])
def test_100_ms_of_it_are_heard_at_any_level_and_in_noise(
    frequency: float, level: float, below: float
) -> None:
    for offset in OFFSETS:
        signal = request(frequency, level, offset=offset)
        assert any(answers(in_noise(signal, level, below)))
        assert any(answers(a_law(signal)))


@pytest.mark.parametrize("ms", [100.0, 200.0, 300.0])
def test_it_is_heard_within_80_ms_and_for_as_long_as_it_sounds(ms: float) -> None:
    for offset in OFFSETS:
        heard = answers(request(ms=ms, offset=offset))
        first = (heard.index(True) + 1) * 20 - 100 - offset
        last = (len(heard) - heard[::-1].index(True)) * 20 - 100 - offset
        assert 55 <= first <= 80
        assert ms - 20 <= last <= ms + 5
        assert all(heard[heard.index(True) : len(heard) - heard[::-1].index(True)])


@pytest.mark.parametrize("frequency", [425.0, 440.0, 480.0, 490.0, 510.0, 520.0, 620.0, 697.0])
def test_other_tones_are_not_it(frequency: float) -> None:
    for offset in OFFSETS:
        assert not any(answers(request(frequency, ms=140.0, offset=offset)))


@pytest.mark.parametrize("ms", [20.0, 40.0, 50.0])
def test_a_shorter_burst_is_not_it(ms: float) -> None:
    for offset in OFFSETS:
        assert not any(answers(request(ms=ms, offset=offset)))


def test_a_tone_below_minus_30_dbm0_is_not_it() -> None:
    assert not any(answers(request(level=-31.0, ms=140.0)))


def test_digits_and_tones_with_it_are_not_it() -> None:
    assert not any(answers(Dtmf(on_ms=100).digits(DIGITS)))
    assert not any(answers(request(ms=140.0) + request(425.0, ms=140.0)))
    assert not any(answers(sweep(300.0, 3000.0, -10.0, 3000.0)))
    assert not any(answers(sweep(450.0, 550.0, -10.0, 120.0)))
    assert not any(answers(noise(-10.0, 10 * RATE, 5)))


def test_a_tone_that_swells_is_not_it() -> None:
    rising = request(ms=140.0)
    assert not any(answers(rising * np.exp(np.arange(len(rising)) / 160)[: len(rising)] * 1e-7))


def test_ten_minutes_of_speech_hold_no_request() -> None:
    for talk in speech(600.0, 11):
        assert not any(answers(talk))


def test_two_requests_are_told_apart() -> None:
    heard = answers(joined([request(), request()]))
    rises = [now and not before for before, now in zip([False, *heard], heard, strict=False)]
    assert rises.count(True) == 2


def test_a_frame_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="320 bytes, not 160"):
        AonRequest().process(bytes(160))
