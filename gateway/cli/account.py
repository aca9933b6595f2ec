"""``gateway account …``: the account at the provider."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Mapping
from typing import Any

from gateway.cli import places
from gateway.cli.options import everywhere
from gateway.cli.output import duration, note, show
from gateway.control.blocking import BlockingClient
from gateway.exit_code import CommandError, ExitCode

Values = Mapping[str, Any]

PATIENCE = 600.0
"""Seconds: the gateway tries more than once, and an answer of the provider may take two minutes."""

MODES = ("phone", "multifon", "both")
RINGS = {
    "phone": "the mobile telephone only",
    "multifon": "MultiFon only",
    "both": "MultiFon and the mobile telephone",
}


def declare(parser: argparse.ArgumentParser) -> None:
    shared = argparse.ArgumentParser(add_help=False, parents=[everywhere(argparse.ArgumentParser)])
    shared.add_argument("--account", metavar="NAME", help="the account (else the first one)")
    parts = parser.add_subparsers(
        title="what to do", metavar="WHAT", required=True, parser_class=argparse.ArgumentParser
    )

    def part(name: str, text: str, perform: Callable[[argparse.Namespace], int]) -> Any:
        found = parts.add_parser(name, help=text, description=f"{text}.", parents=[shared])
        found.set_defaults(perform=perform)
        return found

    routing = part("routing", "Show or set where calls to the number ring", _routing)
    routing.add_argument(
        "mode", nargs="?", choices=MODES, help="phone: the mobile telephone only (else show)"
    )
    routing.add_argument(
        "--keep",
        action="store_true",
        help="put it into the settings, and set it again whenever the provider changes it",
    )
    part("balance", "Show the balance", _balance)
    part("status", "Show whether the account is active", _status)
    part("lines", "Show how many outgoing calls there may be at a time", _lines)
    change = part("change-password", "Change the password at the provider and here", _change)
    change.add_argument(
        "--stdin", action="store_true", help="read the new password from one line of the input"
    )


def _ask(options: argparse.Namespace, method: str, **parameters: Any) -> Values:
    if options.account is not None:
        parameters["account"] = options.account
    with BlockingClient(places.socket(options.socket)) as client:
        found: Values = client.call(f"account.{method}", parameters, patience=PATIENCE)
    return found


def _routing(options: argparse.Namespace) -> int:
    parameters: dict[str, Any] = {}
    if options.mode is not None:
        parameters = {"mode": options.mode, "keep": options.keep}
    elif options.keep:
        raise CommandError("--keep needs a mode: phone, multifon or both.", ExitCode.USAGE)
    found = _ask(options, "routing", **parameters)
    show(found, routing_text(found), as_json=options.json)
    return ExitCode.OK


def routing_text(found: Values) -> str:
    """Where calls ring, and what the gateway does about it."""
    mode, wanted = found.get("routing"), found.get("wanted")
    lines = [f"Calls to the number ring {RINGS.get(str(mode), 'nobody knows where')}."]
    if wanted is None:
        lines.append("The gateway leaves it as it is.")
    else:
        lines.append(f"The gateway keeps: {RINGS.get(str(wanted), wanted)}.")
    if found.get("warning"):
        lines.append(str(found.get("text")))
    return "\n".join(lines)


def service_text(service: Values) -> str:
    """One or two lines for ``gateway status``; empty when nothing is known yet."""
    said = []
    if service.get("routing"):
        said.append(f"calls ring {RINGS.get(str(service['routing']), service['routing'])}")
    if service.get("balance") is not None:
        said.append(f"balance {service['balance']:g} roubles")
    if said and service.get("checked_s") is not None:
        said.append(f"{duration(service['checked_s'])} ago")
    lines = [", ".join(said)] if said else []
    if service.get("text"):
        lines.append(str(service["text"]))
    return "\n".join(lines)


def _balance(options: argparse.Namespace) -> int:
    found = _ask(options, "balance")
    show(found, f"{found['balance']:.2f} roubles", as_json=options.json)
    return ExitCode.OK


def _status(options: argparse.Namespace) -> int:
    found = _ask(options, "status")
    said = "The account is active" if found["active"] else "The account is blocked"
    until = f", until {found['expires']}" if found.get("expires") else ""
    show(found, f"{said}{until}.", as_json=options.json)
    return ExitCode.OK


def _lines(options: argparse.Namespace) -> int:
    found = _ask(options, "lines")
    show(found, f"{found['lines']} outgoing calls at a time", as_json=options.json)
    return ExitCode.OK


def _change(options: argparse.Namespace) -> int:
    found = _ask(options, "change-password", new=_new_password(from_input=options.stdin))
    said = ["The password is changed, at MultiFon and in secrets.toml.", *found["remarks"]]
    show(found, "\n".join(said), as_json=options.json)
    return ExitCode.OK


def _new_password(*, from_input: bool) -> str:
    """Typed twice and not shown, or one line of the input; never an argument, which all can see."""
    if from_input:
        new = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        new = getpass.getpass("New password: ")
        if new != getpass.getpass("Once more: "):
            raise CommandError("The two are not the same. Nothing is changed.", ExitCode.USAGE)
    else:
        raise CommandError(
            "There is no terminal to type the new password on. Give it with --stdin.",
            ExitCode.USAGE,
        )
    if not new:
        raise CommandError("No password was given. Nothing is changed.", ExitCode.USAGE)
    note("Asking MultiFon. This can take a minute.")
    return new
