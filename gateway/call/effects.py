"""Effects: what a transition remembers and asks of the network.

An effect says nothing of tones, timers, bell and voice: they follow from the state that is entered
(``gateway.call.condition``).  Nor does it clear anything: the state entered does.  The
docstrings are their texts in ``docs/line-states.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from gateway.call.actions import (
    Action,
    Alert,
    Answer,
    AskService,
    HangUp,
    Hold,
    PlaceCall,
    Reject,
    Resume,
    SendDigit,
    ShowMessages,
    Speak,
)
from gateway.call.dialling import assessed, dialled
from gateway.call.events import (
    AccountWarning,
    Answered,
    Ended,
    Event,
    ExamineBell,
    Incoming,
    MessagesWaiting,
    Progress,
    ServiceAnswered,
    ServiceDown,
    ServiceUp,
    Timeout,
)
from gateway.call.reason import Reason
from gateway.call.session import Session
from gateway.call.state import CALLED
from gateway.caller import Caller
from gateway.line import (
    Digit,
    DigitSource,
    HookFlash,
    LineFault,
    OnHook,
    Refusal,
    RingingRefused,
)

Effected: TypeAlias = tuple[Session, tuple[Action, ...]]
"""The session with what it learnt, and the actions towards the network."""


ONE_MOMENT = ("one-moment",)
"""The pieces that ask for patience."""


def nothing(session: Session, _event: Event) -> Effected:
    """Learn nothing, ask for nothing."""
    return session, ()


# Dialling.


def take_digit(session: Session, event: Digit) -> Effected:
    """Keep the digit."""
    return replace(session, digits=dialled(session, event)), ()


def place_call(session: Session, event: Digit | Timeout) -> Effected:
    """Call the number."""
    call = session.next_call
    assessment = assessed(session, event)
    number = assessment.number
    # A display shows numbers; a code such as *100# is none.
    is_shown = number.removeprefix("+").isdigit()
    shown = Caller(number, inside=assessment.inside) if is_shown else None
    placed = replace(session, call=call, caller=shown, placed=session.placed + 1)
    return placed, (PlaceCall(call, number, assessment.emergency, assessment.inside),)


def miss_digits(session: Session, _event: Timeout) -> Effected:
    """Remember the reason: no digits."""
    return replace(session, reason=Reason.NO_DIGITS), ()


def miss_registration(session: Session, _event: Digit | Timeout) -> Effected:
    """Remember the reason: not registered."""
    return replace(session, reason=Reason.NOT_REGISTERED), ()


def miss_number(session: Session, _event: Digit | Timeout) -> Effected:
    """Remember the reason: wrong number."""
    return replace(session, reason=Reason.WRONG_NUMBER), ()


# Dial codes.


def ask(session: Session, event: Digit) -> Effected:
    """Ask the gateway for what the code means."""
    question = session.question + 1
    asked = AskService(question, assessed(session, event).service, dialled(session, event))
    return replace(session, question=question), (asked,)


def ask_for_patience(session: Session, _event: Timeout) -> Effected:
    """Say "one moment"."""
    return session, (Speak(session.question, ONE_MOMENT, tells=False),)


def tell(session: Session, event: ServiceAnswered) -> Effected:
    """Speak the answer."""
    return session, (Speak(session.question, event.pieces, tells=True),)


# An incoming call.


def alert(session: Session, event: Incoming) -> Effected:
    """Tell the network that the telephone rings."""
    return replace(session, call=event.call, caller=event.caller), (Alert(event.call),)


def answer(session: Session, _event: Event) -> Effected:
    """Answer the call."""
    return session, (Answer(session.first),)


def leave_unanswered(session: Session, _event: Timeout) -> Effected:
    """Reject the call: no answer."""
    reason = Reason.NO_ANSWER
    return replace(session, reason=reason), (Reject(session.first, reason),)


REFUSALS: Final[Mapping[Refusal, Reason]] = {
    Refusal.BUSY: Reason.BUSY,
    Refusal.REJECTED: Reason.REFUSED,
    Refusal.UNREACHABLE: Reason.UNREACHABLE,
}


def refuse(session: Session, event: RingingRefused) -> Effected:
    """Reject the call: busy, refused or unreachable, as the telephone says."""
    reason = REFUSALS[event.why]
    return replace(session, reason=reason), (Reject(session.first, reason),)


def reject_for_fault(session: Session, _event: LineFault) -> Effected:
    """Reject the call: line fault."""
    reason = Reason.LINE_FAULT
    return replace(session, reason=reason), (Reject(session.first, reason),)


def reject_busy(session: Session, event: Incoming) -> Effected:
    """Reject the new call: busy."""
    return session, (Reject(event.call, Reason.BUSY),)


def reject_unreachable(session: Session, event: Incoming) -> Effected:
    """Reject the new call: unreachable."""
    return session, (Reject(event.call, Reason.UNREACHABLE),)


# A call.


def note_progress(session: Session, event: Progress) -> Effected:
    """Remember whether the network sends its own sound."""
    return replace(session, early_media=event.early_media), ()


def send_digit(session: Session, event: Digit) -> Effected:
    """Let the far end have the digit."""
    return session, (SendDigit(event.digit, event.source is DigitSource.TONE),)


def note_end(session: Session, event: Ended) -> Effected:
    """Remember the reason that the network gave."""
    return replace(session, reason=event.reason), ()


def hang_up(session: Session, _event: OnHook) -> Effected:
    """Hang up the call."""
    reason = Reason.CANCELLED if session.state in CALLED else Reason.COMPLETED
    return replace(session, reason=reason), (HangUp(session.first),)


def hang_up_for_fault(session: Session, _event: LineFault) -> Effected:
    """Hang up the call and remember the reason: line fault."""
    return replace(session, reason=Reason.LINE_FAULT), (HangUp(session.first),)


def hang_up_stray(session: Session, event: Answered) -> Effected:
    """Hang up the call that the event names."""
    return session, (HangUp(event.call),)


# Two calls.


def let_wait(session: Session, event: Incoming) -> Effected:
    """Tell the network that the telephone rings, and keep the new call as the other one."""
    return replace(session, other=event.call, other_caller=event.caller), (Alert(event.call),)


def answer_other(session: Session, _event: HookFlash) -> Effected:
    """Put the call on hold and answer the other one; each takes the other's place."""
    return session.turned, (Hold(session.first), Answer(session.second))


