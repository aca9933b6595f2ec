"""Tones say nothing about a path but at their own frequencies; digits of the telephone pass."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.media._dsp import DtmfDetector
from hardware.voice._echo import LineEchoCanceller
from tests.hardware.voice.conversation import cancelled, enhancement, line_noise, part, talk
from tests.hardware.voice.hybrids import EchoPath
from tests.media.signals import (
    RATE,
    Dtmf,
    Signal,
    a_law,
    frames,
    joined,
    multimon_digits,
    pcm,
    silence,
    sine,
)

PATH = EchoPath("220+820||115nF", 8.0, 16)
SECONDS = 5
DIGITS = "1234567890*#ABCD"


def on_and_off(tone: Signal, on_ms: float, off_ms: float) -> Signal:
    return joined([tone[: round(on_ms * 8)], silence(off_ms)])


def for_5_s(signal: Signal) -> Signal:
    return a_law(np.resize(signal, SECONDS * RATE))


TONES = {
    "dial tone": for_5_s(sine(425.0, -10.0, 1000)),
    "American dial tone": for_5_s(sine(350.0, -13.0, 1000) + sine(440.0, -13.0, 1000)),
    "busy tone": for_5_s(on_and_off(sine(425.0, -10.0, 400), 360, 360)),
    "digits": for_5_s(Dtmf(on_ms=80, off_ms=80, level=-9.0).digits("1234567890")),
    "fax calling": for_5_s(on_and_off(sine(1100.0, -12.0, 500), 500, 3000)),
    "fax called": for_5_s(sine(2100.0, -12.0, 1000)),
    "test tone": for_5_s(sine(1000.0, 0.0, 1000)),
}


def gained(echo: Signal, residue: Signal, begin: float, end: float) -> float:
    return enhancement(part(echo, begin, end), part(residue, begin, end))


def carried(played: Signal, near: Signal | None = None) -> tuple[Signal, Signal, Signal]:
    """Echo, residue and output."""
    echo, other = PATH.echo(played), line_noise(len(played), 1)
    if near is not None:
        other[: len(near)] += near
    out = cancelled(LineEchoCanceller(), echo + other, played)
    return echo, out - other, out


@pytest.mark.parametrize("tone", TONES)
def test_a_tone_does_not_harm_a_known_path(tone: str) -> None:
    far = a_law(talk(12.0, 0))
    echo, residue, _ = carried(joined([part(far, 0, 5), TONES[tone], part(far, 5, 9)]))
    assert gained(echo, residue, 3, 5) >= 40.0
    assert gained(echo, residue, 5, 10) >= 40.0
    assert gained(echo, residue, 10, 10.5) >= 40.0
    assert gained(echo, residue, 10, 14) >= 40.0


@pytest.mark.parametrize("tone", TONES)
def test_speech_is_learned_after_a_tone(tone: str) -> None:
    """What was learned of a tone is wrong for speech and gives way to it."""
    far = a_law(talk(12.0, 0))
    echo, residue, _ = carried(joined([TONES[tone], part(far, 0, 6)]))
    assert gained(echo, residue, 8, 11) >= 30.0


@pytest.mark.parametrize("talker", [0, 1, 2])
def test_after_dial_tone_speech_is_learned_within_a_second(talker: int) -> None:
    far = a_law(talk(12.0, talker))
    echo, residue, _ = carried(joined([TONES["dial tone"], part(far, 0, 1.5)]))
    assert gained(echo, residue, 6.0, 6.5) >= 30.0


def detected(signal: Signal) -> str:
    detector = DtmfDetector()
    return "".join(detector.process(frame) for frame in frames(pcm(signal)))


@pytest.mark.parametrize("at", [0.5, 5.0], ids=["while it learns", "later"])
@pytest.mark.parametrize("talker", [0, 1])
def test_digits_of_the_telephone_pass_during_far_end_speech(talker: int, at: float) -> None:
    keys = Dtmf(on_ms=60, off_ms=60, level=-10.0).digits(DIGITS)
    near = joined([silence(at * 1000), keys])
    echo, residue, out = carried(part(a_law(talk(12.0, talker)), 0, 11), near)
    assert detected(out) == DIGITS
    assert multimon_digits(pcm(out)) == DIGITS
    assert gained(echo, residue, at + 1.0, 9) >= 30.0
    assert gained(echo, residue, 9, 11) >= 40.0


def test_weak_digits_are_heard_because_the_echo_is_gone() -> None:
    keys = Dtmf(on_ms=60, off_ms=60, level=-25.0).digits(DIGITS)
    echo, residue, out = carried(part(a_law(talk(12.0, 0)), 0, 8), joined([silence(3000), keys]))
    assert detected(out) == DIGITS
    assert detected(out - residue + echo) != DIGITS
