from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.multifon import result_codes, telling, troubles
from gateway.multifon.errors import ServiceError, UnclearError
from gateway.multifon.keeping import (
    FAILED_FIRST,
    FIRST_WITHIN,
    REFUSED_AGAIN,
    SET_FIRST,
    SET_LONGEST,
    Keeping,
)
from gateway.multifon.routing import Routing

INTERVAL = 900.0


def middle(low: float, high: float) -> float:
    return (low + high) / 2


def keeping(wanted: Routing | None = Routing.MULTIFON, interval: float = INTERVAL) -> Keeping:
    return Keeping(interval, wanted)


def in_passing() -> ServiceError:
    return troubles.http_status(500)


# What is set.


def test_without_a_wanted_mode_nothing_is_ever_set_and_nobody_is_warned() -> None:
    for mode in Routing:
        seen = keeping(wanted=None).saw(mode, 0)
        assert seen.to_set(1e9) is None
        assert not seen.fell_back


def test_the_wanted_mode_is_left_alone_while_it_is_in_force() -> None:
    assert keeping().saw(Routing.MULTIFON, 0).to_set(1e9) is None


@pytest.mark.parametrize("wanted", list(Routing))
@pytest.mark.parametrize("mode", list(Routing))
def test_any_other_mode_is_set_right_at_once_when_it_is_first_seen(
    wanted: Routing, mode: Routing
) -> None:
    seen = keeping(wanted).saw(mode, 5)
    assert seen.to_set(5) is (wanted if mode is not wanted else None)


@pytest.mark.parametrize("wanted", list(Routing))
@pytest.mark.parametrize("mode", list(Routing))
def test_the_user_is_warned_only_while_calls_ring_the_mobile_telephone_instead(
    wanted: Routing, mode: Routing
) -> None:
    expected = mode is Routing.PHONE and wanted is not Routing.PHONE
    assert keeping(wanted).saw(mode, 5).fell_back is expected


def in_vain(state: Keeping, now: float) -> Keeping:
    """A round that finds the mobile telephone only and cannot change it."""
    state = state.saw(Routing.PHONE, now)
    if state.to_set(now) is None:
        return state
    return state.tried(now, middle).saw(Routing.PHONE, now, after_set=True)


def test_what_was_refused_is_tried_again_after_growing_delays() -> None:
    state, times = keeping().saw_balance(Decimal(0)), []
    for now in range(0, 7 * 86400, 60):
        before = state.tries
        state = in_vain(state, now)
        if state.tries > before:
            times.append(now)
    delays = [later - sooner for sooner, later in pairwise(times)]
    assert delays[0] == SET_FIRST
    assert delays == sorted(delays)
    assert max(delays) == SET_LONGEST
    assert len(times) < 40, "a week of it is no flood"


def test_a_balance_that_has_risen_is_a_reason_to_try_at_once() -> None:
    state = in_vain(keeping().saw_balance(Decimal("0.2")), 0)
    assert state.to_set(1) is None
    assert state.saw_balance(Decimal("0.1")).to_set(1) is None
    assert state.saw_balance(Decimal("0.2")).to_set(1) is None
    assert state.saw_balance(Decimal("0.3")).to_set(1) is Routing.MULTIFON


def test_an_unknown_balance_is_no_reason() -> None:
    assert in_vain(keeping().saw_balance(Decimal(1)), 0).saw_balance(None).to_set(1) is None
    assert in_vain(keeping(), 0).saw_balance(Decimal(1)).to_set(1) is None


def test_a_provider_that_takes_the_mode_and_falls_back_again_is_not_pestered() -> None:
    state = keeping().saw_balance(Decimal(0)).saw(Routing.PHONE, 0)
    state = state.tried(0, middle).saw(Routing.MULTIFON, 0, after_set=True)
    assert not state.fell_back
    state = state.saw(Routing.PHONE, 60)
    assert state.fell_back
    assert state.to_set(60) is None
    assert state.to_set(SET_FIRST) is Routing.MULTIFON
    assert state.saw(Routing.MULTIFON, 120).saw(Routing.PHONE, 180).to_set(180) is not None


def test_a_new_wish_is_performed_at_once() -> None:
    state = in_vain(keeping(), 0).wants(Routing.BOTH)
    assert state.to_set(1) is Routing.BOTH
    assert state.wants(None).to_set(1) is None


