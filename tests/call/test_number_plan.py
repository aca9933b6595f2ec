from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.call.dial_pattern import SIGNS
from gateway.call.number_plan import Assessment, NumberPlan, Verdict
from tests.call.model_line import MULTIFON, STRICT

COMPLETE, POSSIBLE = Verdict.COMPLETE, Verdict.POSSIBLE
INCOMPLETE, IMPOSSIBLE = Verdict.INCOMPLETE, Verdict.IMPOSSIBLE


def plan(*dials: str) -> NumberPlan:
    return NumberPlan.from_tables([{"name": f"rule {dial}", "dial": dial} for dial in dials])


def rule(**table: Any) -> dict[str, Any]:
    return {"name": "test", "dial": "12", **table}


# How rules work together.


@pytest.mark.parametrize(
    ("dialled", "verdict"),
    [
        ("", INCOMPLETE),
        ("2", INCOMPLETE),
        ("2345", COMPLETE),
        ("23456", IMPOSSIBLE),
        ("33", INCOMPLETE),
        ("333", POSSIBLE),
        ("3333333", POSSIBLE),
        ("9", IMPOSSIBLE),
        ("2 345", IMPOSSIBLE),
        ("ж", IMPOSSIBLE),
    ],
)
def test_digits_are_complete_possible_incomplete_or_impossible(
    dialled: str, verdict: Verdict
) -> None:
    assert STRICT.assess(dialled).verdict is verdict


def test_only_a_number_has_something_to_send() -> None:
    assert STRICT.assess("2") == Assessment(INCOMPLETE)
    assert STRICT.assess("9") == Assessment(IMPOSSIBLE)
    assert STRICT.assess("2345") == Assessment(COMPLETE, "2345", "four digits")
    assert [v for v in Verdict if Assessment(v).is_number] == [COMPLETE, POSSIBLE]


def test_the_first_rule_that_matches_wins() -> None:
    assert plan("12", "1x").assess("12").rule == "rule 12"
    assert plan("12", "1x").assess("13").rule == "rule 1x"


@pytest.mark.parametrize("dials", [("12", "1234"), ("1234", "12")])
def test_a_longer_number_is_waited_for_wherever_its_rule_stands(dials: tuple[str, str]) -> None:
    numbers = plan(*dials)
    assert numbers.assess("12").verdict is POSSIBLE
    assert numbers.assess("123").verdict is INCOMPLETE
    assert numbers.assess("1234").verdict is COMPLETE


def test_an_otherwise_rule_is_asked_last_and_delays_no_other_rule() -> None:
    anything = {"name": "anything", "dial": "x.", "otherwise": True}
    numbers = NumberPlan.from_tables([anything, rule()])
    assert numbers.assess("12") == Assessment(COMPLETE, "12", "test")
    assert numbers.assess("1") == Assessment(POSSIBLE, "1", "anything")
    assert numbers.assess("123") == Assessment(POSSIBLE, "123", "anything")


def test_an_otherwise_rule_of_fixed_length_is_complete_when_nothing_longer_is_left() -> None:
    numbers = NumberPlan.from_tables([{"name": "o", "dial": "99", "otherwise": True}, rule()])
    assert numbers.assess("99").verdict is COMPLETE


def test_an_emergency_number_waits_for_nothing() -> None:
    assert plan("112", "1x.").assess("112").verdict is POSSIBLE
    urgent = {"name": "urgent", "dial": "112", "emergency": True}
    numbers = NumberPlan.from_tables([urgent, rule(dial="1x.")])
    assert numbers.assess("112") == Assessment(COMPLETE, "112", "urgent", emergency=True)


@pytest.mark.parametrize(
    ("dial", "send", "number"),
    [
        ("8(3xxx)", "7()", "73123"),
        ("8(3xxx)", "()", "3123"),
        ("8(3xxx)", "*1()#", "*13123#"),
        ("8(3xxx)", "+7()", "+73123"),
        ("83xxx", "112", "112"),
        ("83xxx", None, "83123"),
    ],
)
def test_the_number_is_sent_as_the_rule_says(dial: str, send: str | None, number: str) -> None:
    table = rule(dial=dial) if send is None else rule(dial=dial, send=send)
    assert NumberPlan.from_tables([table]).assess("83123").number == number


# Errors.


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({"dial": "1"}, r"number rule 1 \(without a name\): 'name' is missing"),
        ({"name": "a"}, "number rule 'a': 'dial' is missing"),
        (rule(name=3), "'name' is text in quotes"),
        (rule(dial=112), "'dial' is text in quotes"),
        (rule(send=112), "'send' is text in quotes"),
        (rule(emergency="yes"), "'emergency' is true or false"),
        (rule(otherwise=1), "'otherwise' is true or false"),
        (rule(emergancy=True), "'emergancy' is unknown; did you mean 'emergency'"),
        (rule(colour="red"), "'colour' is unknown$"),
        (rule(dial="8 495"), "number rule 'test': dial = '8 495': ' ' means nothing"),
        (rule(dial="8(4)"), "without 'send' the round brackets have no use"),
        (rule(send="7()"), "go together"),
        (rule(dial="8(4)", send="7"), "go together"),
        (rule(dial="8(4)", send="()()"), r"one \(\) at most"),
        (rule(dial="8(4)", send="7x()"), "it is made of"),
        (rule(send=""), "it can be empty"),
        (rule(dial="8(.)", send="()"), "it can be empty"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_name(table: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        NumberPlan.from_tables([table])


def test_a_fixed_part_keeps_a_number_from_being_empty() -> None:
    numbers = NumberPlan.from_tables([rule(dial="8(.)", send="7()")])
    assert numbers.assess("8").number == "7"


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ValueError, match="number rule") as caught:
        NumberPlan.from_tables(
            [rule(dial="8 495", emergency="yes"), {"name": "second", "dail": "1"}, rule()]
        )
    assert [line.split(": ", 1)[1].split(";")[0] for line in str(caught.value).splitlines()] == [
        "'emergency' is true or false",
        "dial = '8 495': ' ' means nothing in it",
        "'dail' is unknown",
        "'dial' is missing",
        "another rule has the same name",
    ]


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="'test': another rule has the same name"):
        NumberPlan.from_tables([rule(), rule(dial="13")])


