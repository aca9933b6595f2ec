"""The network's own in-band decoder, on tones that sox makes and on speech."""

from __future__ import annotations

import subprocess
from functools import cache

import numpy as np
import pytest

from tests.simulators.multifon.dtmf import DtmfDecoder
from tests.simulators.multifon.g711 import Samples, decode, encode
from tests.simulators.multifon.sound import speak

DIGITS = "123A456B789C*0#D"
LOW = (697, 770, 852, 941)
HIGH = (1209, 1336, 1477, 1633)


@cache
def tone(frequency: float, seconds: float) -> Samples:
    """One sine of -9 dB."""
    command = ["sox", "-D", "-n", "-r", "8000", "-c", "1", "-b", "16", "-e", "signed-integer"]
    command += ["-t", "raw", "-", "synth", str(seconds), "sine", str(frequency), "gain", "-9"]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, dtype="<i2").astype(np.int16)


def dialled(
    on: float = 0.04,
    off: float = 0.04,
    *,
    deviation: float = 0.0,
    low_db: float = 0.0,
    high_db: float = 0.0,
    noise_db: float | None = None,
) -> Samples:
    """All sixteen digits through A-law, each at another phase of the decoder's windows."""
    pieces = [np.zeros(800)]
    for number in range(16):
        low = tone(LOW[number // 4] * (1 + deviation), on) * 10 ** (low_db / 20)
        high = tone(HIGH[number % 4] * (1 + deviation), on) * 10 ** (high_db / 20)
        pieces += [np.zeros(11 * number % 80), low + high, np.zeros(round(off * 8000))]
    signal = np.concatenate([*pieces, np.zeros(800)])
    if noise_db is not None:
        level = float(np.std(tone(1000, 0.04))) * np.sqrt(2) * 10 ** (noise_db / 20)
        signal += np.random.default_rng(5).normal(0, level, len(signal))
    samples = np.clip(np.round(signal), -32768, 32767).astype(np.int16)
    return decode(8, encode(8, samples))


def heard(samples: Samples) -> str:
    return "".join(digit.digit for digit in DtmfDecoder().feed(samples))


@pytest.mark.parametrize(
    "signal",
    [
        dialled(),
        dialled(0.1, 0.1),
        dialled(deviation=0.015),
        dialled(deviation=-0.015),
        dialled(low_db=-8),
        dialled(high_db=-4),
        dialled(noise_db=-15),
        dialled(low_db=-20, high_db=-20),
    ],
    ids=["40 ms", "100 ms", "+1.5 %", "-1.5 %", "-8 dB low", "-4 dB high", "15 dB noise", "quiet"],
)
def test_every_digit_within_the_limits_of_q24_is_heard(signal: Samples) -> None:
    assert heard(signal) == DIGITS


@pytest.mark.parametrize(
    "signal",
    [
        dialled(deviation=0.035),
        dialled(deviation=-0.035),
        dialled(on=0.02),
        dialled(low_db=-60),
        dialled(low_db=-45, high_db=-45),
    ],
    ids=["+3.5 %", "-3.5 %", "20 ms", "one tone", "too quiet"],
)
def test_what_is_no_digit_is_not_heard(signal: Samples) -> None:
    assert heard(signal) == ""


def test_a_pause_of_40_ms_separates_equal_digits() -> None:
    five = tone(770, 0.06) + tone(1336, 0.06)
    pause = np.zeros(320, dtype=np.int16)
    assert heard(np.concatenate([five, pause, five, pause])) == "55"


def test_a_break_of_10_ms_does_not() -> None:
    five = tone(770, 0.06) + tone(1336, 0.06)
    silence = np.zeros(400, dtype=np.int16)
    assert heard(np.concatenate([five, silence[:80], five, silence])) == "5"


def test_the_time_and_the_length_of_a_digit_are_right() -> None:
    pause = np.zeros(4000, dtype=np.int16)
    (digit,) = DtmfDecoder().feed(
        np.concatenate([pause, tone(941, 0.1) + tone(1477, 0.1), pause]).astype(np.int16)
    )
    assert digit.digit == "#"
    assert digit.at == pytest.approx(0.5, abs=0.006)
    assert digit.seconds == pytest.approx(0.1, abs=0.011)


def test_the_size_of_the_pieces_does_not_matter() -> None:
    signal = dialled()
    decoder = DtmfDecoder()
    pieces = (signal[start : start + 37] for start in range(0, len(signal), 37))
    assert "".join(d.digit for piece in pieces for d in decoder.feed(piece)) == DIGITS


def test_speech_holds_no_digits() -> None:
    text = "Съешь же ещё этих мягких французских булок, да выпей чаю. Один, два, три, четыре. " * 6
    voice = speak(text, "ru")
    assert len(voice) > 8000 * 20
    assert heard(voice) == ""
