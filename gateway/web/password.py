"""The page's password.  There is none until the first visitor, at the adapter, chooses one."""

from __future__ import annotations

import asyncio
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHash, VerificationError

from gateway.web import keeping
from gateway.web.language import N_

SHORTEST = 8
LONGEST = 200
"""Characters."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""Argon2id, 19 MiB: OWASP's least, since the smallest board has 512 MiB for everything."""


class PagePassword:
    """The hash, in ``password.json`` of the page's state folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "password.json"
        stored = keeping.read(self._path)
        self._hash: str | None = stored.get("argon2") if isinstance(stored, dict) else None

    @property
    def chosen(self) -> bool:
        return self._hash is not None

    async def choose(self, password: str) -> None:
        """Use this one from now on.  ``OSError`` if it cannot be stored."""
        digest = await asyncio.to_thread(_HASHER.hash, password)
        keeping.write(self._path, {"argon2": digest})
        self._hash = digest

    async def fits(self, password: str) -> bool:
        """Whether it is the password.  Takes some 50 ms, in a thread."""
        digest = self._hash
        if digest is None or len(password) > LONGEST:
            return False
        return await asyncio.to_thread(_verified, digest, password)

    def forget(self) -> None:
        """Back to the first visit."""
        self._path.unlink(missing_ok=True)
        self._hash = None


def _verified(digest: str, password: str) -> bool:
    try:
        return _HASHER.verify(digest, password)
    except (VerificationError, InvalidHash):
        return False


def objection(password: str, again: str) -> str | None:
    """Why it cannot be the page's password; a message of the catalogue."""
    if len(password) < SHORTEST:
        return N_(
            "A password has at least 8 characters. Three words in a row are easy to remember."
        )
    if len(password) > LONGEST:
        return N_("This password is too long: 200 characters are the most.")
    if len(set(password)) < 4:
        return N_("This password is too easy to guess. Use more different characters.")
    if password != again:
        return N_("The two passwords differ. Type the same one twice.")
    return None
