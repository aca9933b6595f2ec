from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tests.simulators.multifon.sound import speak
from tests.simulators.telephone.ear import Ear
from tests.simulators.telephone.keypad import Keypad, white_noise
from tests.simulators.telephone.sound import Signal, silence, sine

HOWLER = (1400.0, 2060.0, 2450.0, 2600.0)


def beats(on: float, off: float, times: int, hertz: Sequence[float] = (425.0,)) -> Signal:
    burst = sum((sine(one, -10.0 - 3 * len(hertz), on) for one in hertz), silence(on))
    return np.concatenate([burst, silence(off)] * times)


def sit() -> Signal:
    return np.concatenate([*(sine(hertz, -10.0, 0.33) for hertz in (950, 1400, 1800)), silence(1)])


CASES = [
    (sine(425.0, -10.0, 2.0), "dial"),
    (beats(1.0, 1.0, 1), "ringback"),
    (np.concatenate([beats(1.0, 4.0, 1), beats(1.0, 0.6, 1)]), "ringback"),
    (beats(0.35, 0.35, 3), "busy"),
    (beats(0.175, 0.175, 4), "congestion"),
    (np.concatenate([beats(0.1, 0.1, 6), sine(425.0, -10.0, 0.3)]), "stutter"),
    (np.concatenate([beats(0.1, 0.1, 6), sine(425.0, -10.0, 2.0)]), "dial"),
    (np.concatenate([silence(2.0), beats(0.2, 0.6, 1)]), "call-waiting"),
    (sit(), "sit"),
    (beats(0.1, 0.1, 5, HOWLER), "howler"),
    (silence(1.5), "silence"),
    (np.concatenate([sine(425.0, -10.0, 2.0), silence(1.2)]), "silence"),
    (sine(425.0, -10.0, 0.6), "unclear"),
    (silence(0.3), "unclear"),
    (np.concatenate([beats(0.35, 0.35, 3), sine(425.0, -10.0, 1.5)]), "dial"),
]
SOUNDING = [case for case in CASES if case[1] not in ("silence", "unclear", "sit")]


def heard(signal: Signal) -> str:
    ear = Ear()
    for start in range(0, len(signal), 160):
        ear.feed(signal[start : start + 160])
    return ear.hearing()


@pytest.mark.parametrize(("sound", "name"), CASES)
@pytest.mark.parametrize("offset", [0.0, 0.0065])
def test_a_tone_is_named(sound: Signal, name: str, offset: float) -> None:
    assert heard(np.concatenate([silence(offset), sound])) == name


@pytest.mark.parametrize(("sound", "name"), SOUNDING)
def test_a_tone_is_named_through_noise(sound: Signal, name: str) -> None:
    noise = white_noise(-35.0, len(sound), np.random.default_rng(1))
    assert heard(sound + noise * (np.abs(sound) > 0)) == name


def test_speech_and_digits_are_voice() -> None:
    speech = speak("Здравствуйте, вас слушает автоответчик. Говорите после сигнала.", "ru")
    ear = Ear()
    ear.feed(speech[8000:20000].astype(np.float64))
    assert ear.hearing() == "voice"
    ear.forget()
    ear.feed(Keypad().digits("159"))
    assert ear.hearing() == "voice"


def test_what_was_forgotten_is_not_heard() -> None:
    ear = Ear()
    ear.feed(sine(425.0, -10.0, 2.0))
    ear.forget()
    assert ear.hearing() == "unclear"


def test_a_tone_of_another_frequency_is_not_the_exchange_s() -> None:
    ear = Ear()
    ear.feed(sine(350.0, -13.0, 2.0) + sine(440.0, -13.0, 2.0))
    assert ear.hearing() == "voice"
