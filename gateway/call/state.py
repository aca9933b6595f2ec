"""The states of a line, and the groups of states that the transitions speak of."""

from __future__ import annotations

import enum
from typing import Final, TypeAlias


class State(enum.Enum):
    """What a line does; ``value`` is the stable name (control socket, documentation)."""

    IDLE = "idle"
    """The receiver is on the hook and nothing is going on."""
    DIAL_TONE = "dial-tone"
    """The receiver is lifted; the first digit is awaited."""
    NO_SERVICE = "no-service"
    """The receiver is lifted while the line is not registered; a digit may still be dialled."""
    DIALLING = "dialling"
    """Some digits are in, the number is not complete."""
    CALLING = "calling"
    """The number is sent; nothing has come back yet."""
    RINGBACK = "ringback"
    """The far end is alerted."""
    RINGING = "ringing"
    """The bell rings for an incoming call."""
    TALKING = "talking"
    """The call is answered."""
    BUSY = "busy"
    """The call, or the attempt at one, is over: the tone says why."""
    HOWLER = "howler"
    """The receiver was left lifted: the howler asks for it to be replaced."""
    LOCKOUT = "lockout"
    """The howler was not heard: silence until the receiver is replaced."""
    OUT_OF_SERVICE = "out-of-service"
    """The line has a fault; the hook is not believed."""


States: TypeAlias = tuple[State, ...]

EVERY: Final[States] = tuple(State)
DIALS: Final[States] = (State.DIAL_TONE, State.NO_SERVICE, State.DIALLING)
"""A digit counts towards a number."""
CALLED: Final[States] = (State.CALLING, State.RINGBACK)
"""An outgoing call waits for its answer."""
IN_CALL: Final[States] = (*CALLED, State.TALKING)
"""The receiver is lifted and there is a call."""
REFUSED: Final[States] = (State.BUSY, State.HOWLER, State.LOCKOUT)
"""The receiver is lifted and can only be replaced."""
LIFTED: Final[States] = (*DIALS, *IN_CALL, *REFUSED)
"""The receiver is lifted."""
AT_REST: Final[States] = (State.IDLE, State.RINGING, State.OUT_OF_SERVICE)
"""The receiver is on the hook, or not believed."""


def every_state_but(*states: State) -> States:
    return tuple(state for state in State if state not in states)
