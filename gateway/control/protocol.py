"""JSON-RPC 2.0, one message a line: the words of the control socket.  Pure: bytes in, values out.

Source: the JSON-RPC 2.0 specification (jsonrpc.org).  What it leaves open is decided here:

* A line ends with a line feed, holds UTF-8 and is at most ``MAX_LINE`` bytes long.
* Parameters are given by name; a list of parameters is refused.
* An id is a string, a whole number or null.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

PROTOCOL_VERSION = 1
"""Rises when a program that was written for the version before would break."""
MAX_LINE = 1 << 20
"""Longest line in bytes, without its end."""

Id: TypeAlias = int | str | None
Params: TypeAlias = Mapping[str, Any]


class ErrorCode(enum.IntEnum):
    """Why there is no result.  The first five are the specification's."""

    PARSE_ERROR = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL_ERROR = -32603
    REFUSED = -32000
    """What was asked for is wrong, or did not happen; the message is a sentence for the user."""
    OVERLOADED = -32001
    """This connection asks for too much at a time, or for an answer that is too long."""


class RefusalError(ValueError):
    """Raised by a method that has ``data`` for a program beside the sentence for the user."""

    def __init__(self, sentence: str, data: Any = None) -> None:
        super().__init__(sentence)
        self.data = data


@dataclass(frozen=True, slots=True)
class Error:
    """The error of a response."""

    code: int
    message: str
    data: Any = None


@dataclass(frozen=True, slots=True)
class Request:
    """Asks for ``method``; the response has the same ``id``."""

    id: Id
    method: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notification:
    """A request that gets no response, or an event."""

    method: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to the request ``id``: ``result``, or ``error`` where that is not ``None``."""

    id: Id
    result: Any = None
    error: Error | None = None


@dataclass(frozen=True, slots=True)
class Malformed:
    """Something that is no message; ``answer`` tells its sender so."""

    answer: Response


Message: TypeAlias = Request | Notification | Response


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one line held: one message, or with ``batch`` a list of them."""

    messages: tuple[Message | Malformed, ...]
    batch: bool = False


def parse(line: bytes) -> Parcel:
    """Read one line.  Never raises: what cannot be read becomes ``Malformed``."""
    try:
        value = json.loads(line.decode(), parse_constant=_refuse_constant)
    # A line of brackets only is too deep for the decoder.
    except (ValueError, RecursionError) as error:
        return Parcel((_malformed(None, ErrorCode.PARSE_ERROR, f"This is not JSON: {error}."),))
    if not isinstance(value, list):
        return Parcel((_message(value),))
    if not value:
        return Parcel((_malformed(None, ErrorCode.INVALID_REQUEST, "A batch is never empty."),))
    return Parcel(tuple(_message(item) for item in value), batch=True)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _malformed(of: Id, code: ErrorCode, message: str) -> Malformed:
    return Malformed(Response(of, error=Error(code, message)))


def _message(value: object) -> Message | Malformed:
    if not isinstance(value, dict):
        return _malformed(None, ErrorCode.INVALID_REQUEST, "A message is an object.")
    number = value.get("id")
    if isinstance(number, bool) or not isinstance(number, int | str | None):
        return _malformed(
            None, ErrorCode.INVALID_REQUEST, "An id is a string, a whole number or null."
        )
    if value.get("jsonrpc") != "2.0":
        return _malformed(number, ErrorCode.INVALID_REQUEST, 'A message has "jsonrpc": "2.0".')
    if "method" in value:
        return _call(number, value)
    if "id" in value and ("result" in value) != ("error" in value):
        return _response(number, value)
    return _malformed(number, ErrorCode.INVALID_REQUEST, "A request names its method.")


def _call(number: Id, value: dict[str, Any]) -> Message | Malformed:
    method, params = value["method"], value.get("params", {})
    if not isinstance(method, str):
        return _malformed(number, ErrorCode.INVALID_REQUEST, "A method's name is a string.")
    if not isinstance(params, dict):
        return _malformed(
            number, ErrorCode.INVALID_PARAMS, "Parameters are an object: each has its name."
        )
    return Request(number, method, params) if "id" in value else Notification(method, params)


def _response(number: Id, value: dict[str, Any]) -> Message | Malformed:
    if "result" in value:
        return Response(number, value["result"])
    match value["error"]:
        case {"code": int(code), "message": str(message), **rest}:
            return Response(number, error=Error(code, message, rest.get("data")))
    return _malformed(number, ErrorCode.INVALID_REQUEST, "An error has a code and a message.")


def dump(message: Message) -> bytes:
    """``message`` as one line with its end.

    Raises ``ValueError`` or ``TypeError`` when it holds what JSON cannot say.
    """
    return _line(_value(message))


def dump_batch(messages: Sequence[Message]) -> bytes:
    """A list of messages as one line; see ``dump``."""
    return _line([_value(message) for message in messages])


def _line(value: object) -> bytes:
    # Only ASCII: a reader in any locale, and with any idea of a line's end, finds the end.
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.encode("ascii") + b"\n"


def _value(message: Message) -> dict[str, Any]:
    value: dict[str, Any] = {"jsonrpc": "2.0"}
    match message:
        case Request():
            value |= {"id": message.id, "method": message.method, "params": message.params}
        case Notification():
            value |= {"method": message.method, "params": message.params}
        case Response(error=None):
            value |= {"id": message.id, "result": message.result}
        case Response():
            assert message.error is not None
            error = {"code": int(message.error.code), "message": message.error.message}
            if message.error.data is not None:
                error["data"] = message.error.data
            value |= {"id": message.id, "error": error}
    return value
