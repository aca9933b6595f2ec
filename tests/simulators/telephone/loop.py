"""The loop of the telephone: cradle switch, dial and dirt, all in series."""

from __future__ import annotations

import enum
import random
from collections.abc import Callable, Iterable

from tests.simulators.telephone.clock import Clock
from tests.simulators.telephone.contacts import ContactModel, Edge, move

_SOON = 0.002
"""An edge is planned so long (s) ahead, so that the clock's thread is in time for it."""


class Contact(enum.Enum):
    CRADLE = "cradle"
    DIAL = "dial"
    DIRT = "dirt"


class Loop:
    """``told`` gets every change of the loop, with its time, in the clock's thread."""

    def __init__(
        self, clock: Clock, cradle: ContactModel, told: Callable[[bool, float], None], seed: int
    ) -> None:
        self._clock = clock
        self._cradle = cradle
        self._told = told
        self._choose = random.Random(seed)
        self._contacts = {Contact.CRADLE: False, Contact.DIAL: True, Contact.DIRT: True}
        self._lifted = False
        self._liftings = 0

    @property
    def lifted(self) -> bool:
        """The receiver is off the cradle, whatever the contacts do."""
        return self._lifted

    @property
    def closed(self) -> bool:
        return all(self._contacts.values())

    def cradle(self, lifted: bool, model: ContactModel | None = None) -> float:
        """Lift or hang up now; the time when the contacts are at rest."""
        return self._move(lifted, self._clock.now() + _SOON, model or self._cradle)

    def tap(self, seconds: float) -> float:
        """Open the cradle's contact for a moment; the time when it is at rest."""
        begin = self._clock.now() + _SOON
        end = begin + seconds
        self.play(Contact.CRADLE, move(False, begin, self._cradle, self._choose, end))
        return self.play(Contact.CRADLE, move(True, end, self._cradle, self._choose))

    def dial(self, edges: Iterable[Edge]) -> float:
        """Play edges of the dial, their times counted from now; the time of the last one."""
        base = self._clock.now() + _SOON
        return self.play(Contact.DIAL, (Edge(base + time, closed) for time, closed in edges))

    def play(self, contact: Contact, edges: Iterable[Edge]) -> float:
        """Move a contact at absolute times; the last of them."""
        last = self._clock.now()
        for edge in edges:
            last = edge.time
            self._plan(contact, edge)
        return last

    def _plan(self, contact: Contact, edge: Edge) -> None:
        self._clock.at(edge.time, lambda: self._set(contact, edge.closed, edge.time))

    def _move(self, lifted: bool, at: float, model: ContactModel) -> float:
        self._clock.at(at, lambda: self._note(lifted, at))
        return self.play(Contact.CRADLE, move(lifted, at, model, self._choose))

    def _note(self, lifted: bool, time: float) -> None:
        self._lifted = lifted
        self._liftings += 1
        if lifted and self._cradle.drop_outs:
            self._expect_dirt(time, self._liftings)

    def _expect_dirt(self, time: float, lifting: int) -> None:
        """Plan the next drop-out of the contact, while the receiver stays where it is."""
        begin = time + self._choose.expovariate(self._cradle.drop_outs)
        end = begin + self._choose.uniform(*self._cradle.drop_out) / 1000

        def drop_out() -> None:
            if lifting == self._liftings:
                self._set(Contact.DIRT, False, begin)
                self._plan(Contact.DIRT, Edge(end, True))
                self._expect_dirt(end, lifting)

        self._clock.at(begin, drop_out)

    def _set(self, contact: Contact, closed: bool, time: float) -> None:
        before = self.closed
        self._contacts[contact] = closed
        if self.closed != before:
            self._told(self.closed, time)
