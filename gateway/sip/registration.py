"""When to register: the heartbeat of an account (design §3.8).  Pure: time enters as an argument.

The rules:

1. Refresh after half of the granted interval, whatever was asked for.
2. A failure is tried again after a delay that doubles up to a limit, with jitter, so that a
   thousand adapters do not return at the same moment after an outage.
3. A refused number or password (401, 404, 407) stops: the same words will not be taken
   tomorrow, and providers ban addresses that insist.  ``restart`` begins anew, after new settings.
4. A 403 may be a ban that ends by itself: it waits at the longest, ``REFUSED_RETRY``.
5. A registration whose interval has passed without a refresh is lost, even with no answer at all.
6. An answer is awaited for ``ANSWER_WITHIN``; SIP itself would wait 32 s, longer than is left of a
   short interval.
7. Another network is a reason to hurry, but not to flood, and not to repeat what was refused.
"""

from __future__ import annotations

import enum
import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from gateway.call.reason import Reason

REFUSED_RETRY = 1800.0
"""Seconds before the next try after a 403; the longest delay seen in use with MultiFon."""
SHORTEST_REFRESH = 1.0
"""Seconds; a shorter grant is refreshed this often at most."""
ANSWER_WITHIN = 8.0
"""Seconds; a REGISTER is repeated after 0.5, 1.5, 3.5 and 7.5 of them (RFC 3261 §17.1.2.2)."""
SETTLE = 2.0
"""Seconds after a REGISTER within which no change of network makes another one."""


class RegistrationState(enum.Enum):
    """What the account is doing; the values are those of the control socket."""

    REGISTERING = "registering"
    REGISTERED = "registered"
    WAITING = "waiting"
    REFUSED = "refused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays between failed tries, in seconds."""

    first: float = 2.0
    longest: float = 120.0

    def __post_init__(self) -> None:
        if not 0 < self.first <= self.longest:
            raise ValueError("the first delay is above 0 s and not above the longest")


def reason_of_refusal(code: int) -> Reason:
    """Why a REGISTER failed; ``code`` is the SIP status, 0 when no server was found."""
    if code == 0:
        return Reason.NO_ROUTE
    if code in {401, 403, 407}:
        return Reason.WRONG_PASSWORD
    if code == 404:
        return Reason.WRONG_NUMBER
    if code in {408, 502}:
        return Reason.NO_REPLY
    return Reason.PROVIDER_FAILED


class Registration:
    """State of one account's registration.

    ``due`` says when a REGISTER has to be sent; ``sent``, ``granted`` and ``failed`` tell what
    became of it.  Times are seconds of one monotonic clock.
    """

    def __init__(
        self, backoff: Backoff, jitter: Callable[[float, float], float] = random.uniform
    ) -> None:
        self.state = RegistrationState.REGISTERING
        self.reason: Reason | None = None
        self.expires = 0.0
        self._backoff = backoff
        self._jitter = jitter
        self._failures = 0
        self._next: float | None = 0.0
        self._lapse: float | None = None
        self._sent = -math.inf
        self._awaited = False

    @property
    def registered(self) -> bool:
        return self._lapse is not None

    @property
    def awaiting(self) -> bool:
        """A REGISTER is under way."""
        return self._awaited

    def due(self, now: float) -> bool:
        """A REGISTER should be sent now."""
        return self._next is not None and now >= self._next

    def next_try(self, now: float) -> float | None:
        """Seconds until the next REGISTER; ``None`` when none is planned."""
        return None if self._next is None else max(0.0, self._next - now)

    def sent(self, now: float) -> None:
        """A REGISTER is on its way; nothing is due before its outcome."""
        self._next = None
        self._sent = now
        self._awaited = True
        if not self.registered:
            self.state = RegistrationState.REGISTERING

    def overdue(self, now: float) -> bool:
        """The answer to a REGISTER has not come in time; ``failed`` is to follow."""
        return self._awaited and now - self._sent > ANSWER_WITHIN

    def granted(self, now: float, expires: float) -> None:
        """A 200 came; ``expires`` is the granted interval in seconds."""
        self._awaited = False
        self.state = RegistrationState.REGISTERED
        self.reason = None
        self.expires = expires
        self._failures = 0
        self._lapse = now + expires
        self._next = now + max(SHORTEST_REFRESH, expires / 2)

    def failed(self, now: float, code: int) -> None:
        """A final refusal, or no answer (408), or no address (0)."""
        self._awaited = False
        self.reason = reason_of_refusal(code)
        self._failures += 1
        if code in {401, 404, 407}:
            self.state, self._next, self._lapse = RegistrationState.REFUSED, None, None
        elif code == 403:
            self.state, self._lapse = RegistrationState.REFUSED, None
            self._next = now + REFUSED_RETRY
        else:
            delay = min(self._backoff.longest, self._backoff.first * 2 ** (self._failures - 1))
            self._next = now + delay * self._jitter(0.75, 1.0)
            if not self.registered:
                self.state = RegistrationState.WAITING

    def lapsed(self, now: float) -> bool:
        """True once, when the granted interval has passed without a refresh."""
        if self._lapse is None or now < self._lapse:
            return False
        self._lapse = None
        self.reason = self.reason or Reason.NO_REPLY
        waiting = self._next is not None
        self.state = RegistrationState.WAITING if waiting else RegistrationState.REGISTERING
        return True

    def restart(self, now: float) -> None:
        """Try at once: new settings, or a registration that the provider has forgotten."""
        self._failures = 0
        if not self._awaited:
            self._next = now
        if not self.registered:
            self.state = RegistrationState.REGISTERING

    def hasten(self, now: float) -> None:
        """Our network has changed: try soon, unless the provider has refused us."""
        if self.state not in {RegistrationState.REFUSED, RegistrationState.STOPPED}:
            self._failures = 0
            self._next = max(now, self._sent + SETTLE)

    def stop(self) -> None:
        self._awaited = False
        self.state, self._next, self._lapse = RegistrationState.STOPPED, None, None
