"""What a handset shows of a call, as information elements (EN 300 175-5 §7.7)."""

from __future__ import annotations

from gateway.caller import Caller, Presentation
from hardware.dect.cvm.codes import AudioFormat, CallStatus
from hardware.dect.cvm.elements import (
    AudioDataFormat,
    CallingName,
    CallingNumber,
    CallStatusElement,
    CodecList,
    Elements,
    LineId,
)

LONGEST_NAME = 32
"""Bytes; a display has two or three rows of about twelve letters."""

_UNKNOWN, _INTERNATIONAL = 0, 1
_E164 = 1
_FROM_THE_NETWORK = 3
_UTF_8 = 1
_HANDSET_LOCATOR = 3
_EXTERNAL_LINE, _NO_LINE = 0, 0x7F
_G726 = 2
_NARROW_BAND = CodecList(1, ((_G726, 0, 0, 4),))
_PRESENTATION = {
    Presentation.SHOWN: 0,
    Presentation.WITHHELD: 1,
    Presentation.UNAVAILABLE: 2,
}


def status_element(status: CallStatus) -> CallStatusElement:
    return CallStatusElement(((1, status),))


def caller_elements(caller: Caller | None) -> Elements:
    """What is sent with a call from outside, or with one that waits."""
    shown = () if caller is None else (*_number(caller), *_name(caller))
    return (
        LineId(((_EXTERNAL_LINE, 0),)),
        _NARROW_BAND,
        *shown,
        AudioDataFormat(((_G726, AudioFormat.LINEAR_8_KHZ),)),
        status_element(CallStatus.SETUP),
    )


def locating_elements() -> Elements:
    """What is sent to a handset that is looked for."""
    return (
        CallingName(0, _HANDSET_LOCATOR, 0, b""),
        LineId(((_EXTERNAL_LINE, _NO_LINE),)),
    )


def _number(caller: Caller) -> Elements:
    kind, plan = (_INTERNATIONAL, _E164) if caller.number.startswith("+") else (_UNKNOWN, _UNKNOWN)
    digits = caller.number.removeprefix("+").encode("ascii")
    presentation = _PRESENTATION[caller.presentation]
    return (CallingNumber(kind, plan, presentation, _FROM_THE_NETWORK, digits),)


def _name(caller: Caller) -> Elements:
    if not caller.name:
        return ()
    name = caller.name.encode()[:LONGEST_NAME].decode(errors="ignore").encode()
    presentation = _PRESENTATION[Presentation.SHOWN]
    return (CallingName(_UTF_8, presentation, _FROM_THE_NETWORK, name),)
