from __future__ import annotations

import pytest

from gateway.caller import Caller, Presentation
from gateway.handset.packet import (
    LARGEST,
    message_packet,
    read_packet,
    seen_message,
    voice_packet,
)
from gateway.line import FRAME_BYTES, Seen


def test_voice_and_messages_arrive_as_they_were_sent() -> None:
    frame = bytes(range(160)) * 2
    assert read_packet(voice_packet(frame)) == frame
    message = {"do": "digit", "digit": "5", "text": "трубка"}
    assert read_packet(message_packet(message)) == message


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x00",
        b"\x03{}",
        b"\x01" + bytes(FRAME_BYTES - 1),
        b"\x01" + bytes(FRAME_BYTES + 1),
        b"\x02",
        b"\x02[]",
        b'\x02{"a"',
        b"\x02\xff\xfe",
        b"\x02" + b"[" * 4000,
    ],
)
def test_anything_else_is_refused_with_a_sentence(packet: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w+ .*\w"):
        read_packet(packet)


def test_a_message_that_no_reader_would_take_whole_is_not_sent() -> None:
    with pytest.raises(ValueError, match="bytes"):
        message_packet({"text": "x" * LARGEST})


def test_what_is_seen_names_the_caller_or_why_there_is_none() -> None:
    ringing = Seen(cadence=(1.0, 4.0), caller=Caller("+74951234567", "Anna"))
    shown = seen_message(ringing)
    assert shown["ringing"] is True
    assert shown["cadence"] == [1.0, 4.0]
    assert shown["caller"] == {"number": "+74951234567", "name": "Anna", "presentation": "shown"}
    withheld = seen_message(Seen(waiting=Caller(presentation=Presentation.WITHHELD)))
    assert withheld["ringing"] is False
    assert withheld["waiting"] == {"number": "", "name": "", "presentation": "withheld"}
