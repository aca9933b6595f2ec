"""Where the calls to the number go."""

from __future__ import annotations

import enum
from typing import Self

from gateway.words import Words


class Routing(enum.Enum):
    """The three modes; ``value`` is the name of the settings and of the control socket."""

    PHONE = "phone"
    MULTIFON = "multifon"
    BOTH = "both"

    @property
    def digit(self) -> str:
        """The value of the parameter and of the element ``routing``."""
        return _DIGITS[self]

    @property
    def words(self) -> Words:
        """Completes "Calls ring …"."""
        return _WORDS[self]

    @classmethod
    def from_digit(cls, digit: str) -> Self:
        """The mode that the provider calls ``digit``; ``ValueError`` if there is none."""
        for mode, known in _DIGITS.items():
            if known == digit.strip():
                return cls(mode)
        raise ValueError("the mode is none of 0, 1 and 2")


_DIGITS = {Routing.PHONE: "0", Routing.MULTIFON: "1", Routing.BOTH: "2"}
_WORDS = {
    Routing.PHONE: Words("the mobile telephone only", "только на мобильный телефон"),
    Routing.MULTIFON: Words("MultiFon only", "только на МультиФон"),
    # Open: at once, or MultiFon first and the mobile telephone if it does not answer.
    Routing.BOTH: Words(
        "both MultiFon and the mobile telephone", "и на МультиФон, и на мобильный телефон"
    ),
}
