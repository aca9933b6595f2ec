"""What happened, as other programs of the home are told it.

The gateway's events tell of changes only.  Here a call that has ended brings its record along, so
that nobody has to ask who it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.control.errors import ControlError
from gateway.control.protocol import Notification
from gateway.web.daemon import AwayError, Daemon
from gateway.words import Words

NAMES: Mapping[str, Words] = {
    "line": Words("a telephone rings, is lifted, is hung up", "телефон звонит, снята трубка"),
    "registration": Words("an account comes or goes", "учётная запись на связи или нет"),
    "account": Words("balance or routing changed", "изменились баланс или направление"),
    "call": Words("a call has ended", "звонок закончился"),
    "missed": Words("a call was missed", "пропущенный звонок"),
    "voice": Words("a call lost its voice, or has it again", "голос пропал или вернулся"),
    "message": Words("a text message came, or was sent", "пришло или ушло сообщение"),
    "scene": Words("a scene code was dialled", "набран код сцены"),
    "gateway": Words("the gateway came or went", "шлюз появился или пропал"),
}
"""Every kind of occurrence, for a person who chooses."""

_RECENT = 10
"""Calls among which the one is looked for that has just ended."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """``time`` is UTC seconds; ``data`` is as in ``docs/control-api.md``, and JSON."""

    name: str
    time: float
    data: Mapping[str, Any] = field(default_factory=dict)


async def occurrences(event: Notification, now: float, daemon: Daemon) -> list[Occurrence]:
    """What an event of the gateway means: none, one, or for a missed call two."""
    if event.method not in NAMES:
        return []
    if event.method != "call":
        return [Occurrence(event.method, now, dict(event.params))]
    record = await _record(event.params.get("id"), daemon)
    data = {**event.params, "record": record}
    found = [Occurrence("call", now, data)]
    if record and record["direction"] == "in" and not record["answered"]:
        found.append(Occurrence("missed", now, data))
    return found


async def _record(call: object, daemon: Daemon) -> Mapping[str, Any] | None:
    try:
        for record in await daemon.call("calls", limit=_RECENT):
            if record["id"] == call:
                found: Mapping[str, Any] = record
                return found
    except (AwayError, ControlError):
        pass
    return None
