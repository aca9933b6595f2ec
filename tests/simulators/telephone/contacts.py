"""How a spring contact makes and breaks: chatter after the edge, and dirt while it is closed.

Pure: a random generator goes in, edges come out.  The lengths are a judge's choice, not a
standard's.  They stay below 5 ms a chatter, since the data sheets give 5 and 10 ms as the time in
which a module detects the loop, and a make of 20 pps lasts 17 ms as a whole.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

Range: TypeAlias = tuple[float, float]


class Edge(NamedTuple):
    """The contact at ``time`` (s)."""

    time: float
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactModel:
    """Lengths in milliseconds."""

    make_bounce: float = 0.0
    """Longest chatter after closing."""
    break_bounce: float = 0.0
    """Longest chatter after opening."""
    chatter: Range = (0.2, 1.5)
    """One opening or closing of the chatter."""
    drop_outs: float = 0.0
    """Interruptions by dirt in a second, on average, while closed."""
    drop_out: Range = (0.3, 3.0)

    def __post_init__(self) -> None:
        if min(self.make_bounce, self.break_bounce, self.drop_outs) < 0:
            raise ValueError("a bounce is not shorter than 0 ms, and drop-outs are not negative")
        if not 0 < self.chatter[0] <= self.chatter[1]:
            raise ValueError("chatter is a shortest and a longest time above 0 ms")


CLEAN = ContactModel()
NORMAL = ContactModel(make_bounce=2.5, break_bounce=1.0)
"""The impulse contact of a dial, or a cradle contact, in good order."""
WORN = ContactModel(make_bounce=6.0, break_bounce=3.0, chatter=(0.2, 2.0), drop_outs=1.0)
CRADLE = ContactModel(make_bounce=15.0, break_bounce=8.0, chatter=(0.3, 4.0))
"""A cradle switch under a receiver that is put down or lifted without care."""
WORN_CRADLE = ContactModel(
    make_bounce=35.0, break_bounce=20.0, chatter=(0.3, 4.5), drop_outs=2.0, drop_out=(0.3, 4.5)
)


def move(
    closed: bool, at: float, model: ContactModel, choose: random.Random, until: float | None = None
) -> list[Edge]:
    """Close or open the contact at ``at``: the edge, and its chatter.

    The last edge has the wanted level.  With ``until``, when the contact moves again, the chatter
    ends before half of that time has gone.
    """
    edges = [Edge(at, closed)]
    longest = (model.make_bounce if closed else model.break_bounce) / 1000
    end = at + longest * choose.uniform(0.3, 1.0)
    if until is not None:
        end = min(end, (at + until) / 2)
    while True:
        back = edges[-1].time + choose.uniform(*model.chatter) / 1000
        again = back + choose.uniform(*model.chatter) / 1000
        if again > end:
            return edges
        edges += [Edge(back, not closed), Edge(again, closed)]


def drop_outs(start: float, end: float, model: ContactModel, choose: random.Random) -> list[Edge]:
    """Interruptions of a contact that is closed from ``start`` to ``end``."""
    edges: list[Edge] = []
    if not model.drop_outs:
        return edges
    at = start
    while True:
        at += choose.expovariate(model.drop_outs)
        back = at + choose.uniform(*model.drop_out) / 1000
        if back >= end:
            return edges
        edges += [Edge(at, False), Edge(back, True)]
        at = back


def with_dirt(edges: Iterable[Edge], model: ContactModel, choose: random.Random) -> list[Edge]:
    """``edges`` with the drop-outs of every time between them in which the contact is closed."""
    dirty: list[Edge] = []
    for edge in edges:
        if dirty and dirty[-1].closed:
            dirty += drop_outs(dirty[-1].time, edge.time, model, choose)
        dirty.append(edge)
    return dirty
