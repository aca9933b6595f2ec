"""``gateway dect``: the base of cordless handsets."""

from __future__ import annotations

import argparse
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from gateway.cli import places
from gateway.cli.output import note, show, table
from gateway.control.blocking import BlockingClient
from gateway.control.errors import ControlError
from gateway.exit_code import CommandError, ExitCode

Values = Mapping[str, Any]

TICK = 1.0
"""Seconds between two numbers of the count-down."""
ENDS = {"registration-ended", "down", "failed"}
"""Events that end a registration."""
SLACK = 30.0
"""Seconds after the end of a registration in which the base tells how it ended."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--base", metavar="PORT", help="which base (the first one)")
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    parser.set_defaults(perform=perform, action=_status)

    def action(name: str, do: Callable[..., int], text: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
        made.set_defaults(action=do)
        return made

    action("status", _status, "show the base and its handsets")
    register = action("register", _register, "register a handset, with a count-down")
    register.add_argument(
        "--seconds", type=float, default=120.0, help="how long it may take (%(default)g)"
    )
    action("register-stop", _ask("dect.register-stop"), "register no handset any more")
    rename = action("rename", _ask("dect.rename", "handset", "name"), "give a handset a name")
    rename.add_argument("handset", type=int, metavar="HANDSET")
    rename.add_argument("name", metavar="NAME", help="empty: none")
    delete = action("delete", _ask("dect.delete", "handset"), "take a handset away from the base")
    delete.add_argument("handset", type=int, metavar="HANDSET")
    page = action("page", _ask("dect.page", "on"), "let every handset sound for half a minute")
    locate = action("locate", _ask("dect.locate", "handset", "on"), "let one handset ring")
    locate.add_argument("handset", type=int, metavar="HANDSET")
    for sounds in (page, locate):
        sounds.add_argument("--stop", dest="on", action="store_false", help="stop that instead")


def perform(options: argparse.Namespace) -> int:
    with BlockingClient(places.socket(options.socket)) as client:
        code: int = options.action(client, options)
    return code


def _ask(method: str, *names: str) -> Callable[[BlockingClient, argparse.Namespace], int]:
    """What calls ``method`` with the options ``names``, and shows its answer to programs only."""

    def ask(client: BlockingClient, options: argparse.Namespace) -> int:
        found = client.call(method, _arguments(options, *names))
        show(found, "", as_json=options.json)
        return ExitCode.OK

    return ask


def _status(client: BlockingClient, options: argparse.Namespace) -> int:
    found = client.call("dect.status")
    show(found, text(found), as_json=options.json)
    return ExitCode.OK


def _register(client: BlockingClient, options: argparse.Namespace) -> int:
    """Open the registration, count down, and say how it ended."""
    happened: queue.SimpleQueue[Values | None] = queue.SimpleQueue()
    with BlockingClient(places.socket(options.socket)) as watcher:
        # From here on nothing is missed, whenever the thread begins to read.
        watcher.call("subscribe", {"events": ["dect"]})
        threading.Thread(target=_read, args=(watcher, happened), daemon=True).start()
        client.call("dect.register", _arguments(options, "seconds"))
        end = time.monotonic() + options.seconds
        while (left := end - time.monotonic()) > -SLACK:
            try:
                event = happened.get(timeout=TICK)
            except queue.Empty:
                if not options.json:
                    note(f"{max(0, round(left))} s left")
                continue
            if event is None:
                raise CommandError("The gateway has ended.", ExitCode.NOT_RUNNING)
            if event.get("kind") in ENDS:
                show(event, str(event.get("text")), as_json=options.json)
                return ExitCode.OK if event.get("outcome") == "registered" else ExitCode.FAILED
            if not options.json:
                note(str(event.get("text")))
    raise CommandError("The base does not tell how the registration ended.", ExitCode.FAILED)


def _read(watcher: BlockingClient, happened: queue.SimpleQueue[Values | None]) -> None:
    """In a thread of its own: what happens, and ``None`` when nothing will any more."""
    with contextlib.suppress(ControlError, OSError, ValueError):
        for event in watcher.events("dect"):
            happened.put(event.params)
    happened.put(None)


def _arguments(options: argparse.Namespace, *names: str) -> dict[str, Any]:
    arguments = {name: getattr(options, name) for name in names}
    return arguments if options.base is None else {**arguments, "base": options.base}


def text(found: Values) -> str:
    """The bases for a person."""
    bases = found.get("bases") or ()
    if not bases:
        return "No line of the settings is a cordless handset."
    return "\n\n".join(_base(base) for base in bases)


def _base(base: Values) -> str:
    said = [f"{base.get('module', 'DECT base')} on {base.get('base', '')}"]
    if not base.get("tested_on_hardware"):
        said.append("Never tested on hardware: you may be the first to telephone with it.")
    if base.get("fault"):
        said.append(str(base["fault"]))
    else:
        said.append(
            f"firmware {base.get('firmware')}, RFPI {base.get('identity')}, "
            f"{base.get('frequencies')}, room for {base.get('capacity')} handsets"
        )
    if base.get("registration_s") is not None:
        said.append(f"A handset can be registered for {base['registration_s']:.0f} s more.")
    handsets = base.get("handsets") or ()
    if handsets:
        head = ("HANDSET", "NAME", "LINE", "IN RANGE", "IDENTITY")
        said.append(table(head, [_row(handset) for handset in handsets]))
    else:
        said.append("No handset is registered: gateway dect register")
    return "\n".join(said)


def _row(handset: Values) -> tuple[str, ...]:
    present = {True: "yes", False: "no"}.get(handset.get("present"), "not known")  # type: ignore[arg-type]
    return (
        str(handset.get("number", "")),
        str(handset.get("name", "")),
        str(handset.get("line") or "none"),
        present,
        str(handset.get("identity", "")),
    )
