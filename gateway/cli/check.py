"""``gateway check``."""

from __future__ import annotations

import argparse
import locale
import os
from pathlib import Path
from typing import Literal

from gateway.cli import places
from gateway.cli.output import show
from gateway.exit_code import ExitCode
from gateway.settings.load import SettingsError, load

Language = Literal["en", "ru"]


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        default=places.config(),
        metavar="DIR",
        help="folder of settings.toml and secrets.toml (%(default)s)",
    )
    parser.add_argument("--language", choices=("en", "ru"), help="language of the problems")
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Read the settings and show everything that is wrong with them."""
    language: Language = options.language or language_of_user()
    config: Path = options.config
    try:
        load(config / "settings.toml", config / "secrets.toml")
    except SettingsError as error:
        problems = [
            {"code": problem.code, "place": problem.place, "text": problem.text(language)}
            for problem in error.problems
        ]
        text = "\n".join(problem["text"] for problem in problems)
        show({"ok": False, "problems": problems}, text, as_json=options.json)
        return ExitCode.SETTINGS
    show({"ok": True, "problems": []}, "The settings are right.", as_json=options.json)
    return ExitCode.OK


def language_of_user() -> Language:
    """The language of the user's messages, by the usual variables; English unless Russian."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    chosen = next((value for name in names if (value := os.environ.get(name))), "C")
    return "ru" if locale.normalize(chosen).startswith("ru") else "en"
