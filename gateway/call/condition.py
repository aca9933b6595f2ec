"""The condition that each state puts the line in: voice, bell, tone, taps and timer.

No transition says which tone stops or which timer starts.  A state declares what holds while the
line is in it, and the actions follow from the difference between two conditions.  So nothing can
be left sounding, ringing or running.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.call.actions import (
    Action,
    AnnounceWaiting,
    ExpectTaps,
    Hush,
    PlayTone,
    SignalDisconnect,
    StartRinging,
    StartTimer,
    StartVoice,
    StopRinging,
    StopTimer,
    StopVoice,
)
from gateway.call.events import Timer
from gateway.call.session import Session
from gateway.call.state import State
from gateway.signalling import Taps
from gateway.toneplan import Tone


def tone_of_reason(session: Session) -> Tone | None:
    """The tone of the reason."""
    assert session.reason is not None
    return session.reason.tone


def ringback_unless_early_media(session: Session) -> Tone | None:
    """Ringback; silence while the network sends its own sound."""
    return None if session.early_media else Tone.RINGBACK


def dial_tone(session: Session) -> Tone | None:
    """Dial; message-waiting while messages wait or the account needs a look."""
    return Tone.MESSAGE_WAITING if session.messages or session.warned else Tone.DIAL


@dataclass(frozen=True, slots=True)
class Condition:
    """What holds while the line is in a state, or, of the last two, happens when it is entered."""

    voice: bool = False
    """The receiver is lifted: voice frames are exchanged."""
    bell: bool = False
    tone: Tone | Callable[[Session], Tone | None] | None = None
    """What the telephone hears from us; ``None`` is silence."""
    speaks: bool = False
    """The gateway speaks, or is about to; no tone."""
    taps: Taps = Taps.IGNORED
    """What a short break of the loop means."""
    timer: Timer | None = None
    """Starts anew whenever the state is entered, also from itself."""
    announces: bool = False
    """The other call's far end is shown on the display."""
    tells_machines: bool = False
    """The current of the line says that the far end is gone."""

    def heard(self, session: Session) -> Tone | None:
        """The tone in this state."""
        return self.tone(session) if callable(self.tone) else self.tone


CONDITIONS: Final[Mapping[State, Condition]] = {
    State.IDLE: Condition(),
    State.DIAL_TONE: Condition(
        voice=True, tone=dial_tone, taps=Taps.DIGITS, timer=Timer.FIRST_DIGIT
    ),
    State.NO_SERVICE: Condition(voice=True, tone=Tone.CONGESTION, taps=Taps.DIGITS),
    State.DIALLING: Condition(voice=True, taps=Taps.DIGITS, timer=Timer.INTER_DIGIT),
    # A digit interrupts.
    State.ASKED: Condition(voice=True, speaks=True, taps=Taps.DIGITS, timer=Timer.MOMENT),
    State.AWAITED: Condition(voice=True, speaks=True, taps=Taps.DIGITS),
    State.TOLD: Condition(voice=True, speaks=True, taps=Taps.DIGITS),
    # From here on a dial speaks to the far end, and the cradle to us.
    State.CALLING: Condition(voice=True, taps=Taps.FLASH),
    State.RINGBACK: Condition(voice=True, tone=ringback_unless_early_media, taps=Taps.FLASH),
    State.RINGING: Condition(bell=True, timer=Timer.NO_ANSWER),
    State.RINGING_BACK: Condition(bell=True, timer=Timer.NO_ANSWER),
    State.TALKING: Condition(voice=True, taps=Taps.FLASH),
    State.CALL_WAITING: Condition(
        voice=True,
        tone=Tone.CALL_WAITING,
        taps=Taps.FLASH,
        timer=Timer.NO_ANSWER,
        announces=True,
    ),
    State.CALL_ON_HOLD: Condition(voice=True, taps=Taps.FLASH),
    State.STILL_WAITING: Condition(
        voice=True, tone=tone_of_reason, taps=Taps.FLASH, timer=Timer.NO_ANSWER
    ),
    State.STILL_ON_HOLD: Condition(
        voice=True, tone=tone_of_reason, taps=Taps.FLASH, timer=Timer.RESUME
    ),
    State.BUSY: Condition(voice=True, tone=tone_of_reason, timer=Timer.BUSY),
    State.RELEASED: Condition(voice=True, tone=tone_of_reason, timer=Timer.RELEASED),
    State.DISCONNECTED: Condition(voice=True, timer=Timer.DISCONNECTED, tells_machines=True),
    State.HOWLER: Condition(voice=True, tone=Tone.HOWLER, timer=Timer.HOWLER),
    State.LOCKOUT: Condition(voice=True),
    State.EXAMINATION_AWAITED: Condition(),
    State.EXAMINATION_RINGS: Condition(bell=True),
    State.EXAMINED_DIGITS: Condition(voice=True, taps=Taps.DIGITS),
    State.EXAMINED_SOUND: Condition(voice=True, taps=Taps.FLASH),
    State.OUT_OF_SERVICE: Condition(),
}


def line_actions(before: Session, after: Session, running: Timer | None) -> Iterator[Action]:
    """The actions that lead from the condition of ``before`` to that of ``after``.

    ``running`` is the timer that still runs.  ``after`` has just entered its state.
    """
    old, new = CONDITIONS[before.state], CONDITIONS[after.state]
    if running is not None and running is not new.timer:
        yield StopTimer(running)
    # A call that comes in while the bell is examined rings for itself, with its own caller.
    rings_anew = new.bell and before.state is State.EXAMINATION_RINGS
    if old.bell and (not new.bell or rings_anew):
        yield StopRinging()
    if new.voice and not old.voice:
        yield StartVoice()
    if old.speaks and (not new.speaks or after.question != before.question):
        yield Hush()
    if new.heard(after) is not old.heard(before):
        yield PlayTone(new.heard(after))
    if new.taps is not old.taps:
        yield ExpectTaps(new.taps)
    if old.voice and not new.voice:
        yield StopVoice()
    if new.bell and (not old.bell or rings_anew):
        yield StartRinging(after.caller)
    if new.announces:
        assert after.other_caller is not None
        yield AnnounceWaiting(after.other_caller)
    if new.tells_machines:
        yield SignalDisconnect()
    if new.timer is not None:
        yield StartTimer(new.timer, after.timers.seconds(new.timer))
