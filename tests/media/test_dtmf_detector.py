"""Acceptance figures of the DTMF detector (ITU-T Q.24; ``docs/decisions/0002``).

Twist is the level of the high tone above the low one.  Each figure is shown with all 16 digits, at
several phases and positions between the detector's steps, in linear samples and after A-law.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.line import DIGITS
from gateway.media._dsp import DtmfDetector
from gateway.media.tones import TonePlayer
from gateway.toneplan import Segment, Tone, ToneShape, load_tone_plan
from tests.media.signals import (
    COLUMNS,
    ROWS,
    Dtmf,
    Signal,
    a_law,
    frames,
    joined,
    mixed,
    noise,
    pcm,
    silence,
    sine,
)

STARTS = (
    ((0.0, 0.0), 0.0),
    ((1.3, 4.0), 0.5),
    ((2.2, 0.4), 1.125),
    ((5.0, 3.0), 1.75),
    ((0.7, 5.5), 3.375),
)
"""Phases of the two tones, and milliseconds before the first digit."""

Line = Callable[[Signal], Signal]


def linear(signal: Signal) -> Signal:
    return signal


codecs = pytest.mark.parametrize("codec", [linear, a_law])


def digits_in(signal: Signal) -> str:
    detector = DtmfDetector()
    return "".join(detector.process(frame) for frame in frames(pcm(signal)))


def heard(telephone: Dtmf, codec: Line, background: Callable[[Signal, int], Signal]) -> list[str]:
    """What is detected of all digits from every start."""
    result = []
    for seed, (phases, offset) in enumerate(STARTS):
        signal = replace(telephone, phases=phases, offset_ms=offset).digits(DIGITS)
        result.append(digits_in(codec(background(signal, seed))))
    return result


def quiet(signal: Signal, _seed: int) -> Signal:
    return signal


def white_noise(level: float) -> Callable[[Signal, int], Signal]:
    return lambda signal, seed: signal + noise(level, len(signal), seed)


def dial_tone(*frequencies: float, level: float = -22.0) -> Callable[[Signal, int], Signal]:
    """Own dial tone of -10 dBm0 (each), 12 dB weaker behind the hybrid."""

    def add(signal: Signal, seed: int) -> Signal:
        ms = len(signal) / 8 + 1
        return mixed(signal, [sine(f, level, ms, seed + f) for f in frequencies])

    return add


EVERY_DIGIT = [DIGITS] * len(STARTS)
NO_DIGIT = [""] * len(STARTS)
OFF = (-0.015, 0.015)


@codecs
@pytest.mark.parametrize("on_ms", [36, 40, 50, 65, 100, 500])
def test_tones_from_40_ms_with_pauses_of_40_ms_are_digits(on_ms: float, codec: Line) -> None:
    assert heard(Dtmf(on_ms=on_ms), codec, quiet) == EVERY_DIGIT


@codecs
@pytest.mark.parametrize("low", [-0.015, 0.0, 0.015])
@pytest.mark.parametrize("high", [-0.015, 0.0, 0.015])
def test_frequencies_may_be_off_by_1_5_percent(low: float, high: float, codec: Line) -> None:
    assert heard(Dtmf(low_error=low, high_error=high), codec, quiet) == EVERY_DIGIT


@codecs
@pytest.mark.parametrize("error", [-0.018, 0.018])
def test_frequencies_may_be_off_by_1_8_percent_together(error: float, codec: Line) -> None:
    assert heard(Dtmf(low_error=error, high_error=error), codec, quiet) == EVERY_DIGIT


@codecs
@pytest.mark.parametrize("twist", [-8, -6, -4, 4, 6, 8])
def test_either_tone_may_be_stronger_by_8_db(twist: float, codec: Line) -> None:
    assert heard(Dtmf(twist=twist), codec, quiet) == EVERY_DIGIT


@codecs
@pytest.mark.parametrize("level", [-3, -10, -20, -25])
def test_tones_may_have_any_level_from_minus_3_to_minus_25_dbm0(level: float, codec: Line) -> None:
    assert heard(Dtmf(level=level), codec, quiet) == EVERY_DIGIT


@codecs
@pytest.mark.parametrize("twist", [-8, -4, 0, 4, 8])
@pytest.mark.parametrize("low", OFF)
@pytest.mark.parametrize("high", OFF)
def test_the_weakest_digit_may_have_every_fault_at_once(
    twist: float, low: float, high: float, codec: Line
) -> None:
    telephone = Dtmf(level=-25, twist=twist, low_error=low, high_error=high)
    assert heard(telephone, codec, quiet) == EVERY_DIGIT


@codecs
@pytest.mark.parametrize("twist", [-8, -4, 0, 4, 8])
@pytest.mark.parametrize("level", [-5, -13, -25])
def test_white_noise_may_be_15_db_below_the_digit(twist: float, level: float, codec: Line) -> None:
    telephone = Dtmf(level=level, twist=twist)
    background = white_noise(telephone.power_level - 15)
    assert heard(telephone, codec, background) == EVERY_DIGIT


@pytest.mark.parametrize("low", OFF)
@pytest.mark.parametrize("high", OFF)
@pytest.mark.parametrize("twist", [-4, 8])
def test_noise_twist_and_wrong_frequencies_may_come_together(
    low: float, high: float, twist: float
) -> None:
    telephone = Dtmf(twist=twist, low_error=low, high_error=high)
    background = white_noise(telephone.power_level - 15)
    assert heard(telephone, linear, background) == EVERY_DIGIT


@codecs
@pytest.mark.parametrize("dial", [(425.0,), (350.0, 440.0), (400.0,), (450.0,)])
@pytest.mark.parametrize("level", [-3, -10, -25])
def test_digits_are_heard_through_our_own_dial_tone(
    dial: tuple[float, ...], level: float, codec: Line
) -> None:
    assert heard(Dtmf(level=level), codec, dial_tone(*dial)) == EVERY_DIGIT


@codecs
@pytest.mark.parametrize("dial", [(425.0,), (350.0, 440.0)])
def test_the_weakest_digit_is_heard_through_all_of_the_dial_tone(
    dial: tuple[float, ...], codec: Line
) -> None:
    """A hybrid that separates nothing: no line leaks more."""
    assert heard(Dtmf(level=-25), codec, dial_tone(*dial, level=-10.0)) == EVERY_DIGIT


@pytest.mark.parametrize("dial", [(425.0,), (350.0, 440.0)])
@pytest.mark.parametrize("twist", [-4, 8])
@pytest.mark.parametrize("low", OFF)
@pytest.mark.parametrize("high", OFF)
def test_a_faulty_weak_digit_is_heard_through_our_own_dial_tone(
    dial: tuple[float, ...], twist: float, low: float, high: float
) -> None:
    telephone = Dtmf(level=-25 + abs(twist), twist=twist, low_error=low, high_error=high)
    assert heard(telephone, linear, dial_tone(*dial)) == EVERY_DIGIT


def test_mains_hum_and_a_dc_offset_do_not_hide_a_digit() -> None:
    def hum(signal: Signal, seed: int) -> Signal:
        return mixed(signal + 2000.0, [sine(50.0, -20.0, len(signal) / 8 + 1, float(seed))])

    assert heard(Dtmf(level=-20), linear, hum) == EVERY_DIGIT


@codecs
@pytest.mark.parametrize("on_ms", [10, 20, 23, 26, 28, 30])
def test_bursts_up_to_30_ms_are_no_digits(on_ms: float, codec: Line) -> None:
    assert heard(Dtmf(on_ms=on_ms), codec, quiet) == NO_DIGIT


@codecs
@pytest.mark.parametrize("error", [-0.07, -0.05, -0.035, -0.03, 0.03, 0.035, 0.05, 0.07])
@pytest.mark.parametrize("which", [(1, 0), (0, 1), (1, 1), (1, -1)])
def test_tones_off_by_3_percent_and_more_are_no_digits(
    error: float, which: tuple[int, int], codec: Line
) -> None:
    telephone = Dtmf(on_ms=100, low_error=error * which[0], high_error=error * which[1])
    assert heard(telephone, codec, quiet) == NO_DIGIT


@codecs
@pytest.mark.parametrize("level", [-38, -40, -50])
def test_digits_below_minus_38_dbm0_are_not_heard(level: float, codec: Line) -> None:
    assert heard(Dtmf(on_ms=100, level=level), codec, quiet) == NO_DIGIT


@pytest.mark.parametrize("twist", [-12, 12])
def test_a_twist_of_12_db_is_no_digit(twist: float) -> None:
    assert heard(Dtmf(on_ms=100, twist=twist), linear, quiet) == NO_DIGIT


@pytest.mark.parametrize("frequency", [*ROWS, *COLUMNS])
@pytest.mark.parametrize("level", [3, -10, -25])
def test_one_tone_of_a_pair_is_no_digit(frequency: float, level: float) -> None:
    assert digits_in(joined([silence(40), sine(frequency, level, 500), silence(40)])) == ""


@pytest.mark.parametrize("group", [ROWS, COLUMNS])
def test_two_tones_of_the_same_group_are_no_digit(group: tuple[float, ...]) -> None:
    for first in group:
        for second in group:
            assert digits_in(sine(first, -10, 200) + sine(second, -10, 200)) == ""


def test_a_pair_with_a_third_tone_as_strong_is_no_digit() -> None:
    for third in (1000.0, 1800.0, 2500.0):
        telephone = Dtmf(on_ms=200, off_ms=100)
        signal = telephone.digits(DIGITS)
        assert digits_in(mixed(signal, [sine(third, -16, len(signal) / 8)])) == ""


@pytest.mark.parametrize("level", [-5, -20])
def test_the_third_and_fourth_harmonic_of_a_voice_are_no_star(level: float) -> None:
    for fundamental in range(300, 325):
        assert (
            digits_in(sine(3 * fundamental, level, 200) + sine(4 * fundamental, level, 200)) == ""
        )


def test_a_pair_that_dies_away_by_0_3_db_a_millisecond_is_no_digit() -> None:
    for digit in DIGITS:
        decay = 10 ** (-np.arange(1600) * 0.3 / 8 / 20)
        assert digits_in(Dtmf(on_ms=200, level=-5).tone(digit) * decay) == ""


def played(shape: ToneShape, level: float) -> Signal:
    player = TonePlayer()
    player.play(replace(shape, level=level))
    data = b"".join(frame for _ in range(300) if (frame := player.frame()) is not None)
    return np.frombuffer(data, np.int16).astype(np.float64)


@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("level", [-3, -22])
def test_no_tone_of_our_own_is_a_digit(tone: Tone, level: float) -> None:
    assert digits_in(played(load_tone_plan("ru").tones[tone], level)) == ""


@pytest.mark.parametrize(
    "frequencies",
    [(350, 440), (480, 620), (440, 480), (400,), (620,), (913.8, 1370.6, 1776.7), (1100,), (2100,)],
)
def test_no_foreign_network_tone_is_a_digit(frequencies: tuple[float, ...]) -> None:
    shape = ToneShape((Segment(frequencies, 0.5), Segment((), 0.1)), -10)
    assert digits_in(played(shape, -5)) == ""


@pytest.mark.parametrize("drop_ms", [2, 5, 10, 15, 20])
@pytest.mark.parametrize("digit", DIGITS)
def test_a_drop_out_does_not_end_a_digit(digit: str, drop_ms: float) -> None:
    for (phases, offset), before_ms in zip(STARTS, (40, 45, 50, 77, 120), strict=True):
        before = Dtmf(on_ms=before_ms, phases=phases).tone(digit)
        after = Dtmf(on_ms=60, phases=phases[::-1]).tone(digit)
        parts = [silence(30 + offset), before, silence(drop_ms), after, silence(60)]
        assert digits_in(joined(parts)) == digit


@codecs
@pytest.mark.parametrize("off_ms", [28, 30, 40, 70])
def test_a_digit_repeated_after_a_pause_is_two(off_ms: float, codec: Line) -> None:
    for phases, offset in STARTS:
        telephone = Dtmf(off_ms=off_ms, phases=phases, offset_ms=offset)
        for digit in DIGITS:
            assert digits_in(codec(telephone.digits(digit * 3))) == digit * 3


def test_a_digit_repeated_in_noise_is_counted_exactly() -> None:
    telephone = Dtmf(twist=4)
    for seed, digit in enumerate(DIGITS):
        signal = telephone.digits(digit * 10)
        assert digits_in(white_noise(telephone.power_level - 15)(signal, seed)) == digit * 10


def test_a_long_digit_in_noise_is_one() -> None:
    for twist in (-8.0, 0.0, 8.0):
        telephone = Dtmf(on_ms=1500, twist=twist)
        for seed, digit in enumerate(DIGITS):
            signal = telephone.digits(digit)
            assert digits_in(white_noise(telephone.power_level - 15)(signal, seed)) == digit


def test_digits_without_a_pause_between_them_are_all_heard() -> None:
    assert digits_in(Dtmf(on_ms=50, off_ms=0).digits(DIGITS)) == DIGITS


@given(cuts=st.lists(st.integers(0, 700), max_size=60))
@settings(max_examples=60, deadline=None)
def test_the_frames_do_not_matter(cuts: list[int]) -> None:
    telephone = Dtmf(twist=3)
    signal = telephone.digits("1590D")
    data = pcm(signal + noise(-30, len(signal), 1))
    detector = DtmfDetector()
    found, start = "", 0
    for count in cuts:
        found += detector.process(data[start : start + 2 * count])
        start += 2 * count
    found += detector.process(data[start:])
    assert found == "1590D"


def test_many_digits_in_one_frame_come_in_order() -> None:
    assert DtmfDetector().process(pcm(Dtmf().digits(DIGITS * 20))) == DIGITS * 20


def test_a_reset_forgets_half_a_digit_and_lets_the_same_digit_come_again() -> None:
    detector = DtmfDetector()
    tone = pcm(Dtmf(on_ms=100).tone("7"))
    assert detector.process(tone[:400]) == ""
    detector.reset()
    assert detector.process(tone[400:800]) == ""
    detector.reset()
    assert detector.process(tone) == "7"
    assert detector.process(tone) == ""
    detector.reset()
    assert not detector.tone_present
    assert detector.process(tone) == "7"


@pytest.mark.parametrize("rate", [16000, 48000])
def test_wideband_samples_are_understood(rate: int) -> None:
    parts = [silence(30, rate)]
    for low, high in ((697, 1209), (770, 1336), (852, 1477), (941, 1633)):
        tone = sine(low * 1.015, -20, 40, 1.0, rate) + sine(high * 0.985, -16, 40, 2.0, rate)
        parts += [tone, silence(40, rate)]
    detector = DtmfDetector(rate)
    assert "".join(detector.process(f) for f in frames(pcm(joined(parts)), rate // 25)) == "159D"


@pytest.mark.parametrize("background", [quiet, dial_tone(425.0), dial_tone(350.0, 440.0)])
@pytest.mark.parametrize("digit", DIGITS)
def test_a_tone_is_present_before_it_is_accepted(
    digit: str, background: Callable[[Signal, int], Signal]
) -> None:
    begin, end = 100, 200
    signal = background(
        joined([silence(begin), Dtmf(on_ms=end - begin, level=-20).tone(digit), silence(100)]), 0
    )
    detector = DtmfDetector()
    present, accepted = [], []
    for ms, step in enumerate(frames(pcm(signal), 16)):
        accepted += [ms] * len(detector.process(step))
        if detector.tone_present:
            present.append(ms)
    assert len(accepted) == 1
    assert begin < present[0] <= begin + 20
    assert begin + 30 < accepted[0] <= begin + 45
    assert end - 10 <= present[-1] <= end + 10
    assert present == list(range(present[0], present[-1] + 1))


def test_no_tone_is_present_in_a_dial_tone_or_in_noise() -> None:
    for signal in (sine(425, -10, 3000), noise(-20, 24000, 1), sine(697, -10, 1000)):
        detector = DtmfDetector()
        for frame in frames(pcm(signal)):
            detector.process(frame)
            assert not detector.tone_present


@pytest.mark.parametrize("rate", [0, -8000, 7500, 8001, 11025, 48500])
def test_a_rate_that_does_not_fit_is_refused(rate: int) -> None:
    with pytest.raises(ValueError, match="multiple of 500 Hz from 8000 to 48000 Hz"):
        DtmfDetector(rate)


def test_half_a_sample_is_refused_and_changes_nothing() -> None:
    detector = DtmfDetector()
    tone = pcm(Dtmf(on_ms=60).tone("5"))
    detector.process(tone[:320])
    with pytest.raises(ValueError, match="3 bytes"):
        detector.process(b"abc")
    assert detector.process(tone[320:]) == "5"


def test_a_second_thread_is_refused_while_the_first_works() -> None:
    detector = DtmfDetector()
    long = bytes(8_000_000)
    refused = False
    # Whether the calls overlap is the scheduler's choice; a few attempts always suffice.
    for _ in range(20):
        worker = threading.Thread(target=detector.process, args=(long,))
        worker.start()
        while worker.is_alive() and not refused:
            try:
                detector.process(b"")
            except RuntimeError:
                refused = True
        worker.join()
        if refused:
            break
    assert refused
    assert detector.process(pcm(Dtmf(on_ms=60).tone("5"))) == "5"
