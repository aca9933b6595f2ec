"""``gateway backup``, ``gateway restore`` and ``gateway factory-reset``."""

from __future__ import annotations

import argparse
import base64
import getpass
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.cli import places
from gateway.cli.output import local_time, note, show
from gateway.cli.settings import changes_text, problems_text, who
from gateway.control.blocking import BlockingClient
from gateway.control.errors import RefusedError
from gateway.exit_code import CommandError, ExitCode

Values = Mapping[str, Any]

SCOPES = ("telephones", "settings", "everything")


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the file to write")
    parser.set_defaults(perform=_backup)


def ask(options: argparse.Namespace, method: str, **parameters: Any) -> Any:
    with BlockingClient(places.socket(options.socket)) as client:
        try:
            return client.call(method, parameters, patience=120)
        except RefusedError as error:
            raise CommandError(problems_text(error), ExitCode.FAILED) from error


def password_of(*, twice: bool) -> str:
    """Typed and not shown, or one line of the input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password of the backup: ")
    if twice and password != getpass.getpass("Once more: "):
        raise CommandError("The two are not the same. Nothing is written.", ExitCode.USAGE)
    return password


def _backup(options: argparse.Namespace) -> int:
    found = ask(options, "backup.make", password=password_of(twice=True))
    try:
        descriptor = os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64decode(found["file"]))
    except OSError as error:
        raise CommandError(f"{options.file} cannot be written: {error.strerror}.") from error
    inside = {name: value for name, value in found.items() if name != "file"}
    show(inside, f"Written: {options.file}. {inside_text(found)}", as_json=options.json)
    return ExitCode.OK


def inside_text(found: Values) -> str:
    """What is in a backup."""
    numbers = ", ".join(found["accounts"]) or "no account"
    lines = ", ".join(found["lines"])
    return f"Made {local_time(found['made'])}; accounts: {numbers}; lines: {lines}."


def restore(options: argparse.Namespace) -> int:
    """Take the settings from a backup."""
    try:
        sealed = base64.b64encode(options.file.read_bytes()).decode("ascii")
    except OSError as error:
        raise CommandError(f"{options.file} cannot be read: {error.strerror}.") from error
    found = ask(
        options,
        "backup.restore",
        file=sealed,
        password=password_of(twice=False),
        what="settings" if options.settings_only else "whole",
        dry_run=options.dry_run,
        by=who(),
    )
    said = f"{inside_text(found)}\n{changes_text(found, dry_run=options.dry_run)}"
    show(found, said, as_json=options.json)
    for line in found["left_out"]:
        note(f"Left out: {line['why']}")
    return ExitCode.OK


def reset(options: argparse.Namespace) -> int:
    """Make the settings those of a new adapter."""
    if not (options.yes or options.dry_run):
        raise CommandError(
            "This cannot be asked twice: add --yes, or --dry-run to see what it clears.",
            ExitCode.USAGE,
        )
    found = ask(options, "factory-reset", scope=options.scope, dry_run=options.dry_run, by=who())
    cleared = "Would clear" if options.dry_run else "Cleared"
    show(found, f"{cleared}: {', '.join(found['clears'])}.", as_json=options.json)
    return ExitCode.OK
