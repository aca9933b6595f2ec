"""Tokens: what another program shows instead of the page's password.

Only a hash is kept, so what is stored here opens nothing.  A fast hash is enough: nobody guesses
256 random bits.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.interfaces.methods import Scope
from gateway.web.keeping import read, write

PREFIX = "mfg_"
"""So that a token that was published by mistake is known for what it is."""
MOST = 50
LONGEST_NAME = 60
_NOTED = 3600.0
"""Use is written down once an hour: flash memory wears."""


@dataclass(frozen=True, slots=True)
class Token:
    """``made`` and ``used`` are UTC seconds; ``used`` is 0 before the first time."""

    key: str
    """The hash of its text."""
    name: str
    scopes: frozenset[Scope]
    made: float
    used: float = 0.0


class Tokens:
    """All of them.  ``clock`` gives UTC seconds."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self._path = folder / "tokens.json"
        self._clock = clock
        self._tokens: dict[str, Token] = {}
        self._noted: dict[str, float] = {}
        stored = read(self._path)
        for row in stored if isinstance(stored, list) else ():
            token = _token(row)
            if token is not None:
                self._tokens[token.key] = token

    def make(self, name: str, scopes: Iterable[Scope]) -> str:
        """A new token; its text is told this once.  ``ValueError`` with a sentence."""
        wanted, name = frozenset(scopes), name.strip()
        if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            raise ValueError(f"The name has 1 to {LONGEST_NAME} characters.")
        if not wanted:
            raise ValueError("A token is good for something: choose what.")
        if len(self._tokens) >= MOST:
            raise ValueError(f"There are {MOST} tokens already: revoke one that is not used.")
        text = PREFIX + secrets.token_urlsafe(32)
        token = Token(_key(text), name, wanted, self._clock())
        self._tokens[token.key] = token
        self._write()
        return text

    def find(self, text: str) -> Token | None:
        """The token with this text, which is used now."""
        token = self._tokens.get(_key(text))
        if token is None:
            return None
        now = self._clock()
        token = self._tokens[token.key] = replace(token, used=now)
        if now - self._noted.get(token.key, 0.0) > _NOTED:
            self._noted[token.key] = now
            self._write()
        return token

    def revoke(self, key: str) -> Token | None:
        """It is good for nothing any more, from now on; the token that it was."""
        token = self._tokens.pop(key, None)
        if token is not None:
            self._write()
        return token

    def revoke_all(self) -> None:
        """None is good for anything any more."""
        self._tokens.clear()
        self._write()

    def all(self) -> tuple[Token, ...]:
        """The newest first."""
        return tuple(sorted(self._tokens.values(), key=lambda token: -token.made))

    def _write(self) -> None:
        rows = [
            {
                "key": token.key,
                "name": token.name,
                "scopes": sorted(scope.value for scope in token.scopes),
                "made": token.made,
                "used": token.used,
            }
            for token in self._tokens.values()
        ]
        write(self._path, rows)


def _token(row: object) -> Token | None:
    match row:
        case {
            "key": str(key),
            "name": str(name),
            "scopes": list(scopes),
            "made": float() | int() as made,
            "used": float() | int() as used,
        }:
            known = frozenset(scope for scope in Scope if scope.value in scopes)
            return Token(key, name, known, made, used)
    return None


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
