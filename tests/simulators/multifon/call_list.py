"""The calls of the network: the running ones, and the last that have ended."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulators.multifon.call import Call
from tests.simulators.multifon.dialog import key_of_request
from tests.simulators.multifon.sip_message import Request

ENDED_KEPT = 200
"""Ended calls that can still be asked for."""


class CallList:
    """Calls by their name, which is a number that counts up."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self.made = 0

    def __iter__(self) -> Iterator[Call]:
        """Oldest first; a copy, so that calls may end meanwhile."""
        return iter(tuple(self._calls.values()))

    def next_name(self) -> str:
        self.made += 1
        return str(self.made)

    def keep(self, call: Call) -> None:
        self._calls[call.identifier] = call
        ended = [c for c in self if c.is_over]
        for old in ended[: max(0, len(ended) - ENDED_KEPT)]:
            del self._calls[old.identifier]

    def find(self, identifier: str) -> Call:
        """Raises ``ValueError`` if there is no such call."""
        try:
            return self._calls[identifier]
        except KeyError:
            raise ValueError(f"there is no call {identifier!r}") from None

    def running_of(self, account: str) -> int:
        """How many calls the account has now."""
        return sum(call.account == account and not call.is_over for call in self)

    def with_dialog_of(self, request: Request) -> Call | None:
        """The running call whose dialog the request belongs to (RFC 3261 §12.2.2)."""
        key = key_of_request(request)
        for call in self:
            if not call.is_over and call.dialog is not None and call.dialog.key == key:
                return call
        return None
