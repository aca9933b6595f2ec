"""What the driver has reported but what is not settled yet, in the order of the stamps.

Rules
-----
1. Reports are kept in the order of their stamps; of equal stamps, the first reported comes first.
2. An edge of the level that is known already says nothing: the Linux kernel reads the level after
   the interrupt, so a very short glitch shows as an edge without a change.
3. A reading that contradicts the known level is an edge that was missed.  Its true time is
   unknown, so that of the reading is taken.
4. Unless the next edge, by its stamp, goes to the level that was read.  Then the reader was held up
   between taking the time and reading the level, and the edge knows the time better.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from gateway.signalling import Taps


class Edge(NamedTuple):
    """The loop closed or opened at ``time``."""

    time: float
    closed: bool


class Reading(NamedTuple):
    """The level that was read at ``time``."""

    time: float
    closed: bool


class Expectation(NamedTuple):
    """From ``time`` on, breaks mean ``taps``."""

    time: float
    taps: Taps


class Feed(NamedTuple):
    """From ``time`` on, the line is fed, or is not."""

    time: float
    on: bool


Arrival: TypeAlias = Edge | Reading | Expectation | Feed

_time = attrgetter("time")


class Arrivals:
    """The reports that wait until they are old enough to be settled."""

    def __init__(self) -> None:
        self._waiting: deque[Arrival] = deque()

    @property
    def first(self) -> Arrival | None:
        return self._waiting[0] if self._waiting else None

    def add(self, arrival: Arrival) -> None:
        if self._waiting and arrival.time < self._waiting[-1].time:
            insort(self._waiting, arrival, key=_time)
        else:
            self._waiting.append(arrival)

    def pop(self) -> Arrival:
        return self._waiting.popleft()

    def explains(self, reading: Reading) -> bool:
        """Whether the next edge makes ``reading`` a late look at the level after it (rule 4)."""
        for arrival in self._waiting:
            if isinstance(arrival, Edge):
                return arrival.closed == reading.closed
        return False

    def wake(self, closed: bool) -> float | None:
        """Stamp of the first report that may change something if the level is ``closed`` now."""
        for arrival in self._waiting:
            match arrival:
                case Feed():
                    return arrival.time
                case Edge() | Reading() if arrival.closed != closed:
                    return arrival.time
        return None
