"""What the keypad sends, measured with numpy and decoded by a decoder we did not write."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from hardware.simulated.dial import ToneDial, pulses, sine_amplitude
from hardware.simulated.noise import Noise
from tests.media.signals import (
    COLUMNS,
    KEYS,
    PAIRS,
    ROWS,
    Signal,
    level_of,
    multimon_digits,
    unpacked,
)


def dialled(digits: str, dial: ToneDial) -> Signal:
    return unpacked(b"".join(dial.frames(digits)))


def spectrum_peak(signal: Signal, low: float, high: float) -> tuple[float, float]:
    """Frequency (Hz) and level (dBm0) of the strongest line between two frequencies."""
    size = 1 << 17
    window = np.blackman(len(signal))
    lines = np.abs(np.fft.rfft(signal * window, size)) * 2 / window.sum()
    frequencies = np.fft.rfftfreq(size, 1 / 8000)
    inside = np.flatnonzero((frequencies >= low) & (frequencies <= high))
    top = inside[np.argmax(lines[inside])]
    return float(frequencies[top]), float(20 * np.log10(lines[top] / 32768) + 3.14)


@pytest.mark.parametrize("digit", PAIRS)
def test_every_digit_has_the_frequencies_of_q23(digit: str) -> None:
    signal = dialled(digit, ToneDial(on_ms=400, off_ms=0))
    low, high = PAIRS[digit]
    assert spectrum_peak(signal, 600, 1050)[0] == pytest.approx(low, abs=0.5)
    assert spectrum_peak(signal, 1100, 1800)[0] == pytest.approx(high, abs=0.5)
    assert digit in KEYS[ROWS.index(low)][COLUMNS.index(high)]


@pytest.mark.parametrize("level", [-9.0, -15.0, -25.0])
@pytest.mark.parametrize("twist", [-6.0, 0.0, 2.0, 8.0])
def test_level_is_that_of_the_high_group_and_twist_weakens_the_low(
    level: float, twist: float
) -> None:
    signal = dialled("5", ToneDial(on_ms=400, off_ms=0, level=level, twist=twist))
    assert spectrum_peak(signal, 1100, 1800)[1] == pytest.approx(level, abs=0.1)
    assert spectrum_peak(signal, 600, 1050)[1] == pytest.approx(level - twist, abs=0.1)


@pytest.mark.parametrize("error", [-3.5, -1.5, 1.5, 3.5])
def test_the_frequency_error_shifts_both_groups(error: float) -> None:
    signal = dialled("1", ToneDial(on_ms=400, off_ms=0, frequency_error=error))
    assert spectrum_peak(signal, 600, 1050)[0] == pytest.approx(697 * (1 + error / 100), abs=0.5)
    assert spectrum_peak(signal, 1100, 1800)[0] == pytest.approx(1209 * (1 + error / 100), abs=0.5)


@pytest.mark.parametrize(("on", "off"), [(40, 40), (80, 80), (55, 45), (23.5, 61.5)])
def test_tones_and_pauses_last_to_the_sample(on: float, off: float) -> None:
    signal = dialled("159", ToneDial(on_ms=on, off_ms=off))
    samples_on, samples_off = round(on * 8), round(off * 8)
    rest = signal
    for _ in range(3):
        sounding, pause = rest[:samples_on], rest[samples_on : samples_on + samples_off]
        # Both sines begin at zero.
        assert sounding[1:4].all()
        assert sounding[-3:].any()
        assert not pause.any()
        rest = rest[samples_on + samples_off :]
    assert not rest.any()
    assert len(signal) % 160 == 0
    assert len(rest) < 160


@pytest.mark.parametrize("snr", [0.0, 15.0, 30.0])
def test_the_noise_is_so_far_below_the_pair(snr: float) -> None:
    clean = dialled("5", ToneDial(on_ms=500, off_ms=500, level=-12.0))
    noisy = dialled("5", ToneDial(on_ms=500, off_ms=500, level=-12.0, snr=snr))
    pair = level_of(clean[:4000])
    assert pair - level_of((noisy - clean)[:4000]) == pytest.approx(snr, abs=0.3)
    assert pair - level_of(noisy[4000:]) == pytest.approx(snr, abs=0.3)


def test_a_foreign_decoder_understands_every_digit() -> None:
    digits = "159D*0#2468A37BC"
    frames = ToneDial().frames(digits)
    assert multimon_digits(b"".join([bytes(1600), *frames, bytes(1600)])) == digits


def test_a_strong_level_clips_and_does_not_wrap() -> None:
    signal = dialled("5", ToneDial(level=3.0, twist=0.0))
    assert int(np.abs(np.diff(signal)).max()) < 60000
    assert signal.max() == 32767


def test_a_zero_is_ten_pulses() -> None:
    assert [pulses(digit) for digit in "1234567890"] == list(range(1, 11))


def test_a_full_scale_sine_has_the_level_of_g711() -> None:
    assert sine_amplitude(3.14) == 32767


@pytest.mark.parametrize("level", [-70.0, -50.0, -30.0])
def test_the_noise_of_a_line_has_its_level_and_is_white(level: float) -> None:
    noise = Noise(level, "hall")
    signal = unpacked(b"".join(noise.frame() for _ in range(200)))
    assert level_of(signal) == pytest.approx(level, abs=0.3)
    power = np.mean(np.abs(np.fft.rfft(signal.reshape(-1, 320))) ** 2, axis=0)
    bands = [10 * np.log10(band.mean()) for band in np.array_split(power[1:], 8)]
    assert all(abs(a - b) < 2 for a, b in itertools.combinations(bands, 2))


def test_the_same_line_has_the_same_noise() -> None:
    first, second, other = Noise(-50.0, "a"), Noise(-50.0, "a"), Noise(-50.0, "b")
    frame = first.frame()
    assert frame == second.frame()
    assert frame != other.frame()
