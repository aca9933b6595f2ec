"""Reports on a voice stream, written and read (RFC 3550 §6.4.1, §6.5)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_HEADER = struct.Struct("!BBHI")
_SENDER = struct.Struct("!IIIII")
_BLOCK = struct.Struct("!IIIIII")
_SENDER_REPORT, _DESCRIPTION = 200, 202
_EPOCH = 2208988800
"""Seconds from 1900, where NTP begins, to 1970."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the sender of a report says of itself."""

    source: int
    timestamp: int
    packets: int
    octets: int


@dataclass(frozen=True, slots=True)
class Reception:
    """What it says of the stream that it receives; ``jitter`` is in samples."""

    source: int
    expected: int
    lost: int
    highest: int
    jitter: int
    heard: tuple[int, float] | None
    """The middle of the NTP time of the other's last report, and when that came."""


def ntp_time(utc: float) -> tuple[int, int]:
    seconds = int(utc)
    return (seconds + _EPOCH) & 0xFFFFFFFF, int((utc - seconds) * 2**32) & 0xFFFFFFFF


def sender_report(utc: float, now: float, sent: Sent, reception: Reception | None) -> bytes:
    """A sender report and the description that has to follow it.

    ``utc`` is the time of day, ``now`` the clock by which ``reception.heard`` was taken.
    """
    blocks = b""
    if reception is not None:
        share = reception.lost / reception.expected if reception.expected else 0.0
        last, delay = 0, 0
        if reception.heard is not None:
            last, came = reception.heard
            delay = int((now - came) * 65536)
        blocks = _BLOCK.pack(
            reception.source,
            int(share * 256) << 24 | reception.lost & 0xFFFFFF,
            reception.highest,
            reception.jitter,
            last,
            delay,
        )
    body = _SENDER.pack(*ntp_time(utc), sent.timestamp, sent.packets, sent.octets) + blocks
    words = (_HEADER.size + len(body)) // 4 - 1
    report = _HEADER.pack(0x80 | bool(blocks), _SENDER_REPORT, words, sent.source) + body
    name = b"\x01\x07network\0\0\0"  # CNAME, its end, and zeros up to a whole word
    described = _HEADER.pack(0x81, _DESCRIPTION, 1 + len(name) // 4, sent.source) + name
    return report + described


def sender_time(data: bytes) -> tuple[int, int] | None:
    """Source and the middle 32 bits of the NTP time of a sender report; ``None`` if it is none."""
    if len(data) < _HEADER.size + _SENDER.size:
        return None
    first, kind, _, source = _HEADER.unpack_from(data)
    if first >> 6 != 2 or kind != _SENDER_REPORT:
        return None
    seconds, fraction, *_ = _SENDER.unpack_from(data, _HEADER.size)
    return source, (seconds & 0xFFFF) << 16 | fraction >> 16
