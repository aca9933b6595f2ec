"""What differs between two settings, and when each change takes effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.settings import emit
from gateway.settings.declaration import Settings
from gateway.settings.setting import Kind, TakesEffect, sections_of, settings_of


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that changed, or with ``setting`` empty the names of the tables themselves.

    ``row`` is the name of the account or the line, empty in a section that there is once.
    """

    table: str
    row: str
    setting: str
    old: Any
    new: Any
    takes_effect: TakesEffect

    @property
    def place(self) -> str:
        """Such as ``account.main.number`` or ``log.level``."""
        return ".".join(part for part in (self.table, self.row, self.setting) if part)


def diff(old: Settings, new: Settings) -> list[Change]:
    """Every change from ``old`` to ``new``.

    Tables that came, went or changed places are one change with the names before and after; the
    order counts, because lines call by the first account.
    """
    changes: list[Change] = []
    for section in sections_of(Settings).values():
        before, after = getattr(old, section.attribute), getattr(new, section.attribute)
        if not section.repeated:
            changes.extend(_changed(section.table, "", before, after))
            continue
        names = tuple(tuple(entry.name for entry in entries) for entries in (before, after))
        if names[0] != names[1]:
            effect = section.takes_effect
            changes.append(Change(section.table, "", "", names[0], names[1], effect))
        known = {entry.name: entry for entry in before}
        for entry in after:
            if entry.name in known:
                changes.extend(_changed(section.table, entry.name, known[entry.name], entry))
    return changes


def _changed(table: str, row: str, old: Any, new: Any) -> Iterator[Change]:
    for setting in settings_of(type(new)).values():
        before, after = getattr(old, setting.name), getattr(new, setting.name)
        # By their text in the file: Python takes 1, 1.0 and true for the same option.
        if setting.kind is Kind.SECRET:
            differs = before != after
        else:
            differs = emit.value_of(setting, before) != emit.value_of(setting, after)
        if differs:
            yield Change(table, row, setting.name, before, after, setting.takes_effect)
