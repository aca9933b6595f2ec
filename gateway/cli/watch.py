"""``gateway watch``."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from typing import Any

from gateway.cli import places
from gateway.cli.output import show
from gateway.cli.status import call_text
from gateway.control.blocking import BlockingClient
from gateway.exit_code import ExitCode


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "events",
        nargs="*",
        metavar="EVENT",
        help="line, call, registration, message, dect; all of them unless given",
    )
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Show events until the keyboard, or the gateway, ends it."""
    try:
        with BlockingClient(places.socket(options.socket)) as client:
            for event in client.events(*options.events):
                value = {"event": event.method, "params": event.params}
                clock = time.strftime("%H:%M:%S")
                line = f"{clock} {text(event.method, event.params, time.time())}"
                show(value, line, as_json=options.json)
    except KeyboardInterrupt:
        return ExitCode.OK
    raise AssertionError("the events end with an error only")


def text(name: str, params: Mapping[str, Any], now: float) -> str:
    """One event in a few words; one that is not known with all that it holds."""
    match name, params:
        case "line", {"state": state, **rest}:
            call = rest.get("call")
            said = f"line {rest.get('line') or rest.get('name') or ''}: {state}"
            said += f", {call_text(call, now)}" if isinstance(call, Mapping) else ""
            return f"{said}, {rest['fault']}" if rest.get("fault") else said
        case "registration", {"state": state, **rest}:
            verdict = (rest.get("verdict") or {}).get("text")
            reason = verdict or rest.get("reason_text") or rest.get("reason")
            said = f"account {rest.get('name') or ''}: {state}"
            return f"{said}: {reason}" if reason else said
        case (("call" | "voice" | "dect"), {"text": sentence}):
            about = f"base {params.get('base')}" if name == "dect" else f"call {params.get('id')}"
            return f"{about}: {sentence}"
        case ("message", {"number": who, "text": said}) | (
            "message",
            {"state": who, "detail": said},
        ):
            return f"message {params.get('id')}, {who}: {said}"
        case "events.lost", {"count": count}:
            return f"{count} events were lost: this program is too slow"
    return " ".join([name, *(f"{key}={value}" for key, value in params.items())])
