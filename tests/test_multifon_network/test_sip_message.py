from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.simulators.multifon.sip_header import (
    Address,
    parse_address,
    parse_credentials,
    parse_uri,
    parse_via,
)
from tests.simulators.multifon.sip_message import (
    MalformedMessageError,
    Request,
    Response,
    parse,
    serialise,
    split_list,
)

COMPACT = (
    b"INVITE sip:79990000001@multifon.ru SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKa, SIP/2.0/TCP 10.0.0.2;branch=z9hG4bKb\r\n"
    b"Via: SIP/2.0/UDP [2001:db8::1]:5070 ;branch=z9hG4bKc\r\n"
    b"f: sip:79261234567@multifon.ru;tag=one\r\n"
    b"t: <sip:79990000001@multifon.ru:5060>\r\n"
    b"i: a84b4c76e66710\r\n"
    b"CSEQ: 314159\r\n  INVITE\r\n"
    b"m: <sip:79261234567@10.0.0.1>\r\n"
    b"c: application/sdp\r\n"
    b"l: 4\r\n"
    b"\r\n"
    b"v=0\nand more than was announced"
)


def test_compact_names_are_the_long_names() -> None:
    message = parse(COMPACT)
    assert isinstance(message, Request)
    assert message.method == "INVITE"
    assert message.uri == "sip:79990000001@multifon.ru"
    assert message.call_id == "a84b4c76e66710"
    assert message.headers.first("content-type") == "application/sdp"
    assert message.headers.first("Contact") == "<sip:79261234567@10.0.0.1>"


def test_a_folded_header_is_one_value() -> None:
    assert parse(COMPACT).cseq == (314159, "INVITE")


def test_several_vias_in_one_header_and_in_several_keep_their_order() -> None:
    branches = [parse_via(text).branch for text in parse(COMPACT).headers.every("Via")]
    assert branches == ["z9hG4bKa", "z9hG4bKb", "z9hG4bKc"]


def test_a_body_ends_where_content_length_says() -> None:
    message = parse(COMPACT)
    assert (message.body, message.complete) == (b"v=0\n", True)
    assert not parse(COMPACT.replace(b"l: 4", b"l: 400")).complete


def test_lines_may_end_with_line_feed_alone() -> None:
    assert parse(COMPACT.replace(b"\r\n", b"\n")).cseq == (314159, "INVITE")


def test_a_response_is_read() -> None:
    text = COMPACT.replace(
        b"INVITE sip:79990000001@multifon.ru SIP/2.0", b"SIP/2.0 486 Busy \xff Here"
    )
    message = parse(text)
    assert isinstance(message, Response)
    assert message.status == 486
    assert b"Busy \xff Here" in serialise(message)


def test_an_empty_value_survives_the_way_out_and_in() -> None:
    message = parse(COMPACT)
    message.headers.add("P-Associated-URI", "")
    assert parse(serialise(message)).headers.every("P-Associated-URI") == [""]


@pytest.mark.parametrize(
    "spoilt",
    [
        COMPACT.replace(b"i: a84b4c76e66710\r\n", b""),
        COMPACT.replace(b"INVITE\r\nm:", b"BYE\r\nm:"),
        COMPACT.replace(b"314159", b"99999999999"),
        COMPACT.replace(b"l: 4", b"l: -4"),
        COMPACT.replace(b"SIP/2.0\r\n", b"HTTP/1.1\r\n", 1),
        COMPACT.replace(b"c: app", b"c app"),
        COMPACT.partition(b"\r\n\r\n")[0],
        b"",
        b"\r\n\r\n",
    ],
)
def test_what_cannot_be_answered_is_malformed(spoilt: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        parse(spoilt)


@given(st.binary(max_size=400))
@example(b"INVITE sip:a SIP/2.0\r\n\x00:\r\n\r\n")
@example(b"\r\n" * 50)
def test_garbage_raises_nothing_else(data: bytes) -> None:
    try:
        parse(data)
    except MalformedMessageError:
        return


@given(st.integers(0, len(COMPACT)), st.binary(max_size=12), st.integers(0, 12))
def test_a_damaged_message_raises_nothing_else(place: int, noise: bytes, removed: int) -> None:
    try:
        message = parse(COMPACT[:place] + noise + COMPACT[place + removed :])
        for name in ("From", "To", "Contact"):
            for value in message.headers.every(name):
                parse_uri(parse_address(value).uri)
        for value in message.headers.every("Via"):
            parse_via(value)
    except MalformedMessageError:
        return


def test_a_comma_in_quotes_or_brackets_does_not_split() -> None:
    assert split_list('"Doe, \\" J." <sip:a,b@c>;q=1 , <sip:d>') == [
        '"Doe, \\" J." <sip:a,b@c>;q=1',
        "<sip:d>",
    ]


def test_parameters_behind_a_bare_address_are_the_headers() -> None:
    assert parse_address("sip:79261234567@multifon.ru;tag=88") == Address(
        "sip:79261234567@multifon.ru", "", {"tag": "88"}
    )
    bracketed = parse_address('"a > b" <sip:x@y;transport=udp>;tag=9')
    assert (bracketed.uri, bracketed.display, bracketed.tag) == (
        "sip:x@y;transport=udp",
        "a > b",
        "9",
    )


def test_a_uri_comes_apart() -> None:
    uri = parse_uri("SIP:7926:secret@Multifon.RU:5060;transport=TCP;lr?Subject=x")
    assert (uri.scheme, uri.user, uri.host, uri.port) == ("sip", "7926", "multifon.ru", 5060)
    assert uri.parameters == {"transport": "TCP", "lr": ""}
    assert parse_uri("tel:+79261234567").user == "+79261234567"
    with pytest.raises(MalformedMessageError):
        parse_uri("http://multifon.ru")


def test_credentials_come_apart_at_commas_outside_of_quotes() -> None:
    found = parse_credentials('Digest username="a,b", uri="sip:x", nc=00000001,qop=auth')
    assert found == {"username": "a,b", "uri": "sip:x", "nc": "00000001", "qop": "auth"}
    assert parse_credentials("Basic QWxhZGRpbg==") == {}