# When to ask.


def test_the_first_round_begins_within_some_seconds() -> None:
    assert keeping().next_round(lambda _low, high: high) == FIRST_WITHIN
    assert keeping(interval=10).next_round(lambda _low, high: high) == 1.0


def test_the_rounds_follow_after_the_interval_give_or_take_a_tenth() -> None:
    state = keeping().saw(Routing.MULTIFON, 0)
    assert state.next_round(lambda low, _high: low) == pytest.approx(0.9 * INTERVAL)
    assert state.next_round(lambda _low, high: high) == pytest.approx(1.1 * INTERVAL)


def test_an_interval_of_0_never_asks() -> None:
    never = keeping(interval=0)
    for state in (never, never.saw(Routing.PHONE, 0), never.failed(in_passing())):
        assert state.next_round(middle) is None


def test_failures_in_passing_are_followed_by_growing_delays_up_to_the_interval() -> None:
    state, delays = keeping(), []
    for _ in range(50):
        state = state.failed(in_passing())
        delays.append(state.next_round(middle))
    assert delays[:3] == [FAILED_FIRST, 2 * FAILED_FIRST, 4 * FAILED_FIRST]
    assert delays[-1] == INTERVAL
    healed = state.saw(Routing.MULTIFON, 0)
    assert healed.failed(in_passing()).next_round(middle) == FAILED_FIRST


def test_a_failure_that_will_not_pass_is_asked_about_after_the_interval() -> None:
    state = keeping().failed(troubles.bad_answer())
    assert state.next_round(middle) == INTERVAL


@pytest.mark.parametrize("code", [101, 102, 404, 500])
def test_a_refusal_is_asked_about_a_few_times_a_day(code: int) -> None:
    state = keeping().failed(result_codes.refusal(code, ""))
    assert state.next_round(middle) == REFUSED_AGAIN


# What is told.


def test_the_warning_tells_the_balance_and_what_to_do_in_two_languages() -> None:
    found = telling.found(keeping().saw_balance(Decimal("0.20")).saw(Routing.PHONE, 0), 7)
    assert (found["warning"], found["routing"], found["wanted"]) == (
        "fell-back",
        "phone",
        "multifon",
    )
    assert "0.20 roubles" in found["text"]
    assert "0.20 руб." in found["text_ru"]
    assert found["checked_s"] == 7


def test_a_trouble_is_told_unless_there_is_a_warning() -> None:
    trouble = UnclearError("timeout", troubles.bad_answer().words)
    found = telling.found(keeping().failed(trouble))
    assert (found["warning"], found["trouble"]) == (None, "timeout")
    assert found["text"] == trouble.words.en


# Whatever happens.

_MODES = st.sampled_from(list(Routing))
_EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("saw"), _MODES),
        st.tuples(st.just("balance"), st.none() | st.decimals(-100, 100, places=2)),
        st.tuples(st.just("failed"), st.sampled_from([True, False])),
        st.tuples(st.just("set"), _MODES),
        st.tuples(st.just("wants"), st.none() | _MODES),
    ),
    max_size=40,
)


@given(_EVENTS, st.none() | _MODES, st.sampled_from([0.0, 10.0, 900.0, 86400.0]))
def test_in_any_order_of_events_rounds_are_bounded_and_only_the_wanted_mode_is_set(
    events: list[tuple[str, object]], wanted: Routing | None, interval: float
) -> None:
    state = Keeping(interval, wanted)
    for now, (what, value) in enumerate(events):
        if what == "saw":
            assert isinstance(value, Routing)
            state = state.saw(value, now)
        elif what == "balance":
            assert value is None or isinstance(value, Decimal)
            state = state.saw_balance(value)
        elif what == "failed":
            state = state.failed(in_passing() if value else result_codes.refusal(101, ""))
        elif what == "wants":
            assert value is None or isinstance(value, Routing)
            state = state.wants(value)
        elif state.to_set(now) is not None:
            assert isinstance(value, Routing)
            state = state.tried(now, middle).saw(value, now, after_set=True)
        assert state.to_set(now) in {None, state.wanted}
        delay = state.next_round(middle)
        assert (delay is None) == (interval == 0.0)
        assert delay is None or 0 < delay <= max(interval, REFUSED_AGAIN)
