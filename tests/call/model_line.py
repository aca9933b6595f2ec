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
    Answered,
    CallId,
    Ended,
    Event,
    Incoming,
    Progress,
    ServiceDown,
    ServiceUp,
    Timeout,
    Timer,
)
from gateway.call.machine import Step, advance
from gateway.call.number_plan import NumberPlan
from gateway.call.reason import Reason
from gateway.call.session import Session
from gateway.call.state import IN_CALL, State
from gateway.caller import Caller
from gateway.line import Digit, DigitSource, HookFlash, LineCleared, LineFault, OffHook, OnHook
from gateway.toneplan import Tone

ALICE = Caller("79161234567", "Alice")
MOSCOW = "84951234567"


def multifon_numbers() -> NumberPlan:
    source = resources.files("gateway") / "providers" / "multifon.toml"
    return NumberPlan.from_tables(tomllib.loads(source.read_text(encoding="utf-8"))["number"])


MULTIFON = multifon_numbers()
STRICT = NumberPlan.from_tables(
    [
        {"name": "emergency", "dial": "112", "emergency": True},
        {"name": "four digits", "dial": "2xxx"},
        {"name": "open", "dial": "3xx."},
        {"name": "code", "dial": "*xx#"},
    ]
)
"""A plan in which digits can be too few, and wrong."""


@dataclass
class ModelLine:
    """The session of one line, and the world as its actions left it."""

    session: Session
    voice: bool = False
    bell: Caller | None = None
    tone: Tone | None = None
    timer: Timer | None = None
    placed: list[tuple[CallId, str]] = field(default_factory=list)
    live: set[CallId] = field(default_factory=set)
    """Calls that exist for the network."""
    alerted: list[CallId] = field(default_factory=list)
    answered: list[CallId] = field(default_factory=list)
    rejected: list[tuple[CallId, Reason]] = field(default_factory=list)
    hung_up: list[CallId] = field(default_factory=list)
    sent: str = ""
    """Digits that were put into the voice."""

    @classmethod
    def new(cls, plan: NumberPlan = MULTIFON, *, registered: bool = True) -> ModelLine:
        line = cls(Session.start(line="hall", id_prefix="boot7", plan=plan))
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
                self.live.discard(call)
            case Timeout(timer) if timer is self.timer:
                self.timer = None
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

    def register(self) -> Step:
        return self.feed(ServiceUp())

    def lose_registration(self) -> Step:
        return self.feed(ServiceDown(Reason.NO_ROUTE))

    # The actions.

    def _perform(self, action: do.Action) -> None:  # noqa: PLR0912 - one branch per action
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
            case do.StartRinging(caller):
                assert self.bell is None
                assert not self.voice
                self.bell = caller
            case do.StopRinging():
                assert self.bell is not None
                self.bell = None
            case do.PlaceCall(call, number):
                assert call not in [known for known, _ in self.placed]
                assert number
                self.placed.append((call, number))
                self.live.add(call)
            case do.Alert(call):
                assert call in self.live
                self.alerted.append(call)
            case do.Answer(call):
                assert call in self.live
                self.answered.append(call)
            case do.Reject(call, reason):
                assert call in self.live
                self.live.discard(call)
                self.rejected.append((call, reason))
            case do.HangUp(call):
                self.live.discard(call)
                self.hung_up.append(call)
            case do.SendDigit(digit):
                assert self.voice
                self.sent += digit

    def _compare(self) -> None:
        """The world is as the state declares it, and the session holds what the state holds."""
        session, condition = self.session, CONDITIONS[self.state]
        assert self.voice is condition.voice
        assert (self.bell is not None) is condition.bell
        assert self.tone is condition.heard(session)
        assert self.timer is condition.timer
        holds_call = session.state in IN_CALL or session.state is State.RINGING
        assert (session.call is not None) is holds_call
        assert self.live == ({session.call} if holds_call else set())
        assert bool(session.digits) is (session.state is State.DIALLING)
        assert session.caller is None or holds_call
        assert not session.early_media or session.state is State.RINGBACK


def line_in(state: State, plan: NumberPlan = MULTIFON) -> ModelLine:
    """A line that came to ``state`` as a telephone does; registered, but for ``NO_SERVICE``."""
    line = ModelLine.new(plan, registered=state is not State.NO_SERVICE)
    if state is State.OUT_OF_SERVICE:
        line.break_down()
    elif state is State.RINGING:
        line.incoming()
    elif state is not State.IDLE:
        line.lift()
    if state is State.DIALLING:
        line.dial("3" if plan is STRICT else "8")
    if state in IN_CALL:
        line.dial("112")
    if state is State.RINGBACK:
        line.progress()
    if state is State.TALKING:
        line.answer()
    for left_lifted in (State.BUSY, State.HOWLER, State.LOCKOUT):
        if state in {State.BUSY, State.HOWLER, State.LOCKOUT} and line.state is not state:
            assert line.wait().session.state is left_lifted
    assert line.state is state
    return line
