"""The measuring of rotary digits."""

from __future__ import annotations

import asyncio
import random
import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.benchmarks.rotary import COUNTERS, measured, summary, table
from tests.benchmarks.rotary_counters import falling_edges, sampler
from tests.rotary.dialling import NUMBER_DIGITS, Plan
from tests.rotary.figures import Dialled, distance, of_speed
from tests.simulators.telephone.contacts import CLEAN, Edge
from tests.simulators.telephone.rotary import Dial

NUMBER = "89261234570"


def edges(pps: float, break_ratio: float) -> list[Edge]:
    return Dial(pps=pps, break_ratio=break_ratio, contacts=CLEAN).number(NUMBER, 1, 0.5)


@pytest.mark.parametrize("pps", [8.0, 10.0, 12.0])
def test_a_clean_dial_is_counted_right_in_both_ways(pps: float) -> None:
    assert falling_edges(edges(pps, 0.6)) == NUMBER
    assert sampler(edges(pps, 0.6)) == NUMBER


def test_a_bounce_later_than_the_filter_is_one_pulse_more() -> None:
    one = [Edge(0.0, False), Edge(0.060, True), Edge(0.061, False), Edge(0.062, True)]
    assert falling_edges(one[:2]) == "1"
    assert falling_edges(one) == "2"
    assert sampler(one) == "1"


def test_a_sampler_misses_what_is_shorter_than_its_tick() -> None:
    assert sampler(edges(20.0, 0.82)) != NUMBER
    assert falling_edges(edges(20.0, 0.82)) == NUMBER


def test_more_pulses_than_a_dial_has_are_no_digit() -> None:
    eleven = [Edge(at / 20, at % 2 == 1) for at in range(22)]
    assert falling_edges(eleven) == sampler(eleven) == "?"


@pytest.mark.parametrize(
    ("wanted", "got", "wrong"),
    [("123", "123", 0), ("123", "12", 1), ("123", "1423", 1), ("123", "153", 1), ("123", "", 3)],
)
def test_wrong_digits_are_the_fewest_that_explain_it(wanted: str, got: str, wrong: int) -> None:
    assert distance(wanted, got) == distance(got, wanted) == wrong


def test_the_distance_is_a_metric() -> None:
    choose = random.Random(1)
    words = ["".join(choose.choices("0123", k=choose.randrange(7))) for _ in range(60)]
    for (first, second), third in zip(pairwise(words), words[2:], strict=False):
        assert distance(first, third) <= distance(first, second) + distance(second, third)
        assert (distance(first, second) == 0) == (first == second)


def test_a_number_that_does_not_arrive_is_lost_and_wrong_throughout() -> None:
    found = [
        Dialled(10.0, 0.6, NUMBER, "7" + NUMBER[1:], 0.5, {"other": NUMBER[:-2]}),
        Dialled(10.0, 0.6, NUMBER, "", 1.5, {"other": NUMBER}),
    ]
    assert of_speed(found) == {
        "digits": 22,
        "wrong_digits": 11,
        "wrong_numbers": 1,
        "lost_numbers": 1,
        "latest_edge_ms": 1.5,
        "other": 2,
    }


def test_numbers_dialled_on_a_busy_gateway_arrive_and_are_told(tmp_path: Path) -> None:
    plan = Plan((12.0, 20.0), NUMBER_DIGITS, counters=COUNTERS)
    (result,) = asyncio.run(measured(tmp_path, [plan]))
    assert result["wrong"] == []
    assert [speed["digits"] for speed in result["speeds"].values()] == [11, 11]
    assert [line["digits"] for line in result["lines"].values()] == [11, 11, 0]
    assert result["call"]["state"] == "connected"
    rows = table([result])
    assert re.match(r"\| 12 pps \| 11 +\| 0 +\| 0 +\| 0 ", rows[2])
    assert re.match(r"\| all +\| 22 +\| 0 +\| 0 +\| 0 ", rows[4])
    assert "0 of 22" in summary([result])[0]
