"""What may be given to the driver and to a command: declared once, checked in one place.

Values come from a settings file or from a program, so they hold nothing but JSON values.  All
errors are reported together; an unknown name is refused with the name that was probably meant.
"""

from __future__ import annotations

import difflib
import enum
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class Kind(enum.Enum):
    """What a value is."""

    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Argument:
    """One value that may be given: its name, what it means, and what is accepted.

    ``low`` and ``high`` bound a number, both included.  With ``can_be_off`` a number may also be
    ``false`` or infinite, which both mean that it does not apply and are read as ``None``.
    """

    name: str
    kind: Kind
    help: str
    default: float | str | bool | None = None
    required: bool = False
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    choices: tuple[str, ...] = ()
    can_be_off: bool = False

    def describe(self) -> dict[str, Any]:
        """The declaration as JSON values, for a program that shows or parses arguments."""
        described: dict[str, Any] = {"kind": self.kind.value, "help": self.help}
        if self.required:
            described["required"] = True
        elif self.default is not None:
            described["default"] = self.default
        if math.isfinite(self.low) and math.isfinite(self.high):
            described["range"] = [self.low, self.high]
        if self.unit:
            described["unit"] = self.unit
        if self.choices:
            described["choices"] = list(self.choices)
        return described

    def read(self, value: object) -> object:
        """``value`` as this argument means it; ``ValueError`` says what is accepted."""
        if self.kind is Kind.NUMBER:
            return self._number(value)
        if self.kind is Kind.FLAG:
            if not isinstance(value, bool):
                raise self._refusal("true or false", value)
            return value
        if self.choices:
            if value not in self.choices:
                raise self._refusal(f"one of {', '.join(self.choices)}", value)
        elif not isinstance(value, str):
            raise self._refusal("a text", value)
        return value

    def _number(self, value: object) -> float | None:
        if self.can_be_off and (value is False or value == math.inf):
            return None
        unit = f" {self.unit}" if self.unit else ""
        accepted = f"a number from {self.low:g} to {self.high:g}{unit}"
        if self.can_be_off:
            accepted += ", or false"
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._refusal(accepted, value)
        if not self.low <= value <= self.high:
            raise self._refusal(accepted, value)
        return float(value)

    def _refusal(self, accepted: str, value: object) -> ValueError:
        return ValueError(f"{self.name} is {accepted}, not {value!r}")


def read(declared: Sequence[Argument], given: Mapping[str, Any], what: str) -> dict[str, Any]:
    """Check ``given`` and fill in the defaults.

    ``what`` names the whole in an error, e.g. ``the command dial``.  Raises one ``ValueError``
    that holds every error.
    """
    known = {argument.name: argument for argument in declared}
    errors = [_unknown(name, known) for name in given if name not in known]
    values: dict[str, Any] = {}
    for argument in declared:
        # A JSON null is how a program says that it leaves a value out.
        if given.get(argument.name) is None:
            values[argument.name] = argument.default
            if argument.required:
                errors.append(f"{argument.name} is missing ({argument.help})")
            continue
        try:
            values[argument.name] = argument.read(given[argument.name])
        except ValueError as error:
            errors.append(str(error))
    if errors:
        raise ValueError(f"{what}: {'; '.join(errors)}")
    return values


def _unknown(name: str, known: Mapping[str, Argument]) -> str:
    return f"{name!r} is not known{suggestion(name, known)}"


def suggestion(name: str, known: Mapping[str, object]) -> str:
    """The end of a sentence that refuses ``name``: the nearest known name, or all of them."""
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f", did you mean {near[0]!r}?"
    return f", there is {', '.join(known)}" if known else ", there is nothing to set"
