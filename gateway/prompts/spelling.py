"""Whole numbers in words, by the rules of a language.

A language has one or more *sets* of rules, such as masculine and feminine.  A rule says how the
numbers from its own one up to the next rule's are made; spaces separate its words:

===========  ======================================================================================
``words``    themselves
``<``        how often the rule's number is contained, in words of the same set
``<name``    the same in words of the set ``name``: "две тысячи", not "два тысячи"
``>``        the remainder, in words of the same set; nothing where there is none
``[and]``    said before a remainder from 1 to 99: "one thousand and one"
``a/b/c``    a word in the form that stands with how often the number is contained
===========  ======================================================================================

``20 = "twenty >"`` makes 20 to 29, where 30 has a rule of its own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

LARGEST = 10**12 - 1
"""The largest number that is spoken: more than anybody's balance."""
_SMALL = 100


@dataclass(frozen=True, slots=True)
class PluralForm:
    """Which numbers a form of a word stands with (the plural rules of Unicode's CLDR).

    Those that end with one of ``ends`` but not with one of ``but_not`` (two digits), or that are
    one of ``exactly``.
    """

    ends: frozenset[int] = frozenset()
    but_not: frozenset[int] = frozenset()
    exactly: frozenset[int] = frozenset()

    def fits(self, number: int) -> bool:
        if number in self.exactly:
            return True
        return number % 10 in self.ends and number % 100 not in self.but_not


@dataclass(frozen=True, slots=True)
class Spelling:
    """The rules of a language: ``sets`` by name, each with its rules by number, from 0 up."""

    sets: Mapping[str, Mapping[int, tuple[str, ...]]]
    plural: Sequence[PluralForm]

    def words(self, number: int, name: str) -> Iterator[str]:
        """``number`` in words of the set ``name``; ``ValueError`` unless it is 0 to ``LARGEST``."""
        if not 0 <= number <= LARGEST:
            raise ValueError(f"a spoken number is from 0 to {LARGEST}, not {number}")
        yield from self._spelt(number, name)

    def form(self, number: int, forms: Sequence[str]) -> str:
        """The one of ``forms`` that stands with ``number``; the last is for all other numbers."""
        for plural, form in zip(self.plural, forms, strict=False):
            if plural.fits(number):
                return form
        return forms[-1]

    def _spelt(self, number: int, name: str) -> Iterator[str]:
        rules = self.sets[name]
        starts = sorted(rules)
        start = starts[bisect_right(starts, number) - 1]
        count, remainder = divmod(number, start) if start else (1, 0)
        for sign in rules[start]:
            if sign.startswith("<"):
                yield from self._spelt(count, sign[1:] or name)
            elif sign == ">":
                if remainder:
                    yield from self._spelt(remainder, name)
            elif sign.startswith("["):
                if 0 < remainder < _SMALL:
                    yield sign[1:-1]
            else:
                yield self.form(count, sign.split("/"))

    def vocabulary(self) -> Iterator[str]:
        """Every word that ``words`` may say."""
        for rules in self.sets.values():
            for signs in rules.values():
                for sign in signs:
                    if not sign.startswith(("<", ">")):
                        yield from sign.strip("[]").split("/")
