"""The bytes of display messages."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.caller import Caller, Presentation
from hardware.caller_id.message import (
    LONGEST_NAME_BELLCORE,
    LONGEST_NAME_ETSI,
    mdmf_call,
    mdmf_messages,
    sdmf_call,
    sdmf_messages,
)
from tests.hardware.caller_id.forms import WHEN

SEPTEMBER = datetime(1993, 9, 30, 12, 24)  # noqa: DTZ001 - a display shows local time
WITHHELD = Caller(presentation=Presentation.WITHHELD)
UNAVAILABLE = Caller(presentation=Presentation.UNAVAILABLE)


def test_the_published_bellcore_example_has_its_published_bytes() -> None:
    assert sdmf_call(Caller("6095551212"), SEPTEMBER) == bytes.fromhex(
        "04 12 30 39 33 30 31 32 32 34 36 30 39 35 35 35 31 32 31 32 51"
    )


def test_time_number_and_name_are_parameters() -> None:
    caller = Caller("74951234567", "IVANOV")
    assert mdmf_call(caller, WHEN, LONGEST_NAME_BELLCORE) == (
        b"\x80\x1f\x01\x0803151805\x02\x0b74951234567\x07\x06IVANOV\x8f"
    )


def test_a_withheld_number_is_absent_with_its_reason() -> None:
    assert mdmf_call(WITHHELD, WHEN, LONGEST_NAME_BELLCORE) == (
        b"\x80\x0d\x01\x0803151805\x04\x01P\x7e"
    )


def test_an_unavailable_number_is_absent_with_its_reason_and_the_name_is_shown() -> None:
    shown = mdmf_call(Caller("", "Boss", Presentation.UNAVAILABLE), WHEN, LONGEST_NAME_BELLCORE)
    assert shown[12:-1] == b"\x04\x01O\x07\x04Boss"
    assert mdmf_call(UNAVAILABLE, WHEN, LONGEST_NAME_BELLCORE)[12:-1] == b"\x04\x01O"


def test_the_name_of_a_withheld_caller_is_withheld_too() -> None:
    shown = mdmf_call(Caller("", "Boss", Presentation.WITHHELD), WHEN, LONGEST_NAME_BELLCORE)
    assert shown[12:-1] == b"\x04\x01P\x08\x01P"


@pytest.mark.parametrize(("caller", "reason"), [(WITHHELD, b"P"), (UNAVAILABLE, b"O")])
def test_the_single_format_has_the_reason_in_place_of_the_number(
    caller: Caller, reason: bytes
) -> None:
    assert sdmf_call(caller, WHEN)[:-1] == b"\x04\x0903151805" + reason


def test_waiting_messages_have_their_known_bytes() -> None:
    assert mdmf_messages(waiting=True) == bytes.fromhex("82 03 0b 01 ff 70")
    assert mdmf_messages(waiting=False) == bytes.fromhex("82 03 0b 01 00 6f")
    assert sdmf_messages(waiting=True) == bytes.fromhex("06 03 42 42 42 31")
    assert sdmf_messages(waiting=False) == bytes.fromhex("06 03 6f 6f 6f aa")


def test_a_plus_is_not_sent() -> None:
    assert b"\x02\x0b74951234567" in mdmf_call(Caller("+74951234567"), WHEN, LONGEST_NAME_ETSI)
    assert sdmf_call(Caller("+74951234567"), WHEN)[10:-1] == b"74951234567"


def test_a_number_keeps_its_last_20_digits() -> None:
    number = "1" + "23456" * 4
    assert b"\x02\x14" + b"23456" * 4 in mdmf_call(Caller(number), WHEN, LONGEST_NAME_ETSI)
    assert sdmf_call(Caller(number), WHEN)[10:-1] == b"23456" * 4


@pytest.mark.parametrize("longest", [LONGEST_NAME_BELLCORE, LONGEST_NAME_ETSI])
def test_a_name_is_cut_to_its_longest_after_it_is_written_in_ascii(longest: int) -> None:
    shown = mdmf_call(Caller("1", "Щ" * 60), WHEN, longest)
    assert shown[15:-1] == bytes((7, longest)) + (b"SHCH" * 60)[:longest]


def test_a_cut_name_does_not_end_in_a_blank() -> None:
    shown = mdmf_call(Caller("1", "Konstantinopol Anna"), WHEN, LONGEST_NAME_BELLCORE)
    assert shown[15:-1] == b"\x07\x0eKonstantinopol"


def test_a_name_without_a_sign_is_left_out() -> None:
    assert mdmf_call(Caller("1", " \t"), WHEN, LONGEST_NAME_ETSI)[15:-1] == b""


@given(
    number=st.from_regex(r"\A\+?[0-9]{1,32}\Z"),
    name=st.text(max_size=60),
    when=st.datetimes(),
    longest=st.sampled_from([LONGEST_NAME_BELLCORE, LONGEST_NAME_ETSI]),
)
def test_any_caller_makes_a_message_whose_length_and_checksum_are_right(
    number: str, name: str, when: datetime, longest: int
) -> None:
    caller = Caller(number, name)
    for message in (sdmf_call(caller, when), mdmf_call(caller, when, longest)):
        assert len(message) == message[1] + 3
        assert sum(message) % 256 == 0
