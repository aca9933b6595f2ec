"""Calls between two lines of the gateway: what the network does for other calls, done here.

Call control sees two ordinary calls, one that a line has placed and one that is offered to lines,
and this joins them: ringing, answer, refusal and end of the one are told to the other, and the
voices of two lines are joined in the bridge without SIP.  Runs on the event loop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from gateway.call.events import Answered, CallId, Ended, NetworkEvent, Progress
from gateway.call.reason import Reason


class Voices(Protocol):
    """Joins the voices of lines; both methods return at once, and are done in their order."""

    def join(self, line: str, other: str) -> None:
        """From now on the two hear each other."""

    def part(self, line: str, other: str) -> None:
        """They do not any more."""


@dataclass(slots=True)
class _Pair:
    """The two calls of one conversation."""

    placed: CallId
    offered: CallId
    caller: str
    """The line that called."""
    called: str | None = None
    """The line that answered."""
    held: set[CallId] = field(default_factory=set)
    joined: bool = False

    def other(self, call: CallId) -> CallId:
        return self.placed if call == self.offered else self.offered


class InsideCalls:
    """``post`` gets what the network would tell of both calls; it must not act at once."""

    def __init__(self, voices: Voices, post: Callable[[NetworkEvent], None]) -> None:
        self._voices = voices
        self._post = post
        self._pairs: dict[CallId, _Pair] = {}

    def __contains__(self, call: object) -> bool:
        return call in self._pairs

    def place(self, call: CallId, line: str) -> CallId:
        """``line`` calls by ``call``.  The call that is to be offered to other lines."""
        pair = _Pair(call, f"{call}-inside", line)
        self._pairs[pair.placed] = self._pairs[pair.offered] = pair
        return pair.offered

    def alert(self, call: CallId) -> None:
        """The call that was offered rings somewhere."""
        self._post(Progress(self._pairs[call].placed, early_media=False))

    def answer(self, call: CallId, line: str) -> None:
        """``line`` takes the call that was offered."""
        pair = self._pairs[call]
        pair.called = line
        self._post(Answered(pair.placed))
        self._post(Answered(pair.offered))
        self._follow(pair)

    def hold(self, call: CallId) -> None:
        """One side leaves for another call; the other hears nothing until it is back."""
        pair = self._pairs[call]
        pair.held.add(call)
        self._follow(pair)

    def resume(self, call: CallId) -> None:
        pair = self._pairs[call]
        pair.held.discard(call)
        self._follow(pair)

    def reject(self, call: CallId, reason: Reason) -> None:
        """Nobody takes the call that was offered."""
        self._end(self._pairs[call], call, reason, reason)

    def hang_up(self, call: CallId, reason: Reason = Reason.COMPLETED) -> None:
        """One side leaves for good, whether the other has answered or not."""
        pair = self._pairs[call]
        to_other = Reason.COMPLETED if pair.called else Reason.CANCELLED
        self._end(pair, call, reason, to_other)

    def _end(self, pair: _Pair, call: CallId, reason: Reason, to_other: Reason) -> None:
        del self._pairs[pair.placed], self._pairs[pair.offered]
        self._join(pair, joined=False)
        self._post(Ended(call, reason))
        self._post(Ended(pair.other(call), to_other))

    def _follow(self, pair: _Pair) -> None:
        self._join(pair, joined=pair.called is not None and not pair.held)

    def _join(self, pair: _Pair, *, joined: bool) -> None:
        if joined is pair.joined or pair.called is None:
            return
        pair.joined = joined
        (self._voices.join if joined else self._voices.part)(pair.caller, pair.called)
