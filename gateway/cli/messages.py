"""``gateway messages``: text messages."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.cli import places
from gateway.cli.output import local_time, show, table
from gateway.control.blocking import BlockingClient
from gateway.exit_code import CommandError, ExitCode

PATIENCE = 40.0
"""Seconds: SIP itself gives up after 32."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-n", type=int, default=20, metavar="COUNT", help="how many messages (%(default)s)"
    )
    parser.add_argument("--unread", action="store_true", help="only those that nobody has read")
    parser.add_argument("--keep", action="store_true", help="do not note that they were read")
    parser.add_argument("--to", metavar="NUMBER", help="send TEXT to this number instead")
    parser.add_argument("--account", metavar="NAME", help="the account that sends (the first one)")
    parser.add_argument("text", nargs="?", metavar="TEXT", help="what to send")
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Show the last messages, the newest first, or send one and wait for its outcome."""
    if (options.to is None) != (options.text is None):
        raise CommandError(
            "Sending needs a number and a text: gateway messages --to 89261234567 'Good day'",
            ExitCode.USAGE,
        )
    with BlockingClient(places.socket(options.socket)) as client:
        if options.to is not None:
            return _send(client, options)
        found = client.call("messages", {"limit": options.n, "unread": options.unread})
        if not options.keep:
            unread = [message["id"] for message in found if message["state"] == "unread"]
            client.call("messages.read", {"ids": unread})
    show(found, text(found), as_json=options.json)
    return ExitCode.OK


def _send(client: BlockingClient, options: argparse.Namespace) -> int:
    arguments = {"number": options.to, "text": options.text}
    if options.account is not None:
        arguments["account"] = options.account
    outcome = client.call("messages.send", arguments, patience=PATIENCE)
    if outcome["sent"]:
        show(outcome, "The network took the message.", as_json=options.json)
        return ExitCode.OK
    show(outcome, f"The message was not sent: {outcome['detail']}", as_json=options.json)
    return ExitCode.FAILED


def text(messages: Sequence[Mapping[str, Any]]) -> str:
    """The messages for a person; times are those of this computer's zone."""
    if not messages:
        return "There are no messages."
    head = ("TIME", "", "NUMBER", "NAME", "STATE", "TEXT")
    return table(head, [_row(message) for message in messages])


def _row(message: Mapping[str, Any]) -> tuple[str, ...]:
    detail = message.get("detail")
    state = str(message["state"])
    return (
        local_time(message["time"]),
        str(message["direction"]),
        str(message["number"]),
        str(message["name"]),
        f"{state} ({detail})" if detail and state == "failed" else state,
        " ".join(str(message["text"]).split()),
    )
