"""A cordless handset: what it shows, and what a person does with it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any


class Phase(enum.Enum):
    """What the handset is doing."""

    IDLE = "idle"
    CALLING = "calling"
    """The user pressed the call key; the base has not connected it yet."""
    RINGING = "ringing"
    ANSWERING = "answering"
    TALKING = "talking"


@dataclass(frozen=True, slots=True)
class Display:
    """Who calls, as the handset shows it."""

    number: str
    name: str
    presentation: int
    """0 allowed, 1 restricted, 2 not available, 3 handset locator."""


@dataclass(slots=True)
class Handset:
    """The module changes what is here; a test or a scenario looks at it."""

    number: int
    ipui: bytes
    in_range: bool = True
    phase: Phase = Phase.IDLE
    reference: int = 0
    """Of its call, as the module names it."""
    signal: int = 0xFF
    """What it sounds: 0x40 and up are ring patterns."""
    display: Display | None = None
    waiting: Display | None = None
    """A second caller, shown in a call."""
    messages: int = 0
    missed: int = 0
    clock: tuple[int, ...] = ()
    progress: int = 0xFF
    sounds_of_base: int | None = None
    """What the base lets every handset sound, outside a call."""
    channel: int | None = None
    """PCM channel of its call."""
    log: list[str] = field(default_factory=list)

    @property
    def ringing(self) -> bool:
        return self.phase is Phase.RINGING and self.in_range

    @property
    def lifted(self) -> bool:
        return self.phase in {Phase.CALLING, Phase.ANSWERING, Phase.TALKING}

    def rest(self) -> None:
        """The call is over."""
        self.phase, self.signal, self.channel = Phase.IDLE, 0xFF, None
        self.reference, self.progress = 0, 0xFF
        self.display = self.waiting = None

    def shown(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "phase": self.phase.value,
            "in_range": self.in_range,
            "ringing": self.ringing,
            "lifted": self.lifted,
            "signal": self.signal,
            "messages": self.messages,
            "missed": self.missed,
            "paged": self.sounds_of_base not in {None, 0x0F},
            "display": None
            if self.display is None
            else [self.display.number, self.display.name, self.display.presentation],
            "waiting": None
            if self.waiting is None
            else [self.waiting.number, self.waiting.name, self.waiting.presentation],
        }
