"""The digits dialled so far, and whether they call somebody."""

from __future__ import annotations

from gateway.call.events import Timeout
from gateway.call.number_plan import Assessment, Verdict
from gateway.call.session import Session
from gateway.line import Digit

MAX_DIGITS = 32
"""No number is longer: E.164 has 15 digits, prefixes and codes add some."""

_TOO_LONG = Assessment(Verdict.IMPOSSIBLE)


def sends(session: Session, digit: Digit) -> bool:
    """Whether ``digit`` is a ``#`` that only says "send now".

    It is not when it comes first, nor when a rule of the number plan has a ``#`` in that place.
    """
    if digit.digit != "#" or not session.digits:
        return False
    return session.plan.assess(session.digits + "#").verdict is Verdict.IMPOSSIBLE


def dialled(session: Session, event: Digit | Timeout) -> str:
    """All digits, with the one that ``event`` adds."""
    if isinstance(event, Timeout) or sends(session, event):
        return session.digits
    return session.digits + event.digit


def assessed(session: Session, event: Digit | Timeout) -> Assessment:
    """What all digits amount to."""
    digits = dialled(session, event)
    return session.plan.assess(digits) if len(digits) <= MAX_DIGITS else _TOO_LONG
