"""Internal numbers: what is dialled to ring another telephone of the house.

A rotary dial has no star, three stars are dial codes, and two begin codes of the mobile networks
(3GPP TS 22.030).  So an internal number is two to four digits, and begins with 2, 5 or 6: no number
that MultiFon takes does (``gateway/providers/multifon.toml``), and no emergency number of Russia.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from gateway.call.dial_pattern import DialPattern
from gateway.call.number_plan import NumberPlan, Rule

EVERYBODY: Final = "60"
"""Rings every other telephone, unless the settings say otherwise."""
DEFAULT_NUMBERS: Final = tuple(f"{first}{last}" for first in "65" for last in "123456789")
"""In the order in which they are given: 61 to 69, then 51 to 59."""
_FORM = re.compile(r"[256][0-9]{1,3}")


def is_internal_number(text: str) -> bool:
    """Whether ``text`` can be one."""
    return _FORM.fullmatch(text) is not None


def hides(number: str, other: str) -> bool:
    """Whether only one of them can be dialled, because one begins with the other."""
    return number.startswith(other) or other.startswith(number)


def numbers_of(lines: Mapping[str, str], taken: Iterable[str]) -> Mapping[str, str]:
    """The number of each of ``lines``, whose values are what the settings say; "" is nothing.

    A line without a setting has the first of ``DEFAULT_NUMBERS`` that no other line has and that
    hides none of ``taken`` (dial codes, the number of everybody).  When they are used up, the line
    has none and can only call.
    """
    used = [*taken, *filter(None, lines.values())]
    numbers: dict[str, str] = {}
    for line, number in lines.items():
        found = number or next(
            (free for free in DEFAULT_NUMBERS if not any(hides(free, other) for other in used)), ""
        )
        used += [found] if found else []
        numbers[line] = found
    return numbers


def with_internal_numbers(plan: NumberPlan, numbers: Iterable[str]) -> NumberPlan:
    """``plan`` in which ``numbers`` ring in the house.  They go before every number but a code."""
    rules = tuple(
        Rule(f"internal, {number}", DialPattern.parse(number), inside=True) for number in numbers
    )
    return replace(plan, rules=(*rules, *plan.rules))
