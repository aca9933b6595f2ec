from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.call.dial_pattern import SIGNS, DialPattern


def follow(pattern: DialPattern, number: str) -> set[int]:
    """The positions in ``pattern`` that ``number`` leads to."""
    positions = set(pattern.start())
    for sign in number:
        positions = {onward for place in positions for onward in pattern.step(place, sign)}
    return positions


def matches(text: str, number: str) -> bool:
    pattern = DialPattern.parse(text)
    return pattern.end in follow(pattern, number)


@pytest.mark.parametrize(
    ("pattern", "numbers", "others"),
    [
        ("112", ["112"], ["", "1", "11", "1122", "212"]),
        ("*A+#D", ["*A+#D"], ["*A+#", "*B+#D"]),
        ("xx", ["00", "19"], ["1", "1*", "1A", "1#", "+1"]),
        ("[389]", ["3", "8", "9"], ["", "4", "33"]),
        ("[3-3]", ["3"], ["2", "4"]),
        ("[3-5]x", ["30", "49", "51"], ["20", "60"]),
        ("[1-3*#]", ["1", "3", "*", "#"], ["4", "-"]),
        ("8.", ["8", "81", "8*1", "8495123"], ["", "9", "8#", "8A"]),
        ("*.#", ["*#", "*1#", "*21*7#"], ["*", "*1", "*1##", "1#"]),
        ("#x.#.", ["#1#", "#31#8916"], ["##", "#31", "#31#8#"]),
        ("1.2.3", ["123", "10203", "1*2*3", "12323"], ["12", "13", "1234"]),
        ("8(3xx)", ["8312"], ["312", "8(312)"]),
    ],
)
def test_a_pattern_matches_these_numbers_and_no_others(
    pattern: str, numbers: list[str], others: list[str]
) -> None:
    assert [number for number in numbers if not matches(pattern, number)] == []
    assert [number for number in others if matches(pattern, number)] == []


@pytest.mark.parametrize(
    ("pattern", "number", "taken"),
    [
        ("8(3xxx)", "83123", "3123"),
        ("(8)3xxx", "83123", "8"),
        ("8(3x)xx", "83123", "31"),
        ("810(x.)", "8101202", "1202"),
        ("*(.)#", "*21*7#", "21*7"),
        ("*(.)#", "*#", ""),
    ],
)
def test_the_brackets_take_their_part_of_the_number(pattern: str, number: str, taken: str) -> None:
    assert matches(pattern, number)
    assert DialPattern.parse(pattern).taken(number) == taken


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("", "before anything is dialled"),
        (".", "before anything is dialled"),
        ("()", "before anything is dialled"),
        ("8 495", "' ' means nothing in it"),
        ("8X", "'X' means nothing in it"),
        ("[12", r"'\[' means nothing in it"),
        ("12]", r"'\]' means nothing in it"),
        ("[]", "holds no digit"),
        ("[1-]", "'-' in"),
        ("[x]", "'x' in"),
        ("[9-1]", "9-1 in .* runs backwards"),
        ("8()", "one pair of round brackets"),
        ("8(1", "one pair of round brackets"),
        ("81)", "one pair of round brackets"),
        (")8(", "one pair of round brackets"),
        ("(8)(1)", "one pair of round brackets"),
        ("((8))", "one pair of round brackets"),
        ("8.(1)", "only stand inside the round brackets"),
        ("(8).", "only stand inside the round brackets"),
    ],
)
def test_a_pattern_that_makes_no_sense_is_refused(pattern: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        DialPattern.parse(pattern)


pieces = st.sampled_from(["1", "2", "x", "[12*]", "[0-5]", ".", "*", "#", "+"])


@given(parts=st.lists(pieces, max_size=5), number=st.text(st.sampled_from("0123*#+A"), max_size=6))
def test_patterns_agree_with_regular_expressions(parts: list[str], number: str) -> None:
    text = "1" + "".join(parts)
    translated = {"x": "[0-9]", ".": "[0-9*]*", "*": r"\*", "+": r"\+"}
    expression = "1" + "".join(translated.get(part, part) for part in parts)
    assert matches(text, "1" + number) is bool(re.fullmatch(expression, "1" + number))


@given(parts=st.lists(pieces, max_size=5), number=st.text(st.sampled_from(SIGNS), max_size=4))
def test_a_number_that_still_fits_can_always_be_finished(parts: list[str], number: str) -> None:
    pattern = DialPattern.parse("1" + "".join(parts))
    positions = follow(pattern, "1" + number)
    if positions:
        rest = pattern.elements[max(positions) :]
        finished = "1" + number + "".join(min(element.signs) for element in rest)
        assert pattern.end in follow(pattern, finished)
