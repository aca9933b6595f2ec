"""Who has signed in.  The browser keeps a random name, everything else stays here."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from gateway.web import keeping

COOKIE = "session"
IDLE = 14 * 86400.0
"""Seconds after which a session that nobody uses ends."""
LONGEST = 90 * 86400.0
"""Seconds after which any session ends."""
MOST = 200
"""Sessions at a time; the one that was used least recently goes first."""
_NOTED = 3600.0
"""Use is written down once an hour: flash memory wears."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser.  ``token`` guards its forms against other sites (CSRF)."""

    key: str
    """A hash of the name in the cookie: what is stored here opens nothing."""
    token: str
    begun: float
    used: float
    """UTC seconds."""
    signed_in: bool = False
    proved: bool = False
    """Was shown to be at the adapter, and may choose the page's password."""
    proof: str = ""
    """The proof under way, as the gateway calls it."""
    browser: str = ""
    messages: tuple[tuple[str, str], ...] = field(default=())
    """Kind and text of what the next page tells."""


class Sessions:
    """All of them; those that signed in survive a restart of the page.

    ``clock`` gives UTC seconds.
    """

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self._path = folder / "sessions.json"
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._written = 0.0
        stored = keeping.read(self._path)
        for row in stored if isinstance(stored, list) else ():
            session = Session(
                row["key"], row["token"], row["begun"], row["used"], True, browser=row["browser"]
            )
            self._sessions[session.key] = session

    def find(self, name: str) -> Session | None:
        """The session of a cookie, if it is still good."""
        session = self._sessions.get(_key(name)) if name else None
        if session is None:
            return None
        now = self._clock()
        if now - session.used > IDLE or now - session.begun > LONGEST:
            self.end(session.key)
            return None
        used = replace(session, used=now)
        self._sessions[session.key] = used
        if used.signed_in and now - self._written > _NOTED:
            self._write()
        return used

    def begin(self, browser: str = "") -> tuple[str, Session]:
        """A new session and the name for the cookie."""
        name, now = secrets.token_urlsafe(32), self._clock()
        while len(self._sessions) >= MOST:
            # Somebody who only looks must not push out one who has signed in.
            oldest = min(self._sessions.values(), key=lambda s: (s.signed_in, s.used))
            del self._sessions[oldest.key]
        session = Session(_key(name), secrets.token_urlsafe(24), now, now, browser=browser[:200])
        self._sessions[session.key] = session
        return name, session

    def sign_in(self, session: Session) -> str:
        """A new name and token for a session that may do everything from now on."""
        self._sessions.pop(session.key, None)
        name, new = self.begin(session.browser)
        self.change(new, signed_in=True)
        return name

    def change(self, session: Session, **values: object) -> Session:
        """Replace fields of a session."""
        changed = replace(self._sessions.get(session.key, session), **values)  # type: ignore[arg-type]
        self._sessions[session.key] = changed
        if "signed_in" in values:
            self._write()
        return changed

    def end(self, key: str) -> None:
        session = self._sessions.pop(key, None)
        if session is not None and session.signed_in:
            self._write()

    def end_all(self, but: str = "") -> None:
        """Sign every browser out, ``but`` one."""
        self._sessions = {key: s for key, s in self._sessions.items() if key == but}
        self._write()

    def signed_in(self) -> tuple[Session, ...]:
        """The one that was used last comes first."""
        found = [session for session in self._sessions.values() if session.signed_in]
        return tuple(sorted(found, key=lambda session: -session.used))

    def _write(self) -> None:
        self._written = self._clock()
        rows = [
            {"key": s.key, "token": s.token, "begun": s.begun, "used": s.used, "browser": s.browser}
            for s in self._sessions.values()
            if s.signed_in
        ]
        keeping.write(self._path, rows)


def _key(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
