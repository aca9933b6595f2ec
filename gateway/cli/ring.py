"""``gateway ring``: lets the telephone ring as a test."""

from __future__ import annotations

import argparse
from typing import Any

from gateway.cli import places
from gateway.cli.output import show
from gateway.control.blocking import BlockingClient
from gateway.exit_code import ExitCode

SECONDS = 20.0


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--line", metavar="NAME", help="the line (else the first one)")
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, metavar="S", help="how long (%(default)g)"
    )
    parser.add_argument("--caller", metavar="NUMBER", help="the number that the display shows")
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Ring until the receiver is lifted; 1 if it was not."""
    arguments: dict[str, Any] = {"seconds": options.seconds}
    if options.line:
        arguments["line"] = options.line
    if options.caller:
        arguments["caller"] = options.caller
    with BlockingClient(places.socket(options.socket)) as client:
        found = client.call("line.ring", arguments, patience=options.seconds + SECONDS)
    show(found, found["text"], as_json=options.json)
    return ExitCode.OK if found["lifted"] else ExitCode.FAILED
