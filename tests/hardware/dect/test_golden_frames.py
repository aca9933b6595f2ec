"""Every frame that the reference gives, byte for byte, in both directions.

One is a capture of a real module; the others were computed from the rules by hand.
"""

from __future__ import annotations

import pytest

from hardware.dect.cvm import primitives as p
from hardware.dect.cvm.elements import CallingNumber, CodecList
from hardware.dect.cvm.frame import (
    LINK_OPENED,
    OPEN_LINK,
    Frame,
    FrameDecoder,
    Information,
    Supervision,
    Supervisory,
    encode,
)
from hardware.dect.cvm.mail import pack_mail, unpack_mail
from hardware.dect.layout import Structure

FRAMES: tuple[tuple[str, Frame], ...] = (
    ("10 00 01 C8 C8", OPEN_LINK),
    ("10 00 01 C0 C0", LINK_OPENED),
    ("10 00 01 81 81", Supervisory(Supervision.READY, 1)),
)

SETUP = p.SetupRequest(
    reference=0x10,
    terminal=1,
    audio=bytes(4),
    service=0,
    call_class=8,
    signal=0x41,
    elements=(
        CodecList(0, ((2, 0, 0, 4),)),
        CallingNumber(0, 0, 0, 0, b"100"),
    ),
)
# The reference's codec list begins with negotiation 1.
SETUP_AS_GIVEN = p.SetupRequest(
    0x10, 1, bytes(4), 0, 8, 0x41, (CodecList(1, ((2, 0, 0, 4),)), SETUP.elements[1])
)

MAILS: tuple[tuple[str, int, int, Structure], ...] = (
    # A real module, after power-up.
    ("10 00 06 08 00 01 01 40 00 4A", 0, 0, p.ResetIndication(0)),
    ("10 00 05 09 00 01 02 40 4C", 0, 1, p.FirmwareVersionRequest()),
    ("10 00 09 09 00 01 08 40 FF FF 12 34 96", 0, 1, p.AccessCodeRequest(b"\xff\xff\x12\x34")),
    ("10 00 07 09 00 01 05 41 02 00 52", 0, 1, p.RegistrationModeRequest(2, 0)),
    (
        "10 00 25 09 00 01 02 44 10 01 00 00 00 00 00 00 08 41 14 00 "
        "01 00 06 01 01 02 00 00 04 05 00 08 00 00 00 00 03 31 30 30 6E",
        0,
        1,
        SETUP_AS_GIVEN,
    ),
    ("10 00 09 09 00 01 11 44 11 00 00 00 70", 0, 1, p.ReleaseRequest(0x11, 0)),
)


@pytest.mark.parametrize(("text", "frame"), FRAMES)
def test_a_frame_is_these_bytes(text: str, frame: Frame) -> None:
    assert encode(frame) == bytes.fromhex(text)
    assert FrameDecoder().feed(bytes.fromhex(text)) == [frame]


@pytest.mark.parametrize(("text", "sent", "expected", "value"), MAILS)
def test_a_mail_is_these_bytes(text: str, sent: int, expected: int, value: Structure) -> None:
    frame = Information(sent, expected, pack_mail(value))
    assert encode(frame) == bytes.fromhex(text)
    (found,) = FrameDecoder().feed(bytes.fromhex(text))
    assert found == frame
    assert isinstance(found, Information)
    assert unpack_mail(found.payload) == value


def test_a_surplus_byte_after_an_empty_list_is_not_looked_at() -> None:
    mail = pack_mail(p.AlertIndication(0x11))
    assert unpack_mail(mail + b"\0") == p.AlertIndication(0x11)


def test_elements_may_be_left_away_at_the_end() -> None:
    mail = pack_mail(p.HandsetIpuiConfirm(0, 1, bytes(5)))
    assert unpack_mail(mail[:-2]) == p.HandsetIpuiConfirm(0, 1, bytes(5))


def test_a_clip_with_a_surplus_byte_is_read() -> None:
    mail = pack_mail(SETUP_AS_GIVEN)
    longer = bytearray(mail + b"\0")
    longer[-10] += 1  # the length of the element
    at = 4 + 1 + 2 + 4 + 3
    longer[at] += 1  # the length of all elements
    assert unpack_mail(bytes(longer)) == SETUP_AS_GIVEN


def test_a_value_without_room_is_refused_when_it_is_made() -> None:
    with pytest.raises(ValueError, match="no room"):
        p.AlertBroadcastRequest(256)
    with pytest.raises(ValueError, match="bytes long"):
        p.AccessCodeRequest(b"12")
