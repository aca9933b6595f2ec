"""What is told to a broker under which topic.  Pure.

Below the prefix of the settings:

| Topic | Retained | |
|---|---|---|
| ``available`` | yes | ``online`` or ``offline`` |
| ``gateway`` | yes | version, calls under way, unread messages |
| ``line/NAME`` | yes | state, fault, the running call |
| ``line/NAME/ring`` | yes | ``ON`` while the home lets it ring |
| ``account/NAME`` | yes | registration, balance, routing |
| ``event`` | no | an occurrence, with its name as ``event_type`` |
| ``scene`` | no | the digits of a scene code |
| ``line/NAME/ring/set`` | | the home says: ring |
| ``line/NAME/message-waiting/set`` | | the home says: ``ON`` or ``OFF`` |
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.interfaces.occurrences import Occurrence

ONLINE, OFFLINE = b"online", b"offline"
ON, OFF = b"ON", b"OFF"
REFUSED = "refused"
"""The event that tells why a wish was not granted."""

_IMPERSONAL = frozenset(
    {
        *("id", "line", "account", "state", "fault", "driver", "reason", "far_end_heard"),
        *("routing", "wanted", "balance", "warning", "trouble", "code", "why"),
    }
)
"""What can tell nobody who calls, or what somebody wrote: all that is told without numbers."""
_NAMED = frozenset({"line", "registration", "account"})
"""Occurrences whose ``name`` is that of a line or an account, and not a person's."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message for the broker."""

    topic: str
    payload: bytes
    retain: bool = False


def state(prefix: str, status: Mapping[str, Any], *, numbers: bool) -> Iterator[Message]:
    """All that is retained of the gateway's ``status``."""
    whole = {name: status[name] for name in ("version", "calls", "unread_messages")}
    yield Message(f"{prefix}/gateway", _json(whole), retain=True)
    for found in status["lines"]:
        yield line(prefix, found, numbers=numbers)
    for found in status["accounts"]:
        yield account(prefix, found)


def line(prefix: str, found: Mapping[str, Any], *, numbers: bool) -> Message:
    """``found`` is a line as in ``status``."""
    call = found["call"]
    told = {
        "state": found["state"],
        "fault": found["fault"],
        "direction": call["direction"] if call else None,
        "number": call["number"] if call and numbers else None,
        "name": call["name"] if call and numbers else None,
    }
    return Message(f"{prefix}/line/{found['name']}", _json(told), retain=True)


def account(prefix: str, found: Mapping[str, Any]) -> Message:
    """``found`` is an account as in ``status``."""
    service = found.get("service") or {}
    told = {
        "state": found["state"],
        "registered": found["state"] == "registered",
        "why": found["reason_text"] or None,
        "balance": service.get("balance"),
        "routing": service.get("routing"),
        "fell_back": service.get("warning") == "fell-back",
    }
    return Message(f"{prefix}/account/{found['name']}", _json(told), retain=True)


def happened(prefix: str, occurrence: Occurrence, *, numbers: bool) -> Iterator[Message]:
    """An occurrence, for whoever listens now."""
    data = dict(occurrence.data)
    if numbers:
        record = data.get("record") or {}
        data |= {name: record[name] for name in ("number", "name", "line") if name in record}
    else:
        harmless = _IMPERSONAL | ({"name"} if occurrence.name in _NAMED else set())
        data = {name: value for name, value in data.items() if name in harmless}
    data.pop("record", None)
    value = {**data, "event_type": occurrence.name, "time": occurrence.time}
    yield Message(f"{prefix}/event", _json(value))
    if occurrence.name == "scene":
        yield Message(f"{prefix}/scene", str(data.get("code", "")).encode())


def command_of(prefix: str, topic: str) -> tuple[str, str] | None:
    """The line and the command (``ring`` or ``message-waiting``) that a topic names."""
    rest = topic.removeprefix(f"{prefix}/line/")
    name, _, command = rest.partition("/")
    if rest == topic or command not in {"ring/set", "message-waiting/set"} or not name:
        return None
    return name, command.removesuffix("/set")


def commands(prefix: str) -> tuple[str, ...]:
    """What to subscribe to."""
    return f"{prefix}/line/+/ring/set", f"{prefix}/line/+/message-waiting/set"


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
