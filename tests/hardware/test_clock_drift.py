"""The drift of a card's clock is found although its thread is woken late."""

from __future__ import annotations

import random

import pytest

from hardware.clock_drift import FEWEST_WINDOWS, WINDOW_FRAMES, ClockDrift


def arrivals(ppm: float, frames: int, *, late_ms: float, seed: int = 1) -> list[float]:
    """When the frames of a card arrive: late at random, one in 200 very late."""
    draw = random.Random(seed)
    period = 0.02 / (1 + ppm / 1e6)
    return [
        1000 + n * period + draw.expovariate(1000 / late_ms) + (n % 200 == 0) * draw.random() / 10
        for n in range(frames)
    ]


@pytest.mark.parametrize("ppm", [0.0, 12.0, -35.0, 150.0, -150.0])
@pytest.mark.parametrize("late_ms", [0.2, 3.0])
def test_two_minutes_give_the_drift_within_some_ppm(ppm: float, late_ms: float) -> None:
    drift = ClockDrift()
    for time in arrivals(ppm, 6000, late_ms=late_ms):
        drift.frame(time)
    assert drift.ppm == pytest.approx(ppm, abs=2)


def test_nothing_is_said_before_enough_is_known() -> None:
    drift = ClockDrift()
    for time in arrivals(50, FEWEST_WINDOWS * WINDOW_FRAMES - 1, late_ms=1):
        drift.frame(time)
    assert drift.ppm is None


def test_lost_frames_start_the_count_anew_and_keep_what_was_known() -> None:
    drift = ClockDrift()
    for time in arrivals(50, 6000, late_ms=1):
        drift.frame(time)
    known = drift.ppm
    drift.restart()
    assert drift.ppm == known
    for time in arrivals(50, 3000, late_ms=1, seed=2):
        drift.frame(time + 500)
    assert drift.ppm == pytest.approx(50, abs=4)


def test_a_slope_that_no_crystal_has_is_not_believed() -> None:
    drift = ClockDrift()
    for time in arrivals(3000, 4000, late_ms=1):
        drift.frame(time)
    assert drift.ppm is None
