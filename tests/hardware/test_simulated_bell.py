"""The bell and the display, with times given: no clock is involved."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.caller import Caller
from hardware.simulated.bell import Bell

CALLER = Caller("+74951234567", "Anna")


def bursts(bell: Bell, now: float) -> list[tuple[float, float | None]]:
    return [(burst.on, burst.off) for burst in bell.ringing(now).bursts]


def test_a_bell_that_was_never_rung_noticed_nothing() -> None:
    ringing = Bell().ringing(5.0)
    assert (ringing.sounding, ringing.started, ringing.bursts, ringing.caller) == (
        False,
        None,
        (),
        None,
    )
    assert Bell().next_edge(5.0) == math.inf


def test_bursts_follow_the_cadence() -> None:
    bell = Bell()
    bell.start(100.0, (1.0, 4.0), None)
    assert bursts(bell, 100.5) == [(0.0, None)]
    assert bursts(bell, 103.0) == [(0.0, 1.0)]
    assert bursts(bell, 105.2) == [(0.0, 1.0), (5.0, None)]
    assert bell.ringing(103.0).sounding
    bell.stop(105.5)
    assert bursts(bell, 120.0) == [(0.0, 1.0), (5.0, 5.5)]
    assert not bell.ringing(120.0).sounding


def test_a_double_ring_has_two_bursts_a_period() -> None:
    bell = Bell()
    bell.start(0.0, (0.4, 0.2, 0.4, 2.0), None)
    assert bursts(bell, 3.1) == [(0.0, 0.4), (0.6, 1.0), (3.0, None)]


def test_the_caller_is_shown_after_the_first_burst() -> None:
    bell = Bell()
    bell.start(10.0, (1.0, 4.0), CALLER)
    assert bell.ringing(10.9).caller is None
    assert bell.ringing(11.0).caller == CALLER


def test_a_receiver_lifted_in_the_first_burst_never_sees_the_caller() -> None:
    bell = Bell()
    bell.start(10.0, (1.0, 4.0), CALLER)
    bell.disconnect(10.5)
    ringing = bell.ringing(13.0)
    assert ringing.caller is None
    assert not ringing.sounding
    assert bursts(bell, 13.0) == [(0.0, 0.5)]


def test_a_bell_that_comes_back_is_rung_on() -> None:
    bell = Bell()
    bell.disconnect(0.0)
    bell.start(10.0, (1.0, 4.0), CALLER)
    assert bursts(bell, 10.5) == []
    bell.connect(15.5)
    assert bursts(bell, 17.0) == [(5.5, 6.0)]
    assert bell.ringing(17.0).caller is None


def test_a_bell_that_comes_back_after_the_ringing_stays_silent() -> None:
    bell = Bell()
    bell.start(0.0, (1.0, 4.0), None)
    bell.disconnect(0.5)
    bell.stop(2.0)
    bell.connect(3.0)
    assert bursts(bell, 30.0) == [(0.0, 0.5)]
    assert not bell.ringing(30.0).sounding


def test_ringing_anew_forgets_the_last_ringing() -> None:
    bell = Bell()
    bell.start(0.0, (1.0, 4.0), CALLER)
    bell.start(20.0, (2.0, 4.0), None)
    assert bursts(bell, 22.5) == [(0.0, 2.0)]
    assert bell.ringing(22.5).caller is None


def test_the_next_edge_is_foretold() -> None:
    bell = Bell()
    bell.start(10.0, (1.0, 4.0), None)
    assert [bell.next_edge(now) for now in (10.5, 11.0, 12.0, 15.5)] == [11.0, 15.0, 15.0, 16.0]
    bell.stop(20.0)
    assert bell.next_edge(20.0) == math.inf


seconds = st.floats(0.1, 5.0)


@given(
    cadence=st.lists(st.tuples(seconds, seconds), min_size=1, max_size=3),
    changes=st.lists(st.tuples(st.floats(0.0, 3.0), st.sampled_from("cds")), max_size=8),
)
def test_bursts_are_in_order_and_end_with_whatever_ends_them(
    cadence: list[tuple[float, float]], changes: list[tuple[float, str]]
) -> None:
    bell = Bell()
    now = 100.0
    bell.start(now, tuple(part for pair in cadence for part in pair), CALLER)
    for after, change in changes:
        now += after
        {"c": bell.connect, "d": bell.disconnect, "s": bell.stop}[change](now)
        rung = bell.ringing(now)
        if not rung.sounding:
            assert all(burst.off is not None for burst in rung.bursts)
        assert all(burst.off is not None for burst in rung.bursts[:-1])
        edges = [
            math.inf if edge is None else edge
            for burst in rung.bursts
            for edge in (burst.on, burst.off)
        ]
        assert all(first <= second for first, second in pairwise(edges))
        assert all(edge <= now - 100.0 + 1e-3 for edge in edges if edge != math.inf)


@pytest.mark.parametrize("periods", [1, 200])
def test_a_long_ringing_is_counted(periods: int) -> None:
    bell = Bell()
    bell.start(0.0, (1.0, 4.0), None)
    assert len(bursts(bell, periods * 5.0 - 1)) == periods
