from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.line import RingCadence
from hardware.slic.duty import LONGEST_BURST, RM_TAIL, WINDOW, RmDuty

SHARE = 0.33
ROUNDING = 1e-6

CADENCES = {
    "RU and DE": (1.0, 4.0),
    "US": (2.0, 4.0),
    "JP": (1.0, 2.0),
    "ES": (1.5, 3.0),
    "FR": (1.5, 3.5),
    "SE": (1.0, 5.0),
    "UK": (0.4, 0.2, 0.4, 2.0),
}

Spans = list[tuple[float, float]]


def worst(spans: Spans, window: float = WINDOW) -> float:
    """Largest part of any window with RM high: the worst ones begin or end with a burst."""
    begins = [start for start, _ in spans] + [end - window for _, end in spans]
    return max(
        sum(max(min(end, begin + window) - max(start, begin), 0.0) for start, end in spans) / window
        for begin in begins
    )


def rung(cadence: RingCadence, seconds: float) -> Spans:
    """When RM is high while ``cadence`` is rung."""
    spans, time = [], 100.0
    while time < 100.0 + seconds:
        for burst, silence in zip(cadence[::2], cadence[1::2], strict=True):
            spans.append((time, time + burst + RM_TAIL))
            time += burst + silence
    return spans


@pytest.mark.parametrize("country", CADENCES)
def test_every_countrys_cadence_keeps_the_duty_for_ever(country: str) -> None:
    fitted = RmDuty(SHARE).fitted(CADENCES[country])
    assert worst(rung(fitted, 300.0)) <= SHARE
    assert worst(rung(fitted, 300.0), 60.0) <= SHARE


@pytest.mark.parametrize("country", CADENCES)
def test_a_cadence_keeps_its_period_and_rings_usefully(country: str) -> None:
    cadence = CADENCES[country]
    fitted = RmDuty(SHARE).fitted(cadence)
    assert sum(fitted) == pytest.approx(sum(cadence))
    assert all(
        0.9 * burst < cut <= burst for burst, cut in zip(cadence[::2], fitted[::2], strict=True)
    )


@pytest.mark.parametrize("country", ["RU and DE", "FR", "SE", "UK"])
def test_a_cadence_within_the_duty_is_left_alone(country: str) -> None:
    assert RmDuty(SHARE).fitted(CADENCES[country]) == CADENCES[country]


def test_a_cadence_at_the_limit_is_shortened_by_some_percent() -> None:
    burst, silence = RmDuty(SHARE).fitted((2.0, 4.0))
    assert 1.88 < burst < 1.92
    assert silence == pytest.approx(6.0 - burst)


times = st.floats(0.01, 20.0)


@given(st.lists(st.tuples(times, times), min_size=1, max_size=4))
def test_any_cadence_can_be_fitted(pairs: list[tuple[float, float]]) -> None:
    cadence = tuple(time for pair in pairs for time in pair)
    fitted = RmDuty(SHARE).fitted(cadence)
    assert sum(fitted) == pytest.approx(sum(cadence))
    assert max(fitted[::2]) <= LONGEST_BURST + ROUNDING
    if max(fitted[::2]) > 0.05:
        assert worst(rung(fitted, 200.0)) <= SHARE + ROUNDING


@given(st.lists(st.tuples(st.floats(0.0, 12.0), st.floats(0.0, 1.0)), max_size=60))
def test_whoever_takes_no_more_than_the_allowance_keeps_the_duty(
    bursts: list[tuple[float, float]],
) -> None:
    duty = RmDuty(SHARE)
    spans, time = [(-100.0, -100.0)], 0.0
    for silence, part in bursts:
        time += silence
        seconds = duty.allowance(time) * part
        duty.high(time)
        duty.low(time + seconds)
        spans.append((time, time + seconds))
        time += seconds
    assert worst(spans) <= SHARE + ROUNDING
    assert duty.used(time) <= SHARE + ROUNDING


@given(
    st.lists(st.tuples(st.floats(0.1, 8.0), st.floats(0.1, 3.0)), max_size=20),
    st.floats(0.05, 3.0),
)
def test_a_burst_may_begin_when_it_is_said_and_not_long_before(
    bursts: list[tuple[float, float]], seconds: float
) -> None:
    duty = RmDuty(SHARE)
    time = 0.0
    for silence, burst in bursts:
        duty.high(time + silence)
        time += silence + burst
        duty.low(time)
    ready = duty.ready(time, seconds)
    assert duty.allowance(ready) >= seconds - ROUNDING
    assert ready <= time + WINDOW
    if ready > time + 0.001:
        assert duty.allowance(ready - 0.001) < seconds


def test_the_allowance_shrinks_while_rm_is_high() -> None:
    duty = RmDuty(SHARE)
    assert duty.allowance(0.0) == LONGEST_BURST
    duty.high(0.0)
    assert duty.allowance(1.0) == pytest.approx(LONGEST_BURST - 1.0)
    assert duty.allowance(5.0) == 0.0


def test_after_an_overstayed_burst_nothing_is_allowed_until_the_window_has_passed() -> None:
    duty = RmDuty(SHARE)
    duty.high(0.0)
    duty.low(15.0)
    assert duty.used(15.0) == pytest.approx(0.5)
    assert duty.allowance(15.0) == 0.0
    assert duty.allowance(29.0) == 0.0
    assert duty.allowance(50.0) == LONGEST_BURST


def test_repeated_reports_of_the_same_level_change_nothing() -> None:
    duty = RmDuty(SHARE)
    duty.low(0.0)
    duty.high(1.0)
    duty.high(2.0)
    duty.low(3.0)
    duty.low(4.0)
    assert duty.used(4.0) == pytest.approx(2.0 / WINDOW)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1])
def test_a_share_is_a_part_of_the_time(share: float) -> None:
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        RmDuty(share)
