"""The calls that are offered to lines: who rings, who has each, and what its far side is told.

``gateway.call.offer`` decides; this performs it.  Runs on the event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from gateway.call.events import CallId, Ended, Event, Incoming
from gateway.call.offer import Offer
from gateway.call.reason import Reason
from gateway.call_log import CallLog


class FarSide(Protocol):
    """Who offers a call: the network, or another line."""

    def alert(self, call: CallId) -> None: ...
    def answer(self, call: CallId, line: str) -> None: ...
    def reject(self, call: CallId, reason: Reason) -> None: ...


class OfferedCalls:
    """``far_side`` gives that of a call; ``tell`` lets a line, if it is there, have an event.

    A call whose end is on the way may be unknown already: what a line does with it is then dropped.
    """

    def __init__(
        self,
        log: CallLog,
        far_side: Callable[[CallId], FarSide],
        tell: Callable[[str, Event], None],
    ) -> None:
        self._log = log
        self._far_side = far_side
        self._tell = tell
        self._offers: dict[CallId, Offer] = {}

    def offer(self, incoming: Incoming, account: str, lines: Sequence[str]) -> None:
        """Let ``lines``, of which there is one at least, have the call."""
        self._offers[incoming.call] = Offer(incoming.call, tuple(lines))
        self._log.arrived(incoming.call, lines[0], account, incoming.caller)
        for line in lines:
            self._tell(line, incoming)

    def holders(self, call: CallId) -> Sequence[str] | None:
        """The lines that events about ``call`` concern; ``None``: it was not offered."""
        offer = self._offers.get(call)
        return None if offer is None else offer.holders

    def alert(self, call: CallId, line: str) -> None:
        """``line`` rings."""
        offer = self._offers.get(call)
        if offer is None:
            return
        self._offers[call], first = offer.alert(line)
        if first:
            self._log.progress(call, early_media=False)
            self._far_side(call).alert(call)

    def answer(self, call: CallId, line: str) -> None:
        """``line`` has the call; the others fall silent."""
        offer = self._offers.get(call)
        if offer is None:
            return
        self._offers[call], others = offer.take(line)
        self._log.taken(call, line)
        self._far_side(call).answer(call, line)
        for other in others:
            self._tell(other, Ended(call, Reason.COMPLETED))

    def reject(self, call: CallId, line: str, reason: Reason) -> None:
        """``line`` does not take the call."""
        offer = self._offers.get(call)
        if offer is None:
            return
        self._offers[call], for_caller = offer.refuse(line, reason)
        if for_caller is not None:
            self._far_side(call).reject(call, for_caller)

    def end(self, call: CallId) -> Sequence[str]:
        """The call is over.  The lines that missed it."""
        offer = self._offers.pop(call, None)
        return () if offer is None else offer.missed
