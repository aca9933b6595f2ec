"""Numbers, telephone numbers and amounts of money as pieces to be spoken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import takewhile

from gateway.prompts.language import SHORT_PAUSE, Language, Unit

_RUSSIAN = re.compile(r"(?:\+?7|8)([0-9]{3})([0-9]{3})([0-9]{2})([0-9]{2})")
_PARTS_OF_A_UNIT = 100


def whole_number(number: int, language: Language) -> tuple[str, ...]:
    """A whole number that counts nothing in particular; ``ValueError`` if it is too large."""
    minus = (language.minus,) if number < 0 else ()
    return (*minus, *language.spelling.words(abs(number), language.counting))


def amount_of_money(amount: Decimal, language: Language) -> tuple[str, ...]:
    """Roubles and kopecks.  Half a kopeck counts as one; what is nothing is left out.

    ``ValueError`` if there are more roubles than ``spelling.LARGEST``, or if it is no number.
    """
    if not amount.is_finite():
        raise ValueError(f"{amount} is no amount of money")
    # Not quantize(): its precision is the context's, and an absurd amount would be a signal.
    parts = int((abs(amount) * _PARTS_OF_A_UNIT).to_integral_value(ROUND_HALF_UP))
    roubles, kopecks = divmod(parts, _PARTS_OF_A_UNIT)
    spoken: list[str] = [language.minus] if amount < 0 and parts else []
    if roubles or not kopecks:
        spoken += _counted(roubles, language.whole, language)
    if kopecks:
        spoken += _counted(kopecks, language.part, language)
    return tuple(spoken)


def _counted(number: int, unit: Unit, language: Language) -> Iterator[str]:
    yield from language.spelling.words(number, unit.numbers)
    yield language.spelling.form(number, unit.forms)


def telephone_number(number: str, language: Language) -> tuple[str, ...]:
    """A telephone number in the groups in which it is read.

    A Russian number is read as it is dialled in Russia, with an 8; another one in groups of three.
    A short one is a group of three or two pairs.  Only ``0-9 * # +`` may be in it.
    """
    spoken: list[str] = []
    for group in groups(number):
        if spoken:
            spoken.append(SHORT_PAUSE)
        spoken += _group(group, language)
    return tuple(spoken)


def groups(number: str) -> tuple[str, ...]:
    """The groups of a telephone number; a sign that is no digit is a group of its own."""
    russian = _RUSSIAN.fullmatch(number)
    if russian is not None:
        return ("8", *russian.groups())
    found: list[str] = []
    for part in re.findall(r"[0-9]+|[^0-9]", number):
        found += _split(part) if part.isdigit() else (part,)
    return tuple(found)


def _split(digits: str) -> Iterator[str]:
    """Groups of three; the last four digits are two pairs, and no digit stands alone."""
    while len(digits) > 4:
        yield digits[:3]
        digits = digits[3:]
    if len(digits) == 4:
        yield digits[:2]
        digits = digits[2:]
    yield digits


def _group(group: str, language: Language) -> Iterator[str]:
    if group in language.signs:
        yield language.signs[group]
        return
    if language.reads_digits:
        singly, rest = group, ""
    else:
        singly = "".join(takewhile(lambda digit: digit == "0", group))
        rest = group[len(singly) :]
    for digit in singly:
        yield from whole_number(int(digit), language)
    if rest:
        yield from whole_number(int(rest), language)


def code(signs: str, language: Language) -> tuple[str, ...]:
    """A dial code, one sign after the other: "star star star one"."""
    spoken: list[str] = []
    for sign in signs:
        spoken += (
            [language.signs[sign]] if sign in language.signs else whole_number(int(sign), language)
        )
    return tuple(spoken)
