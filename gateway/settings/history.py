"""What was changed in the settings, when, and by whom; so that it can be undone.

One file a change, written once and as a whole, in a folder of the gateway's state; the oldest go.
Each holds the texts of the settings before and after, without a password.  A password that was
replaced, or went with its account, is kept as long as the change is remembered, in a file of mode
0600 beside the present ones (``FORMER_SECRETS_FILE``): a mistyped password can be undone as well.

What is written first, so that a power cut at any moment leaves something true: the former
passwords, then the settings (``gateway.settings.store``), then the change.  A change whose own file
is missing is found at the next start: the settings are other ones than those after the last change.
"""

from __future__ import annotations

import contextlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.settings import emit, files
from gateway.settings.changes import Change, diff
from gateway.settings.check import Check
from gateway.settings.declaration import Settings
from gateway.settings.load import passwords
from gateway.settings.secret import STARS, Secret
from gateway.settings.store import SECRETS_MODE
from gateway.settings.tables import Tables, passwords_of, plain, settings_from

MOST = 100
"""Changes that are remembered."""
LONGEST_BY = 100
"""Characters of who made a change."""
FORMER_SECRETS_FILE = "secrets.former.toml"
"""Passwords by ``number of the change.account``; in the form of the file of secrets."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """One change.  ``time`` is in UTC seconds; ``passwords`` are the accounts with another one."""

    id: int
    time: float
    by: str
    before: Tables
    after: Tables
    passwords: frozenset[str]

    def changes(self) -> list[Change]:
        """What changed, a password from stars to stars; ``SettingsError`` if it cannot be read.

        Another version may have written it.
        """
        nobody: frozenset[str] = frozenset()
        return diff(_read(self.before, nobody), _read(self.after, self.passwords))


class History:
    """The changes in ``folder``; the former passwords are in the folder ``config``.

    Methods that write raise ``OSError``.
    """

    def __init__(self, folder: Path, config: Path) -> None:
        self._folder = folder
        self._former = config / FORMER_SECRETS_FILE
        self._config = config

    def __iter__(self) -> Iterator[Remembered]:
        """The newest first; a file that cannot be read is left out."""
        for number in sorted(self._numbers(), reverse=True):
            found = self._entry(number)
            if found is not None:
                yield found

    def of(self, number: int) -> Remembered | None:
        return self._entry(number)

    def keep_former_passwords(self, before: Settings, after: Settings) -> None:
        """To be called before ``after`` is saved."""
        gone = _former(before, after)
        known = self._former_passwords()
        wanted = {name: secret for name, secret in known.items() if self._remembers(name)}
        for name in gone:
            wanted[f"{self._next()}.{name}"] = passwords_of(before)[name]
        if wanted != known:
            with files.locked(self._config):
                files.replace(self._former, emit.passwords(wanted).encode(), SECRETS_MODE)

    def remember(self, before: Settings, after: Settings, *, time: float, by: str) -> int:
        """To be called after ``after`` is saved; returns the number of the change."""
        number = self._next()
        entry = {
            "time": time,
            "by": by[:LONGEST_BY],
            "before": emit.settings(before),
            "after": emit.settings(after),
            "passwords": sorted(_former(before, after) | _new(before, after)),
        }
        self._folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        with files.locked(self._folder):
            files.replace(self._path(number), json.dumps(entry).encode(), 0o640)
            for old in sorted(self._numbers())[:-MOST]:
                self._path(old).unlink(missing_ok=True)
        return number

    def forget(self) -> None:
        """Forget every change and every former password: somebody else gets the adapter."""
        for number in self._numbers():
            self._path(number).unlink(missing_ok=True)
        self._former.unlink(missing_ok=True)

    def former_password(self, number: int, account: str) -> Secret | None:
        """The password that the change ``number`` replaced or removed."""
        return self._former_passwords().get(f"{number}.{account}")

    def last_known(self) -> Tables | None:
        """The settings after the last change; ``None`` before the first."""
        last = next(iter(self), None)
        return None if last is None else last.after

    def _numbers(self) -> list[int]:
        with contextlib.suppress(FileNotFoundError):
            names = (path.stem for path in self._folder.glob("*.json"))
            return [int(name) for name in names if name.isdecimal()]
        return []

    def _next(self) -> int:
        return max(self._numbers(), default=0) + 1

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06}.json"

    def _remembers(self, former: str) -> bool:
        number = former.partition(".")[0]
        return number.isdecimal() and self._path(int(number)).exists()

    def _former_passwords(self) -> dict[str, Secret]:
        with contextlib.suppress(FileNotFoundError):
            return passwords(self._former.read_bytes(), Check()) or {}
        return {}

    def _entry(self, number: int) -> Remembered | None:
        try:
            found: Mapping[str, Any] = json.loads(self._path(number).read_bytes())
            before, after = (tomllib.loads(found[side]) for side in ("before", "after"))
            changed = frozenset(map(str, found["passwords"]))
            return Remembered(
                number, float(found["time"]), str(found["by"]), before, after, changed
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None


def told(change: Change, before: Tables, after: Tables) -> list[Mapping[str, Any]]:
    """A change as a program gets it; tables that came or went are told one by one."""
    if change.setting:
        old, new = plain(change.old), plain(change.new)
        return [{"path": change.place, "old": old, "new": new}]
    rows = [
        {row["name"]: row for row in tables.get(change.table, [])} for tables in (before, after)
    ]
    names = list(dict.fromkeys((*change.old, *change.new)))
    found: list[Mapping[str, Any]] = []
    for name in names:
        sides = [
            plain(side.get(name)) if name in names_of else None
            for side, names_of in zip(rows, (change.old, change.new), strict=True)
        ]
        if (name in change.old) != (name in change.new):
            found.append({"path": f"{change.table}.{name}", "old": sides[0], "new": sides[1]})
    return found or [{"path": change.table, "old": list(change.old), "new": list(change.new)}]


def _former(before: Settings, after: Settings) -> frozenset[str]:
    """The accounts whose password is replaced, or goes with them."""
    old, new = passwords_of(before), passwords_of(after)
    return frozenset(name for name, secret in old.items() if new.get(name) != secret)


def _new(before: Settings, after: Settings) -> frozenset[str]:
    """The accounts that come with their password."""
    return frozenset(passwords_of(after).keys() - passwords_of(before).keys())


def _read(tables: Tables, changed: frozenset[str]) -> Settings:
    """The settings of ``tables`` with passwords made up: others for the ``changed`` ones."""
    rows = tables.get("account", [])
    names = [str(row.get("name", "main")) for row in rows if isinstance(row, dict)]
    made_up = {name: Secret(f"{STARS}{name in changed}") for name in names}
    return settings_from(tables, made_up)
