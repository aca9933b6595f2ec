"""Tones and digits that we send, judged by measurement and by foreign decoders."""

from __future__ import annotations

import itertools
import math
import threading

import numpy as np
import pytest

from gateway.line import DIGITS, FRAME_BYTES, FRAME_SAMPLES, SILENCE
from gateway.media import _dsp, dtmf
from gateway.media.tones import TonePlayer
from gateway.toneplan import Segment, Tone, ToneShape, load_tone_plan
from tests.media.signals import (
    Signal,
    amplitude,
    level_of,
    multimon_digits,
    spandsp_digits,
    unpacked,
)

RUSSIA = load_tone_plan("ru").tones
US_DIAL = ToneShape((Segment((350.0, 440.0), math.inf),), -13)
BROKEN_FREQUENCY = ToneShape((Segment((425.37,), math.inf),), -10)
BROKEN_FREQUENCIES = ToneShape((Segment((350.21, 440.77), math.inf),), -10)
STUTTER = ToneShape(
    (*(Segment((425.0,), 0.1), Segment((), 0.1)) * 3, Segment((425.0,), math.inf)), -10
)
AT_ONCE = ToneShape((Segment((425.0,), 0.2), Segment((1400.0,), 0.2)), -10, repeat=2)
ODD_LENGTHS = ToneShape((Segment((1000.0,), 0.0371), Segment((), 0.0113)), -10)
VERY_SHORT = ToneShape((Segment((1000.0,), 0.004), Segment((), 0.003)), -10)
SHAPES = {
    **{tone.value: shape for tone, shape in RUSSIA.items()},
    "US dial tone": US_DIAL,
    "broken frequency": BROKEN_FREQUENCY,
    "broken frequencies": BROKEN_FREQUENCIES,
    "stutter": STUTTER,
    "segments at once": AT_ONCE,
    "odd lengths": ODD_LENGTHS,
    "very short": VERY_SHORT,
}
every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())


def heard(player: TonePlayer, seconds: float) -> Signal:
    """What the telephone hears; no tone is silence."""
    count = round(seconds * 50)
    return unpacked(b"".join(player.frame() or SILENCE for _ in range(count)))


def playing(shape: ToneShape) -> TonePlayer:
    player = TonePlayer()
    player.play(shape)
    return player


def steepest(shape: ToneShape) -> float:
    """The largest step between two samples that the sines of the shape make, and rounding."""
    sums = []
    for segment in shape.segments:
        peak = amplitude(shape.level - 10 * math.log10(len(segment.frequencies) or 1))
        sums.append(sum(peak * 2 * math.sin(math.pi * f / 8000) for f in segment.frequencies))
    return max(sums) + 1.0


def roughness(signal: Signal) -> float:
    return float(np.max(np.abs(np.diff(signal, prepend=0.0, append=0.0))))


def sounding(signal: Signal, within_ms: float = 2.0) -> list[tuple[int, int]]:
    """Stretches of sound as (first sample, sample after the last)."""
    loud = np.flatnonzero(np.abs(signal) > 0)
    breaks = np.flatnonzero(np.diff(loud) > within_ms * 8)
    firsts = [loud[0], *loud[breaks + 1]]
    lasts = [*loud[breaks], loud[-1]]
    return [(int(a), int(b) + 1) for a, b in zip(firsts, lasts, strict=True)]


def frequency_of(signal: Signal) -> float:
    """Of a single sine, by the phase of its two halves."""
    half = len(signal) // 2
    window = np.hanning(half)
    first, second = (np.fft.rfft(part * window) for part in (signal[:half], signal[half:]))
    at = int(np.argmax(np.abs(first)))
    turn = float(np.angle(second[at] / first[at])) / (2 * math.pi)
    cycles = round(at - turn) + turn
    return cycles * 8000 / half


@every_shape
def test_nothing_clicks_while_a_tone_begins_goes_on_and_pauses(shape: ToneShape) -> None:
    signal = heard(playing(shape), 7)
    assert np.max(np.abs(signal)) > 100
    assert roughness(signal[:-1]) <= max(steepest(shape), abs(signal[-2]) + 1)
    assert np.max(np.abs(np.diff(signal))) <= steepest(shape)


@every_shape
def test_a_tone_stopped_anywhere_fades_within_one_frame_without_a_click(shape: ToneShape) -> None:
    for frames_before in range(1, 60):
        player = playing(shape)
        before = heard(player, frames_before / 50)
        player.play(None)
        after = heard(player, 0.06)
        assert player.frame() is None
        signal = np.concatenate([before, after])
        assert roughness(signal) <= steepest(shape)
        assert not np.any(after[FRAME_SAMPLES:])


