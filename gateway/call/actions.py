"""Actions that call control asks for; the exchange performs them in the order given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from gateway.call.events import CallId, Timer
from gateway.call.reason import Reason
from gateway.caller import Caller
from gateway.toneplan import Tone


@dataclass(frozen=True, slots=True)
class PlayTone:
    """Let the telephone hear ``tone`` until another is asked for; ``None`` is silence."""

    tone: Tone | None


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Send ``Timeout(timer)`` after ``seconds``; a running timer of that name starts anew."""

    timer: Timer
    seconds: float


@dataclass(frozen=True, slots=True)
class StopTimer:
    timer: Timer


@dataclass(frozen=True, slots=True)
class StartVoice:
    """The receiver is lifted: exchange voice frames with the line, listen for tones."""


@dataclass(frozen=True, slots=True)
class StopVoice:
    pass


@dataclass(frozen=True, slots=True)
class StartRinging:
    caller: Caller


@dataclass(frozen=True, slots=True)
class StopRinging:
    pass


@dataclass(frozen=True, slots=True)
class PlaceCall:
    """Call ``number`` (in the provider's form).  Answered by Progress, Answered or Ended."""

    call: CallId
    number: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Tell the network that the telephone rings (180)."""

    call: CallId


@dataclass(frozen=True, slots=True)
class Answer:
    """Take an incoming call (200)."""

    call: CallId


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse an incoming call that this line did not take."""

    call: CallId
    reason: Reason


@dataclass(frozen=True, slots=True)
class HangUp:
    """End a call in whatever state it is (CANCEL, BYE or a final refusal); ``Ended`` follows."""

    call: CallId


@dataclass(frozen=True, slots=True)
class SendDigit:
    """Put ``digit`` into the voice towards the far end: a pulse or a key made no sound itself."""

    digit: str


Action: TypeAlias = (
    PlayTone
    | StartTimer
    | StopTimer
    | StartVoice
    | StopVoice
    | StartRinging
    | StopRinging
    | PlaceCall
    | Alert
    | Answer
    | Reject
    | HangUp
    | SendDigit
)
