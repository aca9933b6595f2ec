"""Commands that say what to do in their first word: ``gateway dect register``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from gateway.cli import places
from gateway.cli.options import everywhere
from gateway.control.blocking import BlockingClient

Action = Callable[[BlockingClient, argparse.Namespace], int]
Declare = Callable[[str, str, Action], argparse.ArgumentParser]


def declare_actions(
    parser: argparse.ArgumentParser,
    default: Action,
    shared: Sequence[argparse.ArgumentParser] = (),
) -> Declare:
    """Let ``parser`` take actions; without any it does ``default``.

    Declare each with what is returned: its name, a sentence for help, and what does it.
    """
    parents = [everywhere(argparse.ArgumentParser), *shared]
    actions = parser.add_subparsers(
        title="what to do", metavar="WHAT", parser_class=argparse.ArgumentParser
    )
    parser.set_defaults(perform=perform, action=default)

    def declare(name: str, text: str, do: Action) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(
            name,
            help=text,
            description=f"{text}.",
            parents=parents,
        )
        made.set_defaults(action=do)
        return made

    return declare


def perform(options: argparse.Namespace) -> int:
    """Do what was chosen, at the running gateway; the exit code."""
    with BlockingClient(places.socket(options.socket)) as client:
        code: int = options.action(client, options)
    return code
