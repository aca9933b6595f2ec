"""The states of a handset's call, how long each may last, and why a call was not taken."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from gateway.line import Refusal
from hardware.dect.cvm.codes import ReleaseReason


class CallState(enum.Enum):
    IDLE = "idle"
    OFFERED = "offered"
    """The module was asked to call the handset."""
    WITHDRAWN = "withdrawn"
    """The same, but nobody calls any more; how the module names the call is not known yet."""
    RINGING = "ringing"
    ANSWERED = "answered"
    """The handset took the call; its voice channel is being opened."""
    SEIZED = "seized"
    """The handset took the line; its voice channel is being opened."""
    OPENING = "opening"
    CONNECTED = "connected"
    RELEASING = "releasing"


PATIENCE: Mapping[CallState, float] = {
    # Paging a handset that is out of range takes the module some seconds.
    CallState.OFFERED: 15.0,
    CallState.WITHDRAWN: 15.0,
    # Whoever offers a call withdraws it long before.
    CallState.RINGING: 600.0,
    CallState.ANSWERED: 10.0,
    CallState.SEIZED: 10.0,
    CallState.OPENING: 10.0,
    CallState.RELEASING: 5.0,
}
"""Seconds until a state ends by itself; those that are not here last."""

RELEASES = 3
"""How often the module is asked to end a call."""

LOCATING = 60.0
"""Seconds for which a handset rings that is looked for."""

_WHY = {
    ReleaseReason.BUSY: Refusal.BUSY,
    ReleaseReason.USER_ACTIVE: Refusal.BUSY,
    ReleaseReason.USER_REJECTION: Refusal.REJECTED,
    ReleaseReason.NORMAL: Refusal.REJECTED,
    ReleaseReason.PARTIAL_RELEASE: Refusal.REJECTED,
}
"""Why the handset did not take a call; every other reason means that it cannot be reached."""


def refusal(reason: int) -> Refusal:
    known = reason in ReleaseReason.__members__.values()
    return _WHY.get(ReleaseReason(reason), Refusal.UNREACHABLE) if known else Refusal.UNREACHABLE