def test_a_plan_without_rules_is_refused() -> None:
    with pytest.raises(ValueError, match="no number could be dialled"):
        NumberPlan.from_tables([])


@pytest.mark.parametrize(
    ("dials", "hidden"),
    [
        (("1x", "12"), "12"),
        (("x.", "123"), "123"),
        (("[1-5]x", "[6-9]x", "1[0-4]", "xx", "x7"), "1[0-4]"),
    ],
)
def test_a_rule_that_can_never_win_is_refused(dials: tuple[str, ...], hidden: str) -> None:
    with pytest.raises(ValueError, match="other rules take every number") as caught:
        plan(*dials)
    assert f"'rule {hidden}'" in str(caught.value)


def test_rules_that_together_hide_another_are_found_out() -> None:
    with pytest.raises(ValueError, match="number rule 'rule 1x'"):
        plan("1[0-4]", "1[5-9]", "1x")


def test_an_emergency_number_hides_what_begins_with_it() -> None:
    with pytest.raises(ValueError, match="number rule 'test'"):
        NumberPlan.from_tables([{"name": "e", "dial": "1", "emergency": True}, rule()])


# MultiFon's rules.


@pytest.mark.parametrize(
    ("dialled", "verdict", "number"),
    [
        ("84951234567", COMPLETE, "74951234567"),
        ("89161234567", COMPLETE, "79161234567"),
        ("87012345678", COMPLETE, "77012345678"),
        ("88005553535", COMPLETE, "78005553535"),
        ("74951234567", COMPLETE, "74951234567"),
        ("+74951234567", COMPLETE, "74951234567"),
        ("9161234567", COMPLETE, "79161234567"),
        ("4951234567", COMPLETE, "74951234567"),
        ("8005553535", COMPLETE, "78005553535"),
        ("8121234567", COMPLETE, "78121234567"),
        ("8432123456", POSSIBLE, "78432123456"),
        ("8495123456", POSSIBLE, "78495123456"),
        ("7495123456", POSSIBLE, "7495123456"),
        ("8101202555", POSSIBLE, "1202555"),
        ("81012025550123", POSSIBLE, "12025550123"),
        ("00493012345", POSSIBLE, "493012345"),
        ("+493012345", POSSIBLE, "493012345"),
        ("0500", POSSIBLE, "0500"),
        ("0890", POSSIBLE, "0890"),
        ("115", POSSIBLE, "115"),
        ("03", POSSIBLE, "103"),
        ("2345", POSSIBLE, "2345"),
        ("1234567", POSSIBLE, "1234567"),
        ("*100#", COMPLETE, "*100#"),
        ("*21*79161234567#", COMPLETE, "*21*79161234567#"),
        ("#31#", POSSIBLE, "#31#"),
        ("#31#89161234567", POSSIBLE, "#31#89161234567"),
    ],
)
def test_multifon_numbers(dialled: str, verdict: Verdict, number: str) -> None:
    assessment = MULTIFON.assess(dialled)
    assert assessment.verdict is verdict
    assert assessment.number == number
    assert not assessment.emergency


@pytest.mark.parametrize("dialled", ["112", "101", "102", "103", "104"])
def test_multifon_emergency_numbers_are_complete_at_once(dialled: str) -> None:
    assessment = MULTIFON.assess(dialled)
    assert (assessment.verdict, assessment.number) == (COMPLETE, dialled)
    assert assessment.emergency


@pytest.mark.parametrize(
    "number", ["84951234567", "88005553535", "+74951234567", "4951234567", "8121234567"]
)
def test_no_beginning_of_a_multifon_number_is_taken_for_the_whole(number: str) -> None:
    for length in range(1, len(number)):
        assert MULTIFON.assess(number[:length]).verdict in {POSSIBLE, INCOMPLETE}
    assert MULTIFON.assess(number).verdict is COMPLETE


@given(st.text(st.sampled_from(SIGNS), max_size=14))
def test_a_complete_number_is_never_the_beginning_of_one_of_another_rule(digits: str) -> None:
    assessment = MULTIFON.assess(digits)
    if assessment.verdict is COMPLETE and not (assessment.emergency or assessment.service):
        longer = [MULTIFON.assess(digits + sign) for sign in SIGNS]
        named = {found.rule for found in longer if found.is_number}
        assert named <= {"Everything else, as dialled"}
