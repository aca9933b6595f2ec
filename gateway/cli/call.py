"""``gateway call``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from gateway.cli import places
from gateway.cli.calls import outcome
from gateway.cli.output import duration, local_time, number, show
from gateway.control.blocking import BlockingClient
from gateway.exit_code import CommandError, ExitCode

Values = Mapping[str, Any]


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "which",
        type=int,
        nargs="?",
        default=1,
        metavar="N",
        help="which call: 1 is the last one, 2 the one before it (%(default)s)",
    )
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Ask for one call and show all that is known of it."""
    if options.which < 1:
        raise CommandError("Calls are counted from 1, the last one.", ExitCode.FAILED)
    with BlockingClient(places.socket(options.socket)) as client:
        found = client.call("calls", {"limit": options.which})
    if len(found) < options.which:
        count = f"{len(found)} calls" if found else "no calls yet"
        raise CommandError(f"There is no call {options.which}: there are {count}.", ExitCode.FAILED)
    call = found[options.which - 1]
    show(call, text(call), as_json=options.json)
    return ExitCode.OK


def text(call: Values) -> str:
    """One call for a person: what happened, why, how good it was, and the evidence."""
    way = {"in": "from", "out": "to"}.get(str(call.get("direction")), "with")
    who = " ".join(
        filter(None, (str(call.get("name") or ""), str(call.get("number") or "unknown")))
    )
    parts = [f"Call {way} {who}, line {call.get('line', '')}, {outcome(call)}"]
    times = [
        f"{name} {local_time(call[name])}"
        for name in ("started", "alerted", "answered", "ended")
        if call.get(name) is not None
    ]
    parts.append(", ".join(times))
    verdict: Values = call.get("verdict") or {}
    parts += [str(verdict[name]) for name in ("text", "text_ru") if verdict.get(name)]
    voice = _voice(call.get("figures") or {})
    if voice:
        parts.append(voice)
    evidence: Values = verdict.get("evidence") or {}
    if evidence:
        shown = "\n".join(f"  {name}: {_value(value)}" for name, value in evidence.items())
        parts.append(f"Evidence:\n{shown}")
    return "\n\n".join(parts)


def _voice(figures: Values) -> str:
    """The quality in words, then every counter."""
    if not figures:
        return ""
    said = []
    if "mos" in figures:
        loss = number(figures.get("loss_percent", 0))
        said.append(f"Heard here: MOS {figures['mos']:.1f}, {loss} % lost")
    if "far_mos" in figures:
        loss = number(figures.get("far_loss_percent", 0))
        said.append(f"heard there: MOS {figures['far_mos']:.1f}, {loss} % lost")
    if figures.get("round_trip_ms"):
        said.append(f"round trip {duration_ms(figures['round_trip_ms'])}")
    counters = ", ".join(f"{name} {_value(value)}" for name, value in figures.items())
    return "\n".join(filter(None, (", ".join(said), counters)))


def duration_ms(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else duration(milliseconds / 1000)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.2f}".rstrip("0").rstrip(".")
        case list():
            return ", ".join(map(str, value))
    return str(value)
