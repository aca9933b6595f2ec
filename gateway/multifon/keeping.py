"""When to ask the provider where calls go, and when to set the wanted mode again.

Pure: time and chance enter as arguments.  THE RULES

1.  Without a wanted mode the provider's is only watched.
2.  As the balance nears zero, MultiFon falls back to "the mobile telephone only" and stays there.
    So another mode than the wanted one is set again: at once when it is first seen and whenever the
    balance has risen, else with growing delays - what was refused a moment ago is refused now.
3.  The user is warned while calls do not reach MultiFon although they should.
4.  One question a round: the next round follows after the interval, give or take a tenth, so that
    the adapters of a town do not ask together.  After a failure in passing it follows sooner, and
    later from failure to failure, up to the interval.
5.  A refused login, password or right is asked for again a few times a day only: the same words
    will hardly be taken, and providers ban those who insist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from gateway.multifon.errors import RefusedError, ServiceError
from gateway.multifon.routing import Routing

Jitter = Callable[[float, float], float]
"""A number between two others, such as ``random.uniform``."""

FIRST_WITHIN: Final = 10.0
"""Seconds within which the first round begins."""
FAILED_FIRST: Final = 30.0
"""Seconds before the round after a failure in passing; doubles up to the interval."""
REFUSED_AGAIN: Final = 6 * 3600.0
SET_FIRST: Final = 600.0
"""Seconds between the first two tries to set the wanted mode; doubles."""
SET_LONGEST: Final = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is known of one account; ``interval`` in seconds, 0 never asks by itself.

    Times are seconds of one monotonic clock.
    """

    interval: float
    wanted: Routing | None = None
    mode: Routing | None = None
    """What the provider said last."""
    balance: Decimal | None = None
    checked: float | None = None
    """When ``mode`` was read."""
    trouble: ServiceError | None = None
    """Why the last question was not answered."""
    failures: int = 0
    tries: int = 0
    """Tries to set the wanted mode since a round found it in force."""
    set_after: float = 0.0
    refused_at: Decimal | None = None
    """The balance at the last try that was in vain."""

    @property
    def deviates(self) -> bool:
        """The provider has another mode than the wanted one."""
        return self.wanted is not None and self.mode is not None and self.mode is not self.wanted

    @property
    def fell_back(self) -> bool:
        """Calls reach the mobile telephone only, although they should come here."""
        return self.deviates and self.mode is Routing.PHONE

    def to_set(self, now: float) -> Routing | None:
        """The mode to set now, if any."""
        if not self.deviates:
            return None
        risen = (
            self.balance is not None
            and self.refused_at is not None
            and self.balance > self.refused_at
        )
        return self.wanted if risen or now >= self.set_after else None

    def next_round(self, jitter: Jitter) -> float | None:
        """Seconds until the next round; ``None`` never."""
        if not self.interval:
            return None
        if self.checked is None and self.trouble is None:
            return jitter(0.0, min(FIRST_WITHIN, self.interval / 10))
        if isinstance(self.trouble, RefusedError):
            return max(self.interval, REFUSED_AGAIN) * jitter(0.9, 1.1)
        if self.trouble is not None and self.trouble.passing:
            delay = FAILED_FIRST * 2.0 ** min(self.failures - 1, 20)
            return min(self.interval, delay) * jitter(0.9, 1.1)
        return self.interval * jitter(0.9, 1.1)

    # What happens.

    def wants(self, wanted: Routing | None) -> Keeping:
        """The user has decided anew; nothing that was in vain counts any more."""
        return replace(self, wanted=wanted, tries=0, set_after=0.0, refused_at=None)

    def saw(self, mode: Routing, now: float, *, after_set: bool = False) -> Keeping:
        """The provider said ``mode``; ``after_set`` is the look whether a setting was taken."""
        seen = replace(self, mode=mode, checked=now, trouble=None, failures=0)
        if seen.deviates or after_set:
            return seen
        return replace(seen, tries=0, set_after=0.0, refused_at=None)

    def saw_balance(self, balance: Decimal | None) -> Keeping:
        return replace(self, balance=balance)

    def tried(self, now: float, jitter: Jitter) -> Keeping:
        """The wanted mode is about to be set; the next try is put off in case it is in vain."""
        delay = min(SET_LONGEST, SET_FIRST * 2.0 ** min(self.tries, 20)) * jitter(0.9, 1.1)
        return replace(self, tries=self.tries + 1, set_after=now + delay, refused_at=self.balance)

    def failed(self, trouble: ServiceError) -> Keeping:
        return replace(self, trouble=trouble, failures=self.failures + 1)
