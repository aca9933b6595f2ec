"""The steps of a scenario as values; ``language.py`` says how they are written."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TypeAlias

from gateway.call.reason import Reason
from gateway.call.state import State
from gateway.caller import Caller
from gateway.line import DigitSource

PATIENCE = 10.0
"""Seconds that a step waits unless it says otherwise."""

# The telephone


@dataclass(frozen=True, slots=True)
class Lift:
    """Lift the receiver."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Replace the receiver."""


@dataclass(frozen=True, slots=True)
class Flash:
    """Tap the cradle."""


@dataclass(frozen=True, slots=True)
class Unplug:
    """Pull the telephone's plug."""


@dataclass(frozen=True, slots=True)
class Plug:
    """Put the plug back."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Dial, and go on when the last digit is sent."""

    digits: str
    by: DigitSource = DigitSource.TONE


@dataclass(frozen=True, slots=True)
class CallNumber:
    """Type a number on a cordless handset, then press its call key."""

    digits: str


class HandsetAction(enum.Enum):
    """What only a person with a cordless handset does."""

    REFUSE = "refuse"
    """Press the key that refuses a call."""
    WALK_AWAY = "walk away"
    WALK_BACK = "walk back"
    REGISTER = "register"
    """Register one more handset, with the base's PIN, while the gateway lets it."""


@dataclass(frozen=True, slots=True)
class HandsetDoes:
    action: HandsetAction


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a sound file into the telephone."""

    file: str


@dataclass(frozen=True, slots=True)
class Hear:
    """Wait until the telephone hears ``sound``, one of the values of ``SOUNDS``."""

    sound: str
    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class IsTold:
    """Wait until the gateway has spoken; since the last digit it said ``answer``, at its level."""

    answer: str
    language: str
    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class NoToneWasHeard:
    """Since the last digit was dialled no call-progress tone was heard, not even under speech."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """Wait until the bell has begun to ring for the ``times``-th time."""

    times: int = 1
    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class NotRinging:
    """Wait until the bell is silent."""

    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class DisplayShows:
    """Wait until the display shows ``caller``; with ``None`` it shows nothing though it rings."""

    caller: Caller | None
    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class MissedCallsShown:
    """Wait until a cordless handset shows that it missed so many calls."""

    calls: int
    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class BellRingsWith:
    """The frequency of the last ring burst is ``hertz``."""

    hertz: float


@dataclass(frozen=True, slots=True)
class LoopIsOpened:
    """Wait until the exchange has cut the loop current for a moment."""

    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class PolarityIsReversed:
    """Wait until the exchange has reversed the loop current."""

    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class AonShows:
    """Wait until a telephone with AON has asked for ``number`` and shows it."""

    number: str
    within: float = PATIENCE


# The far end


@dataclass(frozen=True, slots=True)
class FarEndCalls:
    """The far end calls the telephone; its call goes on until it, or the telephone, hangs up."""

    caller: Caller


@dataclass(frozen=True, slots=True)
class FarEndIsCalled:
    """Wait until our call is there, and look at its number in the form that the provider gets."""

    number: str
    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class FarEndRings:
    """Wait until our call is there, then be alerted (180)."""

    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class FarEndSendsEarlyMedia:
    """Wait until our call is there, then send sound before the answer (183)."""

    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class FarEndAnswers:
    """Wait until our call is there, then take it (200)."""

    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class FarEndRefuses:
    """Wait until our call is there, then refuse it with the SIP status ``code``."""

    code: int
    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class FarEndIsAnswered:
    """Wait until the telephone has taken the far end's call."""

    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class FarEndIsReleased:
    """Wait until the telephone has ended the call, in whatever way its state asks for."""

    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class FarEndIsCancelled:
    """Wait until the telephone has given up its call before the answer (CANCEL)."""

    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class FarEndRenews:
    """The far end sends a re-INVITE, and it is accepted."""


@dataclass(frozen=True, slots=True)
class FarEndHangsUp:
    """The far end ends the call, or its attempt at one."""


@dataclass(frozen=True, slots=True)
class FarEndSays:
    """The far end speaks a sound file."""

    file: str


@dataclass(frozen=True, slots=True)
class FarEndHears:
    """Wait until the far end hears ``sound``, one of the values of ``SOUNDS``."""

    sound: str
    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class FarEndHearsDigits:
    """Wait until the far end has heard exactly these digits, as tones, since the last such step."""

    digits: str
    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class AnotherCalls:
    """A second caller, beside the far end, calls the telephone."""

    number: str


@dataclass(frozen=True, slots=True)
class AnotherIsRefused:
    """Wait until the second caller's call has been refused with the SIP status ``code``."""

    code: int
    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class AnotherIsAnswered:
    """Wait until the telephone has taken the second caller's call."""

    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class AnotherIsReleased:
    """Wait until the telephone has ended the second caller's call."""

    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class AnotherHangsUp:
    """The second caller ends the call, or the attempt at one."""


@dataclass(frozen=True, slots=True)
class AnotherHearsDigits:
    """Wait until the second caller has heard exactly these digits since the last such step."""

    digits: str
    within: float = PATIENCE


# The network and the line


@dataclass(frozen=True, slots=True)
class NetworkStops:
    """The provider is silent from now on."""


@dataclass(frozen=True, slots=True)
class NetworkStarts:
    """The provider answers again."""


@dataclass(frozen=True, slots=True)
class NetworkRefuses:
    """The provider refuses registrations with the SIP status ``code`` from now on."""

    code: int


@dataclass(frozen=True, slots=True)
class NetworkAccepts:
    """The provider grants registrations again."""


@dataclass(frozen=True, slots=True)
class NetworkSets:
    """A setting of the provider has another value, until the end of the scenario."""

    setting: str
    value: float


@dataclass(frozen=True, slots=True)
class NetworkAnswers:
    """Wait until the provider has answered something with the SIP status ``code``."""

    code: int
    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class Registered:
    """Wait until the account is registered."""

    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class NotRegistered:
    """Wait until the account is not registered."""

    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class LineIs:
    """Wait until the line is in ``state``."""

    state: State
    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class CallEnds:
    """Wait until the last call has ended, with ``reason`` in its record."""

    reason: Reason
    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class At:
    """A step at the telephone of another line than the first."""

    line: str
    step: Step


Step: TypeAlias = (
    Lift
    | HangUp
    | Flash
    | Unplug
    | Plug
    | Dial
    | CallNumber
    | HandsetDoes
    | Say
    | Hear
    | IsTold
    | NoToneWasHeard
    | Ringing
    | NotRinging
    | DisplayShows
    | MissedCallsShown
    | BellRingsWith
    | LoopIsOpened
    | PolarityIsReversed
    | AonShows
    | FarEndCalls
    | FarEndIsCalled
    | FarEndRings
    | FarEndSendsEarlyMedia
    | FarEndAnswers
    | FarEndRefuses
    | FarEndIsAnswered
    | FarEndIsReleased
    | FarEndIsCancelled
    | FarEndRenews
    | FarEndHangsUp
    | FarEndSays
    | FarEndHears
    | FarEndHearsDigits
    | AnotherCalls
    | AnotherIsRefused
    | AnotherIsAnswered
    | AnotherIsReleased
    | AnotherHangsUp
    | AnotherHearsDigits
    | NetworkStops
    | NetworkStarts
    | NetworkRefuses
    | NetworkAccepts
    | NetworkSets
    | NetworkAnswers
    | Registered
    | NotRegistered
    | LineIs
    | CallEnds
    | Wait
    | At
)
