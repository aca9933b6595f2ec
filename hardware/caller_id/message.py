"""The bytes of a display message (Bellcore GR-30/GR-31, ETSI EN 300 659-3).

A message is its type, the length of what follows, that content and a checksum.  The single data
message format (SDMF) has time and number without any mark between them; the multiple one (MDMF) has
parameters, each with a type and a length.
"""

from __future__ import annotations

import enum
from datetime import datetime

from gateway.caller import Caller, Presentation
from hardware.caller_id.transliteration import to_ascii

LONGEST_NUMBER = 20
"""Digits that parameter 02 holds."""
LONGEST_NAME_BELLCORE = 15
LONGEST_NAME_ETSI = 50


class _Message(enum.IntEnum):
    SDMF_CALL = 0x04
    SDMF_WAITING = 0x06
    MDMF_CALL = 0x80
    MDMF_WAITING = 0x82


class _Parameter(enum.IntEnum):
    TIME = 0x01
    NUMBER = 0x02
    NUMBER_ABSENT = 0x04
    NAME = 0x07
    NAME_ABSENT = 0x08
    VISUAL_INDICATOR = 0x0B


_ABSENT = {Presentation.WITHHELD: b"P", Presentation.UNAVAILABLE: b"O"}
_LAMP_ON, _LAMP_OFF = b"\xff", b"\x00"
_SDMF_LAMP_ON, _SDMF_LAMP_OFF = b"\x42" * 3, b"\x6f" * 3


def checksum(data: bytes) -> int:
    """What makes the sum of all bytes a multiple of 256."""
    return -sum(data) & 0xFF


def _message(kind: _Message, content: bytes) -> bytes:
    data = bytes((kind, len(content))) + content
    return data + bytes((checksum(data),))


def _parameter(kind: _Parameter, content: bytes) -> bytes:
    return bytes((kind, len(content))) + content


def _time(when: datetime) -> bytes:
    return when.strftime("%m%d%H%M").encode("ascii")


def number_shown(number: str) -> str:
    """The digits that are sent: without ``+``, which no display expects, and the last 20 of them.

    ITU-T E.164 allows 15, so what is cut is no number of the public network.
    """
    return number.removeprefix("+")[-LONGEST_NUMBER:]


def sdmf_call(caller: Caller, when: datetime) -> bytes:
    """Time and number; ``P`` or ``O`` in place of one that is withheld or unavailable."""
    absent = _ABSENT.get(caller.presentation)
    return _message(
        _Message.SDMF_CALL, _time(when) + (absent or number_shown(caller.number).encode("ascii"))
    )


def mdmf_call(caller: Caller, when: datetime, longest_name: int) -> bytes:
    """Time, number or the reason for its absence, and the name in ASCII if there is one.

    The name is cut to ``longest_name`` characters.  The name of a caller who withholds the number
    is withheld too (parameter 08).
    """
    content = _parameter(_Parameter.TIME, _time(when))
    absent = _ABSENT.get(caller.presentation)
    if absent:
        content += _parameter(_Parameter.NUMBER_ABSENT, absent)
    else:
        content += _parameter(_Parameter.NUMBER, number_shown(caller.number).encode("ascii"))
    name = to_ascii(caller.name)[:longest_name].rstrip()
    if name and caller.presentation is Presentation.WITHHELD:
        content += _parameter(_Parameter.NAME_ABSENT, _ABSENT[Presentation.WITHHELD])
    elif name:
        content += _parameter(_Parameter.NAME, name.encode("ascii"))
    return _message(_Message.MDMF_CALL, content)


def sdmf_messages(waiting: bool) -> bytes:
    """Switches the lamp for waiting messages."""
    return _message(_Message.SDMF_WAITING, _SDMF_LAMP_ON if waiting else _SDMF_LAMP_OFF)


def mdmf_messages(waiting: bool) -> bytes:
    """Switches the lamp for waiting messages (visual indicator)."""
    lamp = _LAMP_ON if waiting else _LAMP_OFF
    return _message(_Message.MDMF_WAITING, _parameter(_Parameter.VISUAL_INDICATOR, lamp))
