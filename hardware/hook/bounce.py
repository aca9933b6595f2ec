"""Contact bounce: which edges are a change of the loop, and when it happened.

Contacts do not close or open once: they chatter for some milliseconds.  A new level counts once
it has held for the filter's time without an edge.  The change is dated to the first edge of the
chatter, where the contact first moved, and not to the end of the chatter.  So the chatter is
taken off the level that follows, both for breaks and makes, and their lengths stay those of the
dial: at 20 pps and 33 % a break of 16.5 ms with 4 ms of chatter would otherwise measure 12.5 ms.

An excursion that comes back, and stays back for the filter's time, never was.  Chatter without
end (an open input that picks up noise) is no change at all.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """The loop closed or opened at ``time``, seconds; what bounced since the change before."""

    time: float
    closed: bool
    bounce: float = 0.0
    """Longest chatter, from its first edge to its last, seconds."""
    glitch: float = 0.0
    """Longest level that was too short to count, seconds."""


class BounceFilter:
    """Follows one contact.  ``closed`` is the level that counts, ``raw`` that of the last edge."""

    def __init__(self, closed: bool) -> None:
        self.closed = closed
        self.raw = closed
        self.first: float | None = None
        """First edge of the chatter that is not settled yet."""
        self._last = 0.0
        self._bounce = 0.0
        self._glitch = 0.0

    def edge(self, time: float, closed: bool) -> None:
        if closed == self.raw:
            return
        if self.first is None:
            self.first = time
        else:
            self._glitch = max(self._glitch, time - self._last)
        self.raw = closed
        self._last = time

    def due(self, hold: float) -> float | None:
        """When the chatter is settled if no edge comes, the level holding for ``hold`` seconds."""
        return None if self.first is None else round(self._last + hold, 6)

    def settle(self) -> Change | None:
        """End the chatter: the change it was, or ``None`` if the contact is where it was."""
        assert self.first is not None
        first, self.first = self.first, None
        self._bounce = max(self._bounce, self._last - first)
        if self.raw == self.closed:
            return None
        self.closed = self.raw
        change = Change(first, self.raw, self._bounce, self._glitch)
        self._bounce = self._glitch = 0.0
        return change

    def forget(self) -> None:
        """Take back the chatter: the contact is where it was before."""
        self.raw = self.closed
        self.first = None
