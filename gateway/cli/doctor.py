"""``gateway doctor``: what a line and its telephone are like, and what to set; the network."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.cli import places
from gateway.cli.output import note, number, show, table
from gateway.control.blocking import BlockingClient
from gateway.control.errors import NotRunningError, RefusedError
from gateway.drivers import driver_of
from gateway.exit_code import CommandError, ExitCode
from gateway.settings.load import SettingsError, load
from gateway.toneplan import load_tone_plan
from gateway.words import same, told

Values = Mapping[str, Any]

CLOSED = (
    "The gateway is not running, so only what this computer has was looked at. Start it and ask "
    "again: then the telephone is examined."
)


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("part", choices=("line", "network"), help="what to examine")
    parser.add_argument("--line", metavar="NAME", help="the line (else the first one)")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="do not examine the telephone; show what was measured of it so far",
    )
    parser.add_argument(
        "--apply", action="store_true", help="write what is suggested into the settings"
    )
    parser.add_argument("--yes", action="store_true", help="write it without asking")
    parser.add_argument(
        "--config",
        type=Path,
        default=places.config(),
        metavar="DIR",
        help="folder of the settings, for --apply and if the gateway does not run (%(default)s)",
    )
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Examine a line of the running gateway; without one, say what is missing.  Or the network."""
    if options.part == "network":
        from gateway.cli import network  # noqa: PLC0415 - not always needed

        return network.perform(options)
    found = _found(options)
    show(found, text(found, applies=options.apply), as_json=options.json)
    if options.apply and found["suggested"]:
        from gateway.cli.suggestions import apply  # noqa: PLC0415 - not always needed

        if apply(options.config, found["line"], found["suggested"], sure=options.yes):
            note(f"Written. {_taken(places.socket(options.socket))}")
    elif options.apply:
        note("There is nothing to set.")
    return ExitCode.OK if found["passed"] else ExitCode.FAILED


def _taken(socket: Path) -> str:
    """Let a running gateway take what was written; says when it takes effect."""
    try:
        with BlockingClient(socket) as client:
            found = client.call("settings.reload", {"by": "gateway doctor"})
    except NotRunningError:
        return "It takes effect when the gateway starts."
    except RefusedError as error:
        return f"The gateway does not take it: {error}"
    waits = found["pending"]["lines"]
    return "It takes effect when the line is idle." if waits else "It is in force."


def _found(options: argparse.Namespace) -> Values:
    socket = places.socket(options.socket)
    try:
        with BlockingClient(socket) as client:
            if options.quick:
                arguments = {"line": options.line} if options.line else {}
                found: Values = client.call("line.self-test", arguments)
                return found
    except NotRunningError:
        return _without_gateway(options.config, options.line)
    from gateway.cli.examine import examine  # noqa: PLC0415 - only this needs an event loop

    return examine(socket, options.line, note if options.json else _say)


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def _without_gateway(config: Path, name: str | None) -> Values:
    try:
        settings = load(config / "settings.toml", config / "secrets.toml")
    except SettingsError as error:
        texts = "\n".join(problem.text("en") for problem in error.problems)
        raise CommandError(texts, ExitCode.SETTINGS) from error
    lines = {line.name: line for line in settings.lines}
    if name is not None and name not in lines:
        known = ", ".join(lines)
        raise CommandError(f"There is no line {name!r}; there are: {known}.", ExitCode.SETTINGS)
    if not lines:
        raise CommandError("There is no line in the settings.", ExitCode.SETTINGS)
    entry = lines[name] if name is not None else settings.lines[0]
    driver = driver_of(entry, load_tone_plan(settings.tones.country).signalling)
    result = driver.self_test()
    return {
        "line": entry.name,
        "driver": driver.capabilities.description,
        "tested_on_hardware": driver.capabilities.tested_on_hardware,
        "passed": result.passed,
        **told((same(CLOSED), *result.findings)),
        "figures": dict(result.figures),
        "suggested": dict(result.suggested),
    }


def text(found: Values, *, applies: bool = False) -> str:
    """The result for a person.  ``applies``: what is suggested will be written."""
    if "ending" in found:
        parts = [found["text"], f"Line {found['line']} ({found['driver']}): {_verdict(found)}."]
    else:
        verdict = "works" if found["passed"] else "does not work"
        parts = [f"Line {found['line']} ({found['driver']}) {verdict}."]
    if not found["tested_on_hardware"]:
        parts[-1] += " Nobody has tried this driver on hardware yet."
    parts += list(found["findings"])
    figures = dict(found["figures"])
    for step in found.get("steps", ()):
        figures |= step["figures"]
    if figures:
        rows = [(name, number(value)) for name, value in sorted(figures.items())]
        parts.append("\n" + table(("MEASURED", "VALUE"), rows))
    if found["suggested"] and not applies:
        options = "\n".join(f"{name} = {_toml(v)}" for name, v in found["suggested"].items())
        parts.append(
            "\nTo suit this telephone, write in the line's settings (or add --apply):\n"
            f"[line.options]\n{options}"
        )
    return "\n".join(parts)


def _verdict(found: Values) -> str:
    if found["passed"]:
        return "everything that was examined is in order"
    failed = [step["step"] for step in found["steps"] if step["outcome"] == "failed"]
    return f"not in order: {', '.join(failed)}" if failed else "not everything could be examined"


def _toml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else number(value)
