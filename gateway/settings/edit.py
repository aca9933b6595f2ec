"""Changes single values in the text of a settings file and leaves everything else as it stands.

A person's comments and order of lines are worth keeping.  This looks for lines, it does not
understand TOML; so whoever calls it reads the result back and, where it does not say what it
should, writes the whole file anew (``gateway.settings.store``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any

from gateway.settings import emit
from gateway.settings.changes import Change, diff
from gateway.settings.declaration import Settings
from gateway.settings.setting import Kind, Section, sections_of, settings_of

_HEADER = re.compile(r"\s*\[")


def edited(text: str, old: Settings, new: Settings) -> str | None:
    """``text``, which says ``old``, changed so that it says ``new``.

    ``None`` if that takes more than changed values, and tables added behind the last ones.
    """
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    added: list[str] = []
    for change in diff(old, new):
        section = sections_of(Settings)[change.table]
        entries = getattr(new, section.attribute)
        names = tuple(entry.name for entry in entries) if section.repeated else ("",)
        header = f"[[{change.table}]]" if section.repeated else f"[{change.table}]"
        if not change.setting:
            # What the file does not mention stands there by default, and not behind a header.
            present = len(change.old) if _headers(lines, header) else 0
            if names[:present] != change.old[:present]:
                return None
            for entry in entries[present:]:
                added += ["", *emit.row(section, entry)]
            continue
        setting = settings_of(section.structure)[change.setting]
        if setting.kind is Kind.TABLE:
            entry = entries[names.index(change.row)]
            if not _set_table(lines, section, entry, names.index(change.row), change):
                return None
        elif setting.kind is not Kind.SECRET:
            value = emit.value_of(setting, change.new)
            _set(lines, header, names.index(change.row), change.setting, value)
    if not lines:
        added = added[1:]
    return "".join(lines) + "".join(f"{line}\n" for line in added)


def _headers(lines: Sequence[str], header: str) -> list[int]:
    return [at for at, line in enumerate(lines) if _without_comment(line) == header]


def _set(lines: list[str], header: str, index: int, key: str, value: str) -> None:
    """Set ``key`` in the table of the ``index``-th line ``header``; adds what is not there."""
    headers = _headers(lines, header)
    if index >= len(headers):
        lines += ["\n"] if lines else []
        lines += [f"{header}\n", f"{key} = {value}\n"]
        return
    start = headers[index] + 1
    end = _end(lines, start)
    if not _assign(lines, start, end, key, value):
        lines.insert(_last(lines, start, end), f"{key} = {value}\n")


def _set_table(lines: list[str], section: Section, entry: Any, index: int, change: Change) -> bool:
    """Set what differs in a free table; false if that takes more than values set and added."""
    headers = _headers(lines, f"[[{section.table}]]")
    if index >= len(headers):
        lines += ["\n"] if lines else []
        lines += [f"{line}\n" for line in emit.row(section, entry)]
        return True
    start = headers[index] + 1
    end = _end(lines, start)
    if _assign(lines, start, end, change.setting, emit.value(change.new)):
        return True
    if change.old.keys() - change.new.keys():
        return False
    name = f"[{section.table}.{change.setting}]"
    here = next((at for at in _headers(lines, name) if at >= end), None)
    limit = headers[index + 1] if index + 1 < len(headers) else len(lines)
    if here is None or here >= limit:
        at = _last(lines, start, end)
        lines[at:at] = [f"{name}\n"]
        here = at
    for key, value in change.new.items():
        if key in change.old and emit.value(change.old[key]) == emit.value(value):
            continue
        start, end = here + 1, _end(lines, here + 1)
        if not _assign(lines, start, end, emit.key(key), emit.value(value)):
            lines.insert(_last(lines, start, end), f"{emit.key(key)} = {emit.value(value)}\n")
    return True


def _end(lines: Sequence[str], start: int) -> int:
    """Where the table ends whose first line is ``start``."""
    return next((at for at in range(start, len(lines)) if _HEADER.match(lines[at])), len(lines))


def _last(lines: Sequence[str], start: int, end: int) -> int:
    """Behind the last line from ``start`` to ``end`` that says something."""
    while end > start and _without_comment(lines[end - 1]) == "":
        end -= 1
    return end


def _assign(lines: list[str], start: int, end: int, key: str, value: str) -> bool:
    """Give ``key`` another value, if it is set between the two lines."""
    assignment = re.compile(rf"(\s*{re.escape(key)}\s*=\s*)")
    for at in range(start, end):
        found = assignment.match(lines[at])
        if found:
            last, rest = _extent(lines, at, found.end())
            lines[at : last + 1] = [f"{found[1]}{value}{rest}"]
            return True
    return False


def _without_comment(line: str) -> str:
    return "".join(line.partition("#")[0].split())


def _extent(lines: Sequence[str], first: int, column: int) -> tuple[int, str]:
    """Where the value ends that begins in line ``first``: its last line, and what follows it."""
    value = ""
    for at in range(first, len(lines)):
        value += lines[at][column:] if at == first else lines[at]
        if _is_value(value):
            break
    # The comment begins at the first # that leaves a whole value before it.
    for position, character in enumerate(value):
        if character == "#" and _is_value(value[:position]):
            spaces = len(value[:position]) - len(value[:position].rstrip())
            return at, value[position - spaces :]
    return at, "\n"


def _is_value(text: str) -> bool:
    try:
        return len(tomllib.loads(f"value = {text}")) == 1
    except (ValueError, RecursionError):
        return False
