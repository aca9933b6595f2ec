"""Every row of the table, in every state that it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gateway.call.actions import (
    Action,
    Alert,
    AnnounceWaiting,
    Answer,
    AskService,
    ExpectTaps,
    HangUp,
    Hold,
    Hush,
    PlaceCall,
    PlayTone,
    Reject,
    Resume,
    SendDigit,
    ShowMessages,
    SignalDisconnect,
    Speak,
    StartRinging,
    StartTimer,
    StartVoice,
    StopRinging,
    StopTimer,
    StopVoice,
)
from gateway.call.condition import CONDITIONS
from gateway.call.effects import REFUSALS
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
    Timer,
)
from gateway.call.guards import always
from gateway.call.machine import TRANSITIONS, Step, Transition, advance, transition
from gateway.call.number_plan import NumberPlan
from gateway.call.reason import Reason
from gateway.call.service_codes import DEFAULT_CODES, Service, with_codes
from gateway.call.state import (
    ANSWERED,
    ASKS,
    AT_REST,
    AWAIT_ANSWER,
    CALLED,
    EVERY,
    EXAMINABLE,
    EXAMINED,
    IN_CALL,
    IN_EXAMINATION,
    LEFT,
    LIFTED,
    REFUSED,
    RINGS,
    TWO_CALLS,
    State,
    every_state_but,
)
from gateway.caller import Caller
from gateway.line import (
    Digit,
    DigitSource,
    HookFlash,
    LineCleared,
    LineFault,
    OffHook,
    OnHook,
    Refusal,
    RingingRefused,
)
from gateway.signalling import Taps
from gateway.toneplan import Tone
from tests.call.model_line import ALICE, BORIS, MULTIFON, STRICT, ModelLine, line_in

OUR_CALL = "boot7-hall-out-1"
AS_DIGITS = ExpectTaps(Taps.DIGITS)
AS_FLASH = ExpectTaps(Taps.FLASH)
IGNORED = ExpectTaps(Taps.IGNORED)
FIRST_DIGIT = StartTimer(Timer.FIRST_DIGIT, 16.0)
DIAL = (PlayTone(Tone.DIAL), FIRST_DIGIT)
LIFT_TO_DIAL = (StartVoice(), PlayTone(Tone.DIAL), AS_DIGITS, FIRST_DIGIT)
LIFT_TO_CONGESTION = (StartVoice(), PlayTone(Tone.CONGESTION), AS_DIGITS)
BUSY_TIMER = StartTimer(Timer.BUSY, 60.0)
NO_ANSWER_TIMER = StartTimer(Timer.NO_ANSWER, 120.0)
RELEASED_TIMER = StartTimer(Timer.RELEASED, 20.0)
STOP_WAITING = StopTimer(Timer.NO_ANSWER)
ONE_DIGIT = NumberPlan.from_tables([{"name": "n", "dial": "3", "emergency": True}])
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
    call_waiting: bool = True

    def __str__(self) -> str:
        what = self.event.timer.value if isinstance(self.event, Timeout) else self.event
        return f"{self.state.value}: {what}"


def silenced(state: State) -> tuple[Action, ...]:
    """What stops when a lifted state is left for one at rest."""
    line = line_in(state)
    stop: tuple[Action, ...] = (StopTimer(line.timer),) if line.timer else ()
    quiet: tuple[Action, ...] = (PlayTone(None),) if line.tone else ()
    if state in ASKS:
        quiet = (Hush(),)
    taps: tuple[Action, ...] = (IGNORED,) if line.taps is not Taps.IGNORED else ()
    return (*stop, *quiet, *taps, StopVoice())


def examples() -> Iterator[Example]:
    yield from receiver()
    yield from faults()
    yield from refusals()
    yield from digits()
    yield from dial_codes()
    yield from time()
    yield from network()
    yield from registration()
    yield from two_calls()
    yield from messages()
    yield from account_warnings()
    yield from examination()


def receiver() -> Iterator[Example]:
    yield Example(State.IDLE, OffHook(0.0), State.DIAL_TONE, LIFT_TO_DIAL)
    yield Example(State.IDLE, OffHook(0.0), State.NO_SERVICE, LIFT_TO_CONGESTION, registered=False)
    yield Example(
        State.RINGING,
        OffHook(0.0),
        State.TALKING,
        (STOP_WAITING, StopRinging(), StartVoice(), AS_FLASH, Answer("in-1")),
    )
    for state in (*LIFTED, State.OUT_OF_SERVICE):
        yield Example(state, OffHook(0.0), state)
    for state in AT_REST:
        yield Example(state, OnHook(0.0), state)
    for state in LIFTED:
        if state not in {*TWO_CALLS, *LEFT}:
            told = (HangUp(OUR_CALL),) if state in IN_CALL else ()
            yield Example(state, OnHook(0.0), State.IDLE, (*silenced(state), *told))
    for state in EVERY:
        if state not in {*TWO_CALLS, *LEFT}:
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
    yield Example(State.RINGING_BACK, FAULT, out, (STOP_WAITING, StopRinging(), HangUp(OUR_CALL)))
    told: dict[State, tuple[Action, ...]] = {
        State.CALLING: (HangUp(OUR_CALL),),
        State.RINGBACK: (HangUp(OUR_CALL),),
        State.TALKING: (HangUp(OUR_CALL),),
        State.CALL_WAITING: (HangUp(OUR_CALL), Reject("in-2", Reason.LINE_FAULT)),
        State.CALL_ON_HOLD: (HangUp("in-2"), HangUp(OUR_CALL)),
        State.STILL_WAITING: (Reject("in-2", Reason.LINE_FAULT),),
        State.STILL_ON_HOLD: (HangUp(OUR_CALL),),
    }
    for state in LIFTED:
        yield Example(state, FAULT, out, (*silenced(state), *told.get(state, ())))
    yield Example(out, FAULT, out)
    yield Example(out, LineCleared(0.0, off_hook=False), State.IDLE)
    lifted = LineCleared(0.0, off_hook=True)
    yield Example(out, lifted, State.DIAL_TONE, LIFT_TO_DIAL)
    yield Example(out, lifted, State.NO_SERVICE, LIFT_TO_CONGESTION, registered=False)


def refusals() -> Iterator[Example]:
    for why, reason in REFUSALS.items():
        yield Example(
            State.RINGING,
            RingingRefused(0.0, why),
            State.IDLE,
            (STOP_WAITING, StopRinging(), Reject("in-1", reason)),
        )
    refused = RingingRefused(0.0, Refusal.REJECTED)
    yield Example(
        State.RINGING_BACK, refused, State.IDLE, (STOP_WAITING, StopRinging(), HangUp(OUR_CALL))
    )
    for state in every_state_but(*RINGS):
        yield Example(state, refused, state)


def digits() -> Iterator[Example]:
    next_digit = StartTimer(Timer.INTER_DIGIT, 4.0)
    stop_waiting = StopTimer(Timer.INTER_DIGIT)
    tone_stops = (StopTimer(Timer.FIRST_DIGIT), PlayTone(None))
    placed = (AS_FLASH, PlaceCall(OUR_CALL, "3", emergency=True))
    yield Example(State.DIAL_TONE, tone("8"), State.DIALLING, (*tone_stops, next_digit))
    yield Example(State.NO_SERVICE, tone("8"), State.DIALLING, (PlayTone(None), next_digit))
    yield Example(State.DIALLING, pulse("4"), State.DIALLING, (next_digit,))
    yield Example(State.DIAL_TONE, tone("3"), State.CALLING, (*tone_stops, *placed), plan=ONE_DIGIT)
    yield Example(
        State.NO_SERVICE, tone("3"), State.CALLING, (PlayTone(None), *placed), plan=ONE_DIGIT
    )
    called = PlaceCall(OUR_CALL, "8")
    yield Example(State.DIALLING, tone("#"), State.CALLING, (stop_waiting, AS_FLASH, called))
    wrong = PlayTone(Tone.SIT)
    no_service = PlayTone(Tone.CONGESTION)
    yield Example(
        State.DIAL_TONE,
        tone("A"),
        State.BUSY,
        (StopTimer(Timer.FIRST_DIGIT), wrong, IGNORED, BUSY_TIMER),
    )
    yield Example(State.DIALLING, tone("A"), State.BUSY, (stop_waiting, wrong, IGNORED, BUSY_TIMER))
    yield Example(
        State.DIALLING,
        tone("#"),
        State.BUSY,
        (stop_waiting, no_service, IGNORED, BUSY_TIMER),
        registered=False,
    )
    yield Example(State.NO_SERVICE, tone("A"), State.BUSY, (IGNORED, BUSY_TIMER))
    for state in (State.CALLING, *LEFT, *REFUSED, *EXAMINED):
        yield Example(state, tone("5"), state)
    for state in (State.CALLING, *LEFT, *REFUSED, *EXAMINED):
        yield Example(state, pulse("5"), state)
    for state in (State.RINGBACK, *ANSWERED):
        yield Example(state, tone("5"), state, (SendDigit("5", audible=True),))
        yield Example(state, pulse("5"), state, (SendDigit("5", audible=False),))
        key = Digit(0.0, "*", DigitSource.KEYPAD)
        yield Example(state, key, state, (SendDigit("*", audible=False),))


def dial_codes() -> Iterator[Example]:
    moment = StartTimer(Timer.MOMENT, 1.0)
    stop_moment = StopTimer(Timer.MOMENT)
    ask = AskService(1, "balance", "6")
    tone_stops = (StopTimer(Timer.FIRST_DIGIT), PlayTone(None))
    yield Example(State.DIAL_TONE, tone("6"), State.ASKED, (*tone_stops, moment, ask), plan=STRICT)
    yield Example(
        State.NO_SERVICE, pulse("6"), State.ASKED, (PlayTone(None), moment, ask), plan=STRICT
    )
    last = NumberPlan.from_tables([{"name": "n", "dial": "83."}])
    plan = with_codes(last, {Service.BALANCE: ("88",)})
    yield Example(
        State.DIALLING,
        tone("8"),
        State.ASKED,
        (StopTimer(Timer.INTER_DIGIT), moment, replace(ask, dialled="88")),
        plan=plan,
    )
    for state in ASKS:
        stop = (stop_moment,) if state is State.ASKED else ()
        begun = (*stop, Hush())
        next_digit = StartTimer(Timer.INTER_DIGIT, 4.0)
        # One digit asks anew, and the old answer is neither spoken nor waited for.
        again = (Hush(), moment, replace(ask, question=2))
        yield Example(state, tone("6"), State.ASKED, again, plan=STRICT)
        yield Example(state, tone("8"), State.DIALLING, (*begun, next_digit))
        yield Example(
            state,
            tone("3"),
            State.CALLING,
            (*begun, AS_FLASH, PlaceCall(OUR_CALL, "3", emergency=True)),
            plan=with_codes(ONE_DIGIT, DEFAULT_CODES),
        )
        wrong = (PlayTone(Tone.SIT), IGNORED, BUSY_TIMER)
        yield Example(state, tone("A"), State.BUSY, (*begun, *wrong))
        no_service = (PlayTone(Tone.CONGESTION), IGNORED, BUSY_TIMER)
        yield Example(state, tone("A"), State.BUSY, (*begun, *no_service), registered=False)
        if state in AWAIT_ANSWER:
            yield Example(state, tone("#"), state)
    yield Example(State.TOLD, tone("#"), State.DIAL_TONE, (Hush(), *DIAL))
    congestion = (Hush(), PlayTone(Tone.CONGESTION))
    yield Example(State.TOLD, tone("#"), State.NO_SERVICE, congestion, registered=False)

    patience = Speak(1, ("one-moment",), tells=False)
    yield Example(State.ASKED, Timeout(Timer.MOMENT), State.AWAITED, (patience,))
    answer = Speak(1, ("done",), tells=True)
    yield Example(State.ASKED, ServiceAnswered(1, ("done",)), State.TOLD, (stop_moment, answer))
    yield Example(State.AWAITED, ServiceAnswered(1, ("done",)), State.TOLD, (answer,))
    for state in EVERY:
        yield Example(state, ServiceAnswered(9, ("done",)), state)
        yield Example(state, Spoken(9), state)
    yield Example(State.TOLD, Spoken(1), State.DIAL_TONE, (Hush(), *DIAL))
    yield Example(State.TOLD, Spoken(1), State.NO_SERVICE, congestion, registered=False)


def time() -> Iterator[Example]:
    yield Example(
        State.DIAL_TONE,
        Timeout(Timer.FIRST_DIGIT),
        State.BUSY,
        (PlayTone(Tone.BUSY), IGNORED, BUSY_TIMER),
    )
    pause = Timeout(Timer.INTER_DIGIT)
    yield Example(State.DIALLING, pause, State.CALLING, (AS_FLASH, PlaceCall(OUR_CALL, "8")))
    no_service = (PlayTone(Tone.CONGESTION), IGNORED, BUSY_TIMER)
    yield Example(State.DIALLING, pause, State.BUSY, no_service, registered=False)
    wrong = (PlayTone(Tone.SIT), IGNORED, BUSY_TIMER)
    yield Example(State.DIALLING, pause, State.BUSY, wrong, plan=STRICT)
    yield Example(
        State.RINGING,
        Timeout(Timer.NO_ANSWER),
        State.IDLE,
        (StopRinging(), Reject("in-1", Reason.NO_ANSWER)),
    )
    howl = (PlayTone(Tone.HOWLER), StartTimer(Timer.HOWLER, 60.0))
    yield Example(State.BUSY, Timeout(Timer.BUSY), State.HOWLER, howl)
    yield Example(
        State.RELEASED,
        Timeout(Timer.RELEASED),
        State.DISCONNECTED,
        (PlayTone(None), SignalDisconnect(), StartTimer(Timer.DISCONNECTED, 40.0)),
    )
    yield Example(State.DISCONNECTED, Timeout(Timer.DISCONNECTED), State.HOWLER, howl)
    yield Example(State.HOWLER, Timeout(Timer.HOWLER), State.LOCKOUT, (PlayTone(None),))


def network() -> Iterator[Example]:
    yield Example(
        State.IDLE,
        Incoming("in-2", ALICE),
        State.RINGING,
        (StartRinging(ALICE), NO_ANSWER_TIMER, Alert("in-2")),
    )
    for state in (*RINGS, *LIFTED):
        waiting = state is not State.TALKING
        refused = (Reject("in-3", Reason.BUSY),)
        yield Example(state, Incoming("in-3", ALICE), state, refused, call_waiting=waiting)
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
    for reason in (Reason.BUSY, Reason.CONGESTION, Reason.WRONG_NUMBER):
        heard = (PlayTone(reason.tone), IGNORED)
        for state in CALLED:
            yield Example(state, Ended(OUR_CALL, reason), State.BUSY, (*heard, BUSY_TIMER))
        yield Example(
            State.TALKING, Ended(OUR_CALL, reason), State.RELEASED, (*heard, RELEASED_TIMER)
        )
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


def two_calls() -> Iterator[Example]:
    """``in-2`` came in while ``OUR_CALL`` was up; on hold is ``OUR_CALL``."""
    talking, waiting, on_hold = State.TALKING, State.CALL_WAITING, State.CALL_ON_HOLD
    still_waiting, still_on_hold = State.STILL_WAITING, State.STILL_ON_HOLD
    yield Example(
        talking,
        Incoming("in-2", BORIS),
        waiting,
        (PlayTone(Tone.CALL_WAITING), AnnounceWaiting(BORIS), NO_ANSWER_TIMER, Alert("in-2")),
    )
    flash = HookFlash(0.0)
    yield Example(
        waiting,
        flash,
        on_hold,
        (STOP_WAITING, PlayTone(None), Hold(OUR_CALL), Answer("in-2")),
    )
    yield Example(on_hold, flash, on_hold, (Hold("in-2"), Resume(OUR_CALL)))
    yield Example(still_waiting, flash, talking, (STOP_WAITING, PlayTone(None), Answer("in-2")))
    resumed = (PlayTone(None), Resume(OUR_CALL))
    yield Example(still_on_hold, flash, talking, (StopTimer(Timer.RESUME), *resumed))
    yield Example(still_on_hold, Timeout(Timer.RESUME), talking, resumed)
    yield Example(
        State.RINGING_BACK,
        OffHook(0.0),
        talking,
        (STOP_WAITING, StopRinging(), StartVoice(), AS_FLASH, Resume(OUR_CALL)),
    )

    hung_up = OnHook(0.0)
    quiet = (PlayTone(None), IGNORED, StopVoice())
    yield Example(
        waiting,
        hung_up,
        State.RINGING,
        (*quiet, StartRinging(BORIS), NO_ANSWER_TIMER, HangUp(OUR_CALL)),
    )
    yield Example(
        still_waiting, hung_up, State.RINGING, (*quiet, StartRinging(BORIS), NO_ANSWER_TIMER)
    )
    back = (StartRinging(Caller("112")), NO_ANSWER_TIMER)
    yield Example(
        on_hold, hung_up, State.RINGING_BACK, (IGNORED, StopVoice(), *back, HangUp("in-2"))
    )
    yield Example(
        still_on_hold, hung_up, State.RINGING_BACK, (StopTimer(Timer.RESUME), *quiet, *back)
    )

    nobody = Timeout(Timer.NO_ANSWER)
    unanswered = Reject("in-2", Reason.NO_ANSWER)
    yield Example(waiting, nobody, talking, (PlayTone(None), unanswered))
    yield Example(still_waiting, nobody, State.RELEASED, (IGNORED, RELEASED_TIMER, unanswered))
    yield Example(State.RINGING_BACK, nobody, State.IDLE, (StopRinging(), HangUp(OUR_CALL)))

    def ended(call: str) -> Ended:
        return Ended(call, Reason.NETWORK_LOST)

    lost = PlayTone(Tone.CONGESTION)
    yield Example(waiting, ended("in-2"), talking, (STOP_WAITING, PlayTone(None)))
    yield Example(on_hold, ended(OUR_CALL), talking)
    yield Example(waiting, ended(OUR_CALL), still_waiting, (lost, NO_ANSWER_TIMER))
    yield Example(on_hold, ended("in-2"), still_on_hold, (lost, StartTimer(Timer.RESUME, 3.0)))
    yield Example(
        still_waiting,
        ended("in-2"),
        State.RELEASED,
        (STOP_WAITING, lost, IGNORED, RELEASED_TIMER),
    )
    yield Example(
        still_on_hold,
        ended(OUR_CALL),
        State.RELEASED,
        (StopTimer(Timer.RESUME), lost, IGNORED, RELEASED_TIMER),
    )
    yield Example(State.RINGING_BACK, ended(OUR_CALL), State.IDLE, (STOP_WAITING, StopRinging()))

    yield Example(waiting, Answered(OUR_CALL), waiting)
    for confirmed in (OUR_CALL, "in-2"):
        yield Example(on_hold, Answered(confirmed), on_hold)
    yield Example(still_on_hold, Answered(OUR_CALL), still_on_hold)
    yield Example(State.RINGING_BACK, Answered(OUR_CALL), State.RINGING_BACK)


def messages() -> Iterator[Example]:
    for state in EVERY:
        if state is not State.DIAL_TONE:
            for waiting in (True, False):
                yield Example(state, MessagesWaiting(waiting), state, (ShowMessages(waiting),))
    yield Example(
        State.DIAL_TONE,
        MessagesWaiting(True),
        State.DIAL_TONE,
        (PlayTone(Tone.MESSAGE_WAITING), FIRST_DIGIT, ShowMessages(True)),
    )
    yield Example(
        State.DIAL_TONE,
        MessagesWaiting(False),
        State.DIAL_TONE,
        (FIRST_DIGIT, ShowMessages(False)),
    )


def account_warnings() -> Iterator[Example]:
    for state in EVERY:
        if state is not State.DIAL_TONE:
            for present in (True, False):
                yield Example(state, AccountWarning(present), state)
    yield Example(
        State.DIAL_TONE,
        AccountWarning(True),
        State.DIAL_TONE,
        (PlayTone(Tone.MESSAGE_WAITING), FIRST_DIGIT),
    )
    yield Example(State.DIAL_TONE, AccountWarning(False), State.DIAL_TONE, (FIRST_DIGIT,))


def examination() -> Iterator[Example]:
    """A line that nobody uses is examined; the receiver decides as it does everywhere."""
    awaited, rings, digits, sound = IN_EXAMINATION
    yield Example(State.IDLE, ExamineLine(), awaited)
    for state in EXAMINABLE:
        if state is not State.IDLE:
            stops = [action for action in silenced(state) if action not in {IGNORED, StopVoice()}]
            taps = () if line_in(state).taps is Taps.DIGITS else (AS_DIGITS,)
            yield Example(state, ExamineLine(), digits, (*stops, *taps))
    yield Example(awaited, OffHook(0.0), digits, (StartVoice(), AS_DIGITS))
    yield Example(awaited, FAULT, State.OUT_OF_SERVICE)
    yield Example(State.IDLE, ExamineBell(BORIS), rings, (StartRinging(BORIS),))
    yield Example(rings, OffHook(0.0), digits, (StopRinging(), StartVoice(), AS_DIGITS))
    yield Example(rings, FAULT, State.OUT_OF_SERVICE, (StopRinging(),))
    yield Example(rings, ExaminationOver(), State.IDLE, (StopRinging(),))
    ring = (StartRinging(ALICE), NO_ANSWER_TIMER, Alert("in-2"))
    yield Example(awaited, Incoming("in-2", ALICE), State.RINGING, ring)
    yield Example(rings, Incoming("in-2", ALICE), State.RINGING, (StopRinging(), *ring))
    yield Example(digits, ExamineSound(), sound, (AS_FLASH,))
    yield Example(awaited, ExaminationOver(), State.IDLE)
    yield Example(digits, ExaminationOver(), State.DIAL_TONE, DIAL)
    congestion = PlayTone(Tone.CONGESTION)
    yield Example(digits, ExaminationOver(), State.NO_SERVICE, (congestion,), registered=False)
    dial_again = (PlayTone(Tone.DIAL), AS_DIGITS, FIRST_DIGIT)
    yield Example(sound, ExaminationOver(), State.DIAL_TONE, dial_again)
    no_service = (congestion, AS_DIGITS)
    yield Example(sound, ExaminationOver(), State.NO_SERVICE, no_service, registered=False)


EXAMPLES = tuple(examples())


def prepared(example: Example) -> ModelLine:
    line = line_in(example.state, example.plan)
    line.session = replace(line.session, call_waiting=example.call_waiting)
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
    *((state, ExamineLine()) for state in every_state_but(*EXAMINABLE)),
    *((state, ExamineBell(None)) for state in every_state_but(State.IDLE)),
    *((state, ExamineSound()) for state in every_state_but(State.EXAMINED_DIGITS)),
    *((state, ExaminationOver()) for state in every_state_but(*IN_EXAMINATION)),
    *((state, tone("5")) for state in AT_REST),
    *((s, LineCleared(0.0, off_hook=True)) for s in EVERY if s is not State.OUT_OF_SERVICE),
    *(
        (state, Progress(OUR_CALL, early_media=False))
        for state in (*ANSWERED, State.STILL_ON_HOLD, State.RINGING_BACK)
    ),
    (State.CALL_WAITING, Incoming("in-2", BORIS)),
    (State.STILL_WAITING, Answered("in-2")),
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
