"""When the adapter opens a Wi-Fi network of its own, to be set up without a cable.  Pure.

Only an adapter that has no way into any network does: no cable that works, and no Wi-Fi network
that it knows.  One that knows a Wi-Fi network keeps trying it: a router that is off for an hour
must not turn every adapter of the street into an access point, and the radio cannot do both.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.network.model import Interface, Kind, State

PATIENCE = 45.0
"""Seconds without a network, which a cable and DHCP may take to come up, before one is opened."""


class Step(enum.Enum):
    """What is to be done now."""

    NOTHING = "nothing"
    OPEN = "open"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Decision:
    """``interface`` is the one that becomes an access point; empty for other steps."""

    step: Step
    interface: str = ""


NOTHING = Decision(Step.NOTHING)


class OwnNetworkPolicy:
    """Asked every few seconds; times are seconds of a clock that only rises."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._alone_since: float | None = None

    def decide(self, now: float, interfaces: Sequence[Interface], *, knows_wifi: bool) -> Decision:
        """What to do; ``knows_wifi``: the password of some network is stored."""
        sharing = any(one.state is State.SHARING for one in interfaces)
        wired = any(one.kind is Kind.WIRED and one.state is State.CONNECTED for one in interfaces)
        if sharing:
            self._alone_since = None
            return Decision(Step.CLOSE) if wired else NOTHING
        busy = any(one.state in {State.CONNECTED, State.CONNECTING} for one in interfaces)
        radio = next((one for one in interfaces if _is_free(one)), None)
        if busy or knows_wifi or radio is None:
            self._alone_since = None
            return NOTHING
        if self._alone_since is None:
            self._alone_since = now
        if now - self._alone_since < self._patience:
            return NOTHING
        self._alone_since = None
        return Decision(Step.OPEN, radio.name)


def _is_free(interface: Interface) -> bool:
    """A radio that is switched on and does nothing."""
    idle = {State.DISCONNECTED, State.FAILED}
    return interface.kind is Kind.WIFI and interface.state in idle
