"""``gateway block``: who is not to ring."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.cli.actions import declare_actions
from gateway.cli.output import local_time, show, table
from gateway.control.blocking import BlockingClient
from gateway.exit_code import ExitCode


def declare(parser: argparse.ArgumentParser) -> None:
    action = declare_actions(parser, _list)
    action("list", "Show the block list (without WHAT, too)", _list)
    add = action("add", "Block a number, or all numbers that begin in the same way", _add)
    add.add_argument("pattern", metavar="NUMBER", help="a number, or its beginning and *: 7495*")
    add.add_argument("--note", default="", metavar="TEXT", help="why")
    remove = action("remove", "Let somebody ring again", _remove)
    remove.add_argument("id", type=int, metavar="ID", help="as list shows it")


def _list(client: BlockingClient, options: argparse.Namespace) -> int:
    found = client.call("block", {})
    show(found, text(found), as_json=options.json)
    return ExitCode.OK


def text(entries: Sequence[Mapping[str, Any]]) -> str:
    """The entries as a table; times are those of this computer's zone."""
    if not entries:
        return "Nobody is blocked."
    rows = [
        (str(one["id"]), one["pattern"], one["name"], local_time(one["since"]), one["note"])
        for one in entries
    ]
    return table(("ID", "NUMBER", "NAME", "SINCE", "NOTE"), rows)


def _add(client: BlockingClient, options: argparse.Namespace) -> int:
    found = client.call("block.add", {"pattern": options.pattern, "note": options.note})
    show(found, "Blocked.", as_json=options.json)
    return ExitCode.OK


def _remove(client: BlockingClient, options: argparse.Namespace) -> int:
    found = client.call("block.remove", {"id": options.id})
    show(found, "" if found["removed"] else "There is no such entry.", as_json=options.json)
    return ExitCode.OK if found["removed"] else ExitCode.FAILED
