from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from gateway.report.anonymous import Anonymous

INVITE = """\
INVITE sip:74951234567@multifon.ru SIP/2.0
Via: SIP/2.0/UDP 192.0.2.10:40123;rport;branch=z9hG4bK0123456789012345
From: "Иван Петров" <sip:79261234567@multifon.ru>;tag=12345678901
To: <sip:74951234567@multifon.ru>
P-Asserted-Identity: sip:74951234567@10.190.35.18:5060
Call-ID: 0a1b2c3d4e5f61234567890123
CSeq: 12345 INVITE

o=- 3990000000 3990000001 IN IP4 192.0.2.10
m=audio 16384 RTP/AVP 8
"""


def test_one_number_has_one_stand_in_and_keeps_its_form() -> None:
    anonymous = Anonymous(["84951234567"])
    assert anonymous.text("84951234567 74951234567 +74951234567 4951234567") == (
        "80000000001 70000000001 +70000000001 0000000001"
    )


def test_another_number_has_another() -> None:
    text = Anonymous().text("from 79261234567 to 74951234567, again 79261234567")
    assert text == "from 70000000001 to 70000000002, again 70000000001"


def test_a_sip_message_keeps_what_is_no_number() -> None:
    cleaned = Anonymous().text(INVITE)
    for private in ("74951234567", "4951234567", "79261234567", "Иван"):
        assert private not in cleaned
    for kept in (
        "192.0.2.10:40123", "branch=z9hG4bK0123456789012345", "CSeq: 12345 INVITE",
        "0a1b2c3d4e5f61234567890123", "o=- 3990000000 3990000001", "m=audio 16384",
        "sip:70000000001@10.190.35.18:5060",
    ):  # fmt: skip
        assert kept in cleaned


def test_services_and_times_stay() -> None:
    kept = '{"number": "112", "started": 1790000000.25, "other": "0500"}'
    assert Anonymous(["112", "0500"]).text(kept) == kept


def test_a_short_number_that_is_known_goes() -> None:
    assert Anonymous(["1234567"]).text('"number": "1234567", 12345678') == (
        '"number": "0000001", 12345678'
    )


def test_names_of_callers_go() -> None:
    assert Anonymous(names=["Оля", "Оля Иванова", ""]).text("Оля Иванова, Оля") == "Name 2, Name 1"


@given(st.lists(st.from_regex(r"[78]\d{10}", fullmatch=True), max_size=6), st.text(max_size=30))
def test_no_number_survives(numbers: list[str], between: str) -> None:
    between = re.sub(r"[\w.+]", " ", between)
    anonymous = Anonymous(numbers)
    cleaned = anonymous.text(f" {between} ".join(numbers))
    assert anonymous.text(cleaned) == cleaned
    stand_ins = re.findall(r"\d+", cleaned)
    assert len(stand_ins) == len(numbers)
    same = [number[1:] for number in numbers]
    for one, stand_in in zip(same, stand_ins, strict=True):
        for other, second in zip(same, stand_ins, strict=True):
            assert (one == other) == (stand_in[1:] == second[1:])
