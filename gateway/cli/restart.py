"""``gateway restart``."""

from __future__ import annotations

import argparse

from gateway.cli import places
from gateway.cli.output import show
from gateway.control.blocking import BlockingClient
from gateway.exit_code import ExitCode


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="even if a telephone is used")
    parser.add_argument("--when-idle", action="store_true", help="as soon as no telephone is used")
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Let the gateway end so that systemd starts it again."""
    wanted = {"force": options.force, "when_idle": options.when_idle}
    with BlockingClient(places.socket(options.socket)) as client:
        found = client.call("restart", wanted)
    text = "The gateway restarts."
    if found["restarts"] != "now":
        text = "A telephone is used: the gateway restarts when it is not."
    show(found, text, as_json=options.json)
    return ExitCode.OK
