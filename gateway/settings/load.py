"""Reads the settings file and the file of secrets beside it; tells everything that is wrong."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.settings.check import SECRETS_FILE, Check
from gateway.settings.declaration import Settings
from gateway.settings.problem import Problem
from gateway.settings.secret import Secret

SETTINGS_FILE = "settings.toml"

_WHERE = re.compile(r" ?\(at line (\d+), column (\d+)\)$")


class SettingsError(Exception):
    """The settings cannot be used; ``problems`` tells every reason at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.text("en") for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Source:
    """What stands in the two files; ``None`` for one that could not be read.

    A file that does not exist reads as an empty one: a new gateway has neither.
    """

    settings: bytes | None
    secrets: bytes | None
    problems: tuple[Problem, ...] = ()


def load(path: Path, secrets_path: Path) -> Settings:
    """The settings; ``SettingsError`` with all problems of both files."""
    return settled(read(path, secrets_path))


def read(path: Path, secrets_path: Path) -> Source:
    """The contents of both files, unchecked but for who may read the secrets."""
    problems: list[Problem] = []
    settings = secrets = None
    if path.parent.is_dir():
        settings = _content(path, problems)
        secrets = _content(secrets_path, problems, secret=True)
    else:
        problems.append(Problem("no-folder", path.name, {"folder": str(path.parent)}))
    return Source(settings, secrets, tuple(problems))


def settled(source: Source) -> Settings:
    """The settings that ``source`` describes; ``SettingsError`` with all its problems."""
    check = Check()
    check.problems.extend(source.problems)
    known = passwords(source.secrets, check)
    data = None
    if source.settings is not None:
        data = _tables(source.settings, SETTINGS_FILE, check)
    settings = Settings() if data is None else check.settings(data, known)
    if check.problems:
        raise SettingsError(check.problems)
    return settings


def passwords(content: bytes | None, check: Check) -> dict[str, Secret] | None:
    """The passwords in ``content``; ``None`` if it cannot be read at all."""
    if content is None:
        return None
    data = _tables(content, SECRETS_FILE, check)
    return None if data is None else check.passwords(data)


def _content(path: Path, problems: list[Problem], *, secret: bool = False) -> bytes | None:
    try:
        with path.open("rb") as file:
            # Asked of the open file: the name could lead elsewhere a moment later.
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if secret and mode & 0o077:
                values = {"mode": f"{mode:04o}", "path": str(path)}
                problems.append(Problem("open-to-others", path.name, values))
                return None
            return file.read()
    except FileNotFoundError:
        return b""
    except OSError as error:
        why = error.strerror or str(error)
        problems.append(Problem("unreadable", path.name, {"why": why}))
        return None


def _tables(content: bytes, file: str, check: Check) -> Mapping[str, Any] | None:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        check.report("not-utf8", file)
    except (ValueError, RecursionError) as error:
        # tomllib gives up on nesting, and on endless numbers, with errors that are not its own.
        detail = str(error)
        where = _WHERE.search(detail)
        place = f"{file}, line {where[1]}, column {where[2]}" if where else file
        check.report("syntax", place, detail=_WHERE.sub("", detail))
    return None
