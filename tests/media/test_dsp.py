"""The functions of ``gateway.media._dsp`` on one frame."""

from __future__ import annotations

import itertools
import math
from array import array
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.media import _dsp
from tests.media.signals import frames, level_of, noise, pcm, sine, unpacked

samples = st.integers(-32768, 32767)
sample_lists = st.lists(samples, max_size=400)
gains = st.floats(-100, 100)


def frame_of(values: list[int]) -> bytes:
    return array("h", values).tobytes()


def values_of(frame: bytes) -> list[int]:
    return array("h", frame).tolist()


def saturated(value: int) -> int:
    return max(-32768, min(32767, value))


@given(st.lists(st.tuples(samples, samples), max_size=400))
def test_mixing_adds_and_saturates(pairs: list[tuple[int, int]]) -> None:
    a, b = [a for a, _ in pairs], [b for _, b in pairs]
    mixed = values_of(_dsp.mix(frame_of(a), frame_of(b)))
    assert mixed == [saturated(x + y) for x, y in pairs]


def test_samples_may_begin_at_an_odd_address() -> None:
    tone = pcm(sine(1000, -10, 100))
    odd = cast("bytes", memoryview(b"x" + tone)[1:])
    assert _dsp.mix(odd, odd) == _dsp.mix(tone, tone)
    assert _dsp.level(odd) == _dsp.level(tone)


@given(sample_lists, gains)
def test_scaling_multiplies_rounds_and_saturates(values: list[int], gain: float) -> None:
    scaled = values_of(_dsp.scale(frame_of(values), gain))
    for value, result in zip(values, scaled, strict=True):
        assert abs(result - max(-32768.0, min(32767.0, value * gain))) <= 0.502


@given(sample_lists)
def test_a_gain_of_one_changes_nothing_and_of_zero_silences(values: list[int]) -> None:
    frame = frame_of(values)
    assert _dsp.scale(frame, 1.0) == frame
    assert _dsp.fade(frame, 1.0, 1.0) == frame
    assert _dsp.scale(frame, 0.0) == bytes(len(frame))


@pytest.mark.parametrize(("gain", "limit"), [(1.7e308, 32767), (-1.7e308, -32768), (5e-324, 0)])
def test_absurd_gains_saturate(gain: float, limit: int) -> None:
    assert values_of(_dsp.scale(frame_of([1, 0, 30000]), gain)) == [limit, 0, limit]
    faded = values_of(_dsp.fade(frame_of([1, 0, 0, -1]), gain, -gain))
    assert faded == [limit, 0, 0, limit]


def test_a_fade_is_a_line_from_start_to_end() -> None:
    frame = frame_of([10000] * 160)
    faded = values_of(_dsp.fade(frame, 0.25, 0.75))
    assert faded == [round(10000 * (0.25 + 0.5 * (n + 0.5) / 160)) for n in range(160)]


def test_fades_of_successive_frames_join_without_a_step() -> None:
    frame = frame_of([20000] * 160)
    joined = values_of(_dsp.fade(frame, 1.0, 0.5)) + values_of(_dsp.fade(frame, 0.5, 0.0))
    assert all(60 <= before - after <= 64 for before, after in itertools.pairwise(joined))


def test_a_full_scale_sine_has_3_14_dbm0() -> None:
    assert _dsp.level(pcm(sine(1000, 3.14, 1000))) == pytest.approx(3.14, abs=0.001)


@pytest.mark.parametrize("level", [-3.0, -25.0, -40.0])
def test_the_level_of_noise_is_its_rms(level: float) -> None:
    signal = unpacked(pcm(noise(level, 80000, 1)))
    assert _dsp.level(pcm(signal)) == pytest.approx(level_of(signal), abs=1e-9)


def test_silence_and_no_samples_have_no_level() -> None:
    assert _dsp.level(bytes(320)) == -math.inf
    assert _dsp.level(b"") == -math.inf
    assert _dsp.tone_levels(bytes(320), [1000.0]) == (-math.inf,)
    assert _dsp.tone_levels(b"", [1000.0]) == (-math.inf,)


def test_the_loudest_frame_does_not_overflow() -> None:
    assert _dsp.level(frame_of([-32768] * 100_000)) == pytest.approx(3.14 + 10 * math.log10(2))
    assert _dsp.mix(frame_of([-32768]), frame_of([-32768])) == frame_of([-32768])


@pytest.mark.parametrize("rate", [8000, 16000])
def test_tone_levels_tell_the_tones_of_a_frame_apart(rate: int) -> None:
    tones = {350.0: -10.0, 425.0: -31.0, 1400.0: -3.0, 2600.0: -20.0}
    signal = np.sum([sine(f, level, 200, 1.0, rate) for f, level in tones.items()], axis=0)
    found = _dsp.tone_levels(pcm(signal), [*tones, 1000.0], rate)
    assert found[:-1] == pytest.approx(tuple(tones.values()), abs=0.05)
    assert found[-1] < -60


def test_long_input_is_worked_on_like_short_input() -> None:
    data = pcm(noise(-10, 40000, 1))
    pieces = list(frames(data))
    assert _dsp.mix(data, data) == b"".join(_dsp.mix(p, p) for p in pieces)
    assert _dsp.scale(data, 0.3) == b"".join(_dsp.scale(p, 0.3) for p in pieces)
    powers = [10 ** (_dsp.level(p) / 10) for p in pieces]
    assert _dsp.level(data) == pytest.approx(10 * math.log10(sum(powers) / len(powers)))


def test_half_samples_are_refused() -> None:
    for call in (
        lambda: _dsp.mix(b"abc", b"abc"),
        lambda: _dsp.scale(b"abc", 1.0),
        lambda: _dsp.fade(b"abc", 1.0, 0.0),
        lambda: _dsp.level(b"abc"),
        lambda: _dsp.tone_levels(b"abc", [1000.0]),
    ):
        with pytest.raises(ValueError, match="cannot have 3 bytes"):
            call()


def test_frames_of_different_lengths_are_not_mixed() -> None:
    with pytest.raises(ValueError, match="frames of 2 and 4 bytes"):
        _dsp.mix(b"ab", b"abcd")


@pytest.mark.parametrize("gain", [math.inf, -math.inf, math.nan])
def test_a_gain_that_is_no_number_is_refused(gain: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        _dsp.scale(b"ab", gain)
    with pytest.raises(ValueError, match="finite"):
        _dsp.fade(b"ab", 1.0, gain)


@pytest.mark.parametrize("frequency", [0.0, -1.0, 4000.0, math.nan, math.inf])
def test_a_frequency_out_of_the_band_is_refused(frequency: float) -> None:
    with pytest.raises(ValueError, match="half the rate of 8000 Hz"):
        _dsp.tone_levels(bytes(320), [1000.0, frequency])
