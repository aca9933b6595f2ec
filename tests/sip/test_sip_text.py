"""What is taken out of SIP texts: telephone-event from our SDP, secrets from the trace."""

import pytest

from gateway.call.reason import Reason
from gateway.sip.reasons import reason_of_status, status_of_reason
from gateway.sip.redaction import without_bodies, without_secrets
from gateway.sip.telephone_event import without_telephone_event

SDP = (
    "v=0\r\nm=audio 20000 RTP/AVP 8 0 101\r\nc=IN IP4 192.0.2.2\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=sendrecv\r\n"
)


def test_the_telephone_event_leaves_nothing_behind() -> None:
    assert without_telephone_event(SDP) == (
        "v=0\r\nm=audio 20000 RTP/AVP 8 0\r\nc=IN IP4 192.0.2.2\r\na=rtpmap:8 PCMA/8000\r\n"
        "a=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n"
    )


def test_every_clock_rate_of_it_goes() -> None:
    sdp = SDP.replace("8 0 101", "101 8 0 120") + "a=rtpmap:120 telephone-event/16000\r\n"
    cleaned = without_telephone_event(sdp)
    assert "m=audio 20000 RTP/AVP 8 0\r\n" in cleaned
    assert "telephone-event" not in cleaned


def test_an_sdp_without_it_stays_as_it_is() -> None:
    plain = without_telephone_event(SDP)
    assert without_telephone_event(plain) == plain


def test_credentials_and_digest_values_do_not_reach_the_trace() -> None:
    message = (
        "REGISTER sip:multifon.ru SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060\r\n"
        'Authorization: Digest username="7926", realm="BREDBAND", nonce="n1",\r\n'
        '  response="0123abcd", cnonce="c1", opaque="o1"\r\n'
        "proxy-authorization: Digest response=4567cdef\r\n"
        "Contact: <sip:7926:s3cret@192.0.2.1:5060>\r\n"
        'WWW-Authenticate: Digest realm="BREDBAND", nonce="n2", opaque=o2, qop="auth"\r\n\r\n'
    )
    cleaned = without_secrets(message)
    secrets = ("n1", "0123abcd", "c1", "o1", "4567cdef", "s3cret", "n2", "o2")
    assert [secret for secret in secrets if secret in cleaned] == []
    assert "Authorization: Digest *****\r\nproxy-authorization: Digest *****\r\n" in cleaned
    assert "<sip:7926:*****@192.0.2.1:5060>" in cleaned
    for harmless in ('realm="BREDBAND"', 'qop="auth"', "Via: SIP/2.0/UDP 192.0.2.1:5060"):
        assert harmless in cleaned


def test_what_people_write_to_each_other_does_not_reach_the_trace() -> None:
    head = "pjsua_core.c .TX 300 bytes Request msg MESSAGE/cseq=1 (t) to UDP 192.0.2.1:5060:\n"
    message = "MESSAGE sip:7495@multifon.ru SIP/2.0\r\nFrom: <sip:7926@multifon.ru>\r\n\r\n"
    cleaned = without_bodies(f"{head}{message}See you at\r\n\r\neight\n--end msg--")
    assert cleaned == f"{head}{message}(19 characters)\n--end msg--"
    invite = "INVITE sip:7495@multifon.ru SIP/2.0\r\nAllow: MESSAGE\r\n\r\nv=0\r\n"
    assert without_bodies(invite) == invite


def test_a_port_is_no_password() -> None:
    text = "INVITE sip:7495@sbc.megafon.ru:5060;lr SIP/2.0\r\nTo: <sip:7495@multifon.ru:5060>"
    assert without_secrets(text) == text


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        (200, "OK", Reason.COMPLETED),
        (486, "Busy Here", Reason.BUSY),
        (480, "Temporarily Unavailable", Reason.UNREACHABLE),
        (404, "Not Found", Reason.WRONG_NUMBER),
        (402, "Payment Required", Reason.NO_BALANCE),
        (403, "Insufficient Balance", Reason.NO_BALANCE),
        (403, "Forbidden", Reason.NOT_ALLOWED),
        (503, "Call limit reached", Reason.CALL_LIMIT),
        (503, "Service Unavailable", Reason.CONGESTION),
        (603, "Decline", Reason.REFUSED),
        (499, "Who knows", Reason.UNREACHABLE),
        (599, "Who knows", Reason.PROVIDER_FAILED),
    ],
)
def test_a_refusal_becomes_a_plain_reason(code: int, text: str, reason: Reason) -> None:
    assert reason_of_status(code, text) is reason


def test_every_reason_refuses_with_a_final_status() -> None:
    assert all(300 <= status_of_reason(reason) < 700 for reason in Reason)
