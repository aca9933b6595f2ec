"""Automatic gain moves on speech and on nothing else; the limiter cuts nothing off."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from gateway.media import _dsp
from hardware.voice.gain import (
    ATTACK_BYTES,
    AUTOMATIC_LIMIT_DB,
    CLOSE_ENOUGH_DB,
    SPEECH_DBM0,
    GainControl,
    SpeechLevel,
)
from tests.media.signals import (
    RATE,
    Dtmf,
    Signal,
    frames,
    level_of,
    noise,
    pcm,
    silence,
    sine,
    speech,
    unpacked,
)


def gains(gain: GainControl, signal: Signal) -> Iterator[float]:
    """The automatic gain after each frame of ``signal``."""
    for frame in whole_frames(signal):
        gain.process(frame, _dsp.level(frame))
        yield gain.automatic_db


def whole_frames(signal: Signal) -> list[bytes]:
    return [frame for frame in frames(pcm(signal)) if len(frame) == 320]


def through(gain: GainControl, signal: Signal) -> Signal:
    return unpacked(
        b"".join(gain.process(frame, _dsp.level(frame)) for frame in whole_frames(signal))
    )


@pytest.fixture(scope="module")
def talk() -> Signal:
    """Half a minute of speech at -20 dBm0, while it is active, over the noise of a line."""
    spoken = np.concatenate(list(speech(30.0, seed=3)))[: 30 * RATE]
    meter = SpeechLevel()
    for frame in whole_frames(spoken):
        meter.frame(_dsp.level(frame))
    assert meter.level is not None
    at_level: Signal = spoken * 10 ** ((SPEECH_DBM0 - meter.level) / 20)
    return at_level + noise(-65.0, len(spoken), 1)


@pytest.mark.parametrize("level", [-31.0, -26.0, -12.0, -9.0])
def test_speech_is_brought_to_its_usual_level(talk: Signal, level: float) -> None:
    gain = GainControl(0.0, automatic=True)
    *_, last = gains(gain, talk * 10 ** ((level - SPEECH_DBM0) / 20))
    assert last == pytest.approx(SPEECH_DBM0 - level, abs=2 * CLOSE_ENOUGH_DB)


def test_speech_at_its_usual_level_is_left_as_it_is(talk: Signal) -> None:
    assert abs(list(gains(GainControl(0.0, automatic=True), talk))[-1]) < 2 * CLOSE_ENOUGH_DB


def test_the_automatic_gain_has_a_limit(talk: Signal) -> None:
    gain = GainControl(0.0, automatic=True)
    assert max(gains(gain, talk / 100.0)) <= AUTOMATIC_LIMIT_DB


def test_a_gain_that_is_not_automatic_stays(talk: Signal) -> None:
    gain = GainControl(6.0, automatic=False)
    assert set(gains(gain, talk / 10.0)) == {0.0}
    assert gain.speech.level is not None


@pytest.mark.parametrize("level", [-60.0, -45.0, -30.0])
def test_noise_is_never_made_louder(talk: Signal, level: float) -> None:
    gain = GainControl(0.0, automatic=True)
    assert set(gains(gain, noise(level, 10 * RATE, 2))) == {0.0}
    *_, before = gains(gain, talk / 4.0)
    assert before > 4.0
    after = list(gains(gain, np.concatenate([silence(500.0), noise(level, 10 * RATE, 3)])))
    assert max(after) <= before


@pytest.mark.parametrize("level", [-30.0, -15.0, -3.0])
@pytest.mark.parametrize(("on_ms", "off_ms"), [(40.0, 40.0), (50.0, 45.0), (70.0, 70.0)])
def test_digits_do_not_move_the_gain(on_ms: float, off_ms: float, level: float) -> None:
    for offset in range(0, 20, 3):
        dialled = Dtmf(on_ms, off_ms, level, twist=2.0, offset_ms=200.0 + offset)
        signal = dialled.digits("0123456789*#ABCD")
        signal += noise(-60.0, len(signal), offset)
        assert set(gains(GainControl(0.0, automatic=True), signal)) == {0.0}


def test_digits_after_speech_are_all_sent_with_one_gain(talk: Signal) -> None:
    gain = GainControl(0.0, automatic=True)
    *_, before = gains(gain, talk / 4.0)
    dialled = Dtmf(60.0, 60.0, -13.0, offset_ms=40.0).digits("147*2580369#ABCD")
    assert set(gains(gain, dialled)) == {before}


def test_tones_of_the_network_do_not_move_the_gain() -> None:
    burst = np.concatenate([sine(425.0, -10.0, 350.0), silence(350.0)])
    for tone in (sine(425.0, -10.0, 5000.0), np.tile(burst, 10), sine(2100.0, -12.0, 3000.0)):
        assert set(gains(GainControl(0.0, automatic=True), tone)) == {0.0}


def test_an_echo_teaches_nothing(talk: Signal) -> None:
    gain = GainControl(0.0, automatic=True)
    for frame in whole_frames(talk / 10.0):
        gain.process(frame, _dsp.level(frame), adapt=False)
    assert gain.automatic_db == 0.0
    assert gain.speech.level is None


@pytest.mark.parametrize("fixed", [-20.0, -6.0, 3.0, 12.0])
def test_a_fixed_gain_is_exact(fixed: float) -> None:
    out = through(GainControl(fixed, automatic=False), sine(1000.0, -20.0, 1000.0))
    assert level_of(out) == pytest.approx(-20.0 + fixed, abs=0.05)


def test_without_gain_a_frame_passes_untouched() -> None:
    frame = pcm(sine(1000.0, 3.0, 20.0))
    assert GainControl(0.0, automatic=False).process(frame, _dsp.level(frame)) is frame


def test_a_loud_digit_is_turned_down_and_not_cut_off() -> None:
    """Both tones of -4 and -6 dBm0 with 20 dB of gain: clipping would add harmonics."""
    gain = GainControl(20.0, automatic=False)
    out = through(gain, sine(697.0, -6.0, 200.0) + sine(1477.0, -4.0, 200.0))
    settled = out[ATTACK_BYTES // 2 :]
    assert np.max(np.abs(settled)) < 32700
    assert gain.limited > 0
    spectrum = np.abs(np.fft.rfft(settled[: RATE // 10] * np.hanning(RATE // 10))) ** 2
    low, high = (float(np.sum(spectrum[bin_ - 3 : bin_ + 4])) for bin_ in (70, 148))
    assert 10 * np.log10(high / low) == pytest.approx(2.0, abs=0.2)
    assert (low + high) / float(np.sum(spectrum)) > 0.999


def test_the_gain_never_jumps() -> None:
    """A constant shows the gain itself, also where the limiter begins."""
    sound = np.concatenate([np.full(1600, 5000.0), np.full(1600, 25000.0)])
    gain = GainControl(6.0, automatic=False)
    applied = through(gain, sound) / sound
    assert applied[0] == pytest.approx(10 ** (6 / 20), rel=1e-3)
    # At the step itself the samples that the attack is too late for are cut off.
    steps = np.abs(np.diff(np.delete(applied, slice(1600, 1640))))
    assert np.max(steps[:1598]) < 0.001
    assert np.max(steps[1600:]) < 0.03
    assert gain.limited == 1


def test_the_limiter_recovers() -> None:
    gain = GainControl(12.0, automatic=False)
    loud, usual = sine(1000.0, 0.0, 100.0), sine(1000.0, -25.0, 3000.0)
    out = through(gain, np.concatenate([loud, usual]))
    assert level_of(out[-RATE:]) == pytest.approx(-13.0, abs=0.1)


def test_the_meter_tells_the_level_of_speech_and_of_noise(talk: Signal) -> None:
    meter = SpeechLevel()
    for frame in whole_frames(talk):
        meter.frame(_dsp.level(frame))
    assert meter.level == pytest.approx(SPEECH_DBM0, abs=1.0)
    assert meter.noise == pytest.approx(-65.0, abs=3.0)


def test_silence_has_no_level() -> None:
    meter = SpeechLevel()
    for _ in itertools.repeat(None, 100):
        meter.frame(_dsp.level(bytes(320)))
    assert meter.level is None
    assert not meter.moving
