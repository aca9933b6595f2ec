"""Who calls: the calling party as the network gave it and as a display shows it."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Presentation(enum.Enum):
    """Why a number is, or is not, shown (ETSI EN 300 659-3, parameter 04: ``O`` and ``P``)."""

    SHOWN = "shown"
    WITHHELD = "withheld"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Caller:
    """The calling party.

    ``number`` is made of digits with an optional leading ``+``; it is empty unless ``presentation``
    is ``SHOWN``.  ``name`` is what the network or the phone book gave, else empty.
    """

    number: str = ""
    name: str = ""
    presentation: Presentation = Presentation.SHOWN
    inside: bool = False
    """Another line of this gateway; ``number`` is then an internal one."""

    def __post_init__(self) -> None:
        if (self.presentation is Presentation.SHOWN) != bool(self.number):
            raise ValueError("a caller has a number exactly when the presentation is SHOWN")

    def __str__(self) -> str:
        shown = self.number or self.presentation.value
        return f"{self.name} <{shown}>" if self.name else shown
