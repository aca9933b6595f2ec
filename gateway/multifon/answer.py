"""Reads the provider's answers: small XML documents from the network, which are not believed.

A document that declares a type is refused, so there are no entities to expand (billion laughs) and
nothing to fetch; size, depth and number of elements are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pyexpat import ExpatError
from xml.parsers import expat

LARGEST = 64 * 1024
"""Bytes; real answers have some 200."""
DEEPEST = 8
MOST_ELEMENTS = 256
LONGEST_DESCRIPTION = 200

_AMOUNT = re.compile(r"[+-]?[0-9]{1,12}(?:[.,][0-9]{1,6})?")


class BadAnswerError(ValueError):
    """It is no answer of the account service."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``values`` are the texts beside ``result``, such as ``routing``, without their margins."""

    code: int
    description: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """The text of the element ``name``; ``BadAnswerError`` if there is none."""
        try:
            return self.values[name]
        except KeyError:
            raise BadAnswerError(f"the answer has no {name}") from None


class _Reader:
    """Keeps the text of every element by its path below the root; the first of a name counts."""

    def __init__(self) -> None:
        self.texts: dict[tuple[str, ...], str] = {}
        self._path: list[str] = []
        self._open: list[list[str]] = []
        self._elements = 0

    def doctype(self, *_arguments: object) -> None:
        raise BadAnswerError("the answer declares a document type")

    def start(self, name: str, _attributes: object) -> None:
        self._elements += 1
        if len(self._path) >= DEEPEST or self._elements > MOST_ELEMENTS:
            raise BadAnswerError("the answer has too many elements")
        self._path.append(name)
        self._open.append([])

    def text(self, data: str) -> None:
        self._open[-1].append(data)

    def end(self, _name: str) -> None:
        text = "".join(self._open.pop()).strip()
        self.texts.setdefault(tuple(self._path), text)
        self._path.pop()


def parse(body: bytes) -> Answer:
    """Read an answer; ``BadAnswerError`` says why it is none, never with its contents."""
    if len(body) > LARGEST:
        raise BadAnswerError("the answer is too large")
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.CharacterDataHandler = reader.text
    parser.EndElementHandler = reader.end
    try:
        parser.Parse(body, True)
    except BadAnswerError:
        raise
    except (ExpatError, ValueError, LookupError):
        # The last two are Python's, for an encoding that it does not know.
        raise BadAnswerError("the answer is not XML") from None
    code = reader.texts.get(("response", "result", "code"), "")
    if not (code.isascii() and code.isdigit() and len(code) <= 9):
        raise BadAnswerError("the answer has no result code")
    values = {path[1]: text for path, text in reader.texts.items() if len(path) == 2}
    values.pop("result", None)
    description = reader.texts.get(("response", "result", "description"), "")
    return Answer(int(code), printable(description), values)


def printable(text: str) -> str:
    """``text`` on one line, without what could confuse a terminal, and not too long."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())[:LONGEST_DESCRIPTION]


def amount(text: str) -> Decimal:
    """Money, with a decimal point or comma; ``BadAnswerError`` if it is none."""
    stripped = text.strip()
    if not (stripped.isascii() and _AMOUNT.fullmatch(stripped)):
        raise BadAnswerError("the balance is not a number")
    return Decimal(stripped.replace(",", "."))
