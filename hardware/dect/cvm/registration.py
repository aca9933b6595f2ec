"""The window in which a handset can be registered.  Its time limit is ours: the module has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.handset_base import RegistrationOutcome
from hardware.dect.cvm.codes import RegistrationFailure, RegistrationMode, Status
from hardware.dect.cvm.primitives import (
    AccessCodeConfirm,
    AccessCodeRequest,
    RegistrationCompleteIndication,
    RegistrationFailedIndication,
    RegistrationModeConfirm,
    RegistrationModeRequest,
)
from hardware.dect.cvm.sequence import Ask, Await, Sequence
from hardware.dect.cvm.start_up import access_code, registered_handsets

OUTCOMES = {
    RegistrationFailure.AUTHENTICATION_FAILED: RegistrationOutcome.WRONG_PIN,
    RegistrationFailure.TABLE_FULL: RegistrationOutcome.TABLE_FULL,
    RegistrationFailure.TIMER_EXPIRY: RegistrationOutcome.TIMED_OUT,
}


@dataclass(frozen=True, slots=True)
class WindowClosed:
    """The user does not want to register a handset any more."""


@dataclass(frozen=True, slots=True)
class Registered:
    """How it ended, and the handsets that belong to the base then."""

    outcome: RegistrationOutcome
    handset: int | None
    handsets: dict[int, str]


def registration(pin: str, until: float, opened: Callable[[], None]) -> Sequence:
    """Let one handset be registered until the time ``until``; the result is ``Registered``.

    ``opened`` is called when the module lets handsets in.  The window is closed in any case.
    """
    yield Ask(AccessCodeRequest(access_code(pin)), AccessCodeConfirm)
    yield Ask(RegistrationModeRequest(RegistrationMode.SINGLE), RegistrationModeConfirm)
    opened()
    outcome, handset = RegistrationOutcome.TIMED_OUT, None
    happened = yield Await(
        (RegistrationCompleteIndication, RegistrationFailedIndication, WindowClosed), until
    )
    match happened:
        case RegistrationCompleteIndication(Status.OK, terminal):
            outcome, handset = RegistrationOutcome.REGISTERED, terminal
        case RegistrationCompleteIndication():
            outcome = RegistrationOutcome.REFUSED
        case RegistrationFailedIndication(reason):
            outcome = _outcome(reason)
        case WindowClosed():
            outcome = RegistrationOutcome.STOPPED
    yield Ask(RegistrationModeRequest(RegistrationMode.OFF), RegistrationModeConfirm)
    _, handsets = yield from registered_handsets()
    return Registered(outcome, handset, handsets)


def _outcome(reason: int) -> RegistrationOutcome:
    known = reason in RegistrationFailure.__members__.values()
    default = RegistrationOutcome.REFUSED
    return OUTCOMES.get(RegistrationFailure(reason), default) if known else default
