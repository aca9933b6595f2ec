from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.prompts.amounts import code, groups, telephone_number
from gateway.prompts.language import SHORT_PAUSE, load_language

RUSSIAN, ENGLISH = load_language("ru"), load_language("en")


@pytest.mark.parametrize("number", ["79261234567", "+79261234567", "89261234567"])
def test_a_russian_number_is_read_as_it_is_dialled(number: str) -> None:
    assert groups(number) == ("8", "926", "123", "45", "67")
    assert RUSSIAN.text(telephone_number(number, RUSSIAN)) == (
        "восемь, девятьсот двадцать шесть, сто двадцать три, сорок пять, шестьдесят семь"
    )
    assert ENGLISH.text(telephone_number(number, ENGLISH)) == (
        "eight, nine two six, one two three, four five, six seven"
    )


def test_zeros_at_the_beginning_of_a_group_are_said_one_by_one() -> None:
    said = RUSSIAN.text(telephone_number("88000070010", RUSSIAN))
    assert said == "восемь, восемьсот, ноль ноль семь, ноль ноль, десять"


@pytest.mark.parametrize(
    ("number", "read"),
    [
        ("112", ("112",)),
        ("01", ("01",)),
        ("0500", ("05", "00")),
        ("12345", ("123", "45")),
        ("442079460958", ("442", "079", "460", "958")),
        ("+4420794609", ("+", "442", "079", "46", "09")),
        ("*100#", ("*", "100", "#")),
        ("5", ("5",)),
    ],
)
def test_groups(number: str, read: tuple[str, ...]) -> None:
    assert groups(number) == read


@given(st.text("0123456789*#+", max_size=20))
def test_every_sign_of_a_number_is_in_its_groups_once(number: str) -> None:
    said = "".join(groups(number))
    # A Russian number is read with an 8, whatever it was written with.
    assert said in {number, f"8{number[-10:]}"}
    for language in (RUSSIAN, ENGLISH):
        known = {*language.pieces, SHORT_PAUSE}
        assert set(telephone_number(number, language)) <= known


@given(st.text("0123456789", min_size=2, max_size=20))
def test_no_digit_of_a_long_number_stands_alone_but_the_first(number: str) -> None:
    assert all(len(group) > 1 for group in groups(number)[1:])


def test_a_dial_code_is_read_sign_by_sign() -> None:
    assert RUSSIAN.text(code("***1", RUSSIAN)) == "звёздочка звёздочка звёздочка один"
    assert ENGLISH.text(code("2221#", ENGLISH)) == "two two two one hash"
