"""SIP messages: parse and serialise (RFC 3261 §7, compact forms of §7.3.3).

The parser takes what the robustness principle asks for: compact and folded headers, LF alone as
line end, any case, bytes that are not UTF-8.  What it cannot take raises ``MalformedMessageError``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

COMPACT = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "j": "Reject-Contact",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
    "y": "Identity",
}
_LISTS = {
    "via", "route", "record-route", "contact", "allow", "supported", "require", "proxy-require",
    "path", "service-route", "unsupported",
}  # fmt: skip
"""Headers whose value is a comma-separated list; a comma means something else in the others."""
_MANDATORY = ("Via", "From", "To", "Call-ID", "CSeq")
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
_REQUEST_LINE = re.compile(r"([A-Za-z0-9.!%*_+`'~-]+) +(\S+) +SIP/2\.0 *", re.IGNORECASE)
_STATUS_LINE = re.compile(r"SIP/2\.0 +([1-6]\d\d)(?: +(.*))?", re.IGNORECASE)
_CSEQ = re.compile(r"(\d{1,10})\s+(\S+)")


class MalformedMessageError(ValueError):
    """The bytes are not a SIP message that can be answered."""


def split_list(value: str) -> list[str]:
    """Split at commas outside of quotes and angle brackets."""
    parts: list[str] = []
    start = depth = 0
    quoted = escaped = False
    for index, letter in enumerate(value):
        if quoted:
            if escaped:
                escaped = False
            elif letter == "\\":
                escaped = True
            elif letter == '"':
                quoted = False
        elif letter == '"':
            quoted = True
        elif letter == "<":
            depth += 1
        elif letter == ">":
            depth = max(0, depth - 1)
        elif letter == "," and depth == 0:
            parts.append(value[start:index].strip())
            start = index + 1
    parts.append(value[start:].strip())
    return [part for part in parts if part]


class Headers:
    """Header fields in order; names compare without case and compact forms are the same name."""

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: list[tuple[str, str]] = []
        for name, value in fields:
            self.add(name, value)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._fields)

    def add(self, name: str, value: str) -> None:
        self._fields.append((COMPACT.get(name.lower(), name), value))

    def put(self, name: str, value: str) -> None:
        """Set the only field of that name."""
        wanted = name.lower()
        self._fields = [(n, v) for n, v in self._fields if n.lower() != wanted]
        self._fields.append((name, value))

    def first(self, name: str) -> str | None:
        """The first field's value as it stands; of a list header, its first element."""
        values = self.every(name)
        return values[0] if values else None

    def every(self, name: str) -> list[str]:
        """All values, in order; list headers are split into their elements."""
        wanted = name.lower()
        values = [v for n, v in self._fields if n.lower() == wanted]
        if wanted in _LISTS:
            return [element for value in values for element in split_list(value)]
        return values


@dataclass(slots=True)
class _Message:
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    complete: bool = True
    """False if the datagram ended before the body did (RFC 3261 §18.3)."""

    def require(self, name: str) -> str:
        """The value of a header that the parser has checked to be there."""
        value = self.headers.first(name)
        if value is None:
            raise MalformedMessageError(f"{name} is missing")
        return value

    @property
    def call_id(self) -> str:
        return self.require("Call-ID")

    @property
    def cseq(self) -> tuple[int, str]:
        """Sequence number and method."""
        found = _CSEQ.fullmatch(self.require("CSeq"))
        if found is None or int(found[1]) >= 2**31:
            raise MalformedMessageError("CSeq is not a number and a method")
        return int(found[1]), found[2]


@dataclass(slots=True)
class Request(_Message):
    method: str = ""
    uri: str = ""

    @property
    def start_line(self) -> str:
        return f"{self.method} {self.uri} SIP/2.0"


@dataclass(slots=True)
class Response(_Message):
    status: int = 0
    reason: str = ""

    @property
    def start_line(self) -> str:
        return f"SIP/2.0 {self.status} {self.reason}"


Message = Request | Response


def parse(data: bytes) -> Message:
    """The message of one datagram, or of one frame of a stream."""
    head, body = _split_head(data)
    lines = _unfold(head.decode("utf-8", "surrogateescape"))
    if not lines:
        raise MalformedMessageError("the message is empty")
    message = _start(lines[0])
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        name = name.strip()
        if not colon or not _TOKEN.fullmatch(name):
            raise MalformedMessageError(f"{line!r} is not a header")
        message.headers.add(name, value.strip())
    for name in _MANDATORY:
        message.require(name)
    _, method = message.cseq
    if isinstance(message, Request) and method != message.method:
        raise MalformedMessageError(f"CSeq names {method} in a request of {message.method}")
    length = content_length(message.headers.first("Content-Length"))
    message.body = body if length is None else body[:length]
    message.complete = length is None or len(body) >= length
    return message


def content_length(value: str | None) -> int | None:
    """The number of a Content-Length header; ``None`` when there is none."""
    if value is None:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise MalformedMessageError(f"Content-Length is {value!r}")
    return int(value)


def serialise(message: Message) -> bytes:
    """The message as bytes, with the right Content-Length."""
    message.headers.put("Content-Length", str(len(message.body)))
    lines = [message.start_line, *(f"{name}: {value}" for name, value in message.headers)]
    text = "\r\n".join(lines) + "\r\n\r\n"
    return text.encode("utf-8", "surrogateescape") + message.body


def _split_head(data: bytes) -> tuple[bytes, bytes]:
    data = data.lstrip(b"\r\n")
    found = re.search(rb"\r?\n\r?\n", data)
    if found is None:
        raise MalformedMessageError("the headers do not end")
    return data[: found.start()], data[found.end() :]


def _unfold(head: str) -> list[str]:
    """Lines of the head; a line that begins with white space continues the one before."""
    lines: list[str] = []
    for line in re.split(r"\r?\n", head):
        if line[:1] in {" ", "\t"} and lines:
            lines[-1] = f"{lines[-1].rstrip()} {line.strip()}"
        else:
            lines.append(line)
    return lines


def _start(line: str) -> Message:
    status = _STATUS_LINE.fullmatch(line)
    if status is not None:
        return Response(status=int(status[1]), reason=(status[2] or "").strip())
    request = _REQUEST_LINE.fullmatch(line)
    if request is None:
        raise MalformedMessageError(f"{line[:80]!r} is not a request or status line")
    return Request(method=request[1], uri=request[2])
