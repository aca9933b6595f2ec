"""Who asks: the token in the header ``Authorization`` (RFC 6750, 2.1)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from math import ceil

from starlette.requests import Request

from gateway.interfaces.tokens import Token, Tokens
from gateway.web.attempts import Attempts
from gateway.web.audit import Audit


@dataclass(frozen=True, slots=True)
class NoEntry:
    """Why not: the status of the answer, a sentence, and the headers that belong to it."""

    status: int
    sentence: str
    headers: dict[str, str] = field(default_factory=dict)


_WHO = {"WWW-Authenticate": 'Bearer realm="MultiFon gateway"'}


class Bearers:
    """Finds tokens; whoever shows wrong ones has to wait longer and longer."""

    def __init__(self, tokens: Tokens, audit: Audit) -> None:
        self._tokens = tokens
        self._audit = audit
        self._attempts = Attempts()

    def token_of(self, request: Request) -> Token | NoEntry:
        """The token that the request shows.  One in the address is not looked at: logs keep it."""
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not text.strip():
            return NoEntry(401, "Show a token: Authorization: Bearer …", _WHO)
        address = request.client.host if request.client else "unknown"
        now = time.monotonic()
        # A good token is let in however often somebody else is wrong behind the same address.
        token = self._tokens.find(text.strip())
        if token is not None:
            return token
        wait = self._attempts.wait(address, now)
        if wait > 0:
            return NoEntry(429, "Too many wrong tokens: wait.", {"Retry-After": str(ceil(wait))})
        self._attempts.failed(address, now)
        self._audit.note("token-wrong", address)
        return NoEntry(401, "Nobody knows this token.", _WHO)
