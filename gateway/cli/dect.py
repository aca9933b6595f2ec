"""``gateway dect``: the base of cordless handsets."""

from __future__ import annotations

import argparse
import contextlib
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.cli import places
from gateway.cli.actions import Action, declare_actions
from gateway.cli.output import note, show, table
from gateway.cli.settings import problems_text, who
from gateway.control.blocking import BlockingClient
from gateway.control.errors import ControlError, RefusedError
from gateway.exit_code import CommandError, ExitCode

Values = Mapping[str, Any]

TICK = 1.0
"""Seconds between two numbers of the count-down."""
ENDS = {"registration-ended", "down", "failed"}
"""Events that end a registration."""
SLACK = 30.0
"""Seconds after the end of a registration in which the base tells how it ended."""


def declare(parser: argparse.ArgumentParser) -> None:
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--base", metavar="PORT", help="which base (the first one)")
    action = declare_actions(parser, _status, [shared])
    parser.set_defaults(base=None)
    action("status", "Show the base and its handsets (without WHAT, too)", _status)
    register = action("register", "Register a handset, with a count-down", _register)
    register.add_argument(
        "--seconds", type=float, default=120.0, help="how long it may take (%(default)g)"
    )
    action("register-stop", "Register no handset any more", _ask("dect.register-stop"))
    rename = action("rename", "Give a handset a name", _ask("dect.rename", "handset", "name"))
    delete = action("delete", "Take a handset away from the base", _ask("dect.delete", "handset"))
    page = action("page", "Let every handset sound for half a minute", _ask("dect.page", "on"))
    locate = action("locate", "Let one handset ring", _ask("dect.locate", "handset", "on"))
    numbers = action("numbers", "Change what rings a handset, and what it calls by", _numbers)
    numbers.add_argument(
        "--number",
        default=None,
        help="what other telephones of the house dial; empty: the next that is free",
    )
    numbers.add_argument(
        "--account", default=None, help="calls go out by it; empty: the first account"
    )
    numbers.add_argument(
        "--rings-for",
        nargs="*",
        default=None,
        metavar="ACCOUNT",
        help="calls to them ring; none: every account",
    )
    for one in (rename, delete, locate, numbers):
        one.add_argument("handset", type=int, metavar="HANDSET", help="its number")
    rename.add_argument("name", metavar="NAME", help="empty: none")
    for one in (page, locate):
        one.add_argument(
            "--stop", dest="on", action="store_false", default=True, help="stop that instead"
        )


def _ask(method: str, *names: str) -> Action:
    """What calls ``method`` with the options ``names``, and shows its answer to programs only."""

    def ask(client: BlockingClient, options: argparse.Namespace) -> int:
        found = client.call(method, _arguments(options, *names))
        show(found, "", as_json=options.json)
        return ExitCode.OK

    return ask


def _status(client: BlockingClient, options: argparse.Namespace) -> int:
    found = client.call("dect.status")
    show(found, text(found, client.call("status")["lines"]), as_json=options.json)
    return ExitCode.OK


def _numbers(client: BlockingClient, options: argparse.Namespace) -> int:
    """Change the settings of the handset's line."""
    bases = client.call("dect.status")["bases"]
    lines = [
        handset["line"]
        for base in bases
        for handset in base["handsets"]
        if handset["number"] == options.handset and options.base in {None, base["base"]}
    ]
    if not lines or lines[0] is None:
        raise CommandError(
            f"Handset {options.handset} has no line; put one into the settings, with the driver "
            "dect.",
            ExitCode.USAGE,
        )
    wanted = {
        "number": options.number,
        "account": options.account,
        "rings_for": options.rings_for,
    }
    changes = [
        {"set": f"line.{lines[0]}.{name}", "value": value}
        for name, value in wanted.items()
        if value is not None
    ]
    if not changes:
        raise CommandError("Give --number, --account or --rings-for.", ExitCode.USAGE)
    revision = client.call("settings.read")["revision"]
    try:
        saved = client.call(
            "settings.change", {"changes": changes, "by": who(), "revision": revision}
        )
    except RefusedError as error:
        raise CommandError(problems_text(error), ExitCode.SETTINGS) from error
    show(saved, "Saved." if saved["saved"] else "Nothing was changed.", as_json=options.json)
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


def text(found: Values, lines: Sequence[Values] = ()) -> str:
    """The bases for a person; ``lines`` are those of the method ``status``."""
    bases = found.get("bases") or ()
    if not bases:
        return "No line of the settings is a cordless handset."
    by_name = {str(line.get("name")): line for line in lines}
    return "\n\n".join(_base(base, by_name) for base in bases)


def _base(base: Values, lines: Mapping[str, Values]) -> str:
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
        head = (
            "HANDSET", "NAME", "LINE", "NUMBER", "CALLS BY", "RINGS FOR", "IN RANGE", "IDENTITY",
        )  # fmt: skip
        said.append(table(head, [_row(handset, lines) for handset in handsets]))
    else:
        said.append("No handset is registered: gateway dect register")
    return "\n".join(said)


def _row(handset: Values, lines: Mapping[str, Values]) -> tuple[str, ...]:
    line = lines.get(str(handset.get("line")), {})
    present = {True: "yes", False: "no"}.get(handset.get("present"), "not known")  # type: ignore[arg-type]
    return (
        str(handset.get("number", "")),
        str(handset.get("name", "")),
        str(handset.get("line") or "none"),
        str(line.get("number") or ""),
        str(line.get("account") or ""),
        ", ".join(line.get("rings_for") or ()),
        present,
        str(handset.get("identity", "")),
    )
