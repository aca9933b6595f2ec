"""The addresses in a SIP message: where its sender wants voice, and where the provider is."""

from __future__ import annotations

import re

HostPort = tuple[str, int]

_ADDRESS = re.compile(rb"^(c=IN IP4 )(\S+)", re.MULTILINE)
_PORT = re.compile(rb"^(m=audio )(\d+)", re.MULTILINE)
_LENGTH = re.compile(rb"^((?:Content-Length|l)[ \t]*:[ \t]*)\d+", re.MULTILINE)


def voice_place(message: bytes) -> HostPort | None:
    """Where the sender of ``message`` wants to get voice; ``None`` without a description."""
    body = message.partition(b"\r\n\r\n")[2]
    address, port = _ADDRESS.search(body), _PORT.search(body)
    if address is None or port is None or int(port[2]) == 0:
        return None
    return address[2].decode(), int(port[2])


def with_voice_place(message: bytes, place: HostPort) -> bytes:
    """``message`` with voice wanted at ``place``."""
    head, _, body = message.partition(b"\r\n\r\n")
    body = _ADDRESS.sub(rb"\g<1>" + place[0].encode(), body)
    body = _PORT.sub(rb"\g<1>" + str(place[1]).encode(), body)
    head = _LENGTH.sub(rb"\g<1>" + str(len(body)).encode(), head)
    return head + b"\r\n\r\n" + body


def with_provider_at(message: bytes, old: HostPort, new: HostPort) -> bytes:
    """``message`` with the provider's own address (Via, Contact, Route …) ``new`` for ``old``.

    Credentials are left alone: their digest covers the address that they name.
    """
    head, separator, body = message.partition(b"\r\n\r\n")
    before, after = (f"{host}:{port}".encode() for host, port in (old, new))
    lines = [
        line if b"uthorization:" in line else re.sub(re.escape(before) + rb"(?!\d)", after, line)
        for line in head.split(b"\r\n")
    ]
    return b"\r\n".join(lines) + separator + body
