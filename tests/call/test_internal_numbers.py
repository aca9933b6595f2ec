"""Which numbers ring other telephones of the house."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.call.internal_numbers import (
    DEFAULT_NUMBERS,
    EVERYBODY,
    hides,
    is_internal_number,
    numbers_of,
    with_internal_numbers,
)
from gateway.call.number_plan import Verdict
from gateway.call.service_codes import DEFAULT_CODES, with_codes
from gateway.provider import load_provider

CODES = [code for codes in DEFAULT_CODES.values() for code in codes]


def test_lines_have_61_and_on_in_their_order() -> None:
    assert numbers_of({"hall": "", "kitchen": ""}, [EVERYBODY]) == {"hall": "61", "kitchen": "62"}


def test_a_number_of_the_settings_is_kept_and_not_given_twice() -> None:
    found = numbers_of({"hall": "", "kitchen": "61", "attic": ""}, [EVERYBODY])
    assert found == {"hall": "62", "kitchen": "61", "attic": "63"}


def test_a_default_hides_no_longer_number_and_no_dial_code() -> None:
    found = numbers_of({"hall": "", "kitchen": "612"}, ["6299"])
    assert found == {"hall": "63", "kitchen": "612"}


def test_a_line_more_than_there_are_defaults_has_no_number() -> None:
    lines = {f"line{n}": "" for n in range(len(DEFAULT_NUMBERS) + 1)}
    assert [*numbers_of(lines, [EVERYBODY]).values()] == [*DEFAULT_NUMBERS, ""]


@given(
    st.dictionaries(st.text("abc", max_size=4), st.sampled_from(["", "61", "5", "512", "66"])),
    st.lists(st.sampled_from(["60", "2220", "631", "5"])),
)
def test_no_default_hides_another_number(lines: dict[str, str], taken: list[str]) -> None:
    found = numbers_of(lines, taken)
    given_ones = [n for line, n in found.items() if n and not lines[line]]
    others = [*taken, *filter(None, lines.values())]
    for at, number in enumerate(given_ones):
        assert not any(hides(number, other) for other in [*others, *given_ones[:at]])


@pytest.mark.parametrize("number", ["61", "60", "2199", "500"])
def test_an_internal_number_has_two_to_four_digits_and_begins_with_2_5_or_6(number: str) -> None:
    assert is_internal_number(number)


@pytest.mark.parametrize("number", ["1", "6", "101", "112", "01", "84", "*61", "61234", "6a", ""])
def test_what_could_hide_a_number_of_the_network_is_none(number: str) -> None:
    assert not is_internal_number(number)


@pytest.mark.parametrize("number", [EVERYBODY, *DEFAULT_NUMBERS])
def test_a_default_is_complete_at_once_and_hides_no_dial_code(number: str) -> None:
    multifon = load_provider("multifon").numbers
    plan = with_codes(with_internal_numbers(multifon, [number]), DEFAULT_CODES)
    found = plan.assess(number)
    assert (found.verdict, found.inside, found.number) == (Verdict.COMPLETE, True, number)
    assert not any(hides(number, code) for code in CODES)


@pytest.mark.parametrize("number", ["112", "101", "04", "84951234567", "4951234567", "*100#"])
def test_what_is_sent_to_the_network_stays_what_it_was(number: str) -> None:
    multifon = load_provider("multifon").numbers
    plan = with_internal_numbers(multifon, [EVERYBODY, *DEFAULT_NUMBERS])
    assert plan.assess(number) == multifon.assess(number)
