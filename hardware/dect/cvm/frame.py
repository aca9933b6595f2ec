"""The frames of the SC14CVMDECT on its serial port: ``10 | LEN hi | LEN lo | CONTROL | … | CHK``.

LEN counts CONTROL and payload, most significant byte first; CHK is their sum modulo 256.  Nothing
is stuffed, so the start byte also occurs within frames: after a frame that is wrong one byte is
dropped and the next start looked for.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TypeAlias

START = 0x10
LARGEST_TAKEN = 1000
"""Bytes of payload that are accepted."""
LARGEST_SENT = 500
"""Bytes of payload that every known host keeps to."""
SEQUENCE = 8
"""Sequence numbers count modulo this."""

_HEAD = 3
"""Start byte and length."""
_POLL = 0x08


class Supervision(enum.IntEnum):
    """What a supervisory frame says of the frames received."""

    READY = 0
    REJECTED = 1
    NOT_READY = 2


class Link(enum.IntEnum):
    """What an unnumbered frame says of the link."""

    SABM = 0
    """Set asynchronous balanced mode: with the poll bit it asks, without it answers."""


@dataclass(frozen=True, slots=True)
class Information:
    """Carries a mail.  ``sent`` is its own number, ``expected`` that of the frame awaited next."""

    sent: int
    expected: int
    payload: bytes
    poll: bool = True

    def __post_init__(self) -> None:
        if not (0 <= self.sent < SEQUENCE and 0 <= self.expected < SEQUENCE):
            raise ValueError(f"a sequence number is 0 to 7: {self}")
        if len(self.payload) > LARGEST_TAKEN:
            raise ValueError(f"{len(self.payload)} bytes are too long for a frame")


@dataclass(frozen=True, slots=True)
class Supervisory:
    """Acknowledges every frame before ``expected``."""

    supervision: Supervision
    expected: int
    poll: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.expected < SEQUENCE:
            raise ValueError(f"a sequence number is 0 to 7: {self}")


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """Sets up the link."""

    link: Link
    poll: bool


Frame: TypeAlias = Information | Supervisory | Unnumbered

OPEN_LINK = Unnumbered(Link.SABM, poll=True)
LINK_OPENED = Unnumbered(Link.SABM, poll=False)


def encode(frame: Frame) -> bytes:
    """The bytes of ``frame``, from the start byte to the check sum."""
    match frame:
        case Information(sent, expected, payload, poll):
            body = bytes([sent << 4 | poll * _POLL | expected]) + payload
        case Supervisory(supervision, expected, poll):
            body = bytes([0x80 | supervision << 4 | poll * _POLL | expected])
        case Unnumbered(link, poll):
            body = bytes([0xC0 | link << 4 | poll * _POLL])
    return bytes([START]) + len(body).to_bytes(2, "big") + body + bytes([sum(body) & 0xFF])


def decode(body: bytes) -> Frame | None:
    """The frame of CONTROL and payload; ``None``: there is no such frame."""
    control, payload = body[0], body[1:]
    poll, expected = bool(control & _POLL), control & 7
    if not control & 0x80:
        return Information(control >> 4, expected, payload, poll)
    kind = control >> 4 & 3
    if payload:
        return None
    if not control & 0x40:
        known = kind in Supervision.__members__.values()
        return Supervisory(Supervision(kind), expected, poll) if known else None
    return Unnumbered(Link.SABM, poll) if kind == Link.SABM and not expected else None


class FrameDecoder:
    """Finds the frames in what comes from the port.  It keeps at most one frame's bytes."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self.dropped = 0
        """Bytes that belonged to no frame."""

    @property
    def waiting(self) -> bool:
        """The beginning of a frame is there; ``pause`` says that its rest does not come."""
        return bool(self._kept)

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are complete now."""
        self._kept += data
        return self._found()

    def pause(self) -> list[Frame]:
        """The line was silent for too long: what waits is no frame; those hidden in it."""
        found: list[Frame] = []
        while self._kept:
            self._drop(1)
            found += self._found()
        return found

    def reset(self) -> None:
        """The port was opened anew."""
        self._kept.clear()

    def _found(self) -> list[Frame]:
        found: list[Frame] = []
        while self._seek_start() and (end := self._end()) is not None:
            body = bytes(self._kept[_HEAD:end])
            right = end > _HEAD and sum(body) & 0xFF == self._kept[end]
            frame = decode(body) if right else None
            if frame is None:
                self._drop(1)
            else:
                del self._kept[: end + 1]
                found.append(frame)
        return found

    def _seek_start(self) -> bool:
        at = self._kept.find(START)
        self._drop(len(self._kept) if at < 0 else at)
        return bool(self._kept)

    def _end(self) -> int | None:
        """Where the check sum stands; ``None`` while it has not come.  ``_HEAD``: a wrong length.

        A length of 0, which counts not even CONTROL, comes out as a wrong one by itself.
        """
        if len(self._kept) < _HEAD:
            return None
        length = int.from_bytes(self._kept[1:_HEAD], "big")
        if length == 0 or length > LARGEST_TAKEN + 1:
            # The check of an empty body fails, whatever byte is there.
            return _HEAD
        end = _HEAD + length
        return end if len(self._kept) > end else None

    def _drop(self, count: int) -> None:
        self.dropped += count
        del self._kept[:count]
