"""How a setting is declared: a field of a frozen dataclass, with what a person needs to know.

The type and the default are the field's own; its metadata, made by ``setting``, add the rest.
``settings_of`` and ``sections_of`` read it all back: for the loader, the documentation, the page
and the command line.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from gateway.settings.secret import Secret
from gateway.words import Words


class TakesEffect(enum.Enum):
    """When a change made while the gateway runs takes effect.  No change drops a call."""

    AT_ONCE = "at once"
    WHEN_IDLE = "when the line is idle"
    RESTART = "restart"

    words: Words

    def __init__(self, value: str) -> None:
        russian = {
            "at once": "сразу",
            "when the line is idle": "когда линия свободна",
            "restart": "после перезапуска",
        }
        self.words = Words(value, russian[value])


class Shown(enum.Enum):
    """Who looks for a setting."""

    FEW = "few"
    """Among the few that a family may want to change."""
    MORE = "more"


class Kind(enum.Enum):
    """What a value is in the file; ``words`` completes "this is to be …"."""

    TEXT = Words("a text in quotes", "текст в кавычках")
    WHOLE = Words("a whole number", "целое число")
    NUMBER = Words("a number", "число")
    FLAG = Words("true or false", "true или false")
    TEXTS = Words("a list of texts in quotes", "список текстов в кавычках")
    TABLE = Words("a table", "таблица")
    TABLES = Words("a table in double brackets", "таблица в двойных скобках")
    SECRET = Words("a secret", "секрет")

    @property
    def words(self) -> Words:
        return self.value


_KINDS: Mapping[object, Kind] = {
    str: Kind.TEXT,
    int: Kind.WHOLE,
    float: Kind.NUMBER,
    bool: Kind.FLAG,
    tuple[str, ...]: Kind.TEXTS,
    Mapping[str, Any]: Kind.TABLE,
    Secret: Kind.SECRET,
}


@dataclass(frozen=True, slots=True)
class Form:
    """How a text must look: ``words`` say it, ``accepts`` decides."""

    words: Words
    accepts: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.  ``low`` and ``high`` belong to the range."""

    title: Words
    """A label of a few words."""
    help: Words
    takes_effect: TakesEffect
    shown: Shown = Shown.MORE
    low: float | None = None
    high: float | None = None
    unit: Words | None = None
    choices: Callable[[], tuple[str, ...]] | None = None
    form: Form | None = None
    empty: Words | None = None
    """What ``0``, ``""`` or ``[]`` means; it is then accepted outside range, choices and form."""
    name: str = ""
    kind: Kind = Kind.TEXT
    default: object = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the file, or with ``repeated`` any number of tables of that name."""

    table: str
    attribute: str
    structure: type[Any]
    title: Words
    help: Words
    shown: Shown
    repeated: bool
    takes_effect: TakesEffect
    """When a table more, a table less or another order of the tables takes effect."""


def setting(
    *,
    title: Words,
    en: str,
    ru: str,
    takes_effect: TakesEffect,
    shown: Shown = Shown.MORE,
    low: float | None = None,
    high: float | None = None,
    unit: Words | None = None,
    choices: Callable[[], tuple[str, ...]] | None = None,
    form: Form | None = None,
    empty: Words | None = None,
) -> Mapping[str, object]:
    """Metadata of a field that is a setting.  One without a default must be given by the user."""
    about = Setting(
        title, Words(en, ru), takes_effect, shown, low, high, unit, choices, form, empty
    )
    return {"setting": about}


def section(*, title: Words, en: str, ru: str, shown: Shown = Shown.MORE) -> Mapping[str, object]:
    """Metadata of a field that is a table of the file; the field's name is the table's."""
    return _about("", title, Words(en, ru), shown, TakesEffect.AT_ONCE)


def tables(
    table: str,
    *,
    title: Words,
    en: str,
    ru: str,
    takes_effect: TakesEffect,
    shown: Shown = Shown.MORE,
) -> Mapping[str, object]:
    """Metadata of a field that is ``[[table]]``, any number of them, told apart by ``name``."""
    return _about(table, title, Words(en, ru), shown, takes_effect)


def _about(
    table: str, title: Words, about: Words, shown: Shown, takes_effect: TakesEffect
) -> Mapping[str, object]:
    return {
        "table": table,
        "title": title,
        "help": about,
        "shown": shown,
        "takes_effect": takes_effect,
    }


def settings_of(structure: type[Any]) -> Mapping[str, Setting]:
    """The settings of one table by name, in the order of the declaration."""
    hints = get_type_hints(structure)
    found = {}
    for field in dataclasses.fields(structure):
        made = field.default_factory
        default = field.default if made is dataclasses.MISSING else made()
        required = default is dataclasses.MISSING
        found[field.name] = dataclasses.replace(
            field.metadata["setting"],
            name=field.name,
            kind=_KINDS[hints[field.name]],
            default=None if required else default,
            required=required,
        )
    return found


def sections_of(structure: type[Any]) -> Mapping[str, Section]:
    """The tables of the file by name, in the order of the declaration."""
    hints = get_type_hints(structure)
    found = {}
    for field in dataclasses.fields(structure):
        about = field.metadata
        hint = hints[field.name]
        repeated = bool(about["table"])
        name = about["table"] or field.name
        rows = get_args(hint)[0] if repeated else hint
        found[name] = Section(
            name,
            field.name,
            rows,
            about["title"],
            about["help"],
            about["shown"],
            repeated,
            about["takes_effect"],
        )
    return found
