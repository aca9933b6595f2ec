import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.caller import Caller, Presentation
from gateway.sip.caller_id import caller_of, header

INVITE = "INVITE sip:79261234567@192.0.2.1:5060 SIP/2.0\r\n{}\r\n\r\nv=0\r\nFrom: not a header\r\n"
WITHHELD = Caller(presentation=Presentation.WITHHELD)
UNAVAILABLE = Caller(presentation=Presentation.UNAVAILABLE)


def caller(*headers: str) -> Caller:
    return caller_of(INVITE.format("\r\n".join(headers)))


def test_multifons_from_without_angle_brackets() -> None:
    assert caller(
        "From: sip:74951234567@multifon.ru;tag=abc",
        "To: <sip:79261234567@multifon.ru:5060>",
        "P-Asserted-Identity: <sip:74951234567@10.190.35.18:5060>",
    ) == Caller("74951234567")


@pytest.mark.parametrize("number", ["74951234567", "+74951234567", "84951234567", "0500"])
def test_every_form_of_number_is_taken(number: str) -> None:
    assert caller(f"From: <sip:{number}@multifon.ru>;tag=x").number == number


def test_visual_separators_are_left_out() -> None:
    assert caller("From: <tel:+7-495-123-45-67>").number == "+74951234567"


def test_the_asserted_identity_wins() -> None:
    found = caller(
        'From: "Somebody" <sip:1@example.org>', "P-Asserted-Identity: <sip:74951234567@x>"
    )
    assert found == Caller("74951234567", "Somebody")


def test_compact_and_folded_headers_are_read() -> None:
    assert caller('f: "Ivan"\r\n  <sip:74951234567@multifon.ru>').number == "74951234567"


@pytest.mark.parametrize("user", ["anonymous", "Anonymous", "restricted"])
def test_a_withheld_number_shows_none(user: str) -> None:
    assert caller(f'From: "Anonymous" <sip:{user}@anonymous.invalid>') == WITHHELD


def test_privacy_hides_even_an_asserted_number() -> None:
    assert (
        caller(
            "From: <sip:74951234567@multifon.ru>",
            "P-Asserted-Identity: <sip:74951234567@x>",
            "Privacy: id;critical",
        )
        == WITHHELD
    )


@pytest.mark.parametrize("value", ["From: <sip:unavailable@x>", "From: garbage", "X: y"])
def test_a_missing_number_is_unavailable(value: str) -> None:
    assert caller(value) == UNAVAILABLE


def test_a_name_with_escapes_and_control_characters_is_cleaned() -> None:
    found = caller('From: "A \\"B\\" \x1b[2J" <sip:74951234567@x>')
    assert found.name == 'A "B" [2J'


def test_the_body_is_not_searched_for_headers() -> None:
    assert header(INVITE.format("To: <sip:a@b>"), "From") is None


@given(st.text())
def test_no_message_makes_it_fail(text: str) -> None:
    assert isinstance(caller_of(text), Caller)


@given(st.text())
def test_no_from_makes_it_fail(text: str) -> None:
    assert isinstance(caller(f"From: {text}"), Caller)


def test_digits_of_other_scripts_are_no_number() -> None:
    assert caller("From: <sip:\u0667\u0664\u0669@x>").number == ""
