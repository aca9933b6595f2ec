"""``gateway status``."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from typing import Any

from gateway.cli import places
from gateway.cli.account import service_text
from gateway.cli.output import duration, show, table
from gateway.control.blocking import BlockingClient
from gateway.exit_code import ExitCode

Values = Mapping[str, Any]


def declare(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Ask the gateway for its state and show it."""
    with BlockingClient(places.socket(options.socket)) as client:
        found = client.call("status")
    show(found, text(found, time.time()), as_json=options.json)
    return ExitCode.OK


def text(found: Values, now: float) -> str:
    """The state for a person; ``now`` is in UTC seconds since the epoch.

    A key that is missing leaves its place empty: another version may answer.
    """
    calls = found.get("calls")
    first = [f"MultiFon gateway {found.get('version', '')}".rstrip()]
    if found.get("uptime_s") is not None:
        first.append(f"running for {duration(found['uptime_s'])}")
    if calls is not None:
        first.append("no calls" if calls == 0 else "1 call" if calls == 1 else f"{calls} calls")
    if found.get("unread_messages"):
        first.append(f"{found['unread_messages']} unread messages")
    parts = [", ".join(first)]
    accounts, lines = found.get("accounts") or (), found.get("lines") or ()
    if accounts:
        head = ("ACCOUNT", "NUMBER", "STATE")
        rows = [(str(a.get("name", "")), str(a.get("number", "")), _account(a)) for a in accounts]
        parts.append(table(head, rows))
        for account in accounts:
            said = service_text(account.get("service") or {})
            if said:
                parts.append(f"Account {account.get('name', '')}: {said}")
    else:
        parts.append("There is no account in the settings.")
    if lines:
        head_of_lines = ("LINE", "NUMBER", "DRIVER", "STATE", "CALL", "VOICE")
        parts.append(table(head_of_lines, [_line(line, now) for line in lines]))
        parts += [f"Line {line.get('name', '')}: {line['fault']}" for line in lines if _fault(line)]
    else:
        parts.append("There is no line in the settings.")
    return "\n\n".join(parts)


def _account(account: Values) -> str:
    state = str(account.get("state", "unknown"))
    verdict = (account.get("verdict") or {}).get("text")
    if state == "registered":
        expires = account.get("expires_s")
        said = f"registered for {duration(expires)}" if expires else state
        return f"{said}. {verdict}" if verdict else said
    reason = verdict or account.get("reason_text") or account.get("reason")
    said = f"{state}: {reason}" if reason else state
    next_try = account.get("next_try_s")
    if next_try is None:
        return said
    return f"{said.rstrip('.')}. Next try in {duration(next_try)}"


def _fault(line: Values) -> bool:
    return bool(line.get("fault"))


def _line(line: Values, now: float) -> tuple[str, ...]:
    state = str(line.get("state", "unknown"))
    call = line.get("call")
    return (
        str(line.get("name", "")),
        str(line.get("number", "")),
        str(line.get("driver", "")),
        f"{state} (fault)" if _fault(line) else state,
        call_text(call, now) if call else "",
        _voice(line.get("voice") or {}),
    )


def call_text(call: Values, now: float) -> str:
    """A running call in a few words."""
    way = {"in": "from", "out": "to"}.get(str(call.get("direction")), "with")
    number, name = call.get("number") or "unknown", call.get("name")
    said = f"{way} {name} {number}" if name else f"{way} {number}"
    answered = call.get("answered")
    return said if answered is None else f"{said}, {duration(now - answered)}"


def _voice(voice: Values) -> str:
    """The counters that tell of glitches."""
    shown = [
        f"{voice[name]} {name}" for name in ("late", "underruns", "overruns") if voice.get(name)
    ]
    if shown:
        return ", ".join(shown)
    return "no glitches" if voice.get("frames") else ""
