"""``gateway settings …``: read and change the settings of the running gateway."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.cli import places
from gateway.cli.check import language_of_user
from gateway.cli.options import everywhere
from gateway.cli.output import local_time, note, show, table
from gateway.control.blocking import BlockingClient
from gateway.control.errors import RefusedError
from gateway.exit_code import CommandError, ExitCode

Values = Mapping[str, Any]


def declare(parser: argparse.ArgumentParser) -> None:
    shared = argparse.ArgumentParser(add_help=False, parents=[everywhere(argparse.ArgumentParser)])
    parts = parser.add_subparsers(
        title="what to do", metavar="WHAT", required=True, parser_class=argparse.ArgumentParser
    )

    def part(name: str, text: str, perform: Callable[[argparse.Namespace], int]) -> Any:
        found = parts.add_parser(name, help=text, description=f"{text}.", parents=[shared])
        found.set_defaults(perform=perform)
        return found

    def changes(name: str, text: str, perform: Callable[[argparse.Namespace], int]) -> Any:
        found = part(name, text, perform)
        found.add_argument("--dry-run", action="store_true", help="only say what would change")
        return found

    read = part("show", "Show every setting, or those whose path begins so", _show)
    read.add_argument("path", nargs="?", default="", help="such as account.main or log.level")
    put = changes("set", "Change a setting", _set)
    put.add_argument("path", help="such as log.level or account.main.expiry")
    put.add_argument(
        "value",
        nargs="?",
        help='as in the file: 60, true, ["main"]; a text without quotes. A password is asked for',
    )
    back = changes("unset", "Give a setting its default again", _unset)
    back.add_argument("path", help="such as log.level")
    past = part("history", "Show what was changed, and by whom", _history)
    past.add_argument("-n", type=int, default=20, metavar="COUNT", help="so many (%(default)s)")
    undo = changes("undo", "Take a change of the history back", _undo)
    undo.add_argument("id", type=int, help="its number in the history")
    part("reload", "Take what was written into the files with an editor", _reload)


def _ask(options: argparse.Namespace, method: str, **parameters: Any) -> Any:
    with BlockingClient(places.socket(options.socket)) as client:
        try:
            return client.call(f"settings.{method}", parameters)
        except RefusedError as error:
            raise CommandError(problems_text(error), ExitCode.SETTINGS) from error


def problems_text(error: RefusedError) -> str:
    """Everything that is wrong, in the user's language, one a line."""
    problems = error.data.get("problems") if isinstance(error.data, Mapping) else None
    if not problems:
        return str(error)
    language = language_of_user()
    return "\n".join(f"{problem['path']}: {problem[language]}" for problem in problems)


def who() -> str:
    """Who makes the change, for the history."""
    return f"command line ({os.environ.get('SUDO_USER') or getpass.getuser()})"


def _show(options: argparse.Namespace) -> int:
    found = _ask(options, "read")
    rows = [row for row in paths(found["values"]) if f"{row[0]}.".startswith(_part(options.path))]
    if not rows:
        raise CommandError(f"There is no setting {options.path!r}.", ExitCode.USAGE)
    said = [table(("SETTING", "VALUE"), rows), *pending_text(found["pending"])]
    show(found, "\n".join(said), as_json=options.json)
    return ExitCode.OK


def _part(path: str) -> str:
    return f"{path}." if path else ""


def paths(values: Values) -> list[tuple[str, str]]:
    """Every setting with its value as the file has it."""
    found = []
    for section, given in values.items():
        rows = given if isinstance(given, list) else [given]
        for row in rows:
            before = f"{section}.{row['name']}" if isinstance(given, list) else section
            found += [(f"{before}.{name}", _text(value)) for name, value in row.items()]
    return found


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _set(options: argparse.Namespace) -> int:
    secret = options.path.endswith(".password")
    if secret and options.value is not None:
        raise CommandError(
            "A password is not given on the command line, where all can see it. Leave it out.",
            ExitCode.USAGE,
        )
    if not secret and options.value is None:
        raise CommandError("The value is missing.", ExitCode.USAGE)
    value = _password() if secret else value_of(options.value)
    return _change(options, {"set": options.path, "value": value})


def value_of(given: str) -> Any:
    """What is no value in a file is a text."""
    try:
        return tomllib.loads(f"value = {given}")["value"]
    except tomllib.TOMLDecodeError:
        return given


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\r\n")


def _unset(options: argparse.Namespace) -> int:
    return _change(options, {"unset": options.path})


def _change(options: argparse.Namespace, change: Values) -> int:
    revision = _ask(options, "read")["revision"]
    found = _ask(
        options,
        "change",
        changes=[change],
        revision=revision,
        by=who(),
        dry_run=options.dry_run,
    )
    show(found, changes_text(found, dry_run=options.dry_run), as_json=options.json)
    return ExitCode.OK


def changes_text(found: Values, *, dry_run: bool) -> str:
    """What changed, and when it takes effect."""
    if not found["changes"]:
        return "Nothing changes."
    lines = [
        f"{one['path']}: {_text(one['old'])} -> {_text(one['new'])} ({one['takes_effect']})"
        for one in found["changes"]
    ]
    if dry_run:
        return "\n".join(["Nothing was saved. This would change:", *lines])
    return "\n".join([*lines, *pending_text(found["pending"])])


def pending_text(pending: Values) -> Sequence[str]:
    """What was saved and is not in force yet."""
    said = [
        f"Line {one['line']} is in use: the change waits until it is idle."
        for one in pending["lines"]
    ]
    if pending["restart"]:
        names = ", ".join(pending["restart"])
        said.append(f"These wait for a restart (gateway restart --when-idle): {names}.")
    return list(dict.fromkeys(said))


def _history(options: argparse.Namespace) -> int:
    found = _ask(options, "history", limit=options.n)
    rows = [
        (
            str(entry["id"]) if first else "",
            local_time(entry["time"]) if first else "",
            entry["by"] if first else "",
            f"{one['path']}: {_text(one['old'])} -> {_text(one['new'])}",
        )
        for entry in found
        for first, one in zip((True, *[False] * 999), entry["changes"], strict=False)
    ]
    said = table(("ID", "TIME", "BY", "CHANGE"), rows) if rows else "Nothing was changed yet."
    show(found, said, as_json=options.json)
    return ExitCode.OK


def _undo(options: argparse.Namespace) -> int:
    found = _ask(options, "undo", id=options.id, by=who(), dry_run=options.dry_run)
    language = language_of_user()
    show(found, changes_text(found, dry_run=options.dry_run), as_json=options.json)
    for problem in found["stays"]:
        note(f"{problem['path']}: {problem[language]}")
    return ExitCode.OK


def _reload(options: argparse.Namespace) -> int:
    found = _ask(options, "reload", by=who())
    show(found, changes_text(found, dry_run=False), as_json=options.json)
    return ExitCode.OK