def test_a_tone_changed_in_the_middle_does_not_click() -> None:
    for first, second in itertools.permutations([*RUSSIA.values(), US_DIAL, STUTTER], 2):
        player = playing(first)
        signal = [heard(player, 0.14)]
        player.play(second)
        signal.append(heard(player, 0.14))
        player.play(None)
        signal.append(heard(player, 0.04))
        # While one fades and the other rises both may be steep at once.
        assert roughness(np.concatenate(signal)) <= steepest(first) + steepest(second)


@every_shape
def test_every_frame_of_a_tone_is_a_whole_frame(shape: ToneShape) -> None:
    player = playing(shape)
    for _ in range(400):
        frame = player.frame()
        assert frame is None or len(frame) == FRAME_BYTES


def test_a_player_that_plays_nothing_has_no_frames() -> None:
    player = TonePlayer()
    assert player.frame() is None
    player.play(None)
    assert player.frame() is None


@pytest.mark.parametrize("tone", [Tone.RINGBACK, Tone.BUSY, Tone.CONGESTION, Tone.CALL_WAITING])
def test_the_cadence_is_exact_to_the_sample_and_does_not_drift(tone: Tone) -> None:
    shape = RUSSIA[tone]
    on, off = (round(segment.seconds * 8000) for segment in shape.segments)
    signal = heard(playing(shape), 40)
    bursts = sounding(signal)
    assert len(bursts) == math.ceil(320_000 / (on + off))
    for number, (begin, end) in enumerate(bursts):
        # A ramp begins and ends at less than one step of a sample.
        assert 0 <= begin - number * (on + off) <= 4
        assert 0 <= min(number * (on + off) + on, len(signal)) - end <= 4


def test_odd_lengths_keep_their_period_across_frames() -> None:
    period = round(0.0371 * 8000) + round(0.0113 * 8000)
    signal = heard(playing(ODD_LENGTHS), 20)
    whole = len(signal) // period
    cycles = signal[: whole * period].reshape(whole, period)
    assert np.array_equal(cycles, np.broadcast_to(cycles[0], cycles.shape))


