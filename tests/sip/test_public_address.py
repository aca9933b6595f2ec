import pytest

from gateway.sip.public_address import public_address_of

ANSWER = (
    "SIP/2.0 200 OK\r\n{via}\r\nVia: SIP/2.0/UDP 198.51.100.1;branch=z9\r\nCSeq: 2 REGISTER\r\n\r\n"
)


@pytest.mark.parametrize(
    ("via", "public"),
    [
        (
            "Via: SIP/2.0/UDP 192.168.1.5:5071;rport=31001;received=203.0.113.9;branch=z9hG4bK1",
            "203.0.113.9:31001",
        ),
        ("v: SIP / 2.0 / TCP 192.168.1.5:5071 ; Received = 203.0.113.9;RPORT=7", "203.0.113.9:7"),
        ("Via: SIP/2.0/UDP 203.0.113.9:5071;branch=z9hG4bK1", "203.0.113.9:5071"),
        ("Via: SIP/2.0/UDP 203.0.113.9;rport;branch=z9hG4bK1", "203.0.113.9:5060"),
        ("Via: nonsense", ""),
        ("X-Via: SIP/2.0/UDP 203.0.113.9", "198.51.100.1:5060"),
    ],
)
def test_the_topmost_via_tells_our_address(via: str, public: str) -> None:
    assert public_address_of(ANSWER.format(via=via)) == public


def test_a_message_without_via_tells_nothing() -> None:
    assert public_address_of("SIP/2.0 200 OK\r\n\r\n") == ""
