"""Settings as plain tables, the way a file says them; and back."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from gateway.settings.check import Check
from gateway.settings.declaration import Settings
from gateway.settings.load import SettingsError
from gateway.settings.secret import Secret
from gateway.settings.setting import Kind, sections_of, settings_of

Tables = dict[str, Any]
"""By table: a table of values, or with ``[[…]]`` a list of them.  Never a secret."""


def tables_of(settings: Settings) -> Tables:
    """What differs from its default; every ``[[table]]`` is there, by default too."""
    found: Tables = {}
    for section in sections_of(Settings).values():
        entries = getattr(settings, section.attribute)
        found[section.table] = (
            [_changed(entry) for entry in entries] if section.repeated else _changed(entries)
        )
    return found


def passwords_of(settings: Settings) -> dict[str, Secret]:
    """The password of each account by its name."""
    return {account.name: account.password for account in settings.accounts}


def settings_from(tables: Mapping[str, Any], passwords: Mapping[str, Secret]) -> Settings:
    """The settings that the tables describe; ``SettingsError`` with everything that is wrong."""
    check = Check()
    settings = check.settings(tables, passwords)
    if check.problems:
        raise SettingsError(check.problems)
    return settings


def plain(given: Any) -> Any:
    """A value as JSON has it: a secret is the stars, a date a text."""
    match given:
        case Secret():
            return str.__str__(given)
        case Mapping():
            return {name: plain(value) for name, value in given.items()}
        case list() | tuple():
            return [plain(entry) for entry in given]
        case None | bool() | int() | str():
            return given
        case float() if given - given == 0:
            return given
    return str(given)


def _changed(entry: Any) -> Tables:
    found: Tables = {}
    for setting in settings_of(type(entry)).values():
        given = getattr(entry, setting.name)
        if setting.kind is Kind.SECRET or (given == setting.default and setting.name != "name"):
            continue
        if setting.kind is Kind.TEXTS:
            given = list(given)
        found[setting.name] = copy.deepcopy(given)
    return found
