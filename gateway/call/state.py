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
    ASKED = "asked"
    """A dial code asked the gateway for something; the answer is awaited."""
    AWAITED = "awaited"
    """"One moment" was said; the answer is still awaited."""
    TOLD = "told"
    """The answer is being spoken."""
    CALLING = "calling"
    """The number is sent; nothing has come back yet."""
    RINGBACK = "ringback"
    """The far end is alerted."""
    RINGING = "ringing"
    """The bell rings for an incoming call."""
    RINGING_BACK = "ringing-back"
    """The receiver was replaced while a call was on hold: the bell rings for that call."""
    TALKING = "talking"
    """The call is answered."""
    CALL_WAITING = "call-waiting"
    """The call is answered, and another one waits for its answer."""
    CALL_ON_HOLD = "call-on-hold"
    """The call is answered, and another one is on hold."""
    STILL_WAITING = "still-waiting"
    """The far end has hung up; the other call waits on for its answer."""
    STILL_ON_HOLD = "still-on-hold"
    """The far end has hung up; the other call is on hold."""
    BUSY = "busy"
    """No call came about: the tone says why."""
    RELEASED = "released"
    """A call that was answered has ended: the tone says why."""
    DISCONNECTED = "disconnected"
    """Nobody has hung up: silence, and the current of the line tells a machine to do so."""
    HOWLER = "howler"
    """The receiver was left lifted: the howler asks for it to be replaced."""
    LOCKOUT = "lockout"
    """The howler was not heard: silence until the receiver is replaced."""
    EXAMINATION_AWAITED = "examination-awaited"
    """The line is to be examined as soon as the receiver is lifted."""
    EXAMINATION_RINGS = "examination-rings"
    """The bell rings to be examined; nobody calls."""
    EXAMINED_DIGITS = "examined-digits"
    """The line is examined: digits are measured, none counts towards a number."""
    EXAMINED_SOUND = "examined-sound"
    """The line is examined: its sound, and the taps of the cradle."""
    OUT_OF_SERVICE = "out-of-service"
    """The line has a fault; the hook is not believed."""


States: TypeAlias = tuple[State, ...]

EVERY: Final[States] = tuple(State)
AWAIT_ANSWER: Final[States] = (State.ASKED, State.AWAITED)
"""A dial code was dialled and its answer is not there yet."""
ASKS: Final[States] = (*AWAIT_ANSWER, State.TOLD)
"""A dial code is being served; a digit begins a number all the same."""
DIALS: Final[States] = (State.DIAL_TONE, State.NO_SERVICE, State.DIALLING, *ASKS)
"""A digit counts towards a number."""
CALLED: Final[States] = (State.CALLING, State.RINGBACK)
"""An outgoing call waits for its answer."""
TWO_CALLS: Final[States] = (State.CALL_WAITING, State.CALL_ON_HOLD)
"""There is a call, and another one."""
ANSWERED: Final[States] = (State.TALKING, *TWO_CALLS)
"""The two sides speak."""
IN_CALL: Final[States] = (*CALLED, *ANSWERED)
"""The receiver is lifted and joined to a call."""
LEFT: Final[States] = (State.STILL_WAITING, State.STILL_ON_HOLD)
"""The receiver is lifted and joined to no call, and there is one."""
REFUSED: Final[States] = (
    State.BUSY,
    State.RELEASED,
    State.DISCONNECTED,
    State.HOWLER,
    State.LOCKOUT,
)
"""The receiver is lifted and can only be replaced."""
EXAMINED: Final[States] = (State.EXAMINED_DIGITS, State.EXAMINED_SOUND)
"""The receiver is lifted for an examination of the line."""
IN_EXAMINATION: Final[States] = (
    State.EXAMINATION_AWAITED,
    State.EXAMINATION_RINGS,
    *EXAMINED,
)
"""The line is examined, or will be."""
EXAMINABLE: Final[States] = (State.IDLE, State.DIAL_TONE, State.NO_SERVICE, *REFUSED)
"""Nobody uses the line, so that it can be examined."""
LIFTED: Final[States] = (*DIALS, *IN_CALL, *LEFT, *REFUSED, *EXAMINED)
"""The receiver is lifted."""
RINGS: Final[States] = (State.RINGING, State.RINGING_BACK)
"""The bell rings."""
AT_REST: Final[States] = (
    State.IDLE,
    *RINGS,
    State.EXAMINATION_AWAITED,
    State.EXAMINATION_RINGS,
    State.OUT_OF_SERVICE,
)
"""The receiver is on the hook, or not believed."""
HAS_CALL: Final[States] = (*IN_CALL, *LEFT, *RINGS)
"""There is a call, or two."""


def every_state_but(*states: State) -> States:
    return tuple(state for state in State if state not in states)
