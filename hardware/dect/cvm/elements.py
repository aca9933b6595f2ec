"""The information elements of the mails: ``Id u16 | Len u8 | data``, declared in one table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, dataclass
from typing import Any, TypeAlias, TypeVar, dataclass_transform

from hardware.dect.layout import (
    Groups,
    MalformedError,
    Number,
    Table,
    counted,
    groups,
    laid,
    octets,
    rest,
    take,
    u8,
    u16,
)

T = TypeVar("T")

ELEMENTS = Table("information element")


@dataclass_transform(frozen_default=True, field_specifiers=(u8, u16, octets, counted, rest, groups))
def element(identity: int) -> Any:
    """Declare an information element."""
    return ELEMENTS.declare(identity)


@element(0x01)
class CodecList:
    """``entries``: codec, MAC and DLC service, C-plane routing, slot size."""

    negotiation: int = u8()
    entries: Groups = groups(4, counted=True)


@element(0x02)
class MultiKeypad:
    """Keys in IA5: digits, ``*``, ``#``, and the keys of ``codes.Key``."""

    keys: bytes = rest()


@element(0x03)
class MultiDisplay:
    text: bytes = rest()


@element(0x04)
class CalledNumber:
    kind: int = u8()
    plan: int = u8()
    digits: bytes = counted()


@element(0x05)
class CallingNumber:
    """CLIP (EN 300 175-5 §7.7.9)."""

    kind: int = u8()
    plan: int = u8()
    presentation: int = u8()
    screening: int = u8()
    digits: bytes = counted()


@element(0x06)
class CallingName:
    """CNIP (EN 300 175-5 §7.7.53).  ``alphabet``: 0 DECT's own, 1 UTF-8."""

    alphabet: int = u8()
    presentation: int = u8()
    screening: int = u8()
    name: bytes = counted()


@element(0x0B)
class ModelId:
    manufacturer: int = u16()
    model: int = u8()


@element(0x0C)
class LineId:
    """Pairs of what is told and its value: 0 external line, 4 all lines, 5 type."""

    pairs: Groups = groups(2, counted=False)


@element(0x0D)
class SystemCallId:
    kind: int = u8()
    identity: int = u8()


@element(0x0F)
class AudioDataFormat:
    """Pairs of codec and format of the PCM channel."""

    pairs: Groups = groups(2, counted=True)


@element(0x10)
class CallStatusElement:
    """Pairs of what is told, 1 status or 2 reason, and its value."""

    pairs: Groups = groups(2, counted=False)


@element(0x1A)
class Facility:
    data: bytes = rest()


@dataclass(frozen=True, slots=True)
class UnknownElement:
    """An element that is in no table, or that is not as its table says."""

    identity: int
    data: bytes


Element: TypeAlias = Any
"""An instance of a class above."""
Elements: TypeAlias = tuple[Element, ...]


def pack_elements(values: Iterable[Element]) -> bytes:
    """The block of elements, without its length."""
    packed = []
    for value in values:
        if isinstance(value, UnknownElement):
            identity, data = value.identity, value.data
        else:
            identity, data = ELEMENTS.identity(value), ELEMENTS.pack(value)
        packed.append(Number(2).pack(identity) + Number(1).pack(len(data)) + data)
    return b"".join(packed)


def unpack_elements(block: bytes) -> Elements:
    """The elements of a block; a wrong one is unknown, a block that ends too early is cut."""
    found: list[Element] = []
    at = 0
    while at + 3 <= len(block):
        identity, length = int.from_bytes(block[at : at + 2], "little"), block[at + 2]
        data = block[at + 3 : at + 3 + length]
        at += 3 + length
        try:
            found.append(ELEMENTS.unpack(identity, data))
        except (MalformedError, ValueError):
            found.append(UnknownElement(identity, data))
    return tuple(found)


class _Block:
    """Elements after their length in two bytes.  No bytes at all mean that there are none."""

    def pack(self, value: Elements) -> bytes:
        block = pack_elements(value)
        return Number(2).pack(len(block)) + block

    def unpack(self, data: bytes, at: int) -> tuple[Elements, int]:
        if at >= len(data):
            return (), at
        length, at = Number(2).unpack(data, at)
        return unpack_elements(take(data, at, length)), at + length


def elements(*, default: Any = MISSING) -> Any:
    """A field that holds information elements."""
    return laid(_Block(), default)


def first(values: Elements, kind: type[T]) -> T | None:
    """The first element of that kind."""
    return next((value for value in values if isinstance(value, kind)), None)
