"""A line with a clock of its own, joined to the bridge: nothing lost, nothing repeated."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable

import numpy as np
import pytest

from gateway.line import FRAME_BYTES, FRAME_SAMPLES, SAMPLE_RATE
from gateway.media.rate_match import RateMatch
from gateway.media.resampler import Resampler

HZ = 440.0
PEAK = 10000


def sine(start: float, count: int, step: float = 1.0) -> bytes:
    """``count`` samples of a sine, ``step`` nominal samples apart, from the sample ``start`` on."""
    at = (start + step * np.arange(count)) * (math.tau * HZ / SAMPLE_RATE)
    samples: bytes = np.rint(PEAK * np.sin(at)).astype(np.int16).tobytes()
    return samples


class Bridge:
    """Keeps the computer's time: gives a sine, takes what is said, counts its ticks."""

    def __init__(self) -> None:
        self.ticks = 0
        self.taken: list[bytes] = []

    def tick(self, frame: bytes) -> bytes:
        assert len(frame) == FRAME_BYTES
        self.taken.append(frame)
        self.ticks += 1
        return sine((self.ticks - 1) * FRAME_SAMPLES, FRAME_SAMPLES)


def run(ppm: float, frames: int) -> tuple[Bridge, bytes]:
    """A sine both ways; what the bridge took, and what the line heard."""
    bridge, match = Bridge(), RateMatch(ppm)
    step = 1 / (1 + ppm / 1e6)
    heard = bytearray()
    for frame in range(frames):
        said = sine(frame * FRAME_SAMPLES * step, FRAME_SAMPLES, step)
        heard += match.exchange(said, bridge.tick)
    return bridge, bytes(heard)


def distortion(samples: bytes, hertz: float) -> float:
    """dB by which everything but a sine of ``hertz`` is weaker than the sine, at its worst.

    Judged in stretches of a quarter of a second: one lost sample in one of them shows.
    """
    signal = np.frombuffer(samples, np.int16).astype(float)
    length = SAMPLE_RATE // 4
    at = np.arange(length) * (math.tau * hertz / SAMPLE_RATE)
    basis = np.stack([np.sin(at), np.cos(at)], axis=1)
    worst = math.inf
    for start in range(0, len(signal) - length + 1, length):
        part = signal[start : start + length]
        fit = basis @ np.linalg.lstsq(basis, part, rcond=None)[0]
        worst = min(worst, 10 * math.log10(np.sum(fit**2) / np.sum((part - fit) ** 2)))
    return worst


@pytest.mark.parametrize("ppm", [150.0, -150.0, 20.0, -20.0])
def test_ten_minutes_lose_and_repeat_nothing(ppm: float) -> None:
    frames = 10 * 60 * 50
    bridge, heard = run(ppm, frames)
    assert abs(bridge.ticks - frames / (1 + ppm / 1e6)) <= 1
    settled = FRAME_BYTES * 5
    assert distortion(b"".join(bridge.taken)[settled:], HZ) > 50
    assert distortion(heard[settled:], HZ / (1 + ppm / 1e6)) > 50


def test_a_lost_sample_would_be_seen() -> None:
    whole = sine(0, SAMPLE_RATE)
    assert distortion(whole, HZ) > 60
    assert distortion(whole[:5000] + whole[5002:], HZ) < 25


@pytest.mark.parametrize("ppm", [0.0, 300.0, -300.0])
def test_the_resampler_gives_as_many_samples_as_it_should(ppm: float) -> None:
    resampler = Resampler(ppm)
    count = sum(len(resampler.process(sine(0, FRAME_SAMPLES))) // 2 for _ in range(5000))
    assert count == pytest.approx(5000 * FRAME_SAMPLES * (1 + ppm / 1e6), abs=64)


def test_silence_stays_silence() -> None:
    silent: Callable[[bytes], bytes] = lambda _frame: bytes(FRAME_BYTES)  # noqa: E731
    match = RateMatch(80)
    for _ in range(100):
        assert not any(array("h", match.exchange(bytes(FRAME_BYTES), silent)))
