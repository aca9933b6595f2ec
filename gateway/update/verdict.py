"""Does a new system work?  Pure.

It works when it does what the old one did: the gateway answers, and it is registered, unless the
old one was not registered either (no internet, a wrong password: no fault of the update).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 300.0
"""Seconds after the start of the trial in which the new system must do what the old one did."""
STEADY = 20.0
"""Seconds for which it must do so without a break: a gateway that crashes in a loop is up, too."""


class Verdict(enum.Enum):
    """What is to be done with the system that is tried."""

    WAIT = "wait"
    KEEP = "keep"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Before:
    """What the old system did.  ``accounts`` are the numbers that were registered."""

    answered: bool = False
    accounts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, status: Mapping[str, Any] | None) -> Before:
        """From the method ``status`` of its gateway; ``None`` if that did not answer."""
        if status is None:
            return cls()
        return cls(
            True,
            frozenset(
                str(account["number"])
                for account in status["accounts"]
                if account.get("registered", False)
            ),
        )


class Trial:
    """Asked every few seconds; times are seconds since the trial began."""

    def __init__(self, before: Before) -> None:
        self._before = before
        self._since: float | None = None

    def judge(self, now: float, status: Mapping[str, Any] | None) -> Verdict:
        """What to do, by what the new system's gateway says now (``None``: nothing)."""
        present = Before.of(status)
        as_good = present.answered and present.accounts >= self._before.accounts
        if not as_good:
            self._since = None
        elif self._since is None:
            self._since = now
        if self._since is not None and now - self._since >= STEADY:
            return Verdict.KEEP
        return Verdict.RETURN if now > LONGEST else Verdict.WAIT


def is_in_use(status: Mapping[str, Any] | None) -> bool:
    """Somebody telephones: an update has to wait."""
    if status is None:
        return False
    resting = {"idle", "out-of-service"}
    return bool(status["calls"]) or any(line["state"] not in resting for line in status["lines"])
