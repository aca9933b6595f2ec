"""Requests that tell the handsets something outside a call: time, messages, missed calls."""

from __future__ import annotations

from datetime import datetime

from hardware.dect.cvm.primitives import EventRequest, SetTimeRequest

_TIME_AND_DATE = 3
_CURRENT = 0
_FIRST_YEAR = 1900
_QUARTER = 15 * 60
_ALL_LINES, _NO_LINE = 4, 0xFF
_MESSAGES, _MISSED_CALLS = 0, 1
_VOICE, _NO_SUBTYPE = 1, 0


def clock_request(time: datetime) -> SetTimeRequest:
    """``time`` with its zone, or without one."""
    offset = time.utcoffset()
    quarters = int(offset.total_seconds()) // _QUARTER if offset else 0
    return SetTimeRequest(
        _TIME_AND_DATE,
        _CURRENT,
        time.year - _FIRST_YEAR,
        time.month,
        time.day,
        time.hour,
        time.minute,
        time.second,
        quarters & 0xFF,
    )


def messages_request(handset: int, count: int) -> EventRequest:
    """The sign for ``count`` messages; 0 switches it off."""
    return _event(handset, _MESSAGES, _VOICE, count)


def missed_calls_request(handset: int, count: int) -> EventRequest:
    return _event(handset, _MISSED_CALLS, _NO_SUBTYPE, count)


def _event(handset: int, kind: int, about: int, count: int) -> EventRequest:
    many = min(count, 0xFFFF).to_bytes(2, "little")
    notification = bytes([kind, about]) + many + bytes(2)
    return EventRequest(1, _ALL_LINES, _NO_LINE, 1 << (handset - 1), 1, notification)
