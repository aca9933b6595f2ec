from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.interfaces.ringing import LONGEST, PATTERNS, Ring, wish


@given(st.sampled_from(list(PATTERNS)), st.floats(1, LONGEST))
def test_every_ring_is_one_that_the_gateway_takes_and_no_pattern_outlasts_its_time(
    pattern: str, duration: float
) -> None:
    steps = list(Ring(pattern, duration).steps())
    assert steps
    assert all(1 <= ring <= 120 for ring, _ in steps)  # docs/control-api.md, line.ring
    times = PATTERNS[pattern].times
    if times is None:
        *before, (last, _) = steps
        assert sum(map(sum, before)) + last <= duration
    else:
        assert len(steps) == times


def test_what_a_siren_of_home_assistant_sends_is_understood() -> None:
    assert wish(b"ON") == Ring()
    assert wish(b"OFF") is None
    assert wish(b'{"state": "ON"}') == Ring()
    assert wish(b'{"state": "OFF"}') is None
    told = {"state": "ON", "tone": "alarm", "duration": 30, "caller": "+74951234567", "name": "Дом"}
    assert wish(json.dumps(told).encode()) == Ring("alarm", 30.0, "+74951234567", "Дом")


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode()))
def test_anything_else_is_a_sentence(payload: bytes) -> None:
    found: Ring | str | None
    try:
        found = wish(payload)
    except ValueError as error:
        found = str(error)
    if isinstance(found, str):
        assert found.endswith(".")
    else:
        assert found is None or found.pattern in PATTERNS


@pytest.mark.parametrize(
    "value",
    [
        {"duration": True},
        {"duration": 0.5},
        {"duration": 121},
        {"tone": 5},
        {"caller": "home"},
        {"caller": 5},
        {"name": 51 * "x"},
    ],
)
def test_a_wish_outside_its_range_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        wish(json.dumps(value).encode())
