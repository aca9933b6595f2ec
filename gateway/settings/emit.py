"""Writes settings as TOML 1.0, so that reading them gives exactly the same values.

Only what differs from its default is written: what the user never touched follows a better default
of a later version.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.settings.declaration import Settings
from gateway.settings.secret import Secret
from gateway.settings.setting import Kind, Section, Setting, sections_of, settings_of

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_TO_ESCAPE = re.compile(r'["\\\x00-\x1f\x7f]')

_SECRETS_HEAD = "# Passwords. Only the gateway may read this file.\n"


def key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _string(name)


def _string(text: str) -> str:
    def escaped(match: re.Match[str]) -> str:
        character = match[0]
        return f"\\{character}" if character in '"\\' else f"\\u{ord(character):04x}"

    return f'"{_TO_ESCAPE.sub(escaped, text)}"'


def value(given: object) -> str:
    """One value on one line; ``TypeError`` if TOML has no such value."""
    match given:
        case Secret():
            raise TypeError("A secret is not written among the settings.")
        case bool():
            text = "true" if given else "false"
        case str():
            text = _string(given)
        case int():
            text = str(given)
        case float():
            text = repr(given)  # inf and nan are TOML's words too
        case datetime.datetime() | datetime.date() | datetime.time():
            text = given.isoformat()
        case Mapping():
            text = f"{{{', '.join(f'{key(name)} = {value(v)}' for name, v in given.items())}}}"
        case list() | tuple():
            text = f"[{', '.join(value(entry) for entry in given)}]"
        case _:
            raise TypeError(f"TOML has no value for {type(given).__name__}")
    return text


def value_of(setting: Setting, given: Any) -> str:
    """The value of ``setting``: Python takes 5 for a float, the file says 5.0."""
    return value(float(given) if setting.kind is Kind.NUMBER else given)


def settings(whole: Settings) -> str:
    """The text of a settings file; without the passwords."""
    blocks = []
    for section in sections_of(Settings).values():
        entries = getattr(whole, section.attribute)
        if not section.repeated:
            lines = list(_changed(entries))
            if lines:
                blocks.append([f"[{section.table}]", *lines])
        elif not entries and getattr(Settings(), section.attribute):
            # "None at all" differs from the default; a plain value stands before every table.
            blocks.insert(0, [f"{section.table} = []"])
        elif entries != getattr(Settings(), section.attribute):
            blocks.extend(row(section, entry) for entry in entries)
    return "\n".join("".join(f"{line}\n" for line in block) for block in blocks)


def row(section: Section, entry: Any) -> list[str]:
    """The lines of one ``[[table]]`` and of the free table inside it."""
    lines = [f"[[{section.table}]]", *_changed(entry, always="name")]
    for setting in settings_of(type(entry)).values():
        free = getattr(entry, setting.name)
        if setting.kind is Kind.TABLE and free:
            lines.append(f"[{section.table}.{setting.name}]")
            lines.extend(f"{key(name)} = {value(v)}" for name, v in free.items())
    return lines


def _changed(entry: Any, always: str = "") -> Iterator[str]:
    for setting in settings_of(type(entry)).values():
        given = getattr(entry, setting.name)
        differs = given != setting.default or setting.required or setting.name == always
        if differs and setting.kind not in {Kind.TABLE, Kind.SECRET}:
            yield f"{setting.name} = {value_of(setting, given)}"


def passwords(secrets: Mapping[str, Secret]) -> str:
    """The text of a file of secrets: the password of each account."""
    blocks = [
        f"\n[account.{key(account)}]\npassword = {_string(secret.reveal())}\n"
        for account, secret in secrets.items()
    ]
    return _SECRETS_HEAD + "".join(blocks)
