"""``gateway calls``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.cli import places
from gateway.cli.output import duration, local_time, show, table
from gateway.control.blocking import BlockingClient
from gateway.exit_code import ExitCode


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-n", type=int, default=20, metavar="COUNT", help="how many calls (%(default)s)"
    )
    parser.add_argument("--missed", action="store_true", help="only those that nobody answered")
    parser.add_argument("--search", default="", metavar="TEXT", help="part of a number or a name")
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Ask for the last calls and show them, the newest first."""
    with BlockingClient(places.socket(options.socket)) as client:
        wanted = {"limit": options.n, "missed": options.missed, "search": options.search}
        found = client.call("calls", wanted)
    show(found, text(found), as_json=options.json)
    return ExitCode.OK


def text(calls: Sequence[Mapping[str, Any]]) -> str:
    """The calls as a table; times are those of this computer's zone."""
    if not calls:
        return "There are no calls yet."
    head = ("STARTED", "LINE", "", "NUMBER", "NAME", "TALKED", "MOS", "ENDED")
    return table(head, [_row(call) for call in calls])


def _row(call: Mapping[str, Any]) -> tuple[str, ...]:
    started, answered, ended = call.get("started"), call.get("answered"), call.get("ended")
    talked = "" if answered is None or ended is None else duration(ended - answered)
    mos = (call.get("figures") or {}).get("mos")
    return (
        "" if started is None else local_time(started),
        str(call.get("line") or ""),
        str(call.get("direction") or ""),
        str(call.get("number") or ""),
        str(call.get("name") or ""),
        talked,
        "" if mos is None else f"{mos:.1f}",
        outcome(call),
    )


def outcome(call: Mapping[str, Any]) -> str:
    """Why the call ended, in two or three words: the verdict, where there is one."""
    verdict: Mapping[str, Any] = call.get("verdict") or {}
    reason = str(verdict.get("reason") or call.get("reason") or "").replace("-", " ")
    if verdict.get("certainty", "certain") != "certain":
        reason = f"{reason}?"
    detail = call.get("detail")
    return f"{reason} ({detail})" if detail else reason
