"""The requests that ask without changing anything, and what is read from an answer."""

from __future__ import annotations

from dataclasses import replace

from gateway.probe.network_check import default_gateway, rewritten
from gateway.probe.sip_door import Outcome
from gateway.probe.sip_request import Question, authorization, parse_reply

QUESTION = Question(
    "REGISTER", "multifon.ru", "79261234567", "udp", "192.168.1.5", 40000,
    "call", "tag", "branch", "us",
)  # fmt: skip
VIA = "Via: SIP/2.0/UDP 192.168.1.5:40000;branch=z9hG4bKbranch1;received=198.51.100.7;rport=6000"


def answer(*headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"SIP/2.0 {status}", *headers, "", ""]).encode()


def outcome(*headers: str) -> Outcome:
    return Outcome(parse_reply(answer(*headers)), QUESTION)


def test_a_register_that_asks_names_no_contact() -> None:
    text = QUESTION.text()
    assert text.startswith("REGISTER sip:multifon.ru SIP/2.0\r\n")
    assert "Contact" not in text
    assert "Expires" not in text
    assert text.endswith("Content-Length: 0\r\n\r\n")


def test_what_is_no_whole_answer_is_none() -> None:
    assert parse_reply(b"") is None
    assert parse_reply(b"OPTIONS sip:us SIP/2.0\r\n\r\n") is None
    assert parse_reply(answer(VIA)[:-2]) is None
    reply = parse_reply(answer("v: one", "Via: two", status="404 Not Found"))
    assert reply is not None
    assert (reply.status, reply.phrase, reply.headers["via"]) == (404, "Not Found", "one")


def test_only_a_digest_of_md5_is_answered() -> None:
    for challenge in ('Basic realm="x"', 'Digest realm="x", algorithm=SHA-256', ""):
        reply = parse_reply(answer(f"WWW-Authenticate: {challenge}", status="401 No"))
        assert reply is not None
        assert authorization(reply, QUESTION, "me", "secret", "c") is None
    reply = parse_reply(answer('Proxy-Authenticate: Digest realm="x", nonce="n"', status="407 No"))
    assert reply is not None
    header = authorization(reply, QUESTION, "me", "secret", "c")
    assert header is not None
    assert header[0] == "Proxy-Authorization"
    assert "secret" not in header[1]


def test_a_router_that_writes_into_sip_is_noticed() -> None:
    assert not rewritten(outcome(VIA, "Call-ID: call"))
    assert rewritten(
        outcome(VIA.replace("192.168.1.5:40000", "198.51.100.7:6000"), "Call-ID: call")
    )
    assert rewritten(outcome(VIA, "Call-ID: call@198.51.100.7"))
    assert not rewritten(replace(outcome(), reply=None))


ROUTES = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
"""


def test_the_router_is_that_of_the_default_route() -> None:
    assert default_gateway(ROUTES) == "192.168.1.1"
    assert not default_gateway(ROUTES.partition("\neth0\t00000000")[0])
    assert not default_gateway("")
