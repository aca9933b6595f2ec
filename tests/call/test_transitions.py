"""Every row of the table, in every state that it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.call.actions import (
    Action,
    Alert,
    Answer,
    HangUp,
    PlaceCall,
    PlayTone,
    Reject,
    SendDigit,
    StartRinging,
    StartTimer,
    StartVoice,
    StopRinging,
    StopTimer,
    StopVoice,
)
from gateway.call.condition import CONDITIONS
from gateway.call.events import (
    Answered,
    Ended,
    Event,
    Incoming,
    Progress,
    ServiceDown,
    ServiceUp,
    Timeout,
    Timer,
)
from gateway.call.guards import always
from gateway.call.machine import TRANSITIONS, Step, Transition, advance, transition
from gateway.call.number_plan import NumberPlan
from gateway.call.reason import Reason
from gateway.call.state import AT_REST, EVERY, IN_CALL, LIFTED, REFUSED, State
from gateway.line import Digit, DigitSource, HookFlash, LineCleared, LineFault, OffHook, OnHook
from gateway.toneplan import Tone
from tests.call.model_line import ALICE, MULTIFON, STRICT, ModelLine, line_in

OUR_CALL = "boot7-hall-out-1"
DIAL = (PlayTone(Tone.DIAL), StartTimer(Timer.FIRST_DIGIT, 16.0))
LIFT_TO_CONGESTION = (StartVoice(), PlayTone(Tone.CONGESTION))
BUSY_TIMER = StartTimer(Timer.BUSY, 60.0)
FAULT = LineFault(0.0, "The line is shorted; look at the cable.")


def tone(digit: str) -> Digit:
    return Digit(0.0, digit, DigitSource.TONE)


def pulse(digit: str) -> Digit:
    return Digit(0.0, digit, DigitSource.PULSE)


@dataclass(frozen=True)
class Example:
    """``event`` in ``state`` leads to ``to`` with exactly ``actions``."""

    state: State
    event: Event
    to: State
    actions: tuple[Action, ...] = ()
    registered: bool = True
    """``False``: the registration is lost once ``state`` is reached."""
    plan: NumberPlan = MULTIFON

    def __str__(self) -> str:
        what = self.event.timer.value if isinstance(self.event, Timeout) else self.event
        return f"{self.state.value}: {what}"


def silenced(state: State) -> tuple[Action, ...]:
    """What stops when a lifted state is left for one at rest."""
    line = line_in(state)
    stop: tuple[Action, ...] = (StopTimer(line.timer),) if line.timer else ()
    quiet: tuple[Action, ...] = (PlayTone(None),) if line.tone else ()
    return (*stop, *quiet, StopVoice())


def examples() -> Iterator[Example]:
    yield from receiver()
    yield from faults()
    yield from digits()
    yield from time()
    yield from network()
    yield from registration()


def receiver() -> Iterator[Example]:
    yield Example(State.IDLE, OffHook(0.0), State.DIAL_TONE, (StartVoice(), *DIAL))
    yield Example(State.IDLE, OffHook(0.0), State.NO_SERVICE, LIFT_TO_CONGESTION, registered=False)
    yield Example(
        State.RINGING,
        OffHook(0.0),
        State.TALKING,
        (StopTimer(Timer.NO_ANSWER), StopRinging(), StartVoice(), Answer("in-1")),
    )
    for state in (*LIFTED, State.OUT_OF_SERVICE):
        yield Example(state, OffHook(0.0), state)
    for state in AT_REST:
        yield Example(state, OnHook(0.0), state)
    for state in LIFTED:
        told = (HangUp(OUR_CALL),) if state in IN_CALL else ()
        yield Example(state, OnHook(0.0), State.IDLE, (*silenced(state), *told))
    for state in EVERY:
        yield Example(state, HookFlash(0.0), state)


def faults() -> Iterator[Example]:
    out = State.OUT_OF_SERVICE
    yield Example(State.IDLE, FAULT, out)
    yield Example(
        State.RINGING,
        FAULT,
        out,
        (StopTimer(Timer.NO_ANSWER), StopRinging(), Reject("in-1", Reason.LINE_FAULT)),
    )
    for state in LIFTED:
        told = (HangUp(OUR_CALL),) if state in IN_CALL else ()
        yield Example(state, FAULT, out, (*silenced(state), *told))
    yield Example(out, FAULT, out)
    yield Example(out, LineCleared(0.0, off_hook=False), State.IDLE)
    lifted = LineCleared(0.0, off_hook=True)
    yield Example(out, lifted, State.DIAL_TONE, (StartVoice(), *DIAL))
    yield Example(out, lifted, State.NO_SERVICE, LIFT_TO_CONGESTION, registered=False)


def digits() -> Iterator[Example]:
    next_digit = StartTimer(Timer.INTER_DIGIT, 4.0)
    stop_waiting = StopTimer(Timer.INTER_DIGIT)
    tone_stops = (StopTimer(Timer.FIRST_DIGIT), PlayTone(None))
    placed = PlaceCall(OUR_CALL, "3")
    yield Example(State.DIAL_TONE, tone("8"), State.DIALLING, (*tone_stops, next_digit))
    yield Example(State.NO_SERVICE, tone("8"), State.DIALLING, (PlayTone(None), next_digit))
    yield Example(State.DIALLING, pulse("4"), State.DIALLING, (next_digit,))
    one_digit = NumberPlan.from_tables([{"name": "n", "dial": "3", "emergency": True}])
    yield Example(State.DIAL_TONE, tone("3"), State.CALLING, (*tone_stops, placed), plan=one_digit)
    yield Example(
        State.NO_SERVICE, tone("3"), State.CALLING, (PlayTone(None), placed), plan=one_digit
    )
    called = PlaceCall(OUR_CALL, "8")
    yield Example(State.DIALLING, tone("#"), State.CALLING, (stop_waiting, called))
    wrong = PlayTone(Tone.SIT)
    no_service = PlayTone(Tone.CONGESTION)
    yield Example(
        State.DIAL_TONE, tone("A"), State.BUSY, (StopTimer(Timer.FIRST_DIGIT), wrong, BUSY_TIMER)
    )
    yield Example(State.DIALLING, tone("A"), State.BUSY, (stop_waiting, wrong, BUSY_TIMER))
    yield Example(
        State.DIALLING,
        tone("#"),
        State.BUSY,
        (stop_waiting, no_service, BUSY_TIMER),
        registered=False,
    )
    yield Example(State.NO_SERVICE, tone("A"), State.BUSY, (BUSY_TIMER,))
    for state in (*IN_CALL, *REFUSED):
        yield Example(state, tone("5"), state)
    for state in (State.CALLING, *REFUSED):
        yield Example(state, pulse("5"), state)
    for state in (State.RINGBACK, State.TALKING):
        yield Example(state, pulse("5"), state, (SendDigit("5"),))
        yield Example(state, Digit(0.0, "*", DigitSource.KEYPAD), state, (SendDigit("*"),))


def time() -> Iterator[Example]:
    yield Example(
        State.DIAL_TONE,
        Timeout(Timer.FIRST_DIGIT),
        State.BUSY,
        (PlayTone(Tone.BUSY), BUSY_TIMER),
    )
    pause = Timeout(Timer.INTER_DIGIT)
    yield Example(State.DIALLING, pause, State.CALLING, (PlaceCall(OUR_CALL, "8"),))
    no_service, wrong = PlayTone(Tone.CONGESTION), PlayTone(Tone.SIT)
    yield Example(State.DIALLING, pause, State.BUSY, (no_service, BUSY_TIMER), registered=False)
    yield Example(State.DIALLING, pause, State.BUSY, (wrong, BUSY_TIMER), plan=STRICT)
    yield Example(
        State.RINGING,
        Timeout(Timer.NO_ANSWER),
        State.IDLE,
        (StopRinging(), Reject("in-1", Reason.NO_ANSWER)),
    )
    yield Example(
        State.BUSY,
        Timeout(Timer.BUSY),
        State.HOWLER,
        (PlayTone(Tone.HOWLER), StartTimer(Timer.HOWLER, 60.0)),
    )
    yield Example(State.HOWLER, Timeout(Timer.HOWLER), State.LOCKOUT, (PlayTone(None),))


def network() -> Iterator[Example]:
    yield Example(
        State.IDLE,
        Incoming("in-2", ALICE),
        State.RINGING,
        (StartRinging(ALICE), StartTimer(Timer.NO_ANSWER, 120.0), Alert("in-2")),
    )
    for state in (State.RINGING, *LIFTED):
        yield Example(state, Incoming("in-2", ALICE), state, (Reject("in-2", Reason.BUSY),))
    out = State.OUT_OF_SERVICE
    yield Example(out, Incoming("in-2", ALICE), out, (Reject("in-2", Reason.UNREACHABLE),))
    for state in EVERY:
        yield Example(state, Progress("old", early_media=True), state)
        yield Example(state, Ended("old", Reason.COMPLETED), state)
        yield Example(state, Answered("old"), state, (HangUp("old"),))
    ringback = PlayTone(Tone.RINGBACK)
    own = Progress(OUR_CALL, early_media=True)
    alerting = Progress(OUR_CALL, early_media=False)
    yield Example(State.CALLING, alerting, State.RINGBACK, (ringback,))
    yield Example(State.CALLING, own, State.RINGBACK)
    yield Example(State.RINGBACK, alerting, State.RINGBACK)
    yield Example(State.RINGBACK, own, State.RINGBACK, (PlayTone(None),))
    yield Example(State.CALLING, Answered(OUR_CALL), State.TALKING)
    yield Example(State.RINGBACK, Answered(OUR_CALL), State.TALKING, (PlayTone(None),))
    yield Example(State.TALKING, Answered(OUR_CALL), State.TALKING)
    for state in IN_CALL:
        for reason in (Reason.BUSY, Reason.CONGESTION, Reason.WRONG_NUMBER):
            heard = (PlayTone(reason.tone), BUSY_TIMER)
            yield Example(state, Ended(OUR_CALL, reason), State.BUSY, heard)
    yield Example(
        State.RINGING,
        Ended("in-1", Reason.CANCELLED),
        State.IDLE,
        (StopTimer(Timer.NO_ANSWER), StopRinging()),
    )


def registration() -> Iterator[Example]:
    for state in EVERY:
        if state is not State.NO_SERVICE:
            yield Example(state, ServiceUp(), state)
        if state is not State.DIAL_TONE:
            yield Example(state, ServiceDown(Reason.NO_ROUTE), state)
    yield Example(State.NO_SERVICE, ServiceUp(), State.DIAL_TONE, DIAL)
    yield Example(
        State.DIAL_TONE,
        ServiceDown(Reason.NO_ROUTE),
        State.NO_SERVICE,
        (StopTimer(Timer.FIRST_DIGIT), PlayTone(Tone.CONGESTION)),
    )


EXAMPLES = tuple(examples())


def prepared(example: Example) -> ModelLine:
    line = line_in(example.state, example.plan)
    if not example.registered:
        line.lose_registration()
    assert line.state is example.state
    return line


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_event_leads_to_the_next_state_and_to_exactly_these_actions(example: Example) -> None:
    line = prepared(example)
    step = line.feed(example.event)
    assert step.expected
    assert step.session.state is example.to
    assert step.actions == example.actions


def test_the_examples_take_every_row_in_every_state_that_it_names() -> None:
    taken = {
        (TRANSITIONS.index(row), example.state)
        for example in EXAMPLES
        if (row := transition(prepared(example).session, example.event)) is not None
    }
    there_are = {(index, state) for index, row in enumerate(TRANSITIONS) for state in row.states}
    assert taken == there_are


UNEXPECTED = [
    *((state, tone("5")) for state in AT_REST),
    *((s, LineCleared(0.0, off_hook=True)) for s in EVERY if s is not State.OUT_OF_SERVICE),
    *((state, Progress(OUR_CALL, early_media=False)) for state in (State.TALKING,)),
    (State.RINGING, Progress("in-1", early_media=False)),
    (State.RINGING, Answered("in-1")),
    (State.RINGING, Incoming("in-1", ALICE)),
    (State.TALKING, Incoming(OUR_CALL, ALICE)),
    *(
        (state, Timeout(timer))
        for state in EVERY
        for timer in Timer
        if timer is not CONDITIONS[state].timer
    ),
]


@pytest.mark.parametrize(
    ("state", "event"), UNEXPECTED, ids=lambda value: getattr(value, "value", str(value))
)
def test_an_unexpected_event_changes_nothing_and_is_told_as_unexpected(
    state: State, event: Event
) -> None:
    session = line_in(state).session
    assert advance(session, event) == Step(session, (), expected=False)


@pytest.mark.parametrize("state", EVERY)
@pytest.mark.parametrize("event", [OnHook, LineFault], ids=lambda event: event.__name__)
def test_the_receiver_put_down_and_a_fault_are_answered_in_every_state(
    state: State, event: type[Event]
) -> None:
    assert any(row.event is event and state in row.states for row in TRANSITIONS)


def test_no_row_stands_behind_one_that_takes_all() -> None:
    closed: set[tuple[type[Event], State]] = set()
    for row in TRANSITIONS:
        here = {(row.event, state) for state in row.states}
        assert not here & closed, f"a row of {row.event.__name__} is never asked"
        if row.guard is always:
            closed |= here


def test_a_row_names_no_state_twice() -> None:
    assert all(len(set(row.states)) == len(row.states) for row in TRANSITIONS)


def test_a_timer_that_runs_out_always_leads_to_another_state() -> None:
    def leads_on(row: Transition[Any]) -> bool:
        return row.to is not None and row.to not in row.states

    assert all(leads_on(row) for row in TRANSITIONS if row.event is Timeout)


def test_every_timer_of_a_state_is_answered_there_and_no_other_state_answers_a_timer() -> None:
    with_timer = {state for state in EVERY if CONDITIONS[state].timer}
    answered = {state for row in TRANSITIONS if row.event is Timeout for state in row.states}
    assert with_timer == answered


def test_voice_runs_exactly_while_the_receiver_is_lifted() -> None:
    assert {state for state in EVERY if CONDITIONS[state].voice} == set(LIFTED)
    assert set(LIFTED) | set(AT_REST) == set(EVERY)
