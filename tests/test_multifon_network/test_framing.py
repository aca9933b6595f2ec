from __future__ import annotations

import pytest

from tests.simulators.multifon.framing import LARGEST_HEAD, PING, StreamCutter
from tests.simulators.multifon.sip_message import MalformedMessageError

ONE = b"OPTIONS sip:a SIP/2.0\r\nl: 3\r\nX: Content-Length: 7\r\n\r\nabc"
TWO = b"BYE sip:b SIP/2.0\r\nContent-Length : 0\r\n\r\n"


def test_messages_are_cut_out_of_single_bytes() -> None:
    cutter = StreamCutter()
    found = [piece for byte in ONE + TWO for piece in cutter.feed(bytes([byte]))]
    assert found == [ONE, TWO]


def test_several_messages_come_in_one_piece() -> None:
    cutter = StreamCutter()
    assert cutter.feed(ONE + TWO + ONE[:10]) == [ONE, TWO]
    assert cutter.feed(ONE[10:]) == [ONE]


def test_a_double_line_end_between_messages_is_a_keepalive() -> None:
    cutter = StreamCutter()
    assert cutter.feed(PING) == [PING]
    assert cutter.feed(b"\r\n") == []
    assert cutter.feed(b"\r\n" + ONE) == [PING, ONE]
    assert cutter.feed(b"\r\n" + TWO) == [TWO]


@pytest.mark.parametrize(
    "stream",
    [
        b"OPTIONS sip:a SIP/2.0\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nl: many\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nl: 99999999\r\n\r\n",
        b"x" * (LARGEST_HEAD + 1),
    ],
)
def test_a_lost_boundary_is_an_error(stream: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        StreamCutter().feed(stream)
