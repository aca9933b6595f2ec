"""The methods ``settings.*`` of the control socket, see ``docs/control-api.md``."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from gateway.control.protocol import RefusalError
from gateway.control.server import Method
from gateway.live.live_settings import LiveSettings
from gateway.settings.changes import Change
from gateway.settings.check import accepted_values
from gateway.settings.declaration import Settings
from gateway.settings.history import MOST, told
from gateway.settings.load import SettingsError
from gateway.settings.problem import Problem
from gateway.settings.proposal import changed
from gateway.settings.setting import Kind, Section, Setting, sections_of, settings_of
from gateway.settings.tables import passwords_of, plain
from gateway.words import Words

Arguments = Mapping[str, Any]
T = TypeVar("T")

NOT_SET, SET = "not set", "set"
"""What is told of a secret."""


class SettingsCommands:
    """Every refusal has the list of all problems beside its sentence."""

    def __init__(self, live: LiveSettings) -> None:
        self._live = live

    def methods(self) -> Mapping[str, Method]:
        return {
            "settings.declaration": self._declaration,
            "settings.read": self._read,
            "settings.change": self._change,
            "settings.history": self._history,
            "settings.undo": self._undo,
            "settings.reload": self._reload,
        }

    async def _declaration(self, _arguments: Arguments) -> Mapping[str, Any]:
        return declaration()

    async def _read(self, _arguments: Arguments) -> Mapping[str, Any]:
        live = self._live
        return {
            "revision": live.revision(),
            "values": values(live.wanted),
            "pending": live.pending(),
            "problems": [problem_told(problem) for problem in live.problems],
        }

    async def _change(self, arguments: Arguments) -> Mapping[str, Any]:
        changes, dry_run = arguments.get("changes"), flag_of(arguments, "dry_run")
        revision = arguments.get("revision")
        if not isinstance(revision, str):
            raise ValueError("revision is what settings.read told, a text.")  # noqa: TRY004
        found = await refused_in_words(
            self._live.change(
                lambda present: changed(present, changes),
                by=by_of(arguments),
                revision=revision,
                dry_run=dry_run,
            )
        )
        return self._answer(found, dry_run=dry_run)

    async def _history(self, arguments: Arguments) -> list[Mapping[str, Any]]:
        limit = arguments.get("limit", 20)
        if type(limit) is not int or not 1 <= limit <= MOST:
            raise ValueError(f"limit is a whole number from 1 to {MOST}.")
        found: list[Mapping[str, Any]] = []
        for entry in self._live.history:
            try:
                changes = [
                    one
                    for change in entry.changes()
                    for one in told(change, entry.before, entry.after)
                ]
            except SettingsError:
                continue  # another version wrote it
            if changes:
                about = {"id": entry.id, "time": entry.time, "by": entry.by}
                found.append({**about, "changes": changes})
            if len(found) == limit:
                break
        return found

    async def _undo(self, arguments: Arguments) -> Mapping[str, Any]:
        number, dry_run = arguments.get("id"), flag_of(arguments, "dry_run")
        if type(number) is not int:
            raise ValueError("id is that of a change in settings.history.")
        by = by_of(arguments)
        changes, kept = await refused_in_words(self._live.undo(number, by=by, dry_run=dry_run))
        stays = [problem_told(problem) for problem in kept]
        return {**self._answer(changes, dry_run=dry_run), "stays": stays}

    async def _reload(self, arguments: Arguments) -> Mapping[str, Any]:
        by = by_of(arguments) if "by" in arguments else "file"
        return self._answer(await refused_in_words(self._live.reload(by)), dry_run=False)

    def _answer(self, changes: Sequence[Change], *, dry_run: bool) -> Mapping[str, Any]:
        return {
            "saved": bool(changes) and not dry_run,
            "revision": self._live.revision(),
            "changes": [change_told(change) for change in changes],
            "pending": self._live.pending(),
        }


# How it is told.


def declaration() -> Mapping[str, Any]:
    """Everything that a program needs to show the settings and to let a person change them."""
    return {
        "sections": [
            {
                "name": section.table,
                "title": _words(section.title),
                "help": _words(section.help),
                "shown": section.shown.value,
                "repeated": section.repeated,
                "takes_effect": section.takes_effect.value,
                "takes_effect_words": _words(section.takes_effect.words),
                "settings": [
                    _setting(setting) for setting in settings_of(section.structure).values()
                ],
            }
            for section in sections_of(Settings).values()
        ]
    }


def _setting(setting: Setting) -> Mapping[str, Any]:
    return {
        "name": setting.name,
        "title": _words(setting.title),
        "help": _words(setting.help),
        "shown": setting.shown.value,
        "kind": setting.kind.name.lower(),
        "default": plain(setting.default),
        "required": setting.required,
        "low": setting.low,
        "high": setting.high,
        "unit": _words(setting.unit),
        "choices": None if setting.choices is None else list(setting.choices()),
        "accepted": None if setting.kind is Kind.SECRET else _words(accepted_values(setting)),
        "empty": _words(setting.empty),
        "takes_effect": setting.takes_effect.value,
        "takes_effect_words": _words(setting.takes_effect.words),
    }


def _words(words: Words | None) -> Mapping[str, str] | None:
    return None if words is None else {"en": words.en, "ru": words.ru}


def values(settings: Settings) -> Mapping[str, Any]:
    """Every value by its section; the rows of a repeated one are a list.  Secrets are not told."""
    known = passwords_of(settings)
    found: dict[str, Any] = {}
    for section in sections_of(Settings).values():
        entries = getattr(settings, section.attribute)
        rows = entries if section.repeated else (entries,)
        told_rows = [_row(section, row, known) for row in rows]
        found[section.table] = told_rows if section.repeated else told_rows[0]
    return found


def _row(section: Section, row: Any, known: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        setting.name: (SET if known.get(row.name) else NOT_SET)
        if setting.kind is Kind.SECRET
        else plain(getattr(row, setting.name))
        for setting in settings_of(section.structure).values()
    }


def change_told(change: Change) -> Mapping[str, Any]:
    """A change, and when it takes effect."""
    return {
        "path": change.place,
        "old": plain(change.old),
        "new": plain(change.new),
        "takes_effect": change.takes_effect.value,
    }


def problem_told(problem: Problem) -> Mapping[str, Any]:
    """``en`` and ``ru`` are whole sentences."""
    return {
        "path": problem.place,
        "code": problem.code,
        "en": problem.sentence("en"),
        "ru": problem.sentence("ru"),
    }


# What is asked, and refused.


def by_of(arguments: Arguments) -> str:
    """Who makes the change."""
    by = arguments.get("by")
    if not isinstance(by, str) or not by.isprintable() or not by:
        raise ValueError("by says who makes the change, a text.")
    return by


def flag_of(arguments: Arguments, name: str) -> bool:
    """True or false, false unless given."""
    given = arguments.get(name, False)
    if not isinstance(given, bool):
        raise ValueError(f"{name} is true or false.")  # noqa: TRY004 - told to the user
    return given


async def refused_in_words(work: Awaitable[T]) -> T:
    """The answer, or a refusal that has every problem."""
    try:
        return await work
    except SettingsError as error:
        problems: Iterable[Problem] = error.problems
        raise RefusalError(
            str(error), {"problems": [problem_told(one) for one in problems]}
        ) from None
    except OSError as error:
        raise ValueError(f"The settings cannot be written: {error.strerror or error}.") from None
