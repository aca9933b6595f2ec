"""The E-model's estimate beside published values, and what is kept of a call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.call.quality import (
    CONCEALED,
    DEFAULT_RATING,
    NOT_CONCEALED,
    Conditions,
    burst_ratio,
    delay_impairment,
    estimate,
    loss_impairment,
    mos_of,
    quality_figures,
)


@pytest.mark.parametrize(
    ("rating", "mos"),
    [(90, 4.34), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58), (0, 1.0), (100, 4.5)],
)
def test_the_opinion_score_is_that_of_g_107_table_b_1(rating: float, mos: float) -> None:
    assert mos_of(rating) == pytest.approx(mos, abs=0.011)


def test_a_call_with_nothing_against_it_has_the_score_of_the_default_rating() -> None:
    assert estimate(Conditions()).mos == pytest.approx(4.41, abs=0.005)
    assert estimate(Conditions()).rating == DEFAULT_RATING


@pytest.mark.parametrize(
    ("loss", "impairment"), [(0, 0), (1, 5), (2, 7), (3, 10), (5, 15), (7, 20), (10, 25)]
)
def test_concealed_loss_is_near_the_impairments_that_g_113_once_gave_as_a_table(
    loss: int, impairment: int
) -> None:
    """Values of the table for random loss that the formula of G.107 took the place of."""
    assert loss_impairment(loss / 100, CONCEALED) == pytest.approx(impairment, abs=2.2)


def test_the_first_per_cent_costs_four_when_concealed_and_some_twenty_when_not() -> None:
    assert loss_impairment(0.001, CONCEALED) / 0.1 == pytest.approx(4, abs=0.5)
    assert 18 < loss_impairment(0.001, NOT_CONCEALED) / 0.1 < 25


def test_bursts_are_worse_than_single_packets() -> None:
    assert loss_impairment(0.05, CONCEALED, 2.0) > loss_impairment(0.05, CONCEALED)


@pytest.mark.parametrize("delay", [0, 20, 100])
def test_a_delay_of_up_to_100_ms_costs_nothing(delay: float) -> None:
    assert delay_impairment(delay) == 0


def test_a_long_delay_costs_what_g_107_says() -> None:
    # By hand: X = log2(delay / 100) is 1 at 200 ms and 2 at 400 ms.
    at_200 = 25 * (2 ** (1 / 6) - 3 * (1 + 1 / 729) ** (1 / 6) + 2)
    at_400 = 25 * (65 ** (1 / 6) - 3 * (1 + 64 / 729) ** (1 / 6) + 2)
    assert delay_impairment(200) == pytest.approx(at_200)
    assert delay_impairment(400) == pytest.approx(at_400)
    assert delay_impairment(400) > delay_impairment(200) > 0


@given(st.floats(0, 1), st.floats(0, 5000), st.booleans(), st.floats(1, 20))
def test_the_score_is_always_one_of_the_scale_and_loss_never_helps(
    loss: float, delay: float, concealed: bool, bursts: float
) -> None:
    found = estimate(Conditions(loss, delay, concealed, bursts))
    assert 1 <= found.mos <= 4.5
    assert 0 <= found.rating <= DEFAULT_RATING
    assert found.rating <= estimate(Conditions(0, delay)).rating


def test_conditions_that_cannot_be_are_refused() -> None:
    for wrong in ({"loss": 1.1}, {"delay_ms": -1.0}, {"burst_ratio": 0.5}):
        with pytest.raises(ValueError, match="cannot be"):
            Conditions(**wrong)  # type: ignore[arg-type]


def test_random_loss_has_the_burst_ratio_one() -> None:
    assert burst_ratio(0.1, 1 / 0.9) == pytest.approx(1)
    assert burst_ratio(0.1, 3) == pytest.approx(2.7)
    assert burst_ratio(0, 5) == 1


def test_a_call_without_a_voice_packet_has_no_score() -> None:
    assert quality_figures({}) == {}
    assert quality_figures({"sent": 100}) == {}


def test_what_came_too_late_counts_as_lost() -> None:
    found = quality_figures({"received": 950, "lost": 50, "buffer_discarded": 50})
    assert found["loss_percent"] == 10
    assert found["mos"] < 3.5
    assert quality_figures({"received": 1000})["mos"] == pytest.approx(4.41, abs=0.01)


def test_the_delay_is_half_the_round_trip_and_the_buffer() -> None:
    near = quality_figures({"received": 1000, "buffer_ms": 40, "round_trip_ms": 20})
    far = quality_figures({"received": 1000, "buffer_ms": 40, "round_trip_ms": 600})
    assert far["mos"] < near["mos"]


def test_the_far_end_is_judged_only_by_its_own_reports() -> None:
    counts = {"received": 1000, "sent": 1000, "far_lost": 30}
    assert "far_mos" not in quality_figures(counts)
    told = quality_figures({**counts, "far_reports": 3})
    assert told["far_loss_percent"] == 3
    assert told["far_mos"] < told["mos"]
