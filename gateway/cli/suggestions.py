"""Writes what the line doctor suggests into the settings (``gateway doctor line --apply``)."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.cli.output import note
from gateway.exit_code import CommandError, ExitCode
from gateway.settings.declaration import Settings
from gateway.settings.load import SettingsError
from gateway.settings.store import Draft, draft, save_draft

Options = Mapping[str, Any]


def apply(config: Path, line: str, suggested: Options, *, sure: bool) -> bool:
    """Write the options ``suggested`` for ``line``; true if they were written.

    Shows the change and asks, unless ``sure``.  ``CommandError`` says why it cannot be done.
    """
    path, secrets = config / "settings.toml", config / "secrets.toml"
    try:
        made = draft(lambda whole: with_options(whole, line, suggested), path, secrets)
        note(difference(made, path.name))
        if not (sure or _agreed()):
            note("Nothing was written.")
            return False
        save_draft(made, path, secrets)
    except SettingsError as error:
        raise CommandError(str(error), ExitCode.SETTINGS) from error
    except OSError as error:
        why = error.strerror or str(error)
        raise CommandError(
            f"{path} cannot be written: {why}. Run the command as root or as the gateway's user.",
            ExitCode.FAILED,
        ) from error
    return True


def with_options(whole: Settings, line: str, options: Options) -> Settings:
    """``whole`` with ``options`` for ``line``; ``CommandError`` if there is no such line."""
    if line not in {entry.name for entry in whole.lines}:
        known = ", ".join(entry.name for entry in whole.lines)
        raise CommandError(
            f"The settings have no line {line!r}; there are: {known}. "
            "Name the folder of the running gateway's settings with --config.",
            ExitCode.SETTINGS,
        )
    lines = tuple(
        replace(entry, options={**entry.options, **options}) if entry.name == line else entry
        for entry in whole.lines
    )
    return replace(whole, lines=lines)


def difference(made: Draft, name: str) -> str:
    """The lines that change, as ``diff -u`` shows them."""
    before, after = (text.decode("utf-8").splitlines() for text in (made.before, made.after))
    shown = difflib.unified_diff(before, after, f"{name} (now)", f"{name} (then)", lineterm="")
    return "\n".join(shown)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise CommandError(
            "Nobody can be asked whether to write this: add --yes, or use a terminal.",
            ExitCode.USAGE,
        )
    note("Write this? [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
