"""Dial patterns: the small language in which a number rule says which numbers it means.

========  =====================================================================
``8``     itself; so do ``*``, ``#``, ``+`` and the letters ``A`` to ``D``
``x``     any one digit, 0 to 9
``[389]``  any one of these; ``[3-9*]`` is 3 to 9 or the star
``.``     any further digits and stars, or none: the number may go on
``(…)``   the part that the rule's ``send`` puts in place of ``()``; at most one
========  =====================================================================

``8(3xxxxxxxxx)`` is an 8, a 3 and nine more digits, and takes all but the 8.  A ``.`` does not
stand for ``#``: that key ends a number, unless a pattern names it.  In a pattern with round
brackets, ``.`` stands only inside them, so that what they take is never in doubt.

A number is followed through a pattern sign by sign.  A *position* is how many elements of the
pattern lie behind; because of ``.`` there may be several positions at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.line import DIGITS

SIGNS = DIGITS + "+"
"""Every sign of a number.  No telephone has a ``+`` key; programs and phone books have one."""

_ANY_DIGIT = frozenset("0123456789")
_ANY_FURTHER = _ANY_DIGIT | {"*"}
_PART = re.compile(r"\[[^\]]*\]|.", re.DOTALL)
_SET_ITEM = re.compile(r"[0-9]-[0-9]|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Element:
    """One of ``signs``; with ``repeats`` any number of them, or none."""

    signs: frozenset[str]
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class DialPattern:
    """A pattern that was read.  ``brackets`` counts the elements before and behind them."""

    elements: tuple[Element, ...]
    brackets: tuple[int, int] | None = None

    @classmethod
    def parse(cls, text: str) -> DialPattern:
        """Read a pattern; ``ValueError`` says what is wrong with it, without naming it."""
        elements: list[Element] = []
        opened: list[int] = []
        closed: list[int] = []
        for part in _PART.findall(text):
            if part == "(":
                opened.append(len(elements))
            elif part == ")":
                closed.append(len(elements))
            else:
                elements.append(_element(part))
        if all(element.repeats for element in elements):
            raise ValueError("it would match before anything is dialled")
        if not opened and not closed:
            return cls(tuple(elements))
        if len(opened) != 1 or len(closed) != 1 or not opened[0] < closed[0]:
            raise ValueError("it may have one pair of round brackets, with something inside")
        outside = elements[: opened[0]] + elements[closed[0] :]
        if any(element.repeats for element in outside):
            raise ValueError("'.' may only stand inside the round brackets")
        return cls(tuple(elements), (opened[0], len(elements) - closed[0]))

    @property
    def end(self) -> int:
        """The position behind the whole pattern: a number that reaches it matches."""
        return len(self.elements)

    def start(self) -> Iterable[int]:
        """The positions before anything is dialled."""
        return self._from(0)

    def step(self, position: int, sign: str) -> Iterable[int]:
        """The positions to which ``sign`` leads from ``position``; none if it does not fit."""
        if position == self.end or sign not in self.elements[position].signs:
            return ()
        return self._from(position if self.elements[position].repeats else position + 1)

    def _from(self, position: int) -> Iterable[int]:
        """``position``, and those behind it that are reached without dialling anything."""
        last = position
        while last < self.end and self.elements[last].repeats:
            last += 1
        return range(position, last + 1)

    def taken(self, number: str) -> str:
        """What the brackets take from ``number``, which matches."""
        assert self.brackets is not None
        before, behind = self.brackets
        return number[before : len(number) - behind]

    def may_take_nothing(self) -> bool:
        """Whether the brackets can be empty: they hold nothing but ``.``."""
        assert self.brackets is not None
        before, behind = self.brackets
        return all(element.repeats for element in self.elements[before : self.end - behind])


def _element(part: str) -> Element:
    if part == "x":
        return Element(_ANY_DIGIT)
    if part == ".":
        return Element(_ANY_FURTHER, repeats=True)
    if len(part) > 1:
        return Element(_set(part[1:-1]))
    if part in SIGNS:
        return Element(frozenset(part))
    raise ValueError(f"{part!r} means nothing in it; it is made of {SIGNS} x . [ ] ( )")


def _set(text: str) -> frozenset[str]:
    signs: set[str] = set()
    for item in _SET_ITEM.findall(text):
        if len(item) == 3:
            first, last = int(item[0]), int(item[2])
            if first > last:
                raise ValueError(f"{item} in [{text}] runs backwards")
            signs.update(str(digit) for digit in range(first, last + 1))
        elif item in SIGNS:
            signs.add(item)
        else:
            raise ValueError(f"{item!r} in [{text}] is not one of {SIGNS}")
    if not signs:
        raise ValueError("[] holds no digit")
    return frozenset(signs)
