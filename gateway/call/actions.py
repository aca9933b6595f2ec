"""Actions that call control asks for; the exchange performs them in the order given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from gateway.call.events import CallId, Timer
from gateway.call.reason import Reason
from gateway.caller import Caller
from gateway.signalling import Taps
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
class ExpectTaps:
    """From now on, what a short break of the loop means."""

    taps: Taps


@dataclass(frozen=True, slots=True)
class StartRinging:
    """Ring; the display shows ``caller`` if there is one to show."""

    caller: Caller | None


@dataclass(frozen=True, slots=True)
class StopRinging:
    pass


@dataclass(frozen=True, slots=True)
class AnnounceWaiting:
    """Show ``caller``, who waits, on the display of the telephone that is in use."""

    caller: Caller


@dataclass(frozen=True, slots=True)
class SignalDisconnect:
    """Tell machines on the line, by its current, that the far end is gone."""


@dataclass(frozen=True, slots=True)
class ShowMessages:
    """Switch the sign for waiting messages."""

    waiting: bool


@dataclass(frozen=True, slots=True)
class AskService:
    """Do what the dial code ``dialled`` asks for.  Answered by exactly one ServiceAnswered."""

    question: int
    service: str
    dialled: str


@dataclass(frozen=True, slots=True)
class Speak:
    """Speak ``pieces`` after what is being spoken.  Only ``tells`` what sends Spoken at its end."""

    question: int
    pieces: tuple[str, ...]
    tells: bool


@dataclass(frozen=True, slots=True)
class Hush:
    """Speak no more."""


@dataclass(frozen=True, slots=True)
class PlaceCall:
    """Call ``number`` (in the provider's form).  Answered by Progress, Answered or Ended."""

    call: CallId
    number: str
    emergency: bool = False
    """It is tried whatever else is the matter."""
    inside: bool = False
    """``number`` is an internal one: another line is called, and no network."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Tell the network that the telephone rings (180)."""

    call: CallId


@dataclass(frozen=True, slots=True)
class Answer:
    """Take an incoming call (200); its voice is joined to the line."""

    call: CallId


@dataclass(frozen=True, slots=True)
class Hold:
    """Take the voice of a call off the line, and keep the call."""

    call: CallId


@dataclass(frozen=True, slots=True)
class Resume:
    """Join the voice of a call that is on hold to the line again."""

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
    """Let the far end have ``digit``.

    In the voice that is a tone; it is there already if the digit is ``audible``, which a pulse or
    a handset's key is not.  Where digits leave as telephone events, every one does.
    """

    digit: str
    audible: bool


Action: TypeAlias = (
    PlayTone
    | StartTimer
    | StopTimer
    | StartVoice
    | StopVoice
    | ExpectTaps
    | StartRinging
    | StopRinging
    | AnnounceWaiting
    | SignalDisconnect
    | ShowMessages
    | AskService
    | Speak
    | Hush
    | PlaceCall
    | Alert
    | Answer
    | Hold
    | Resume
    | Reject
    | HangUp
    | SendDigit
)
