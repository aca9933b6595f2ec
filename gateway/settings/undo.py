"""Undoes one change of the history, where what it changed is still as it left it.  Pure."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence

from gateway.settings.changes import Change
from gateway.settings.declaration import Settings
from gateway.settings.history import Remembered
from gateway.settings.problem import Problem
from gateway.settings.secret import Secret
from gateway.settings.setting import Kind, sections_of, settings_of
from gateway.settings.tables import Tables, passwords_of, settings_from, tables_of

Former = Callable[[str], Secret | None]
"""The password of an account before the change, if it is still known."""


def undone(
    present: Settings, entry: Remembered, later: Iterable[Remembered], former: Former
) -> tuple[Settings, Sequence[Problem]]:
    """``present`` without what ``entry`` changed, and why some of it stays.

    ``later`` are the changes since.  ``SettingsError`` if the rest makes no sense without it.
    """
    undoing = _Undoing(present, entry, frozenset().union(*(one.passwords for one in later)), former)
    # Rows that are to come back come first: others may be changed inside them.
    for change in sorted(entry.changes(), key=lambda change: bool(change.setting)):
        if change.setting:
            undoing.value(change)
        else:
            undoing.rows(change)
    return settings_from(undoing.tables, undoing.passwords), undoing.problems


class _Undoing:
    def __init__(
        self, present: Settings, entry: Remembered, changed: frozenset[str], former: Former
    ) -> None:
        self.tables = tables_of(present)
        self.passwords = passwords_of(present)
        self.problems: list[Problem] = []
        self._before, self._after = entry.before, entry.after
        self._changed = changed
        """Accounts that have got another password since."""
        self._former = former

    def value(self, change: Change) -> None:
        """Undo the change of one value."""
        section = sections_of(Settings)[change.table]
        secret = settings_of(section.structure)[change.setting].kind is Kind.SECRET
        if secret:
            self._password(change)
            return
        here, before, after = (
            _table(tables, change) for tables in (self.tables, self._before, self._after)
        )
        if here is None or here.get(change.setting) != (after or {}).get(change.setting):
            self._stays(change.place)
        elif before is not None and change.setting in before:
            here[change.setting] = copy.deepcopy(before[change.setting])
        else:
            here.pop(change.setting, None)

    def rows(self, change: Change) -> None:
        """Undo that tables came, went, or changed places."""
        rows: list[Tables] = self.tables[change.table]
        names = [row["name"] for row in rows]
        for name in change.new:
            if name not in change.old:
                self._remove(change.table, name)
        for at, name in enumerate(change.old):
            if name not in change.new:
                self._bring_back(change.table, name, at)
        if set(change.old) == set(change.new):
            if names == list(change.new):
                rows.sort(key=lambda row: change.old.index(row["name"]))
            else:
                self._stays(change.table)

    def _password(self, change: Change) -> None:
        former = self._former(change.row)
        if change.row not in self.passwords or change.row in self._changed:
            self._stays(change.place)
        elif former is None:
            self.problems.append(Problem("password-not-kept", change.place))
        else:
            self.passwords[change.row] = former

    def _remove(self, table: str, name: str) -> None:
        here = _row(self.tables, table, name)
        if here is None or here != _row(self._after, table, name):
            self._stays(f"{table}.{name}")
            return
        self.tables[table].remove(here)
        if table == "account":
            self.passwords.pop(name, None)

    def _bring_back(self, table: str, name: str, at: int) -> None:
        row = _row(self._before, table, name)
        if row is None or _row(self.tables, table, name) is not None:
            self._stays(f"{table}.{name}")
            return
        if table == "account":
            former = self._former(name)
            if former is None:
                self.problems.append(Problem("password-not-kept", f"{table}.{name}"))
                return
            self.passwords[name] = former
        self.tables[table].insert(at, copy.deepcopy(row))

    def _stays(self, place: str) -> None:
        self.problems.append(Problem("changed-since", place))


def _row(tables: Tables, table: str, name: str) -> Tables | None:
    """The row as ``tables_of`` has it: a text of the file may leave the name to the default."""
    rows = tables.get(table, [])
    return next((row for row in rows if row["name"] == name), None)


def _table(tables: Tables, change: Change) -> Tables | None:
    if change.row:
        return _row(tables, change.table, change.row)
    found: Tables = tables.get(change.table, {})
    return found
