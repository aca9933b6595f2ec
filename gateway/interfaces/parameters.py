"""A parameter of a method: one declaration gives its JSON schema and its check."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_LARGEST = 2**53 - 1
"""The largest number of a list: what every reader of JSON takes exactly."""


class Kind(enum.Enum):
    """What a value is; ``value`` is the type's name in JSON Schema."""

    TEXT = "string"
    WHOLE = "integer"
    NUMBER = "number"
    FLAG = "boolean"
    WHOLES = "array"


@dataclass(frozen=True, slots=True)
class Parameter:
    """``low`` and ``high`` belong to the range: of a number, or of the length of a text or list."""

    name: str
    kind: Kind
    help: str
    required: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, Any]:
        """The value as JSON Schema (2020-12)."""
        schema: dict[str, Any] = {"type": self.kind.value, "description": self.help}
        if self.choices:
            schema["enum"] = list(self.choices)
        if self.kind is Kind.WHOLES:
            schema["items"] = {"type": "integer", "minimum": 0, "maximum": _LARGEST}
        names = {Kind.TEXT: ("minLength", "maxLength"), Kind.WHOLES: ("minItems", "maxItems")}
        low, high = names.get(self.kind, ("minimum", "maximum"))
        if self.low is not None:
            schema[low] = self.low
        if self.high is not None:
            schema[high] = self.high
        return schema

    def wrong(self, value: object) -> str:
        """A sentence about what is wrong with ``value``; empty if nothing is."""
        if not _is_of(self.kind, value):
            return f"{self.name} is to be {_WORDS[self.kind]}."
        if self.choices and value not in self.choices:
            return f"{self.name} is one of {', '.join(self.choices)}."
        size = len(value) if isinstance(value, str | list) else value
        assert isinstance(size, int | float)
        low, high = self.low, self.high
        if (low is not None and not size >= low) or (high is not None and not size <= high):
            what = " characters" if self.kind is Kind.TEXT else ""
            what = " entries" if self.kind is Kind.WHOLES else what
            return f"{self.name} is from {low or 0:g} to {high or 0:g}{what}."
        return ""


_WORDS: Mapping[Kind, str] = {
    Kind.TEXT: "a text",
    Kind.WHOLE: "a whole number",
    Kind.NUMBER: "a number",
    Kind.FLAG: "true or false",
    Kind.WHOLES: "a list of whole numbers",
}


def _is_of(kind: Kind, value: object) -> bool:
    match kind:
        case Kind.TEXT:
            return isinstance(value, str) and _can_be_sent(value)
        case Kind.FLAG:
            return isinstance(value, bool)
        case Kind.WHOLE:
            return _is_whole(value)
        case Kind.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Kind.WHOLES:
            return isinstance(value, list) and all(_is_in_list(entry) for entry in value)


def _is_whole(value: object) -> bool:
    # For JSON Schema 1.0 is a whole number, too.
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and value.is_integer()
    )


def _is_in_list(value: Any) -> bool:
    return _is_whole(value) and 0 <= value <= _LARGEST


def _can_be_sent(text: str) -> bool:
    """Half of a surrogate pair, which JSON can say, is no text."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _plain(parameter: Parameter, value: Any) -> Any:
    """As Python says it: 1.0 becomes 1 where a whole number is meant."""
    if parameter.kind is Kind.WHOLE:
        return int(value)
    if parameter.kind is Kind.WHOLES:
        return [int(entry) for entry in value]
    return value


def checked(parameters: Sequence[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """What to give to the method; ``ValueError`` with a sentence if something is wrong."""
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            there = f"There are: {', '.join(known)}." if known else "There are none."
            raise ValueError(f"There is no parameter {name[:40]!r}. {there}")
    for name, parameter in known.items():
        if name in given:
            wrong = parameter.wrong(given[name])
        else:
            wrong = f"{name} is missing." if parameter.required else ""
        if wrong:
            raise ValueError(wrong)
    return {name: _plain(known[name], value) for name, value in given.items()}


def object_schema(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """All parameters of a method as one JSON Schema."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {parameter.name: parameter.schema for parameter in parameters},
        "additionalProperties": False,
    }
    required = [parameter.name for parameter in parameters if parameter.required]
    return schema | ({"required": required} if required else {})
