"""Changes that a program proposes, as one list: all of them are taken, or none.

A change is an object with one of these keys, whose value is a path such as ``log.level``,
``account.main.number`` or, for one option of a driver, ``line.hall.options.noise``:

``set``    with ``value``: the setting has this value from now on
``unset``  the setting has its default from now on
``add``    ``account`` or ``line``, with ``value``: an object of its settings, its name among them
``remove`` such as ``account.main``
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.settings.check import Check
from gateway.settings.declaration import Settings
from gateway.settings.load import SettingsError
from gateway.settings.problem import Problem
from gateway.settings.secret import Secret
from gateway.settings.setting import Kind, Section, sections_of, settings_of
from gateway.settings.tables import Tables, passwords_of, tables_of

MOST = 1000
"""Changes in one list."""

_WAYS = ("set", "unset", "add", "remove")


class Proposal:
    """What becomes of ``settings`` by the changes; ``problems`` are those of their form."""

    def __init__(self, settings: Settings) -> None:
        self._tables = tables_of(settings)
        self._passwords = passwords_of(settings)
        self.problems: list[Problem] = []

    def take(self, change: Any) -> None:
        """Take one change."""
        way = next((way for way in _WAYS if isinstance(change, dict) and way in change), None)
        if way is None or not isinstance(change[way], str):
            self.problems.append(Problem("no-change", str(way or "changes")))
            return
        path = change[way]
        if way in {"set", "add"} and _has_nothing(change.get("value")):
            self.problems.append(Problem("no-value", path))
        elif way == "add":
            self._add(path, change["value"])
        elif way == "remove":
            self._remove(path)
        else:
            self._set(path, change.get("value"), unset=way == "unset")

    def settled(self) -> Settings:
        """The changed settings; ``SettingsError`` with every problem of form and of content.

        A problem with a row of a ``[[table]]`` has the row's name for its number.
        """
        check = Check()
        settings = check.settings(self._tables, self._passwords)
        problems = [*self.problems, *(self._named(problem) for problem in check.problems)]
        if problems:
            raise SettingsError(problems)
        return settings

    def _set(self, path: str, value: Any, *, unset: bool) -> None:
        parts = path.split(".")
        section = sections_of(Settings).get(parts[0])
        row = None if section is None else self._row(section, parts)
        if section is None or row is None:
            self._unknown(path)
            return
        rest = parts[2 if section.repeated else 1 :]
        setting = settings_of(section.structure).get(rest[0]) if rest else None
        if setting is None or (len(rest) > 1 and setting.kind is not Kind.TABLE):
            self._unknown(path)
        elif setting.kind is Kind.SECRET:
            self._set_password(path, row["name"], None if unset else value)
        elif len(rest) > 1:
            options = row.setdefault(rest[0], {})
            if unset:
                options.pop(".".join(rest[1:]), None)
            elif isinstance(options, dict):
                options[".".join(rest[1:])] = value
        elif unset:
            row.pop(setting.name, None)
        else:
            self._rename(section, row, setting.name, value)
            row[setting.name] = value

    def _rename(self, section: Section, row: Tables, name: str, value: Any) -> None:
        """The password goes with the account, and lines with their accounts."""
        if section.table != "account" or name != "name" or not isinstance(value, str):
            return
        old = row["name"]
        if old in self._passwords:
            self._passwords[value] = self._passwords.pop(old)
        for line in self._tables["line"]:
            if line.get("account") == old:
                line["account"] = value
            if isinstance(line.get("rings_for"), list):
                line["rings_for"] = [value if one == old else one for one in line["rings_for"]]

    def _set_password(self, path: str, account: str, value: Any) -> None:
        if isinstance(value, str) and value:
            self._passwords[account] = Secret(value)
        else:
            self.problems.append(Problem("bad-password", path))

    def _add(self, table: str, value: Any) -> None:
        section = sections_of(Settings).get(table)
        if section is None or not section.repeated:
            self._unknown(table)
            return
        if not isinstance(value, dict):
            self.problems.append(Problem("no-value", table))
            return
        row = dict(value)
        names = {str(entry["name"]) for entry in self._tables[table]}
        row.setdefault("name", str(settings_of(section.structure)["name"].default))
        if table == "account" and "password" in row and row["name"] not in names:
            self._set_password(f"account.{row['name']}.password", row["name"], row.pop("password"))
        self._tables[table].append(row)

    def _remove(self, path: str) -> None:
        parts = path.split(".")
        section = sections_of(Settings).get(parts[0])
        if section is None or not section.repeated or len(parts) != 2:
            self._unknown(path)
            return
        row = self._row(section, parts)
        if row is None:
            self._unknown(path)
            return
        self._tables[section.table].remove(row)
        if section.table == "account":
            self._passwords.pop(row["name"], None)

    def _row(self, section: Section, parts: Sequence[str]) -> Tables | None:
        if not section.repeated:
            found: Tables = self._tables[section.table]
            return found
        named = parts[1] if len(parts) > 1 else None
        return next((row for row in self._tables[section.table] if row["name"] == named), None)

    def _unknown(self, path: str) -> None:
        self.problems.append(Problem("no-such-path", path))

    def _named(self, problem: Problem) -> Problem:
        """``account[0].number`` is ``account.main.number``."""
        table, bracket, rest = problem.place.partition("[")
        index, closed, setting = rest.partition("]")
        if not (bracket and closed and index.isdecimal() and table in self._tables):
            return problem
        row = self._tables[table][int(index)]
        name = row.get("name") if isinstance(row, Mapping) else None
        if not isinstance(name, str) or problem.code == "duplicate-name":
            return problem
        return Problem(problem.code, f"{table}.{name}{setting}", problem.values)


def _has_nothing(value: Any) -> bool:
    """JSON's null, for which TOML has no word, is the value or somewhere in it."""
    level = [value]
    while level:
        entry = level.pop()
        if entry is None:
            return True
        if isinstance(entry, dict):
            level.extend(entry.values())
        elif isinstance(entry, list):
            level.extend(entry)
    return False


def changed(settings: Settings, changes: Any) -> Settings:
    """``settings`` with all the ``changes``; ``SettingsError`` tells everything that is wrong."""
    if not isinstance(changes, list) or not 0 < len(changes) <= MOST:
        raise SettingsError([Problem("no-changes", "changes", {"most": str(MOST)})])
    proposal = Proposal(settings)
    for change in changes:
        proposal.take(change)
    return proposal.settled()
