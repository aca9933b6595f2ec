"""Whether a call is on hold, and whether the network knows.  Pure: time is given."""

from __future__ import annotations

TRY_AGAIN = 2.1
"""Seconds after a re-INVITE that crossed another one (RFC 3261 §14.1: 2.1 to 4 s for the caller).

Also after one that could not be sent, and after a refusal to take a call off hold.
"""
_CHALLENGES = frozenset({401, 407})
_CROSSED = 491


class Hold:
    """What one call shall be, and what its network was told by re-INVITE.

    A network that is not to be told (``told`` false) goes on as if nothing were: it gets silence,
    so that its voice path stays open, and sends voice that nobody hears.

    The voice of the call leaves and joins the line at once, whatever the network answers; so a
    network that refuses re-INVITEs has calls on hold, too, and only sends voice that nobody hears.
    It is then not asked again.  A network that was told of the hold must hear of its end, however
    often that takes.
    """

    def __init__(self, *, told: bool) -> None:
        self._tells = told
        self.wanted = False
        """The call shall be on hold."""
        self._told = False
        self._asking: bool | None = None
        self._challenged = False
        self._refused = False
        self._not_before = 0.0

    def due(self, now: float) -> bool | None:
        """What the network is to be told now: hold, or its end; ``None`` is nothing.

        ``now`` is a monotonic time in seconds.
        """
        if not self._tells:
            return None
        waits = self._asking is not None or now < self._not_before
        if waits or self.wanted is self._told or (self.wanted and self._refused):
            return None
        return self.wanted

    def asked(self) -> None:
        """The re-INVITE that was due is sent."""
        self._asking = self.wanted
        self._challenged = False

    def failed(self, now: float) -> None:
        """It cannot be sent now: another one is under way."""
        self._not_before = now + TRY_AGAIN

    def answered(self, status: int, now: float) -> bool:
        """The final ``status`` of a re-INVITE came; true if it was ours and was refused."""
        asked = self._asking
        if asked is None:
            return False
        if status in _CHALLENGES and not self._challenged:
            # It is sent again, with credentials.
            self._challenged = True
            return False
        self._asking = None
        if 200 <= status < 300:
            self._told = asked
            return False
        if asked and status != _CROSSED:
            self._refused = True
        else:
            self._not_before = now + TRY_AGAIN
        return True
