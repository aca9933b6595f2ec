"""``gateway doctor line``: what a line and its telephone are like, and what to set."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.cli import places
from gateway.cli.output import number, show, table
from gateway.control.blocking import BlockingClient
from gateway.control.errors import NotRunningError
from gateway.drivers import driver_of
from gateway.exit_code import CommandError, ExitCode
from gateway.settings.load import SettingsError, load
from gateway.toneplan import load_tone_plan

Values = Mapping[str, Any]

CLOSED = (
    "The gateway is not running, so only what this computer has was looked at. Start it, lift the "
    "receiver, dial a 0 while the dial tone sounds, talk, hang up, and ask again."
)


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("part", choices=("line",), help="what to examine")
    parser.add_argument("--line", metavar="NAME", help="the line (else the first one)")
    parser.add_argument(
        "--config",
        type=Path,
        default=places.config(),
        metavar="DIR",
        help="folder of the settings, if the gateway does not run (%(default)s)",
    )
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Show the self test of a line: from the running gateway, else from a driver of our own."""
    try:
        with BlockingClient(places.socket(options.socket)) as client:
            arguments = {"line": options.line} if options.line else {}
            found: Values = client.call("line.self-test", arguments)
    except NotRunningError:
        found = _without_gateway(options.config, options.line)
    show(found, text(found), as_json=options.json)
    return ExitCode.OK if found["passed"] else ExitCode.FAILED


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
    entry = lines[name] if name is not None else settings.lines[0]
    driver = driver_of(entry, load_tone_plan(settings.tones.country).signalling)
    result = driver.self_test()
    return {
        "line": entry.name,
        "driver": driver.capabilities.description,
        "tested_on_hardware": driver.capabilities.tested_on_hardware,
        "passed": result.passed,
        "findings": [CLOSED, *result.findings],
        "figures": dict(result.figures),
        "suggested": dict(result.suggested),
    }


def text(found: Values) -> str:
    """The result for a person."""
    verdict = "works" if found["passed"] else "does not work"
    parts = [f"Line {found['line']} ({found['driver']}) {verdict}."]
    if not found["tested_on_hardware"]:
        parts[0] += " Nobody has tried this driver on hardware yet."
    parts += list(found["findings"])
    if found["figures"]:
        rows = [(name, number(value)) for name, value in sorted(found["figures"].items())]
        parts.append("\n" + table(("MEASURED", "VALUE"), rows))
    if found["suggested"]:
        options = "\n".join(f"{name} = {value}" for name, value in found["suggested"].items())
        parts.append(
            f"\nTo suit this telephone, write in the line's settings:\n[line.options]\n{options}"
        )
    return "\n".join(parts)
