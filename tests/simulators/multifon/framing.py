"""Cuts a TCP stream into SIP messages (RFC 3261 §18.3) and keepalives (RFC 5626 §3.5.1)."""

from __future__ import annotations

import re

from tests.simulators.multifon.sip_message import MalformedMessageError, content_length

LARGEST_HEAD = 32 * 1024
LARGEST_BODY = 64 * 1024
PING = b"\r\n\r\n"
PONG = b"\r\n"

_LENGTH = re.compile(rb"^(?:Content-Length|l)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


class StreamCutter:
    """Feed it bytes; it returns whole messages, and ``PING`` for a keepalive.

    ``MalformedMessageError`` means that the message boundary is lost: close the connection.
    """

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[bytes]:
        self._buffer += data
        found = []
        while (piece := self._cut()) is not None:
            found.append(piece)
        return found

    def _cut(self) -> bytes | None:
        if self._buffer.startswith(PING):
            self._buffer = self._buffer[len(PING) :]
            return PING
        if self._buffer in {b"", b"\r", b"\n", b"\r\n", b"\r\n\r"}:
            return None  # may become a keepalive
        self._buffer = self._buffer.lstrip(b"\r\n")
        end = re.search(rb"\r?\n\r?\n", self._buffer)
        if end is None:
            if len(self._buffer) > LARGEST_HEAD:
                raise MalformedMessageError("the headers do not end")
            return None
        lengths = _LENGTH.findall(self._buffer, 0, end.end())
        if not lengths:
            raise MalformedMessageError("Content-Length is missing on a stream")
        text = lengths[0].decode("ascii", "replace").strip()
        body = content_length(text) or 0
        if body > LARGEST_BODY:
            raise MalformedMessageError(f"a body of {body} bytes is too long")
        size = end.end() + body
        if len(self._buffer) < size:
            return None
        piece, self._buffer = self._buffer[:size], self._buffer[size:]
        return piece
