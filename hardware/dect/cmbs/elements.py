"""The information elements of CMBS events, ``type u16 | length u16 | data``, and the events'
ids.
"""

from __future__ import annotations

import enum
from typing import Any, TypeAlias, TypeVar, dataclass_transform

from hardware.dect.layout import MalformedError, Number, Table, counted, octets, u8, u16, u32

T = TypeVar("T")

ELEMENTS = Table("CMBS information element")


class Command(enum.IntEnum):
    """Of the link itself."""

    HELLO = 0xFF01
    HELLO_REPLY = 0xFF02
    FLOW_STOP = 0xFF03
    FLOW_RESTART = 0xFF04
    RESET = 0xFF05
    CAPABILITIES = 0xFF0A
    CAPABILITIES_REPLY = 0xFF0B


class Event(enum.IntEnum):
    """Of the base; those that the start needs."""

    HANDSET_REGISTERED = 0x07
    HANDSET_IN_RANGE = 0x08
    PARAMETER_GET = 0x0D
    PARAMETER_GET_RESULT = 0x0E
    PARAMETER_SET = 0x0F
    PARAMETER_SET_RESULT = 0x10
    SYSTEM_START = 0x19
    SYSTEM_START_RESULT = 0x1A
    SUBSCRIBED_LIST_GET = 0x21
    SUBSCRIBED_LIST_GET_RESULT = 0x22
    TARGET_UP = 0x7D


class ParameterId(enum.IntEnum):
    RFPI = 1
    PIN = 6
    DECT_TYPE = 21


class DectType(enum.IntEnum):
    EUROPE = 0
    USA = 1


EEPROM = 0


@dataclass_transform(frozen_default=True, field_specifiers=(u8, u16, u32, octets, counted))
def element(identity: int) -> Any:
    """Declare an information element."""
    return ELEMENTS.declare(identity)


@element(16)
class Parameter:
    parameter: int = u8()
    area: int = u8()
    data: bytes = counted(2)


@element(17)
class SubscribedHandset:
    handset: int = u16()
    name: bytes = counted(2)
    capabilities: int = u16()


@element(22)
class Response:
    """0: it went well."""

    result: int = u8()


@element(24)
class IntegerValue:
    value: int = u32()


Elements: TypeAlias = tuple[Any, ...]


def pack_elements(*values: Any) -> bytes:
    packed = []
    for value in values:
        data = ELEMENTS.pack(value)
        number = Number(2).pack
        packed.append(number(ELEMENTS.identity(value)) + number(len(data)) + data)
    return b"".join(packed)


def unpack_elements(parameters: bytes) -> Elements:
    """The elements that are known; the others are left out, a block that ends too early is cut."""
    found = []
    at = 0
    while at + 4 <= len(parameters):
        identity = int.from_bytes(parameters[at : at + 2], "little")
        length = int.from_bytes(parameters[at + 2 : at + 4], "little")
        data = parameters[at + 4 : at + 4 + length]
        at += 4 + length
        try:
            found.append(ELEMENTS.unpack(identity, data))
        except (MalformedError, ValueError):
            continue
    return tuple(found)


def all_of(values: Elements, kind: type[T]) -> list[T]:
    return [value for value in values if isinstance(value, kind)]
