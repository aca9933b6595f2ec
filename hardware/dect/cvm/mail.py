"""A mail: program, task, primitive and its parameters; the payload of an information frame."""

from __future__ import annotations

from hardware.dect.cvm.primitives import PRIMITIVES
from hardware.dect.layout import MalformedError, Structure

PROGRAM = 0
TASK = 1
"""The module's interface; a mail of another task is none of ours."""
_HEAD = 4


def pack_mail(value: Structure) -> bytes:
    """The bytes of a primitive of ``primitives.PRIMITIVES``."""
    head = bytes([PROGRAM, TASK]) + PRIMITIVES.identity(value).to_bytes(2, "little")
    return head + PRIMITIVES.pack(value)


def unpack_mail(data: bytes) -> Structure:
    """The primitive in a mail; ``MalformedError`` says why there is none."""
    if len(data) < _HEAD:
        raise MalformedError(f"a mail of {len(data)} bytes")
    if data[1] != TASK:
        raise MalformedError(f"a mail of task {data[1]}")
    return PRIMITIVES.unpack(int.from_bytes(data[2:_HEAD], "little"), data[_HEAD:])