def swap(session: Session, _event: HookFlash) -> Effected:
    """Put the call on hold and resume the other one; each takes the other's place."""
    return session.turned, (Hold(session.first), Resume(session.second))


def resume(session: Session, _event: Event) -> Effected:
    """Resume the call."""
    return session, (Resume(session.first),)


def leave_other_unanswered(session: Session, _event: Timeout) -> Effected:
    """Reject the other call: no answer."""
    return session, (Reject(session.second, Reason.NO_ANSWER),)


def hang_up_and_keep_other(session: Session, _event: OnHook) -> Effected:
    """Hang up the call; the other one takes its place."""
    return replace(session.turned, reason=Reason.COMPLETED), (HangUp(session.first),)


def note_end_and_keep_other(session: Session, event: Ended) -> Effected:
    """Remember the reason that the network gave; the other call takes its place."""
    return replace(session.turned, reason=event.reason), ()


def give_up_held(session: Session, _event: Timeout | RingingRefused) -> Effected:
    """Hang up the call and remember the reason: no answer."""
    return replace(session, reason=Reason.NO_ANSWER), (HangUp(session.first),)


def hang_up_both_for_fault(session: Session, _event: LineFault) -> Effected:
    """Hang up both calls and remember the reason: line fault."""
    told = (HangUp(session.first), HangUp(session.second))
    return replace(session, reason=Reason.LINE_FAULT), told


def drop_both_for_fault(session: Session, _event: LineFault) -> Effected:
    """Hang up the call, reject the other one and remember the reason: line fault."""
    reason = Reason.LINE_FAULT
    return replace(session, reason=reason), (HangUp(session.first), Reject(session.second, reason))


# Messages.


def note_messages(session: Session, event: MessagesWaiting) -> Effected:
    """Remember whether messages wait, and switch their sign."""
    return replace(session, messages=event.waiting), (ShowMessages(event.waiting),)


# The account.


def note_warning(session: Session, event: AccountWarning) -> Effected:
    """Remember whether the account needs a look; the sign for messages is not its business."""
    return replace(session, warned=event.present), ()


# An examination.


def note_shown(session: Session, event: ExamineBell) -> Effected:
    """Remember whom the display is to show."""
    return replace(session, caller=event.caller), ()


# Registration.


def note_service(session: Session, event: ServiceUp | ServiceDown) -> Effected:
    """Remember whether the line is registered."""
    return replace(session, down=event.reason if isinstance(event, ServiceDown) else None), ()
