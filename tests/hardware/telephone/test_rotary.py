from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulators.telephone import contacts
from tests.simulators.telephone.contacts import ContactModel, Edge, drop_outs, move
from tests.simulators.telephone.rotary import Count, Dial, pulses

MODELS = (contacts.CLEAN, contacts.NORMAL, contacts.WORN)


def smoothed(edges: list[Edge], shortest: float) -> list[Edge]:
    """The edges without any level that lasted for less than ``shortest`` s: a debouncer."""
    level, kept = True, []
    for edge, following in pairwise([*edges, Edge(float("inf"), True)]):
        if edge.closed != level and following.time - edge.time >= shortest:
            level = edge.closed
            kept.append(edge)
    return kept


@given(
    st.sampled_from("0123456789"),
    st.floats(8, 20),
    st.floats(0.33, 0.75),
    st.integers(0, 10_000),
    st.sampled_from(MODELS),
)
def test_a_debounced_digit_has_its_pulses(
    digit: str, pps: float, ratio: float, seed: int, model: ContactModel
) -> None:
    edges = Dial(pps=pps, break_ratio=ratio, contacts=model).digit(digit, seed)
    breaks = [edge for edge in smoothed(edges, 0.0045) if not edge.closed]
    assert len(breaks) == (int(digit) or 10)
    assert edges[0] == Edge(0.0, False)
    assert edges[-1].closed


@given(st.integers(0, 10_000), st.sampled_from(MODELS))
def test_edges_alternate_and_their_times_rise(seed: int, model: ContactModel) -> None:
    edges = Dial(pps=20, contacts=model).number("901", seed, pause=2.0)
    assert all(before.closed != after.closed for before, after in pairwise(edges))
    assert all(before.time < after.time for before, after in pairwise(edges))


@given(st.floats(5, 25), st.floats(0.33, 0.75))
def test_a_clean_dial_has_the_speed_and_the_ratio_that_were_asked_for(
    pps: float, ratio: float
) -> None:
    edges = Dial(pps=pps, break_ratio=ratio, contacts=contacts.CLEAN).digit("0", 1)
    breaks = [edge.time for edge in edges if not edge.closed]
    makes = [edge.time for edge in edges if edge.closed]
    assert breaks[-1] - breaks[0] == pytest.approx(9 / pps)
    for begin, end in zip(breaks, makes, strict=True):
        assert (end - begin) * pps == pytest.approx(ratio)


def test_jitter_and_drift_change_the_periods() -> None:
    plain = Dial(contacts=contacts.CLEAN)
    assert Dial(contacts=contacts.CLEAN, jitter=0.05).digit("0", 1) != plain.digit("0", 1)
    slowing = Dial(contacts=contacts.CLEAN, drift=-0.2).digit("0", 1)
    breaks = [edge.time for edge in slowing if not edge.closed]
    assert breaks[1] - breaks[0] < breaks[-1] - breaks[-2]


def test_the_same_seed_gives_the_same_edges_and_another_gives_others() -> None:
    worn = Dial(contacts=contacts.WORN)
    assert worn.digit("5", 7) == worn.digit("5", 7)
    assert worn.digit("5", 7) != worn.digit("5", 8)


def test_countries_count_their_pulses_in_their_own_way() -> None:
    assert [pulses(digit) for digit in "190"] == [1, 9, 10]
    assert [pulses(digit, Count.SWEDISH) for digit in "019"] == [1, 2, 10]
    assert [pulses(digit, Count.NEW_ZEALAND) for digit in "190"] == [9, 1, 10]


@pytest.mark.parametrize("digit", ["", "12", "*", "a"])
def test_what_is_on_no_dial_is_refused(digit: str) -> None:
    with pytest.raises(ValueError, match="a dial has the digits 0 to 9"):
        pulses(digit)


@given(st.booleans(), st.integers(0, 10_000))
def test_a_contact_chatters_within_its_limit_and_comes_to_rest(closed: bool, seed: int) -> None:
    edges = move(closed, 5.0, contacts.WORN, random.Random(seed))
    limit = contacts.WORN.make_bounce if closed else contacts.WORN.break_bounce
    assert edges[0] == Edge(5.0, closed)
    assert edges[-1].closed is closed
    assert edges[-1].time <= 5.0 + limit / 1000


def test_a_worn_contact_chatters_more_than_a_normal_one_and_a_clean_one_not_at_all() -> None:
    def count(model: ContactModel) -> int:
        return sum(len(move(True, 0.0, model, random.Random(seed))) for seed in range(50))

    assert count(contacts.CLEAN) == 50
    assert count(contacts.CLEAN) < count(contacts.NORMAL) < count(contacts.WORN)


def test_dirt_interrupts_a_closed_contact_about_as_often_as_asked_for() -> None:
    dirty = ContactModel(drop_outs=5.0, drop_out=(1.0, 2.0))
    edges = drop_outs(0.0, 100.0, dirty, random.Random(1))
    assert 400 < len(edges) / 2 < 600
    lengths = [again.time - gone.time for gone, again in zip(edges[::2], edges[1::2], strict=True)]
    assert min(lengths) >= 0.000999
    assert max(lengths) <= 0.002001


@pytest.mark.parametrize(
    "make",
    [
        partial(Dial, pps=2.0),
        partial(Dial, break_ratio=0.95),
        partial(Dial, jitter=0.5),
        partial(Dial, drift=-0.9),
    ],
)
def test_an_impossible_dial_is_refused(make: Callable[[], Dial]) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+ .*\w"):
        make()
