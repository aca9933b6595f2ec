"""Events that call control answers.  Line events come from ``gateway.line`` unchanged."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TypeAlias

from gateway.call.reason import Reason
from gateway.caller import Caller
from gateway.line import (
    Digit,
    HookFlash,
    LineCleared,
    LineFault,
    OffHook,
    OnHook,
    RingingRefused,
)

CallId: TypeAlias = str
"""Names one call for its whole life, in both directions; never used twice."""


class Timer(enum.Enum):
    """The timers of a session.  At most one runs at a time."""

    FIRST_DIGIT = "first-digit"
    INTER_DIGIT = "inter-digit"
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    HOWLER = "howler"
    RESUME = "resume"
    RELEASED = "released"
    DISCONNECTED = "disconnected"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Incoming:
    """The network offers a call."""

    call: CallId
    caller: Caller


@dataclass(frozen=True, slots=True)
class Progress:
    """The far end is alerted (180, 183).  With ``early_media`` the network sends its own sound."""

    call: CallId
    early_media: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """The far end answered our call, or the network confirmed our answer."""

    call: CallId


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over for the network, whatever state it was in.  Sent exactly once a call."""

    call: CallId
    reason: Reason


@dataclass(frozen=True, slots=True)
class ServiceUp:
    """The line's account is registered."""


@dataclass(frozen=True, slots=True)
class ServiceDown:
    """The line's account is not registered (any more)."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class MessagesWaiting:
    """Messages wait for this line, or no longer do."""

    waiting: bool


@dataclass(frozen=True, slots=True)
class ExamineLine:
    """The line is to be examined: digits first."""


@dataclass(frozen=True, slots=True)
class ExamineBell:
    """The line is to ring as an examination, and to show ``caller``; nobody calls."""

    caller: Caller | None


@dataclass(frozen=True, slots=True)
class ExamineSound:
    """The digits were examined; the line's sound and the taps of the cradle follow."""


@dataclass(frozen=True, slots=True)
class ExaminationOver:
    """The examination is over, whether it came to its end or not."""


@dataclass(frozen=True, slots=True)
class AccountWarning:
    """The user should look at the line's account, or need not any more."""

    present: bool


@dataclass(frozen=True, slots=True)
class ServiceAnswered:
    """What a dial code asked for is there, or failed: ``pieces`` say it (``gateway.prompts``).

    They may be a code or a balance, so that no log shows them.
    """

    question: int
    pieces: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Spoken:
    """The answer to ``question`` was spoken to its end."""

    question: int


@dataclass(frozen=True, slots=True)
class Timeout:
    """A timer that the session had started ran out."""

    timer: Timer


NetworkEvent: TypeAlias = Incoming | Progress | Answered | Ended
ServiceEvent: TypeAlias = ServiceUp | ServiceDown
ExaminationEvent: TypeAlias = ExamineLine | ExamineBell | ExamineSound | ExaminationOver
Event: TypeAlias = (
    OffHook
    | OnHook
    | HookFlash
    | Digit
    | LineFault
    | LineCleared
    | RingingRefused
    | NetworkEvent
    | ServiceEvent
    | MessagesWaiting
    | AccountWarning
    | ExaminationEvent
    | ServiceAnswered
    | Spoken
    | Timeout
)
