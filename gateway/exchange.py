"""The exchange: it feeds call control with events and performs the actions that come out.

Everything here runs on the event loop.  Drivers and the SIP thread post their events through
``call_soon_threadsafe``; what the exchange asks of them returns at once (design §4).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from gateway.call import actions as do
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
    NetworkEvent,
    Progress,
    ServiceDown,
    ServiceUp,
    Timeout,
    Timer,
)
from gateway.call.machine import advance
from gateway.call.reason import Reason
from gateway.call.session import Session
from gateway.call.state import ASKS, EXAMINABLE, IN_EXAMINATION, State
from gateway.call.verdict import registration_verdict
from gateway.call_log import CallLog
from gateway.caller import Caller, Presentation
from gateway.dial_codes import DialCodes
from gateway.exchange_line import Line, Watch
from gateway.exchange_status import line_status, registration_status
from gateway.inside_calls import InsideCalls
from gateway.line import (
    Digit,
    LineDriver,
    LineEvent,
    LineFault,
    OffHook,
    ShowsMissedCalls,
)
from gateway.offered_calls import OfferedCalls
from gateway.refusal import refusal
from gateway.sip.events import (
    CallArrived,
    CallDetail,
    FarEndVoice,
    MessageArrived,
    MessageOutcome,
    RegistrationChanged,
    SipEvent,
)
from gateway.sip.stack import SipStack
from gateway.toneplan import TonePlan
from gateway.words import Words

_log = logging.getLogger(__name__)

_EXAMINED = Words("Line {line} is being examined already.", "Телефон {line} уже проверяется.")
_FAULTY = Words("Line {line} has a fault: {fault}", "Телефон {line} неисправен: {fault}")
_USED = Words(
    "Line {line} is in use ({state}); wait until the receiver is replaced.",
    "Телефон {line} занят; подождите, пока положат трубку.",
)
_LIFTED = Words(
    "The receiver of line {line} is lifted; replace it first.",
    "Трубка телефона {line} снята; сначала положите её.",
)

Publish = Callable[[str, Mapping[str, Any]], None]


class Exchange:
    """The lines, joined to the network.

    ``publish`` sends an event to whoever watches the control socket.
    """

    def __init__(
        self,
        sip: SipStack,
        plan: TonePlan,
        log: CallLog,
        publish: Publish,
        on_message: Callable[[MessageArrived | MessageOutcome], None],
        *,
        dial_codes: DialCodes,
        named: Callable[[Caller], Caller] = lambda caller: caller,
        blocks: Callable[[Caller], bool] = lambda _caller: False,
    ) -> None:
        """``named`` gives a caller the name of the phone book; who is blocked does not ring."""
        self.lines: dict[str, Line] = {}
        self.registrations: dict[str, RegistrationChanged] = {}
        self.calls = log
        self.call_limits: dict[str, int] = {}
        """Calls at a time by account; no limit where none is given."""
        self._sip = sip
        self.plan = plan
        self._publish = publish
        self._on_message = on_message
        self._dial_codes = dial_codes
        self._named = named
        self._blocks = blocks
        self._loop = asyncio.get_running_loop()
        self._line_of: dict[CallId, str] = {}
        """The line of each call that it has placed or answered."""
        self._inside = InsideCalls(sip, self._post_of_inside)
        self._offered = OfferedCalls(log, self._far_side, self._tell_line)
        self.everybody = ""
        """What rings every other line; empty: nothing does."""
        self.title: Callable[[Line], str] = _name
        """What the displays of other lines call a line."""
        self._open = False
        self.at_rest: Callable[[], None] | None = None
        """Called soon after a line has come to rest."""

    # Lines come and go.

    def open(self) -> None:
        """Take events from now on."""
        self._open = True

    def add(self, line: Line) -> None:
        """Take a line into service; a driver that cannot open leaves its line with a fault."""
        self.lines[line.name] = line
        self._tell_registration(line)
        self._open_driver(line)

    def remove(self, line: Line) -> None:
        """Take a line that is at rest out of service."""
        self._shut(line)
        del self.lines[line.name]

    def arrange(self, names: Iterable[str]) -> None:
        """Tell the lines in this order; those that are not named come last."""
        first = {name: self.lines[name] for name in names if name in self.lines}
        others = {name: line for name, line in self.lines.items() if name not in first}
        self.lines = {**first, **others}

    def reopen(self, line: Line, driver_name: str, driver: LineDriver, plan: TonePlan) -> None:
        """Give a line that is at rest another driver, and other tones."""
        self._shut(line)
        line.driver_name, line.driver, line.fault = driver_name, driver, None
        line.voice.use_plan(plan)
        line.session = line.session.enter(State.IDLE)
        self._open_driver(line)
        if line.session.messages:
            driver.show_messages(True)
        if line.missed:
            self._show_missed(line, line.missed)
        self._publish("line", line_status(line, self.calls))

    def tune(
        self, line: Line, account: str, rings_for: frozenset[str], number: str, session: Session
    ) -> None:
        """Give a line other accounts, a number, and of ``session`` plan, timers and call waiting.

        A timer that runs keeps its length.
        """
        line.account, line.rings_for, line.number = account, rings_for, number
        line.session = replace(
            line.session,
            plan=session.plan,
            timers=session.timers,
            call_waiting=session.call_waiting,
        )
        self._tell_registration(line)

    def is_at_rest(self, line: Line) -> bool:
        """Nobody uses the line."""
        return line.session.state in {State.IDLE, State.OUT_OF_SERVICE} and line.watch is None

    def _open_driver(self, line: Line) -> None:
        try:
            line.driver.open(partial(self._post_of_driver, line, line.driver))
        except OSError as error:
            self._on_line(line.name, LineFault(time.monotonic(), str(error)))

    @staticmethod
    def _shut(line: Line) -> None:
        for timer in line.timers.values():
            timer.cancel()
        line.timers.clear()
        line.driver.stop_ringing()
        line.driver.close()

    def _tell_registration(self, line: Line) -> None:
        """Let the line know whether its account is registered, if it does not know yet."""
        event = self.registrations.get(line.account)
        registered = event is not None and event.registered
        if registered is not line.session.registered:
            reason = None if event is None else event.reason
            self._advance(
                line, ServiceUp() if registered else ServiceDown(reason or Reason.NOT_REGISTERED)
            )

    def connect(self, line: Line, *, like: Line) -> None:
        """Take one more line into service for a while; its registration is that of ``like``."""
        if line.name in self.lines:
            raise ValueError(f"There is a line {line.name} already.")
        line.session = replace(line.session, down=like.session.down)
        self.add(line)

    def disconnect(self, line: Line) -> None:
        """Take a line that is idle out of service again."""
        line.driver.close()
        del self.lines[line.name]

    def close(self) -> None:
        """Hang up everything, silence every bell, close the drivers.  Idempotent."""
        self._open = False
        for line in self.lines.values():
            for call in line.session.calls:
                self._sip.hang_up(call)
            for timer in line.timers.values():
                timer.cancel()
            line.timers.clear()
            line.voice.play(None)
            line.driver.close()
        kept = {call for line in self.lines.values() for call in line.session.calls}
        for call in tuple(self.calls.running):
            # A call that no line has was hung up just now; only its end was not told yet.
            self._record_end(call, Reason.STOPPED if call in kept else Reason.COMPLETED)

    # Events from other threads.

    def post_line(self, line: str, event: LineEvent) -> None:
        """A driver's or a voice's event, from any thread."""
        if self._open:
            self._loop.call_soon_threadsafe(self._on_line, line, event)

    def _post_of_driver(self, line: Line, driver: LineDriver, event: LineEvent) -> None:
        if self._open:
            self._loop.call_soon_threadsafe(self._on_driver, line, driver, event)

    def _on_driver(self, line: Line, driver: LineDriver, event: LineEvent) -> None:
        # A driver that is closed may have posted something a moment before.
        if line.driver is driver:
            self._on_line(line.name, event)

    def post_sip(self, event: SipEvent) -> None:
        """An event of the SIP thread."""
        if self._open:
            self._loop.call_soon_threadsafe(self._on_sip, event)

    def _post_of_inside(self, event: NetworkEvent) -> None:
        # Not at once: another line's step may be under way.
        self._loop.call_soon(self._on_sip, event)

    # Events, on the loop.

    def set_messages_waiting(self, line: Line, waiting: bool) -> None:
        """Messages wait for ``line``, or no longer do: the dial tone and the telephone say so."""
        self._advance(line, MessagesWaiting(waiting))
        self._publish("line", line_status(line, self.calls))

    def forget_missed(self) -> None:
        """Somebody has looked at the missed calls: no telephone needs to show them any more."""
        for line in self.lines.values():
            if line.missed:
                self._show_missed(line, 0)

    def set_account_warning(self, account: str, warning: bool) -> None:
        """The user should look at ``account``, or need not: the dial tone of its lines says so."""
        for line in self.lines.values():
            if line.account == account:
                self._advance(line, AccountWarning(warning))

    def begin_examination(
        self, line: Line, watch: Watch, begin: ExamineLine | ExamineBell | None = None
    ) -> None:
        """Examine ``line`` with the next lift of the receiver, or at once if it is lifted.

        ``begin`` says how; ``ExamineBell`` rings, which a lifted receiver refuses.
        ``ValueError`` says why not.  ``watch`` gets the line's events until
        ``end_examination``; the state says whether the examination still goes on.
        """
        state = line.session.state
        if line.watch is not None or state in IN_EXAMINATION:
            raise refusal(_EXAMINED, line=line.name)
        if state is State.OUT_OF_SERVICE:
            raise refusal(_FAULTY, line=line.name, fault=line.fault)
        if state not in EXAMINABLE:
            raise refusal(_USED, line=line.name, state=state.value)
        if isinstance(begin, ExamineBell) and state is not State.IDLE:
            raise refusal(_LIFTED, line=line.name)
        line.watch = watch
        self._advance(line, begin or ExamineLine())

    def examine_sound(self, line: Line) -> None:
        """Go on from the digits to the line's sound and the taps of the cradle."""
        self._advance(line, ExamineSound())

    def end_examination(self, line: Line) -> None:
        """The line is as it was before; a receiver that is lifted hears the dial tone."""
        line.watch = None
        if line.session.state in IN_EXAMINATION:
            self._advance(line, ExaminationOver())
        elif self.at_rest is not None:
            self._loop.call_soon(self.at_rest)

    def _on_line(self, name: str, event: LineEvent) -> None:
        if not self._open:
            return
        line = self.lines.get(name)
        if line is None:
            return  # it was disconnected, and this was under way
        if isinstance(event, OffHook) and line.missed:
            self._show_missed(line, 0)  # whoever lifts the receiver has seen the display
        line.fault = event.reason if isinstance(event, LineFault) else line.fault
        self._advance(line, event)
        if line.session.state is not State.OUT_OF_SERVICE:
            line.fault = None

    def _on_sip(self, event: SipEvent) -> None:
        if not self._open:
            return
        match event:
            case RegistrationChanged():
                self._on_registration(event)
            case CallArrived():
                self._on_arrival(event)
            case MessageArrived() | MessageOutcome():
                self._on_message(event)
            case CallDetail():
                self.calls.detail(event.call, event.detail, event.figures, event.evidence)
            case FarEndVoice(call, heard):
                said = "Voice from the far end again." if heard else "No voice from the far end."
                self._publish("voice", {"id": call, "far_end_heard": heard, "text": said})
            case Progress():
                self.calls.progress(event.call, early_media=event.early_media)
                self._on_call(event.call, event)
            case Answered():
                self.calls.answered(event.call)
                self._count_line(event.call)
                self._on_call(event.call, event)
            case Ended():
                self._record_end(event.call, event.reason)
                self._on_call(event.call, event)
                self._line_of.pop(event.call, None)
                for name in self._offered.end(event.call):
                    if name in self.lines:
                        self._show_missed(self.lines[name], self.lines[name].missed + 1)

    def _on_call(self, call: CallId, event: Event) -> None:
        names = self._offered.holders(call)
        for name in (self._line_of.get(call, ""),) if names is None else names:
            self._tell_line(name, event)

    def _tell_line(self, name: str, event: Event) -> None:
        if name in self.lines:
            self._advance(self.lines[name], event)
        else:
            _log.debug("an event of a call that no line has: %s", event)

    def _show_missed(self, line: Line, count: int) -> None:
        line.missed = count
        if isinstance(line.driver, ShowsMissedCalls):
            line.driver.show_missed_calls(count)
        self._publish("line", line_status(line, self.calls))

    def _on_registration(self, event: RegistrationChanged) -> None:
        before = self.registrations.get(event.account)
        self.registrations[event.account] = event
        reason = event.reason
        if before is None or before.state is not event.state:
            verdict = registration_verdict(event.evidence)
            why = f": {verdict['text']}" if verdict and not event.registered else ""
            _log.info(
                "account %s: %s%s",
                event.account,
                event.state.value,
                why,
                extra={"field_account": event.account, "field_state": event.state.value},
            )
        self._publish("registration", registration_status(event.account, event))
        was = before is not None and before.registered
        if event.registered == was and before is not None:
            return
        service: Event = (
            ServiceUp() if event.registered else ServiceDown(reason or Reason.NOT_REGISTERED)
        )
        for line in self.lines.values():
            if line.account == event.account:
                self._advance(line, service)

    def _on_arrival(self, event: CallArrived) -> None:
        incoming = replace(event.event, caller=self._named(event.event.caller))
        if self._blocks(incoming.caller):
            self.calls.arrived(incoming.call, "", event.account, incoming.caller)
            self._sip.reject(incoming.call, Reason.BLOCKED)
            return
        candidates = [line for line in self.lines.values() if line.takes(event.account)]
        if not candidates:
            self._sip.reject(incoming.call, Reason.UNREACHABLE)
            return
        self._offer(incoming, event.account, candidates)

    def _offer(self, incoming: Incoming, account: str, candidates: Sequence[Line]) -> None:
        """Let every line ring that nobody uses; else a second call waits at one that is in use."""
        idle = [line for line in candidates if line.session.state is State.IDLE]
        in_use = [line for line in candidates if line.session.takes_second_call]
        lines = idle or (in_use or candidates)[:1]
        self._offered.offer(incoming, account, [line.name for line in lines])

    def _ring_inside(self, line: Line, number: str, offered: CallId) -> None:
        """Offer a call to whom ``line`` has dialled: an internal number, or that of everybody."""
        if not self._open or offered not in self._inside:
            return  # the gateway stops, or the receiver was replaced at once
        others = [other for other in self.lines.values() if other is not line and other.number]
        if number != self.everybody:
            others = [other for other in others if other.number == number]
        candidates = [other for other in others if other.attended]
        if not candidates:
            own = line.number == number
            self._inside.reject(offered, Reason.BUSY if own else Reason.UNREACHABLE)
            return
        name = self.title(line)
        if line.number:
            caller = Caller(line.number, name, inside=True)
        else:
            caller = Caller("", name, Presentation.UNAVAILABLE, inside=True)
        self._offer(Incoming(offered, caller), "", candidates)

    def _advance(self, line: Line, event: Event) -> None:
        before = line.session
        step = advance(before, event)
        line.session = step.session
        if not step.expected:
            _log.warning("line %s, %s: unexpected %s", line.name, before.state.value, event)
        else:
            _log.debug("line %s, %s: %s", line.name, before.state.value, _shown(before, event))
        for action in step.actions:
            self._perform(line, action)
        if step.session.state is not before.state:
            _log.info(
                "line %s: %s -> %s",
                line.name,
                before.state.value,
                step.session.state.value,
                extra={"field_line": line.name, "field_state": step.session.state.value},
            )
            self._publish("line", line_status(line, self.calls))
        if line.watch is not None:
            line.watch(event)
        elif self.at_rest is not None and self.is_at_rest(line):
            self._loop.call_soon(self.at_rest)

    # Actions.

    def _perform(  # noqa: PLR0912, PLR0915 - one case each
        self, line: Line, action: do.Action
    ) -> None:
        match action:
            case do.PlayTone(tone):
                line.voice.play(tone)
            case do.StartTimer(timer, seconds):
                self._stop_timer(line, timer)
                line.timers[timer] = self._loop.call_later(seconds, self._on_timer, line, timer)
            case do.StopTimer(timer):
                self._stop_timer(line, timer)
            case do.StartVoice():
                line.voice.start()
                line.driver.voice.start(line.voice.exchange)
            case do.StopVoice():
                line.driver.voice.stop()
                line.voice.stop()
            case do.ExpectTaps(taps):
                line.driver.expect(taps)
            case do.StartRinging(caller):
                inside = caller is not None and caller.inside
                cadence = self.plan.ring_inside if inside else self.plan.ring
                line.driver.start_ringing(cadence, caller)
            case do.StopRinging():
                line.driver.stop_ringing()
            case do.AnnounceWaiting(caller):
                line.driver.announce_waiting(caller)
            case do.SignalDisconnect():
                line.driver.signal_disconnect()
            case do.ShowMessages(waiting):
                line.driver.show_messages(waiting)
            case do.AskService():
                down = line.session.down
                self._dial_codes.ask(action, line.account, down, partial(self._tell, line))
            case do.Speak(question):
                wanted = partial(self._is_asked, line, question)
                self._dial_codes.speak(action, line.voice, wanted, partial(self._tell, line))
            case do.Hush():
                line.voice.hush()
            case do.PlaceCall(call, number, _, True):
                self._line_of[call] = line.name
                self.calls.placed(call, line.name, "", number, inside=True)
                offered = self._inside.place(call, line.name)
                self._loop.call_soon(self._ring_inside, line, number, offered)
            case do.PlaceCall(call, number, emergency):
                self._place(line, call, number, emergency=emergency)
            case do.Alert(call):
                self._offered.alert(call, line.name)
            case do.Answer(call):
                self._line_of[call] = line.name
                self._offered.answer(call, line.name)
            case do.Hold(call):
                self._far_side(call).hold(call)
            case do.Resume(call):
                if call in self._inside:
                    self._inside.resume(call)
                else:
                    self._sip.resume(call, line.name)
            case do.Reject(call, reason):
                self._offered.reject(call, line.name, reason)
            case do.HangUp(call):
                faulty = line.session.state is State.OUT_OF_SERVICE
                reason = Reason.LINE_FAULT if faulty else Reason.COMPLETED
                self._far_side(call).hang_up(call, reason)
            case do.SendDigit(digit, audible):
                if line.voice.sends_events:
                    self._sip.send_digit(line.session.first, digit)
                elif not audible:
                    line.voice.send_digit(digit)

    def _far_side(self, call: CallId) -> SipStack | InsideCalls:
        """Who has the other end of ``call``: the network, or another line."""
        return self._inside if call in self._inside else self._sip

    def _place(self, line: Line, call: CallId, number: str, *, emergency: bool) -> None:
        running = sum(record.account == line.account for record in self.calls.running.values())
        self._line_of[call] = line.name
        self.calls.placed(call, line.name, line.account, number)
        if running >= self.call_limits.get(line.account, running + 1) and not emergency:
            # The provider would refuse it too, but with a status that nobody has documented.
            self._loop.call_soon(self._on_sip, Ended(call, Reason.CALL_LIMIT))
        else:
            self._sip.place(call, line.account, number, line.name)

    def _tell(self, line: Line, event: Event) -> None:
        if self._open:
            self._advance(line, event)

    @staticmethod
    def _is_asked(line: Line, question: int) -> bool:
        return line.session.state in ASKS and line.session.question == question

    def _on_timer(self, line: Line, timer: Timer) -> None:
        line.timers.pop(timer, None)
        self._advance(line, Timeout(timer))

    @staticmethod
    def _stop_timer(line: Line, timer: Timer) -> None:
        handle = line.timers.pop(timer, None)
        if handle is not None:
            handle.cancel()

    def _count_line(self, call: CallId) -> None:
        """The glitches of the line are those of its call from the answer to the end."""
        line = self.lines.get(self._line_of.get(call, ""))
        if line is not None:
            self.calls.line_counters(call, line.voice.counters.glitches)

    def _record_end(self, call: CallId, reason: Reason) -> None:
        running = self.calls.running.get(call)
        if running is not None and running.answered is not None:
            self._count_line(call)
        record = self.calls.ended(call, reason)
        if record is None:
            return
        _log.info(
            "call %s %s ended: %s %s",
            record.direction,
            record.number,
            record.verdict["text"],
            f"({record.detail})" if record.detail else "",
            extra={
                "field_call": call,
                "field_line": record.line,
                "field_reason": reason.value,
                "field_verdict": record.verdict["reason"],
                "field_detail": record.detail,
            },
        )
        self._publish(
            "call",
            {
                "id": call,
                "reason": reason.value,
                "text": record.verdict["text"],
                "verdict": record.verdict,
                "figures": record.figures,
            },
        )


def _name(line: Line) -> str:
    return line.name


def _shown(session: Session, event: Event) -> object:
    """``event`` as the log may have it: without a digit that is part of a secret."""
    if isinstance(event, Digit) and session.plan.keeps_secret(session.digits + event.digit):
        return "a digit that is kept secret"
    return event
