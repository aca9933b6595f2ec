"""The packets of the handset socket: voice, or a message of JSON values.

The socket is of the type SOCK_SEQPACKET, which keeps the borders of packets.  The first byte of a
packet tells its kind.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from gateway.caller import Caller
from gateway.line import FRAME_BYTES, Seen

VOICE = 1
MESSAGE = 2
LARGEST = 4096
"""Bytes of the longest packet."""

Message: TypeAlias = Mapping[str, Any]
_VOICE = bytes([VOICE])
_MESSAGE = bytes([MESSAGE])


def voice_packet(frame: bytes) -> bytes:
    """A frame of ``FRAME_BYTES`` as a packet."""
    return _VOICE + frame


def message_packet(message: Message) -> bytes:
    """``message`` as a packet; ``ValueError`` if it is too long."""
    packet = _MESSAGE + json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    if len(packet) > LARGEST:
        raise ValueError(f"a message has at most {LARGEST - 1} bytes")
    return packet


def read_packet(packet: bytes) -> bytes | Message:
    """A frame of voice or a message; ``ValueError`` when it is neither."""
    kind, content = packet[:1], packet[1:]
    if kind == _VOICE:
        if len(content) != FRAME_BYTES:
            raise ValueError(f"a frame of voice has {FRAME_BYTES} bytes, not {len(content)}")
        return content
    if kind != _MESSAGE:
        raise ValueError("a packet begins with 1 (voice) or 2 (message)")
    try:
        message = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError("a message is a JSON object") from error
    if not isinstance(message, dict):
        raise ValueError("a message is a JSON object")  # noqa: TRY004 - the peer's error, not ours
    return message


def seen_message(seen: Seen) -> Message:
    """What is to be seen at the telephone."""
    return {
        "type": "telephone",
        "off_hook": seen.off_hook,
        "ringing": bool(seen.cadence),
        "cadence": list(seen.cadence),
        "caller": _caller(seen.caller),
        "waiting": _caller(seen.waiting),
        "messages": seen.messages,
    }


def _caller(caller: Caller | None) -> Message | None:
    if caller is None:
        return None
    return {
        "number": caller.number,
        "name": caller.name,
        "presentation": caller.presentation.value,
    }
