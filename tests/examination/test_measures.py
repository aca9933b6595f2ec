"""Levels, losses and delays from frames whose truth is known."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.examination import measures
from gateway.examination.noise import BAND, LEVEL_DBM0, band_noise
from gateway.line import FRAME_BYTES
from gateway.media import _dsp
from gateway.media.dtmf import FREQUENCIES

RATE = 8000
FULL_SCALE_SINE_DBM0 = 3.14
Signal = npt.NDArray[np.float64]


def rms(dbm0: float) -> float:
    return 32768 / 2**0.5 * math.pow(10, (dbm0 - FULL_SCALE_SINE_DBM0) / 20)


def white(dbm0: float, seconds: float, seed: int = 1) -> Signal:
    return np.random.default_rng(seed).normal(scale=rms(dbm0), size=round(seconds * RATE))


def sine(hertz: float, dbm0: float, seconds: float) -> Signal:
    time = np.arange(round(seconds * RATE)) / RATE
    wave: Signal = rms(dbm0) * np.sqrt(2) * np.sin(2 * np.pi * hertz * time)
    return wave


def frames(signal: Signal) -> list[bytes]:
    samples = np.clip(np.round(signal), -32768, 32767).astype("<i2").tobytes()
    whole = len(samples) // FRAME_BYTES * FRAME_BYTES
    return [samples[at : at + FRAME_BYTES] for at in range(0, whole, FRAME_BYTES)]


def test_the_test_sound_is_flat_in_the_band_of_a_telephone_and_has_its_level() -> None:
    sound = band_noise(4.0)
    assert len(sound) == 2 * 4 * RATE
    assert _dsp.level(sound) == pytest.approx(LEVEL_DBM0, abs=0.2)
    samples = np.frombuffer(sound, "<i2").astype(float)
    power = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    inside = power[(hertz >= BAND[0]) & (hertz <= BAND[1])]
    assert inside.sum() / power.sum() > 0.97
    halves = [part.mean() for part in np.array_split(inside, 4)]
    assert max(halves) / min(halves) < 1.6


@settings(deadline=None, max_examples=30)
@given(st.floats(-75, -30))
def test_noise_is_measured_and_a_knock_in_it_is_not(dbm0: float) -> None:
    signal = white(dbm0, 2.0)
    signal[4000:4800] += sine(600, -15, 0.1)
    assert measures.noise(frames(signal)) == pytest.approx(dbm0, abs=0.6)


def test_silence_has_the_level_of_the_floor() -> None:
    assert measures.noise(frames(np.zeros(RATE))) == measures.FLOOR_DBM0
    assert measures.noise([]) == measures.FLOOR_DBM0


@settings(deadline=None, max_examples=30)
@given(st.floats(-35, -8))
def test_pauses_do_not_count_for_the_level_of_speech(dbm0: float) -> None:
    spoken = white(dbm0, 1.0)
    signal = np.concatenate([np.zeros(RATE), spoken, np.zeros(RATE), spoken])
    signal += white(-62, 4.0, seed=2)
    level = measures.speech(frames(signal), -62.0)
    assert level == pytest.approx(dbm0, abs=0.6)


def test_noise_alone_is_no_speech() -> None:
    assert measures.speech(frames(white(-50, 3.0)), -50.0) is None
    assert measures.speech([], measures.FLOOR_DBM0) is None


@settings(deadline=None, max_examples=30)
@given(loss=st.floats(3, 35), noise=st.floats(-80, -62), delay=st.integers(0, 1500))
def test_the_return_loss_is_found_through_noise_and_delay(
    loss: float, noise: float, delay: int
) -> None:
    sound = np.frombuffer(band_noise(2.0), "<i2").astype(float)
    echo = np.roll(sound, delay) * 10 ** (-loss / 20)
    heard, said = frames(sound), frames(echo + white(noise, 2.0))
    assert measures.return_loss(heard, said, noise) == pytest.approx(loss, abs=1.0)
    found = measures.echo_delay(heard, said)
    if loss < 25:
        assert found == pytest.approx(delay / 8, abs=0.3)


def test_an_echo_below_the_noise_has_a_loss_of_at_least_that() -> None:
    sound = np.frombuffer(band_noise(2.0), "<i2").astype(float)
    heard, said = frames(sound), frames(white(-60, 2.0))
    assert measures.return_loss(heard, said, -60.0) > LEVEL_DBM0 + 60 - 3
    assert measures.echo_delay(heard, said) is None


def test_too_short_a_sound_has_no_delay() -> None:
    assert measures.echo_delay(frames(sine(500, -20, 0.1)), frames(sine(500, -20, 0.1))) is None


@settings(deadline=None, max_examples=30)
@given(
    digit=st.sampled_from("0123456789*#ABCD"),
    low=st.floats(-25, -6),
    twist=st.floats(-6, 6),
    error=st.floats(-0.01, 0.01),
)
def test_both_tones_of_a_key_are_measured(
    digit: str, low: float, twist: float, error: float
) -> None:
    row, column = (hertz * (1 + error) for hertz in FREQUENCIES[digit])
    pressed = sine(row, low, 0.08) + sine(column, low + twist, 0.08)
    signal = np.concatenate([np.zeros(900), pressed, np.zeros(500), pressed, np.zeros(500)])
    found = measures.digit_levels(frames(signal + white(-60, len(signal) / RATE)), digit * 2)
    assert found["low_tone_dbm0"] == pytest.approx(low, abs=1.0)
    assert found["twist_db"] == pytest.approx(twist, abs=1.0)


def test_no_tone_has_no_level() -> None:
    assert measures.digit_levels(frames(white(-30, 1.0)), "5") == {}
    assert measures.digit_levels([], "5") == {}


@settings(deadline=None, max_examples=30)
@given(delay=st.integers(0, 399), sign=st.sampled_from([-1, 1]))
def test_the_delay_of_a_sound_is_exact_to_the_sample(delay: int, sign: int) -> None:
    sound = white(-20, 0.5)
    late = np.concatenate([np.zeros(delay), sound])[: len(sound)] * sign
    as_bytes = [b"".join(frames(one)) for one in (sound, late)]
    lag, share = _dsp.delay(as_bytes[0], as_bytes[1], 400)
    assert lag == delay
    assert share == pytest.approx(1.0, abs=0.01)


def test_a_delay_needs_two_sounds_of_one_length_longer_than_the_lags() -> None:
    with pytest.raises(ValueError, match="one length"):
        _dsp.delay(bytes(400), bytes(402), 10)
    with pytest.raises(ValueError, match="one length"):
        _dsp.delay(bytes(400), bytes(400), 200)
    with pytest.raises(ValueError, match="16-bit"):
        _dsp.delay(bytes(401), bytes(401), 10)
    assert _dsp.delay(bytes(400), bytes(400), 10) == (0, 0.0)
