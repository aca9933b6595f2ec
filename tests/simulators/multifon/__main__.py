"""Command line: ``serve`` runs the network, every other command talks to a running one."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

from tests.simulators.multifon.account_api.https_server import AccountApiServer
from tests.simulators.multifon.control import ControlServer
from tests.simulators.multifon.control_client import ControlClient, ControlError
from tests.simulators.multifon.network import MultifonNetwork
from tests.simulators.multifon.settings import Account, Settings
from tests.simulators.multifon.trace import TraceEntry

NUMBERS = {"hang_up", "answer_timeout", "cancel_after", "timeout", "since"}
"""Options that are numbers on the control socket."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="multifon", description="A local MultiFon.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="run the network until SIGTERM or SIGINT")
    serve.add_argument("--address", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=0, help="UDP and TCP; 0 takes a free one")
    serve.add_argument("--account", action="append", default=[], metavar="NUMBER:PASSWORD")
    serve.add_argument("--control", default="", metavar="PATH", help="path of the control socket")
    serve.add_argument(
        "--certificate", type=Path, metavar="PATH", help="PEM with key: run the account service too"
    )
    serve.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    serve.add_argument("--trace", action="store_true", help="write SIP messages to stderr")
    for name, options, text in _COMMANDS:
        command = commands.add_parser(name, help=text)
        command.add_argument("--control", required=True, metavar="PATH")
        for option in options:
            flag = f"--{option.replace('_', '-')}"
            command.add_argument(flag, type=float if option in NUMBERS else str, dest=option)
        if name in {"set", "account-api-set"}:
            command.add_argument("settings", nargs="+", metavar="NAME=VALUE")
    return parser


_COMMANDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("status", (), "the network at a glance, with its settings"),
    ("accounts", (), "who is registered, from where"),
    (
        "call",
        ("account", "caller", "party", "text", "file", "hang_up", "answer_timeout", "cancel_after"),
        "call an account",
    ),
    ("calls", (), "all calls"),
    ("call-info", ("call",), "everything about one call"),
    ("hang-up", ("call",), "end a call from the network's side"),
    ("play", ("call", "file"), "let the party of a call play a WAV file"),
    ("re-invite", ("call",), "send a re-INVITE in a call"),
    ("save", ("call", "heard", "sent"), "write what was heard and sent as WAV files"),
    ("set", (), "change settings"),
    ("account-api", (), "how the account service behaves, and what it was asked"),
    ("account-api-set", (), "change how the account service behaves"),
    ("trace", ("since", "contains"), "the last SIP messages"),
    ("wait", ("call", "state", "digits", "timeout"), "wait for a call's state or digits"),
    ("wait-call", ("after", "number", "timeout"), "wait for a call from an account"),
    ("wait-registration", ("account", "timeout"), "wait until an account is registered"),
)


def _settings(words: list[str]) -> dict[str, Any]:
    """``NAME=VALUE`` with a JSON value; a value that is not JSON is a text."""
    values: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"{word!r} is not NAME=VALUE")
        try:
            values[name] = json.loads(value)
        except ValueError:
            values[name] = value
    return values


def _accounts(words: list[str]) -> tuple[Account, ...]:
    accounts = []
    for word in words:
        number, _, password = word.partition(":")
        accounts.append(Account(number, password))
    return tuple(accounts)


def _show(entry: TraceEntry) -> None:
    sys.stderr.write(f"{entry}\n")


async def _serve(settings: Settings, certificate: Path | None, *, trace: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with MultifonNetwork(settings, _show if trace else None) as network:
        control = api = None
        if certificate is not None:
            api = AccountApiServer(network.account_api, certificate, settings.address)
            await api.open()
        if settings.control:
            control = ControlServer(network, Path(settings.control))
            await control.open()
        ready = {
            "address": settings.address, "port": network.port, "control": settings.control or None,
            "account_api": api.url if api else None,
        }  # fmt: skip
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        try:
            await stop.wait()
        finally:
            if control is not None:
                await control.close()
            if api is not None:
                await api.close()


def _ask(options: argparse.Namespace) -> None:
    parameters = {
        name: value
        for name, value in vars(options).items()
        if name not in {"command", "control", "settings"} and value is not None
    }
    for name in ("file", "heard", "sent"):
        if name in parameters:
            parameters[name] = str(Path(parameters[name]).absolute())
    if options.command in {"set", "account-api-set"}:
        parameters = _settings(options.settings)
    with ControlClient(Path(options.control)) as client:
        result = client.request(options.command, **parameters)
    if options.command == "trace":
        for entry in result:
            arrow = "<--" if entry["direction"] == "in" else "-->"
            head = f"{entry['monotonic']:.6f} {arrow} {entry['transport']} {entry['remote']}"
            sys.stdout.write(f"{head}\n{entry['text']}\n")
    else:
        sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        if options.command == "serve":
            settings = Settings(
                accounts=_accounts(options.account),
                address=options.address,
                port=options.port,
                control=options.control,
            ).changed(_settings(options.set), running=False)
            asyncio.run(_serve(settings, options.certificate, trace=options.trace))
        else:
            _ask(options)
    except (ValueError, OSError, ControlError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
