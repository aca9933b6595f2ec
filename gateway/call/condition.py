"""The condition that each state puts the line in: voice, bell, tone and timer.

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
    PlayTone,
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
from gateway.toneplan import Tone


def tone_of_reason(session: Session) -> Tone | None:
    """The tone of the reason."""
    assert session.reason is not None
    return session.reason.tone


def ringback_unless_early_media(session: Session) -> Tone | None:
    """Ringback; silence while the network sends its own sound."""
    return None if session.early_media else Tone.RINGBACK


@dataclass(frozen=True, slots=True)
class Condition:
    """What holds while the line is in a state."""

    voice: bool = False
    """The receiver is lifted: voice frames are exchanged."""
    bell: bool = False
    tone: Tone | Callable[[Session], Tone | None] | None = None
    """What the telephone hears from us; ``None`` is silence."""
    timer: Timer | None = None
    """Starts anew whenever the state is entered, also from itself."""

    def heard(self, session: Session) -> Tone | None:
        """The tone in this state."""
        return self.tone(session) if callable(self.tone) else self.tone


CONDITIONS: Final[Mapping[State, Condition]] = {
    State.IDLE: Condition(),
    State.DIAL_TONE: Condition(voice=True, tone=Tone.DIAL, timer=Timer.FIRST_DIGIT),
    State.NO_SERVICE: Condition(voice=True, tone=Tone.CONGESTION),
    State.DIALLING: Condition(voice=True, timer=Timer.INTER_DIGIT),
    State.CALLING: Condition(voice=True),
    State.RINGBACK: Condition(voice=True, tone=ringback_unless_early_media),
    State.RINGING: Condition(bell=True, timer=Timer.NO_ANSWER),
    State.TALKING: Condition(voice=True),
    State.BUSY: Condition(voice=True, tone=tone_of_reason, timer=Timer.BUSY),
    State.HOWLER: Condition(voice=True, tone=Tone.HOWLER, timer=Timer.HOWLER),
    State.LOCKOUT: Condition(voice=True),
    State.OUT_OF_SERVICE: Condition(),
}


def line_actions(before: Session, after: Session, running: Timer | None) -> Iterator[Action]:
    """The actions that lead from the condition of ``before`` to that of ``after``.

    ``running`` is the timer that still runs.  ``after`` has just entered its state.
    """
    old, new = CONDITIONS[before.state], CONDITIONS[after.state]
    if running is not None and running is not new.timer:
        yield StopTimer(running)
    if old.bell and not new.bell:
        yield StopRinging()
    if new.voice and not old.voice:
        yield StartVoice()
    if new.heard(after) is not old.heard(before):
        yield PlayTone(new.heard(after))
    if old.voice and not new.voice:
        yield StopVoice()
    if new.bell and not old.bell:
        assert after.caller is not None
        yield StartRinging(after.caller)
    if new.timer is not None:
        yield StartTimer(new.timer, after.timers.seconds(new.timer))