@every_shape
def test_the_level_is_exact_within_a_tenth_of_a_decibel(shape: ToneShape) -> None:
    signal = heard(playing(shape), 1)
    start = 0
    for segment in shape.segments:
        end = min(8000, start + round(min(segment.seconds, 10) * 8000))
        plateau = signal[start + 40 : max(start + 40, end - 40)]
        if segment.frequencies and len(plateau) >= 400:
            assert level_of(plateau) == pytest.approx(shape.level, abs=0.1)
            share = shape.level - 10 * math.log10(len(segment.frequencies))
            data = plateau[: len(plateau) // 400 * 400].astype(np.int16).tobytes()
            for found in _dsp.tone_levels(data, segment.frequencies):
                assert found == pytest.approx(share, abs=0.5)
        start = end


@pytest.mark.parametrize(
    ("shape", "frequency"),
    [(RUSSIA[Tone.DIAL], 425.0), (BROKEN_FREQUENCY, 425.37), (STUTTER, 425.0)],
)
def test_a_continuous_tone_keeps_its_frequency_and_phase_for_ever(
    shape: ToneShape, frequency: float
) -> None:
    player = playing(shape)
    heard(player, 100)
    signal = heard(player, 60)
    assert frequency_of(signal) == pytest.approx(frequency, abs=0.002)
    # One sine from the first sample to the last: what is left without it is rounding.
    time = np.arange(len(signal)) * 2 * math.pi * frequency_of(signal) / 8000
    basis = np.stack([np.cos(time), np.sin(time)], axis=1)
    coefficients = np.linalg.lstsq(basis, signal, rcond=None)[0]
    assert np.std(signal - basis @ coefficients) < 2.0


def test_two_broken_frequencies_are_met_within_a_twentieth_of_a_hertz() -> None:
    player = playing(BROKEN_FREQUENCIES)
    heard(player, 1)
    signal = heard(player, 40)
    spectrum = np.abs(np.fft.rfft(signal * np.hanning(len(signal))))
    spectrum_hz = np.arange(len(spectrum)) / 40
    low = spectrum_hz[np.argmax(np.where(spectrum_hz < 400, spectrum, 0))]
    high = spectrum_hz[np.argmax(np.where(spectrum_hz > 400, spectrum, 0))]
    assert (low, high) == pytest.approx((350.21, 440.77), abs=0.05)


def test_a_finite_tone_ends_by_itself() -> None:
    shape = RUSSIA[Tone.CONFIRMATION]
    player = playing(shape)
    frames = [player.frame() for _ in range(40)]
    assert all(frame is not None for frame in frames[:30])
    assert frames[30:] == [None] * 10
    assert len(sounding(unpacked(b"".join(frame or b"" for frame in frames)))) == 3


def test_a_tone_played_again_begins_anew() -> None:
    player = playing(RUSSIA[Tone.CONFIRMATION])
    first = heard(player, 1)
    player.play(RUSSIA[Tone.CONFIRMATION])
    assert np.array_equal(heard(player, 1), first)


def test_a_pause_of_a_cadence_is_silence_and_not_the_end() -> None:
    player = playing(RUSSIA[Tone.RINGBACK])
    heard(player, 1)
    assert [player.frame() for _ in range(200)] == [SILENCE] * 200
    assert player.frame() != SILENCE


def test_only_the_last_of_several_orders_between_two_frames_is_heard() -> None:
    player = TonePlayer()
    for shape in RUSSIA.values():
        player.play(shape)
    player.play(RUSSIA[Tone.BUSY])
    assert np.array_equal(heard(player, 1), heard(playing(RUSSIA[Tone.BUSY]), 1))


def test_playing_from_one_thread_and_reading_in_another_never_clicks() -> None:
    player = TonePlayer()
    shapes = [*RUSSIA.values(), None, US_DIAL, None]
    ready = threading.Barrier(2)

    def order() -> None:
        ready.wait()
        for shape in shapes * 100:
            player.play(shape)
        player.play(None)

    orders = threading.Thread(target=order)
    orders.start()
    ready.wait()
    signal = []
    while orders.is_alive():
        signal.append(heard(player, 0.02))
    orders.join()
    signal.append(heard(player, 0.06))
    steep = sorted(steepest(shape) for shape in shapes if shape)
    assert roughness(np.concatenate(signal)) <= steep[-1] + steep[-2]
    assert player.frame() is None


# --- digits -------------------------------------------------------------------------------------


@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_has_its_two_frequencies_at_the_send_levels(digit: str) -> None:
    sound = unpacked(b"".join(dtmf.digit_frames(digit)))
    low, high = dtmf.FREQUENCIES[digit]
    tone = sound[40:600].astype(np.int16).tobytes()
    every = (*dtmf.LOW_GROUP, *dtmf.HIGH_GROUP)
    levels = dict(zip(every, _dsp.tone_levels(tone, every), strict=True))
    assert levels.pop(low) == pytest.approx(dtmf.LOW_LEVEL, abs=0.5)
    assert levels.pop(high) == pytest.approx(dtmf.HIGH_LEVEL, abs=0.5)
    assert max(levels.values()) < -20


@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_does_not_click(digit: str) -> None:
    sound = unpacked(b"".join(dtmf.digit_frames(digit)))
    low, high = dtmf.FREQUENCIES[digit]
    steep = sum(
        amplitude(level) * 2 * math.sin(math.pi * frequency / 8000)
        for frequency, level in ((low, dtmf.LOW_LEVEL), (high, dtmf.HIGH_LEVEL))
    )
    assert roughness(sound) <= steep + 1


@pytest.mark.parametrize(("on_ms", "off_ms", "count"), [(80, 80, 8), (70, 70, 7), (65, 40, 6)])
def test_a_digit_lasts_as_long_as_asked_for_in_whole_frames(
    on_ms: int, off_ms: int, count: int
) -> None:
    frames = dtmf.digit_frames("5", on_ms, off_ms)
    assert [len(frame) for frame in frames] == [FRAME_BYTES] * count
    ((begin, end),) = sounding(unpacked(b"".join(frames)))
    assert begin <= 4
    assert 0 <= on_ms * 8 - end <= 4


@pytest.mark.parametrize("digit", ["", "E", "a", "12", " "])
def test_what_is_no_digit_has_no_frames(digit: str) -> None:
    with pytest.raises(ValueError, match="no DTMF tones"):
        dtmf.digit_frames(digit)


@pytest.mark.parametrize(("on_ms", "off_ms"), [(0, 80), (-20, 80), (80, -1)])
def test_a_digit_without_a_length_is_refused(on_ms: int, off_ms: int) -> None:
    with pytest.raises(ValueError, match="0 ms"):
        dtmf.digit_frames("1", on_ms, off_ms)


@pytest.mark.parametrize(("on_ms", "off_ms"), [(80, 80), (70, 70), (50, 50)])
def test_foreign_decoders_read_every_digit_that_we_send(on_ms: int, off_ms: int) -> None:
    sent = DIGITS + "11" + DIGITS[::-1]
    sound = SILENCE * 3 + b"".join(
        frame for digit in sent for frame in dtmf.digit_frames(digit, on_ms, off_ms)
    )
    assert multimon_digits(sound) == sent
    assert spandsp_digits(sound) == sent
    assert _dsp.DtmfDetector().process(sound) == sent
