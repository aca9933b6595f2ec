"""One call offered to several lines: they ring together, and the first that answers has it.  Pure.

THE RULES

1.  The call is offered to all lines at once.  The caller hears that a telephone rings as soon as
    the first one does.
2.  A line that refuses (busy, rejected, out of range, a fault, no answer) is out; the others ring
    on.  Only when none is left is the caller refused, for the reason that says most: what a person
    did says more than what a telephone could not do.
3.  The first line that answers has the call, and the others are told of its end at once: a receiver
    that is lifted a moment later hears the dial tone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from gateway.call.events import CallId
from gateway.call.reason import Reason

_SAYS_MOST: Final = (
    Reason.REFUSED,
    Reason.BUSY,
    Reason.NO_ANSWER,
    Reason.UNREACHABLE,
    Reason.LINE_FAULT,
)
"""Reasons of lines, the one that the caller hears first."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What has become of a call that was offered to lines."""

    call: CallId
    rings: tuple[str, ...]
    """Lines that have neither refused nor answered; none once one has answered."""
    alerted: tuple[str, ...] = ()
    """Lines that rang, or told of the call in the talk."""
    refusals: tuple[tuple[str, Reason], ...] = ()
    taken: str | None = None
    """The line that answered."""

    @property
    def holders(self) -> tuple[str, ...]:
        """The lines that the network's events about the call concern."""
        return self.rings if self.taken is None else (self.taken,)

    @property
    def missed(self) -> tuple[str, ...]:
        """The lines that did not get the call, if nobody answered it: who saw and refused it did.

        A telephone that is out of range has missed it, too.
        """
        if self.taken is not None:
            return ()
        saw = {line for line, reason in self.refusals if reason is Reason.REFUSED}
        unreached = [line for line, reason in self.refusals if reason is Reason.UNREACHABLE]
        return tuple(dict.fromkeys(x for x in (*self.alerted, *unreached) if x not in saw))

    def alert(self, line: str) -> tuple[Offer, bool]:
        """``line`` rings; true if it is the first that does."""
        first = not self.alerted
        return replace(self, alerted=(*self.alerted, line)), first

    def take(self, line: str) -> tuple[Offer, tuple[str, ...]]:
        """``line`` answers.  The lines that ring in vain from now on."""
        others = tuple(other for other in self.rings if other != line)
        return replace(self, rings=(), taken=line), others

    def refuse(self, line: str, reason: Reason) -> tuple[Offer, Reason | None]:
        """``line`` does not take the call.  The reason for the caller, when no line is left."""
        rings = tuple(other for other in self.rings if other != line)
        after = replace(self, rings=rings, refusals=(*self.refusals, (line, reason)))
        if rings or self.taken is not None:
            return after, None
        return after, said_most(reason for _, reason in after.refusals)


def said_most(reasons: Iterable[Reason]) -> Reason:
    """The one of ``reasons``, of which there is at least one, that the caller is told."""
    return min(reasons, key=lambda r: _SAYS_MOST.index(r) if r in _SAYS_MOST else len(_SAYS_MOST))
