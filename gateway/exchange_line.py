"""One line as the exchange has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from gateway.call.events import Event, Timer
from gateway.call.session import Session
from gateway.line import LineDriver, Receiver, receiver_of
from gateway.media.voice import LineVoice

Watch: TypeAlias = Callable[[Event], None]


@dataclass(slots=True)
class Line:
    """One line of the exchange: a driver, its voice and its session."""

    name: str
    driver_name: str
    driver: LineDriver
    voice: LineVoice
    account: str
    """Account of the calls that this line makes; empty when there is none."""
    rings_for: frozenset[str]
    """Accounts whose calls ring here."""
    session: Session
    number: str = ""
    """What other lines dial to ring this one; empty: they cannot."""
    missed: int = 0
    """Calls that rang here and that nobody answered, since the receiver was last lifted."""
    fault: str | None = None
    timers: dict[Timer, asyncio.TimerHandle] = field(default_factory=dict)
    watch: Watch | None = None
    """Who examines the line: gets each event after it was answered."""

    def takes(self, account: str) -> bool:
        """Calls to ``account`` ring here, and somebody would notice."""
        return account in self.rings_for and self.attended

    @property
    def attended(self) -> bool:
        """Somebody would notice that the line rings."""
        receiver = self.receiver
        return receiver is None or receiver.attended

    @property
    def receiver(self) -> Receiver | None:
        """What a page can have in its hand, where the line has that."""
        return receiver_of(self.driver)
