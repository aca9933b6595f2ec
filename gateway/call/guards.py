"""Guards: the conditions under which a transition is taken.

The docstrings are their texts in ``docs/line-states.md``.
"""

from __future__ import annotations

from gateway.call.dialling import assessed, sends
from gateway.call.events import (
    Answered,
    Ended,
    Event,
    Incoming,
    Progress,
    ServiceAnswered,
    Spoken,
    Timeout,
)
from gateway.call.number_plan import Verdict
from gateway.call.session import Session
from gateway.line import Digit, LineCleared


def always(_session: Session, _event: Event) -> bool:
    """In every case that no earlier row took."""
    return True


def registered(session: Session, _event: Event) -> bool:
    """The line is registered."""
    return session.registered


def unregistered(session: Session, _event: Event) -> bool:
    """The line is not registered."""
    return not session.registered


def lifted(_session: Session, event: LineCleared) -> bool:
    """The receiver is lifted."""
    return event.off_hook


def lifted_and_registered(session: Session, event: LineCleared) -> bool:
    """The receiver is lifted and the line is registered."""
    return event.off_hook and session.registered


def more_may_follow(session: Session, event: Digit) -> bool:
    """The digits are not complete, and ``#`` was not pressed to send them."""
    waits = {Verdict.INCOMPLETE, Verdict.POSSIBLE}
    return not sends(session, event) and assessed(session, event).verdict in waits


def can_be_called(session: Session, event: Digit | Timeout) -> bool:
    """The digits are a number, and the line is registered or it needs none: emergency, internal."""
    assessment = assessed(session, event)
    unhindered = assessment.emergency or assessment.inside
    return assessment.is_number and (session.registered or unhindered)


def is_a_code(session: Session, event: Digit) -> bool:
    """The digits are a dial code."""
    return bool(assessed(session, event).service)


def hash_pressed(_session: Session, event: Digit) -> bool:
    """The digit is a ``#``."""
    return event.digit == "#"


def hash_pressed_and_registered(session: Session, event: Digit) -> bool:
    """The digit is a ``#`` and the line is registered."""
    return event.digit == "#" and session.registered


def of_another_question(session: Session, event: ServiceAnswered | Spoken) -> bool:
    """The event is about an older question."""
    return event.question != session.question


def of_another_call(session: Session, event: Incoming | Progress | Answered | Ended) -> bool:
    """The event names no call of the line."""
    return event.call not in session.calls


def of_the_second_call(session: Session, event: Ended) -> bool:
    """The event names the call that waits or is on hold."""
    return event.call == session.other


def may_wait(session: Session, event: Incoming) -> bool:
    """The line has call waiting, and the event names no call of the line."""
    return session.call_waiting and of_another_call(session, event)
