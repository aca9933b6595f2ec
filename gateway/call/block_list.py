"""Who is not to ring: the block list.  Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.call.same_number import NATIONAL_DIGITS, digits_of, key_of
from gateway.caller import Caller, Presentation

ANY = "*"
"""Stands at the end of a pattern for whatever follows."""
SHORTEST_BEGINNING = 3
"""Digits before ``ANY``: fewer would shut out half the world by one slip."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One entry: a number, or the beginning of numbers.

    ``ValueError`` has a fixed word: ``no-number`` or ``short-beginning``.
    """

    text: str

    def __post_init__(self) -> None:
        digits = digits_of(self.text)
        if not digits or ANY in self.text.rstrip().removesuffix(ANY):
            raise ValueError("no-number")
        if self.is_beginning and len(digits) < SHORTEST_BEGINNING:
            raise ValueError("short-beginning")

    @property
    def is_beginning(self) -> bool:
        return self.text.rstrip().endswith(ANY)

    @property
    def key(self) -> str:
        """The same for two ways to write the same entry."""
        if self.is_beginning:
            return _international(digits_of(self.text)) + ANY
        return key_of(self.text)

    def means(self, number: str) -> bool:
        """Whether a caller with ``number`` is meant."""
        if self.is_beginning:
            return _international(digits_of(number)).startswith(self.key.removesuffix(ANY))
        return key_of(number) == self.key


@dataclass(frozen=True, slots=True)
class BlockList:
    """``withheld``: nobody rings who does not show a number."""

    patterns: tuple[Pattern, ...] = ()
    withheld: bool = False
    _numbers: frozenset[str] = field(init=False, repr=False, default=frozenset())
    _beginnings: tuple[Pattern, ...] = field(init=False, repr=False, default=())

    def __post_init__(self) -> None:
        whole = (one.key for one in self.patterns if not one.is_beginning)
        object.__setattr__(self, "_numbers", frozenset(whole))
        beginnings = tuple(one for one in self.patterns if one.is_beginning)
        object.__setattr__(self, "_beginnings", beginnings)

    @classmethod
    def of(cls, patterns: Iterable[str], *, withheld: bool) -> BlockList:
        return cls(tuple(map(Pattern, patterns)), withheld)

    def blocks(self, caller: Caller) -> bool:
        """``caller`` is not to ring.  One whose number got lost on the way may always ring."""
        if caller.presentation is Presentation.WITHHELD:
            return self.withheld
        if not caller.number:
            return False
        return key_of(caller.number) in self._numbers or any(
            pattern.means(caller.number) for pattern in self._beginnings
        )


def _international(digits: str) -> str:
    """As the network shows it: a Russian trunk 8 becomes the country's 7."""
    abroad, too_long = digits.startswith("810"), len(digits) > 1 + NATIONAL_DIGITS
    if digits.startswith("8") and not abroad and not too_long:
        return "7" + digits[1:]
    return digits
