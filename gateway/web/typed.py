"""Between a setting's value and what a person types for it.  Pure.

The kinds are those of ``settings.declaration``: text, whole, number, flag, texts, table, secret.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.words import Words

LONGEST = 4000
"""Characters of one value."""


class TypedError(ValueError):
    """What was typed is not of the setting's kind."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


def shown(kind: str, value: Any) -> str:
    """A value as it stands in its field.  A flag is ``yes`` or nothing; a secret is never told."""
    if value is None or kind == "secret":
        return ""
    if kind == "flag":
        return "yes" if value else ""
    if kind == "texts":
        return ", ".join(value)
    if kind == "table":
        return "\n".join(
            f"{name} = {json.dumps(one, ensure_ascii=False)}" for name, one in _flat(value)
        )
    return f"{value:g}" if isinstance(value, float) else str(value)


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def value(kind: str, text: str) -> Any:
    """The value that was typed; ``TypedError`` says what it should look like."""
    text = text.strip()
    if len(text) > LONGEST:
        raise TypedError(Words("This is too long.", "Это слишком длинно."))
    match kind:
        case "flag":
            return text == "yes"
        case "whole":
            try:
                return int(text.replace("\xa0", "").replace(" ", ""))
            except ValueError:
                raise TypedError(
                    Words("This is to be a whole number.", "Здесь нужно целое число.")
                ) from None
        case "number":
            return _number(text)
        case "texts":
            return [part.strip() for part in text.split(",") if part.strip()]
        case "table":
            try:
                return tomllib.loads(text)
            except (tomllib.TOMLDecodeError, RecursionError):
                raise TypedError(
                    Words(
                        'Each line is: name = value, with texts in quotes: board = "pi-ag1171".',
                        'Каждая строка: имя = значение, текст в кавычках: board = "pi-ag1171".',
                    )
                ) from None
        case _:
            return text


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise TypedError(Words("This is to be a number.", "Здесь нужно число."))
    return number
