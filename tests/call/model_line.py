"""A line in a model world: it performs the actions of call control and believes nothing.

Whatever an action presupposes is asserted when it is performed, and after every event the world
is compared with what the session says of itself.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from importlib import resources

from gateway.call import actions as do
from gateway.call.condition import CONDITIONS
from gateway.call.events import (
    AccountWarning,
    Answered,
    CallId,
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
from gateway.call.machine import Step, advance
from gateway.call.number_plan import NumberPlan
from gateway.call.reason import Reason
from gateway.call.service_codes import DEFAULT_CODES, Service, with_codes
from gateway.call.session import Session
from gateway.call.state import (
    ASKS,
    EXAMINED,
    HAS_CALL,
    IN_CALL,
    IN_EXAMINATION,
    REFUSED,
    RINGS,
    TWO_CALLS,
    State,
)
from gateway.caller import Caller
from gateway.line import Digit, DigitSource, HookFlash, LineCleared, LineFault, OffHook, OnHook
from gateway.signalling import Taps
from gateway.toneplan import Tone

ALICE = Caller("79161234567", "Alice")
BORIS = Caller("79167654321", "Boris")
MOSCOW = "84951234567"


def multifon_numbers() -> NumberPlan:
    source = resources.files("gateway") / "providers" / "multifon.toml"
    return NumberPlan.from_tables(tomllib.loads(source.read_text(encoding="utf-8"))["number"])


MULTIFON = with_codes(multifon_numbers(), DEFAULT_CODES)
STRICT = with_codes(
    NumberPlan.from_tables(
        [
            {"name": "emergency", "dial": "112", "emergency": True},
            {"name": "four digits", "dial": "2xxx"},
            {"name": "open", "dial": "3xx."},
            {"name": "code", "dial": "*xx#"},
        ]
    ),
    {Service.BALANCE: ("***1", "6")},
)
"""A plan in which digits can be too few, and wrong."""


@dataclass
class ModelLine:
    """The session of one line, and the world as its actions left it."""

    session: Session
    voice: bool = False
    rings: bool = False
    shown: Caller | None = None
    """Who the display says is calling while it rings."""
    announced: list[Caller] = field(default_factory=list)
    """Second callers that the display showed."""
    tone: Tone | None = None
    taps: Taps = Taps.IGNORED
    timer: Timer | None = None
    placed: list[tuple[CallId, str]] = field(default_factory=list)
    live: set[CallId] = field(default_factory=set)
    """Calls that exist for the network."""
    alerted: list[CallId] = field(default_factory=list)
    answered: list[CallId] = field(default_factory=list)
    rejected: list[tuple[CallId, Reason]] = field(default_factory=list)
    hung_up: list[CallId] = field(default_factory=list)
    joined: CallId | None = None
    """The call whose voice the receiver is joined to, or will be once there is one."""
    on_hold: set[CallId] = field(default_factory=set)
    sent: str = ""
    """Digits that were put into the voice."""
    disconnects: int = 0
    """How often the current of the line told that the far end is gone."""
    asked: list[do.AskService] = field(default_factory=list)
    spoken: list[do.Speak] = field(default_factory=list)
    """What is being spoken, or will be."""
    lamp: bool = False
    """The sign for waiting messages."""

    @classmethod
    def new(
        cls, plan: NumberPlan = MULTIFON, *, registered: bool = True, call_waiting: bool = True
    ) -> ModelLine:
        line = cls(
            Session.start(line="hall", id_prefix="boot7", plan=plan, call_waiting=call_waiting)
        )
        if registered:
            line.feed(ServiceUp())
        return line

    @property
    def state(self) -> State:
        return self.session.state

    @property
    def call(self) -> CallId:
        assert self.session.call is not None
        return self.session.call

    def hears(self) -> Tone | None:
        """The tone in the receiver."""
        return self.tone

    # What happens to the line.

    def feed(self, event: Event) -> Step:
        """Let ``event`` happen and do what call control asks for."""
        before = self.session
        match event:
            case Incoming(call, _):
                self.live.add(call)
            case Ended(call, _):
                self._gone(call)
            case Timeout(timer) if timer is self.timer:
                self.timer = None
            case Spoken(question) if self.spoken and self.spoken[-1].question == question:
                self.spoken.clear()
            case _:
                pass
        step = advance(before, event)
        if not step.expected:
            assert step == Step(before, (), expected=False)
        self.session = step.session
        for action in step.actions:
            self._perform(action)
        self._compare()
        return step

    def lift(self) -> Step:
        return self.feed(OffHook(0.0))

    def replace(self) -> Step:
        return self.feed(OnHook(0.0))

    def flash(self) -> Step:
        return self.feed(HookFlash(0.0))

    def dial(self, digits: str, source: DigitSource = DigitSource.TONE) -> Step:
        steps = [self.feed(Digit(0.0, digit, source)) for digit in digits]
        return steps[-1]

    def wait(self) -> Step:
        """Let the running timer run out."""
        assert self.timer is not None
        return self.feed(Timeout(self.timer))

    def break_down(self) -> Step:
        return self.feed(LineFault(0.0, "The line is shorted; look at the cable."))

    def repair(self, *, off_hook: bool) -> Step:
        return self.feed(LineCleared(0.0, off_hook))

    # What the network does.

    def incoming(self, call: CallId = "in-1", caller: Caller = ALICE) -> Step:
        return self.feed(Incoming(call, caller))

    def progress(self, *, early_media: bool = False) -> Step:
        return self.feed(Progress(self.call, early_media))

    def answer(self) -> Step:
        return self.feed(Answered(self.call))

    def end(self, reason: Reason = Reason.COMPLETED) -> Step:
        return self.feed(Ended(self.call, reason))

    def second(self, caller: Caller = BORIS) -> CallId:
        """A second call comes in; its id."""
        self.incoming("in-2", caller)
        return "in-2"

    def messages(self, waiting: bool) -> Step:
        return self.feed(MessagesWaiting(waiting))

    def account_warning(self, present: bool) -> Step:
        return self.feed(AccountWarning(present))

    def examine(self) -> Step:
        return self.feed(ExamineLine())

    def examine_bell(self, caller: Caller | None = ALICE) -> Step:
        return self.feed(ExamineBell(caller))

    def examine_sound(self) -> Step:
        return self.feed(ExamineSound())

    def end_examination(self) -> Step:
        return self.feed(ExaminationOver())

    def register(self) -> Step:
        return self.feed(ServiceUp())

    def lose_registration(self) -> Step:
        return self.feed(ServiceDown(Reason.NO_ROUTE))

    # What the gateway says.

    def tell(self, *pieces: str) -> Step:
        """The answer to the last question is there."""
        return self.feed(ServiceAnswered(self.asked[-1].question, pieces or ("done",)))

    def finish_speaking(self) -> Step:
        """All that is to be spoken is spoken."""
        last = self.spoken[-1]
        assert last.tells
        return self.feed(Spoken(last.question))

    # The actions.

    def _perform(self, action: do.Action) -> None:  # noqa: PLR0912, PLR0915 - one branch each
        match action:
            case do.StartVoice():
                assert not self.voice
                self.voice = True
            case do.StopVoice():
                assert self.voice
                assert self.tone is None, "a tone was left sounding"
                self.voice = False
            case do.PlayTone(tone):
                assert self.voice
                assert tone is not self.tone
                self.tone = tone
            case do.StartTimer(timer, seconds):
                assert self.timer in {None, timer}, "two timers at a time"
                assert seconds == self.session.timers.seconds(timer)
                self.timer = timer
            case do.StopTimer(timer):
                assert timer is self.timer
                self.timer = None
            case do.ExpectTaps(taps):
                assert taps is not self.taps
                self.taps = taps
            case do.StartRinging(caller):
                assert not self.rings
                assert not self.voice
                self.rings, self.shown = True, caller
            case do.StopRinging():
                assert self.rings
                self.rings, self.shown = False, None
            case do.AnnounceWaiting(caller):
                assert self.tone is Tone.CALL_WAITING
                self.announced.append(caller)
            case do.SignalDisconnect():
                assert self.voice
                assert self.tone is None
                self.disconnects += 1
            case do.ShowMessages(waiting):
                self.lamp = waiting
            case do.AskService(question, service, dialled):
                assert question not in [known.question for known in self.asked]
                assert service
                assert dialled
                self.asked.append(action)
            case do.Speak(question, pieces, _):
                assert self.voice
                assert self.tone is None
                assert pieces
                assert question == self.asked[-1].question
                self.spoken.append(action)
            case do.Hush():
                self.spoken.clear()
            case do.PlaceCall(call, number):
                assert call not in [known for known, _ in self.placed]
                assert number
                assert self.joined is None
                self.placed.append((call, number))
                self.live.add(call)
                self.joined = call
            case do.Alert(call):
                assert call in self.live
                self.alerted.append(call)
            case do.Answer(call):
                assert call in self.live
                assert call in self.alerted
                assert self.joined is None
                self.answered.append(call)
                self.joined = call
            case do.Hold(call):
                assert self.joined == call
                self.joined = None
                self.on_hold.add(call)
            case do.Resume(call):
                assert self.joined is None
                assert call in self.on_hold
                self.on_hold.discard(call)
                self.joined = call
            case do.Reject(call, reason):
                assert call in self.live
                assert call not in self.answered
                self._gone(call)
                self.rejected.append((call, reason))
            case do.HangUp(call):
                self._gone(call)
                self.hung_up.append(call)
            case do.SendDigit(digit, audible):
                assert self.voice
                self.sent += "" if audible else digit

    def _gone(self, call: CallId) -> None:
        self.live.discard(call)
        self.on_hold.discard(call)
        if self.joined == call:
            self.joined = None

    def _compare(self) -> None:
        """The world is as the state declares it, and the session holds what the state holds."""
        session, condition = self.session, CONDITIONS[self.state]
        assert self.voice is condition.voice
        assert self.rings is condition.bell
        assert self.taps is condition.taps
        assert self.lamp is session.messages
        assert self.tone is condition.heard(session)
        assert condition.speaks or not self.spoken, "the gateway speaks into another state"
        assert any(speech.tells for speech in self.spoken) is (session.state is State.TOLD)
        assert self.timer is condition.timer
        has_call = session.state in HAS_CALL
        assert (session.call is not None) is has_call
        assert (session.other is not None) is (session.state in TWO_CALLS)
        assert self.live == set(session.calls)
        assert self.joined == (session.call if session.state in IN_CALL else None)
        kept = {
            State.CALL_ON_HOLD: session.other,
            State.STILL_ON_HOLD: session.call,
            State.RINGING_BACK: session.call,
        }
        assert self.on_hold == {kept[session.state]} if session.state in kept else not self.on_hold
        assert bool(session.digits) is (session.state is State.DIALLING)
        assert session.caller is None or has_call or session.state is State.EXAMINATION_RINGS
        assert session.other_caller is None or session.other is not None
        rings = (*RINGS, State.EXAMINATION_RINGS)
        assert session.state in rings or self.shown is None
        assert not session.early_media or session.state is State.RINGBACK


def line_in(  # noqa: PLR0912 - one branch each
    state: State, plan: NumberPlan = MULTIFON
) -> ModelLine:
    """A line that came to ``state`` as a telephone does; registered, but for ``NO_SERVICE``."""
    if state in IN_EXAMINATION:
        return _examined_line(state, plan)
    line = ModelLine.new(plan, registered=state is not State.NO_SERVICE)
    if state is State.OUT_OF_SERVICE:
        line.break_down()
    elif state is State.RINGING:
        line.incoming()
    elif state is not State.IDLE:
        line.lift()
    if state is State.DIALLING:
        line.dial("3" if plan is STRICT else "8")
    if state in ASKS:
        line.dial("***1")
    if state is State.AWAITED:
        line.wait()
    if state is State.TOLD:
        line.tell()
    talked = state in HAS_CALL or state in {State.RELEASED, State.DISCONNECTED}
    if talked and state is not State.RINGING:
        line.dial("112")
        if state is not State.CALLING:
            line.progress()
        if state not in {State.CALLING, State.RINGBACK}:
            line.answer()
    if state in {State.CALL_WAITING, State.STILL_WAITING}:
        line.second()
    if state in {State.CALL_ON_HOLD, State.STILL_ON_HOLD, State.RINGING_BACK}:
        # The call that was answered first is the one on hold.
        line.second()
        line.flash()
    if state in {State.STILL_WAITING, State.STILL_ON_HOLD, State.RELEASED, State.DISCONNECTED}:
        line.end()
    if state is State.RINGING_BACK:
        line.replace()
    while state in REFUSED and line.state is not state:
        line.wait()
    assert line.state is state
    return line


def _examined_line(state: State, plan: NumberPlan) -> ModelLine:
    line = ModelLine.new(plan)
    if state is State.EXAMINATION_RINGS:
        line.examine_bell()
    else:
        line.examine()
    if state in EXAMINED:
        line.lift()
    if state is State.EXAMINED_SOUND:
        line.examine_sound()
    assert line.state is state
    return line
