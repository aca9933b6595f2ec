"""What is taken out of SIP texts: telephone-event from our SDP, secrets from the trace."""

import pytest

from gateway.call.reason import Reason
from gateway.sip.reasons import reason_of_status, status_of_reason
from gateway.sip.telephone_event import without_telephone_event
from gateway.sip.trace import without_secrets

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


def test_digest_values_do_not_reach_the_trace() -> None:
    line = (
        'Authorization: Digest username="7926", realm="BREDBAND", nonce="n1", '
        'response="0123abcd", cnonce="c1", opaque="o1"'
    )
    cleaned = without_secrets(line)
    assert 'username="7926"' in cleaned
    for secret in ("n1", "0123abcd", "c1", "o1"):
        assert f'"{secret}"' not in cleaned


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
