"""The line's state machine: the rules of call control.

A telephone line is in one ``State``.  An event leads, through the table below, to the next state
and to actions.  ``advance`` is all there is: no clock, no thread, no input or output.

THE RULES

1.  The receiver decides.  ``OnHook`` ends whatever the receiver had begun, and ``LineFault`` ends
    whatever the line had begun; both are answered in every state.  A hook event that tells nothing
    new (a driver reads the level again, to heal a missed edge) changes nothing: the bell rings on
    through a repeated ``OnHook``, and a line with a fault stays out of service until
    ``LineCleared``.

2.  What a state sounds like belongs to the state.  Voice, bell, tone, taps and timer are declared
    in ``gateway.call.condition``; no row speaks of them.  Entering a state, also from itself,
    starts its timer anew.  A row that says ``STAY`` enters nothing: the timer runs on, the tone
    sounds on.

3.  A number that is complete is called without waiting.  A number that could go on waits for the
    inter-digit timer or for ``#``; one that cannot be valid, or has more than 32 digits, is refused
    at once.  ``#`` is a digit like any other where it comes first or the number plan has it.

4.  Without registration nothing is called but an emergency number and another line of the
    gateway.  So digits count in ``NO_SERVICE`` too.  What counts is the registration at the moment
    of sending.  A call that exists goes on, whatever happens to the registration.

5.  A digit made as a tone is in the voice already.  A pulse or a key of a handset is put into it.

6.  One call is joined to the receiver at a time.  A call that comes in while the line is not idle
    is rejected at once, but for one: a second call waits while the two sides of the first speak,
    if the line has call waiting.  A line with a fault is unreachable, not busy.

7.  Events of the network can cross ours.  An event that names another call than the state's own is
    late: if it is ``Answered``, that call is hung up, so that nobody talks to a telephone that has
    hung up; else it is dropped.  A caller who gives up just when the receiver is lifted leaves
    busy tone if the lift came first, dial tone if the end did.

8.  A hook flash takes the other call: the waiting one is answered, the one on hold resumed, and
    the present one is put on hold.  Nobody is forgotten on hold: a receiver that is replaced rings
    for the other call, and when the far end hangs up, the one on hold comes back by itself after a
    moment of the tone that says so.  A waiting call is never answered unasked.

9.  A receiver that is left lifted hears a tone, then the howler, then nothing.  It can always be
    replaced.  Between the tone and the howler of an answered call there is a silence, and the
    current of the line tells answering machines to hang up.

10. A line that nobody uses can be examined.  Then digits are measured and call nobody, and a call
    that comes in finds the line busy; but while the receiver is still on the hook the call rings,
    and the examination has to wait.  Whoever wants to telephone replaces the receiver.  The sounds
    of an examination are its own, and end with the voice at the latest.  Its bell is that of a
    call that nobody makes: it stops when the receiver is lifted, or rings on for a real call.

11. A dial code asks the gateway itself.  The answer is spoken, then there is dial tone again, or
    congestion tone without registration.  A digit interrupts it and begins a number; ``#`` only
    interrupts.  What was asked for is done even if nobody waits for the answer.

12. A cordless telephone may refuse to ring, or be out of range: the line rejects the call at once.
    Whether other lines ring on, or the caller hears which it was, is not the line's business
    (``gateway.call.offer``).

13. A call to another line is a call like any other: what the network would do, the exchange does.
    Where several lines ring, the end of the call is what those hear of it that did not answer.

14. An event that no row answers is unexpected: it changes nothing, and the step says so.  That
    holds for a ``Timeout`` of a timer that the state does not have.  (The exchange drops a timer
    that is stopped or started anew, so that its ``Timeout`` never comes late.)

Rows of an event are asked in their order; the first whose guard agrees is taken.  First the line
follows the new state - stopping before starting -, then the network is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeAlias, TypeVar

from gateway.call import effects as do
from gateway.call import guards as when
from gateway.call.actions import Action
from gateway.call.condition import CONDITIONS, line_actions
from gateway.call.effects import Effected
from gateway.call.events import (
    AccountWarning,
    Answered,
    Ended,
    Event,
    ExaminationOver,
    ExamineBell,
    ExamineLine,
    ExamineSound,
    Incoming,
    MessagesWaiting,
    Progress,
    ServiceAnswered,
    ServiceDown,
    ServiceUp,
    Spoken,
    Timeout,
)
from gateway.call.session import Session
from gateway.call.state import (
    ANSWERED,
    ASKS,
    AT_REST,
    AWAIT_ANSWER,
    CALLED,
    DIALS,
    EVERY,
    EXAMINABLE,
    EXAMINED,
    IN_EXAMINATION,
    LEFT,
    LIFTED,
    REFUSED,
    RINGS,
    TWO_CALLS,
    State,
    States,
    every_state_but,
)
from gateway.line import (
    Digit,
    HookFlash,
    LineCleared,
    LineFault,
    OffHook,
    OnHook,
    RingingRefused,
)

E = TypeVar("E", bound=Event)
Guard: TypeAlias = Callable[[Session, E], bool]
Effect: TypeAlias = Callable[[Session, E], Effected]

STAY: Final = None
"""In a row: no state is entered."""


@dataclass(frozen=True, slots=True)
class Transition(Generic[E]):
    """One row: in ``states``, if ``guard`` agrees, ``event`` leads to ``to`` with ``effect``."""

    event: type[E]
    states: States
    guard: Guard[E]
    to: State | None
    effect: Effect[E]


def _on(
    event: type[E], *rows: tuple[State | States, Guard[E], State | None, Effect[E]]
) -> Iterator[Transition[Any]]:
    """The rows of one event."""
    for states, guard, to, effect in rows:
        yield Transition(
            event, (states,) if isinstance(states, State) else states, guard, to, effect
        )


TRANSITIONS: Final[tuple[Transition[Any], ...]] = (
    # The receiver and the line.
    *_on(
        OffHook,
        (State.IDLE, when.registered, State.DIAL_TONE, do.nothing),
        (State.IDLE, when.always, State.NO_SERVICE, do.nothing),
        (State.RINGING, when.always, State.TALKING, do.answer),
        (State.RINGING_BACK, when.always, State.TALKING, do.resume),
        (
            (State.EXAMINATION_AWAITED, State.EXAMINATION_RINGS),
            when.always,
            State.EXAMINED_DIGITS,
            do.nothing,
        ),
        ((*LIFTED, State.OUT_OF_SERVICE), when.always, STAY, do.nothing),
    ),
    *_on(
        OnHook,
        ((*CALLED, State.TALKING), when.always, State.IDLE, do.hang_up),
        (State.CALL_WAITING, when.always, State.RINGING, do.hang_up_and_keep_other),
        (State.CALL_ON_HOLD, when.always, State.RINGING_BACK, do.hang_up_and_keep_other),
        (State.STILL_WAITING, when.always, State.RINGING, do.nothing),
        (State.STILL_ON_HOLD, when.always, State.RINGING_BACK, do.nothing),
        ((*DIALS, *REFUSED, *EXAMINED), when.always, State.IDLE, do.nothing),
        (AT_REST, when.always, STAY, do.nothing),
    ),
    *_on(
        HookFlash,
        (State.CALL_WAITING, when.always, State.CALL_ON_HOLD, do.answer_other),
        (State.CALL_ON_HOLD, when.always, State.CALL_ON_HOLD, do.swap),
        (State.STILL_WAITING, when.always, State.TALKING, do.answer),
        (State.STILL_ON_HOLD, when.always, State.TALKING, do.resume),
        (every_state_but(*TWO_CALLS, *LEFT), when.always, STAY, do.nothing),
    ),
    *_on(
        LineFault,
        (State.CALL_WAITING, when.always, State.OUT_OF_SERVICE, do.drop_both_for_fault),
        (State.CALL_ON_HOLD, when.always, State.OUT_OF_SERVICE, do.hang_up_both_for_fault),
        (
            (*CALLED, State.TALKING, State.STILL_ON_HOLD, State.RINGING_BACK),
            when.always,
            State.OUT_OF_SERVICE,
            do.hang_up_for_fault,
        ),
        (
            (State.RINGING, State.STILL_WAITING),
            when.always,
            State.OUT_OF_SERVICE,
            do.reject_for_fault,
        ),
        (
            (State.IDLE, *DIALS, *REFUSED, *IN_EXAMINATION),
            when.always,
            State.OUT_OF_SERVICE,
            do.nothing,
        ),
        (State.OUT_OF_SERVICE, when.always, STAY, do.nothing),
    ),
    *_on(
        LineCleared,
        (State.OUT_OF_SERVICE, when.lifted_and_registered, State.DIAL_TONE, do.nothing),
        (State.OUT_OF_SERVICE, when.lifted, State.NO_SERVICE, do.nothing),
        (State.OUT_OF_SERVICE, when.always, State.IDLE, do.nothing),
    ),
    *_on(
        RingingRefused,
        (State.RINGING, when.always, State.IDLE, do.refuse),
        (State.RINGING_BACK, when.always, State.IDLE, do.give_up_held),
        (every_state_but(*RINGS), when.always, STAY, do.nothing),
    ),
    # Digits.
    *_on(
        Digit,
        (State.TOLD, when.hash_pressed_and_registered, State.DIAL_TONE, do.nothing),
        (State.TOLD, when.hash_pressed, State.NO_SERVICE, do.nothing),
        (AWAIT_ANSWER, when.hash_pressed, STAY, do.nothing),
        (DIALS, when.is_a_code, State.ASKED, do.ask),
        (DIALS, when.more_may_follow, State.DIALLING, do.take_digit),
        (DIALS, when.can_be_called, State.CALLING, do.place_call),
        (
            (State.NO_SERVICE, State.DIALLING, *ASKS),
            when.unregistered,
            State.BUSY,
            do.miss_registration,
        ),
        ((State.DIAL_TONE, State.DIALLING, *ASKS), when.always, State.BUSY, do.miss_number),
        ((State.RINGBACK, *ANSWERED), when.always, STAY, do.send_digit),
        ((State.CALLING, *LEFT, *REFUSED, *EXAMINED), when.always, STAY, do.nothing),
    ),
    # Time.
    *_on(
        Timeout,
        (State.DIAL_TONE, when.always, State.BUSY, do.miss_digits),
        (State.DIALLING, when.can_be_called, State.CALLING, do.place_call),
        (State.DIALLING, when.unregistered, State.BUSY, do.miss_registration),
        (State.DIALLING, when.always, State.BUSY, do.miss_number),
        (State.ASKED, when.always, State.AWAITED, do.ask_for_patience),
        (State.RINGING, when.always, State.IDLE, do.leave_unanswered),
        (State.RINGING_BACK, when.always, State.IDLE, do.give_up_held),
        (State.CALL_WAITING, when.always, State.TALKING, do.leave_other_unanswered),
        (State.STILL_WAITING, when.always, State.RELEASED, do.leave_unanswered),
        (State.STILL_ON_HOLD, when.always, State.TALKING, do.resume),
        (State.RELEASED, when.always, State.DISCONNECTED, do.nothing),
        ((State.BUSY, State.DISCONNECTED), when.always, State.HOWLER, do.nothing),
        (State.HOWLER, when.always, State.LOCKOUT, do.nothing),
    ),
    # The network.
    *_on(
        Incoming,
        (
            (State.IDLE, State.EXAMINATION_AWAITED, State.EXAMINATION_RINGS),
            when.always,
            State.RINGING,
            do.alert,
        ),
        (State.OUT_OF_SERVICE, when.always, STAY, do.reject_unreachable),
        (State.TALKING, when.may_wait, State.CALL_WAITING, do.let_wait),
        ((*RINGS, *LIFTED), when.of_another_call, STAY, do.reject_busy),
    ),
    *_on(
        Progress,
        (EVERY, when.of_another_call, STAY, do.nothing),
        (CALLED, when.always, State.RINGBACK, do.note_progress),
    ),
    *_on(
        Answered,
        (EVERY, when.of_another_call, STAY, do.hang_up_stray),
        (CALLED, when.always, State.TALKING, do.nothing),
        # An answer of ours may be confirmed after the call was put on hold.
        ((*ANSWERED, State.STILL_ON_HOLD, State.RINGING_BACK), when.always, STAY, do.nothing),
    ),
    *_on(
        Ended,
        (EVERY, when.of_another_call, STAY, do.nothing),
        (TWO_CALLS, when.of_the_second_call, State.TALKING, do.nothing),
        (State.CALL_WAITING, when.always, State.STILL_WAITING, do.note_end_and_keep_other),
        (State.CALL_ON_HOLD, when.always, State.STILL_ON_HOLD, do.note_end_and_keep_other),
        (CALLED, when.always, State.BUSY, do.note_end),
        ((State.TALKING, *LEFT), when.always, State.RELEASED, do.note_end),
        (RINGS, when.always, State.IDLE, do.note_end),
    ),
    # Dial codes.
    *_on(
        ServiceAnswered,
        (AWAIT_ANSWER, when.of_another_question, STAY, do.nothing),
        (AWAIT_ANSWER, when.always, State.TOLD, do.tell),
        (every_state_but(*AWAIT_ANSWER), when.always, STAY, do.nothing),
    ),
    *_on(
        Spoken,
        (State.TOLD, when.of_another_question, STAY, do.nothing),
        (State.TOLD, when.registered, State.DIAL_TONE, do.nothing),
        (State.TOLD, when.always, State.NO_SERVICE, do.nothing),
        (every_state_but(State.TOLD), when.always, STAY, do.nothing),
    ),
    # Messages.
    *_on(
        MessagesWaiting,
        # Another dial tone: the state is entered anew.
        (State.DIAL_TONE, when.always, State.DIAL_TONE, do.note_messages),
        (every_state_but(State.DIAL_TONE), when.always, STAY, do.note_messages),
    ),
    # An examination of the line.
    *_on(
        ExamineLine,
        (State.IDLE, when.always, State.EXAMINATION_AWAITED, do.nothing),
        (
            tuple(state for state in EXAMINABLE if state is not State.IDLE),
            when.always,
            State.EXAMINED_DIGITS,
            do.nothing,
        ),
    ),
    *_on(
        ExamineBell,
        (State.IDLE, when.always, State.EXAMINATION_RINGS, do.note_shown),
    ),
    *_on(
        ExamineSound,
        (State.EXAMINED_DIGITS, when.always, State.EXAMINED_SOUND, do.nothing),
    ),
    *_on(
        ExaminationOver,
        (
            (State.EXAMINATION_AWAITED, State.EXAMINATION_RINGS),
            when.always,
            State.IDLE,
            do.nothing,
        ),
        (EXAMINED, when.registered, State.DIAL_TONE, do.nothing),
        (EXAMINED, when.always, State.NO_SERVICE, do.nothing),
    ),
    # The account.
    *_on(
        AccountWarning,
        (State.DIAL_TONE, when.always, State.DIAL_TONE, do.note_warning),
        (every_state_but(State.DIAL_TONE), when.always, STAY, do.note_warning),
    ),
    # The registration.
    *_on(
        ServiceUp,
        (State.NO_SERVICE, when.always, State.DIAL_TONE, do.note_service),
        (every_state_but(State.NO_SERVICE), when.always, STAY, do.note_service),
    ),
    *_on(
        ServiceDown,
        (State.DIAL_TONE, when.always, State.NO_SERVICE, do.note_service),
        (every_state_but(State.DIAL_TONE), when.always, STAY, do.note_service),
    ),
)


def _rows_by_state_and_event() -> Mapping[tuple[State, type[Event]], tuple[Transition[Any], ...]]:
    rows: dict[tuple[State, type[Event]], tuple[Transition[Any], ...]] = {}
    for row in TRANSITIONS:
        for state in row.states:
            rows[state, row.event] = (*rows.get((state, row.event), ()), row)
    return rows


_ROWS: Final = _rows_by_state_and_event()


@dataclass(frozen=True, slots=True)
class Step:
    """What an event led to: the session, the actions in their order, and whether it was expected.

    An unexpected event leaves the session as it was and asks for nothing.
    """

    session: Session
    actions: tuple[Action, ...] = ()
    expected: bool = True


def transition(session: Session, event: Event) -> Transition[Any] | None:
    """The row that answers ``event``, or ``None`` if the event is unexpected."""
    if isinstance(event, Timeout) and event.timer is not CONDITIONS[session.state].timer:
        return None
    rows = _ROWS.get((session.state, type(event)), ())
    return next((row for row in rows if row.guard(session, event)), None)


def advance(session: Session, event: Event) -> Step:
    """Answer one event (rules above).  Never raises, whatever the order of events."""
    row = transition(session, event)
    if row is None:
        return Step(session, expected=False)
    learnt, told = row.effect(session, event)
    if row.to is STAY:
        return Step(learnt, told)
    after = learnt.enter(row.to)
    running = None if isinstance(event, Timeout) else CONDITIONS[session.state].timer
    return Step(after, (*line_actions(session, after, running), *told))
