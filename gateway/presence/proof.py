"""The codes that prove who is at the telephone.  Pure: clock and randomness are the caller's.

A *shown* code stands on a page and is dialled; whoever dials it is at the telephone.  A *spoken*
code is heard there and typed on a page.  Each is good once and for a short time.

Who cannot hear the telephone can only guess.  A guess at a spoken code costs one of its ``TRIES``,
and makes everybody wait longer before the next.  A code dialled wrongly can only come from the
telephone itself; after ``TRIES`` of them every shown code is worth nothing, so that an automatic
dialler gets nowhere.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace

from gateway.call.service_codes import PROOF_DIGITS
from gateway.words import Words

LIFE_S = 180.0
"""Seconds for which a code is good."""
TRIES = 5
"""Wrong guesses after which a code is worth nothing."""
MOST_SHOWN = 16
"""Codes that are shown at a time; a page more waits."""
REMEMBERED_S = 600.0
"""Seconds for which it is known whose code was proved."""
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
"""Before the next guess at a spoken code; doubles from one wrong guess to the next."""
DIGITS = PROOF_DIGITS


class RefusedError(Exception):
    """Not now; ``words`` say why, ``wait`` is how many seconds to wait, if that helps."""

    def __init__(self, words: Words, wait: float = 0.0) -> None:
        super().__init__(words.en)
        self.words = words
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Shown:
    """A code on a page; ``id`` names it for programs and is no secret to the page's own server."""

    id: str
    code: str
    until: float

    def __repr__(self) -> str:
        return f"Shown({self.id!r})"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A code that the telephone has said."""

    code: str
    until: float
    tries: int = TRIES

    def __repr__(self) -> str:
        return "Spoken()"


@dataclass(frozen=True, slots=True)
class Proofs:
    """Everything that is open at a moment.  Times are seconds of one monotonic clock."""

    shown: tuple[Shown, ...] = ()
    proved: tuple[tuple[str, float], ...] = ()
    """Ids of the shown codes that were dialled, and until when that is remembered."""
    dialled_wrong: int = 0
    spoken: Spoken | None = None
    guessed_wrong: int = 0
    """Guesses since the last right one."""
    wait_until: float = 0.0

    def show(self, ident: str, code: str, now: float) -> Proofs:
        """A page shows ``code``."""
        present = self._at(now)
        if len(present.shown) >= MOST_SHOWN:
            raise RefusedError(
                Words(
                    "Too many pages show a code at the moment. Wait a few minutes.",
                    "Сейчас код показан на слишком многих страницах. Подождите несколько минут.",
                ),
                present.shown[0].until - now,
            )
        if any(hmac.compare_digest(one.code, code) for one in present.shown):
            raise ValueError("this code is shown already: take another one")
        return replace(present, shown=(*present.shown, Shown(ident, code, now + LIFE_S)))

    def dial(self, code: str, now: float) -> tuple[Proofs, str | None]:
        """``code`` was dialled: the id of the page that showed it, or ``None``."""
        present = self._at(now)
        found = None
        for one in present.shown:  # all of them, so that the time tells nothing
            if hmac.compare_digest(one.code, code):
                found = one
        if found is not None:
            left = tuple(one for one in present.shown if one is not found)
            remembered = (*present.proved, (found.id, now + REMEMBERED_S))
            return replace(present, shown=left, proved=remembered, dialled_wrong=0), found.id
        wrong = present.dialled_wrong + 1
        if wrong >= TRIES:
            return replace(present, shown=(), dialled_wrong=0), None
        return replace(present, dialled_wrong=wrong), None

    def state(self, ident: str, now: float) -> str:
        """``proved``, ``waiting`` or ``over`` for the code of ``ident``."""
        present = self._at(now)
        if any(one == ident for one, _ in present.proved):
            return "proved"
        return "waiting" if any(one.id == ident for one in present.shown) else "over"

    def speak(self, code: str, now: float) -> Proofs:
        """The telephone says ``code``; the one before is worth nothing any more."""
        return replace(self._at(now), spoken=Spoken(code, now + LIFE_S))

    def guess(self, code: str, now: float) -> tuple[Proofs, bool]:
        """Whether ``code`` is the spoken one; ``RefusedError`` if the last guess was just now."""
        present = self._at(now)
        if now < present.wait_until:
            wait = present.wait_until - now
            raise RefusedError(
                Words(
                    f"Wait {wait:.0f} s before the next try.",
                    f"Подождите {wait:.0f} с до следующей попытки.",
                ),
                wait,
            )
        spoken = present.spoken
        right = hmac.compare_digest(spoken.code if spoken else "", code) and spoken is not None
        if right:
            return replace(present, spoken=None, guessed_wrong=0, wait_until=0.0), True
        wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(present.guessed_wrong, 16))
        if spoken is not None:
            spoken = replace(spoken, tries=spoken.tries - 1) if spoken.tries > 1 else None
        wrong = present.guessed_wrong + 1
        return replace(present, spoken=spoken, guessed_wrong=wrong, wait_until=now + wait), False

    def _at(self, now: float) -> Proofs:
        """Without what is out of date."""
        spoken = self.spoken if self.spoken is not None and now < self.spoken.until else None
        return replace(
            self,
            shown=tuple(one for one in self.shown if now < one.until),
            proved=tuple(entry for entry in self.proved if now < entry[1]),
            spoken=spoken,
        )


def is_code(text: str) -> bool:
    """Whether ``text`` has the form of a code."""
    return len(text) == DIGITS and text.isascii() and text.isdigit()
