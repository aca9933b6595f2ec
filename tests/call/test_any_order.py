"""Whatever happens in whatever order, the line stays in one piece."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.call.events import (
    AccountWarning,
    Answered,
    CallId,
    Ended,
    Event,
    ExaminationOver,
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
from gateway.call.machine import Step, advance
from gateway.call.number_plan import NumberPlan
from gateway.call.reason import Reason
from gateway.call.session import Session
from gateway.call.state import (
    ASKS,
    AT_REST,
    AWAIT_ANSWER,
    CALLED,
    EXAMINABLE,
    IN_EXAMINATION,
    LEFT,
    RINGS,
    TWO_CALLS,
    State,
)
from gateway.line import (
    DIGITS,
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
from tests.call.model_line import ALICE, MULTIFON, STRICT, ModelLine

reasons = st.sampled_from(Reason)
numbers = st.sampled_from(
    ["112", "84951234567", "0500#", "2000", "*11#", "22#", "9", "A", "***1", "6"]
)
sources = st.sampled_from(DigitSource)


class AnyOrder(RuleBasedStateMachine):
    """A telephone, its user and a network that keeps its promises, and no more than those.

    The network gives every call an id of its own, ends each call once, and may answer, alert or
    end a call that we have hung up already.  ``ModelLine`` asserts the rest: it is asked to ring,
    to speak and to sound only as a real line can be, and is compared with the session after every
    event, so that no tone, timer, bell or call is ever left behind.
    """

    def __init__(self) -> None:
        super().__init__()
        self.line = ModelLine.new()
        self.offered: list[CallId] = []
        self.ended: set[CallId] = set()

    @initialize(
        plan=st.sampled_from([MULTIFON, STRICT]),
        registered=st.booleans(),
        call_waiting=st.integers(0, 3).map(bool),
    )
    def begin(self, plan: NumberPlan, registered: bool, call_waiting: bool) -> None:
        self.line = ModelLine.new(plan, registered=registered, call_waiting=call_waiting)

    @property
    def unended(self) -> list[CallId]:
        """Calls that the network has not ended: whether we have hung them up or not."""
        known = [*self.offered, *(call for call, _ in self.line.placed)]
        return [call for call in known if call not in self.ended]

    # The user.

    @rule()
    def lift(self) -> None:
        assert self.line.lift().expected

    @rule()
    def replace(self) -> None:
        before, calls = self.line.state, self.line.session.calls
        step = self.line.replace()
        assert step.expected
        if before in AT_REST and before is not State.IDLE:
            assert step == Step(self.line.session)
            assert self.line.state is before
            return
        assert not self.line.voice
        assert self.line.tone is None
        if before in {*TWO_CALLS, *LEFT}:
            # The call that is left rings, and it is never the one that was spoken in.
            assert self.line.state in RINGS
            assert self.line.live == {calls[-1]}
            return
        assert self.line.state is State.IDLE
        assert self.line.timer is None
        assert not self.line.rings
        assert not self.line.live

    @rule()
    def flash(self) -> None:
        before, calls = self.line.session, self.line.session.calls
        step = self.line.flash()
        if before.state in {*TWO_CALLS, *LEFT}:
            assert self.line.joined == calls[-1]
            assert self.line.live == set(calls)
        else:
            assert step == Step(before)

    @rule(number=numbers, source=sources)
    def dial(self, number: str, source: DigitSource) -> None:
        self.line.dial(number, source)

    @rule(digit=st.sampled_from(DIGITS), source=sources)
    def press(self, digit: str, source: DigitSource) -> None:
        self.line.dial(digit, source)

    @precondition(lambda self: self.line.state is State.IDLE)
    @rule(number=numbers, source=sources)
    def call_somebody(self, number: str, source: DigitSource) -> None:
        self.line.lift()
        self.line.dial(number, source)

    @precondition(lambda self: self.line.state is State.IDLE)
    @rule(early_media=st.booleans(), answers=st.booleans())
    def call_somebody_who_is_there(self, early_media: bool, answers: bool) -> None:
        self.line.lift()
        self.line.dial("112")
        self.line.progress(early_media=early_media)
        if answers:
            self.line.answer()

    @precondition(lambda self: self.line.session.takes_second_call)
    @rule(flashes=st.integers(0, 3))
    def a_second_caller_waits(self, flashes: int) -> None:
        self.incoming()
        assert self.line.state is State.CALL_WAITING
        for _ in range(flashes):
            self.line.flash()
        assert len(self.line.live) == 2

    @precondition(lambda self: self.line.state is State.IDLE)
    @rule()
    def leave_the_receiver_lifted(self) -> None:
        self.line.lift()
        while self.line.timer is not None:
            self.line.wait()

    # The line.

    @rule(luck=st.integers(0, 9))
    def break_down(self, luck: int) -> None:
        if luck:
            return
        assert self.line.break_down().expected
        assert self.line.state is State.OUT_OF_SERVICE
        assert not self.line.live

    @rule(off_hook=st.booleans())
    def repair(self, off_hook: bool) -> None:
        broken = self.line.state is State.OUT_OF_SERVICE
        assert self.line.repair(off_hook=off_hook).expected is broken

    # Time.

    @precondition(lambda self: self.line.timer is not None)
    @rule()
    def wait(self) -> None:
        assert self.line.wait().expected

    @rule(timer=st.sampled_from(Timer))
    def a_timer_runs_out_that_does_not_run(self, timer: Timer) -> None:
        if timer is not self.line.timer:
            assert not self.line.feed(Timeout(timer)).expected

    # The network.

    @rule()
    def incoming(self) -> None:
        call = f"in-{len(self.offered) + 1}"
        self.offered.append(call)
        self.line.incoming(call)

    @precondition(lambda self: self.unended)
    @rule(data=st.data(), early_media=st.booleans())
    def progress(self, data: st.DataObject, early_media: bool) -> None:
        self.line.feed(Progress(data.draw(st.sampled_from(self.unended)), early_media))

    @precondition(lambda self: self.unended)
    @rule(data=st.data())
    def answered(self, data: st.DataObject) -> None:
        self.line.feed(Answered(data.draw(st.sampled_from(self.unended))))

    @precondition(lambda self: self.line.state in CALLED)
    @rule(early_media=st.booleans())
    def progress_of_the_call(self, early_media: bool) -> None:
        assert self.line.progress(early_media=early_media).expected

    @precondition(lambda self: self.line.state in CALLED)
    @rule()
    def answer_of_the_call(self) -> None:
        assert self.line.answer().expected
        assert self.line.state is State.TALKING

    @precondition(lambda self: self.unended)
    @rule(data=st.data(), reason=reasons)
    def end(self, data: st.DataObject, reason: Reason) -> None:
        call = data.draw(st.sampled_from(self.unended))
        self.ended.add(call)
        assert self.line.feed(Ended(call, reason)).expected

    @rule()
    def register(self) -> None:
        assert self.line.register().expected

    @rule(reason=reasons)
    def lose_registration(self, reason: Reason) -> None:
        assert self.line.feed(ServiceDown(reason)).expected

    @rule(waiting=st.booleans())
    def messages(self, waiting: bool) -> None:
        assert self.line.messages(waiting).expected
        assert self.line.lamp is waiting

    @rule(present=st.booleans())
    def account_warning(self, present: bool) -> None:
        lamp = self.line.lamp
        assert self.line.account_warning(present).expected
        assert self.line.lamp is lamp

    @precondition(lambda self: self.line.state in EXAMINABLE)
    @rule(number=numbers, source=sources)
    def examine(self, number: str, source: DigitSource) -> None:
        placed = list(self.line.placed)
        assert self.line.examine().expected
        self.line.lift()
        self.line.dial(number, source)
        assert self.line.state is State.EXAMINED_DIGITS
        assert self.line.placed == placed

    @precondition(lambda self: self.line.state is State.IDLE)
    @rule()
    def examine_bell(self) -> None:
        assert self.line.examine_bell().expected
        assert self.line.rings

    @precondition(lambda self: self.line.state in IN_EXAMINATION)
    @rule()
    def examine_sound(self) -> None:
        self.line.examine_sound()

    @precondition(lambda self: self.line.state in IN_EXAMINATION)
    @rule()
    def end_the_examination(self) -> None:
        assert self.line.end_examination().expected
        assert self.line.state in EXAMINABLE

    # The gateway's own answers.

    @precondition(lambda self: self.line.state in ASKS)
    @rule()
    def tell(self) -> None:
        awaited = self.line.state in AWAIT_ANSWER
        assert self.line.tell().expected
        assert self.line.state is State.TOLD if awaited else True

    @precondition(lambda self: self.line.state is State.TOLD)
    @rule()
    def finish_speaking(self) -> None:
        assert self.line.finish_speaking().expected
        assert self.line.state in {State.DIAL_TONE, State.NO_SERVICE}

    @rule(question=st.integers(0, 5))
    def an_answer_comes_late(self, question: int) -> None:
        if question != self.line.session.question:
            assert self.line.feed(ServiceAnswered(question, ("late",))).expected
            assert self.line.feed(Spoken(question)).expected

    # What always holds.

    @invariant()
    def every_offered_call_was_either_alerted_or_rejected_at_once_and_once(self) -> None:
        refused_at_once = [call for call, _ in self.line.rejected if call not in self.line.alerted]
        assert sorted([*self.line.alerted, *refused_at_once]) == sorted(self.offered)

    @invariant()
    def no_call_is_rejected_twice_or_answered_twice(self) -> None:
        rejected = [call for call, _ in self.line.rejected]
        assert len(set(rejected)) == len(rejected)
        assert len(set(self.line.answered)) == len(self.line.answered)
        assert not set(rejected) & set(self.line.answered)

    @invariant()
    def the_dial_tone_means_service(self) -> None:
        if self.line.state is State.DIAL_TONE:
            assert self.line.session.registered
        if self.line.state is State.NO_SERVICE:
            assert not self.line.session.registered


AnyOrder.TestCase.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
TestAnyOrder = AnyOrder.TestCase

times = st.just(0.0)
calls = st.sampled_from(["in-1", "in-2", "boot7-hall-out-1", "boot7-hall-out-2"])
any_event: st.SearchStrategy[Event] = st.one_of(
    st.builds(OffHook, times),
    st.builds(OnHook, times),
    st.builds(HookFlash, times),
    st.builds(Digit, times, st.sampled_from(DIGITS), sources),
    st.builds(LineFault, times, st.just("The line is shorted; look at the cable.")),
    st.builds(LineCleared, times, st.booleans()),
    st.builds(RingingRefused, times, st.sampled_from(Refusal)),
    st.builds(Incoming, calls, st.just(ALICE)),
    st.builds(Progress, calls, st.booleans()),
    st.builds(Answered, calls),
    st.builds(Ended, calls, reasons),
    st.builds(MessagesWaiting, st.booleans()),
    st.builds(AccountWarning, st.booleans()),
    st.builds(ServiceAnswered, st.integers(0, 3), st.just(("done",))),
    st.builds(Spoken, st.integers(0, 3)),
    st.builds(ServiceUp),
    st.sampled_from([ExamineLine(), ExamineSound(), ExaminationOver()]),
    st.builds(ServiceDown, reasons),
    st.builds(Timeout, st.sampled_from(Timer)),
)


@settings(deadline=None)
@given(plan=st.sampled_from([MULTIFON, STRICT]), events=st.lists(any_event, max_size=40))
def test_no_sequence_of_events_raises_even_if_the_network_breaks_its_promises(
    plan: NumberPlan, events: list[Event]
) -> None:
    session = Session.start(line="hall", id_prefix="boot7", plan=plan)
    for event in events:
        step = advance(session, event)
        if not step.expected:
            assert step.session is session
            assert step.actions == ()
        session = step.session


@settings(deadline=None)
@given(events=st.lists(any_event, max_size=20), last=any_event)
def test_the_same_session_and_event_always_lead_to_the_same_step(
    events: list[Event], last: Event
) -> None:
    session = Session.start(line="hall", id_prefix="boot7", plan=MULTIFON)
    for event in events:
        session = advance(session, event).session
    assert advance(session, last) == advance(session, last)
