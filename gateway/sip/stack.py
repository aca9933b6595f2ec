"""The SIP thread: it owns every pjsua2 object and polls pjproject (design §3.7).

Rules:

1. Every pjsua2 object is made, used and dropped in this thread; others send it commands through
   one queue and get events through ``post``.  pjproject aborts the process otherwise.
2. Cyclic garbage collection frees objects in whatever thread it happens to run, so it is switched
   off in the process while the stack runs, and done here once a minute.
3. The end follows pjsua2's order: calls, ports, accounts, collect, ``libDestroy``.
"""

from __future__ import annotations

import gc
import logging
import queue
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pjsua2 as pj

from gateway.call.events import CallId, Ended, Incoming
from gateway.call.evidence import RegistrationEvidence
from gateway.call.reason import Reason
from gateway.media.bridge import Bridge
from gateway.media.port import LinePort
from gateway.media.voice import LineVoice
from gateway.real_time import claim_real_time_for
from gateway.sip.account import Account, AccountEvents
from gateway.sip.account_parameters import AccountParameters
from gateway.sip.agent import Agent
from gateway.sip.call import Call, CallEvents
from gateway.sip.call_watch import watch
from gateway.sip.caller_id import caller_of
from gateway.sip.commands import Commands
from gateway.sip.endpoint import (
    MEDIA_THREAD,
    SipError,
    SipParameters,
    choose_codecs,
    local_port,
    open_endpoint,
    protect,
)
from gateway.sip.events import (
    CallArrived,
    CallDetail,
    SipEvent,
)
from gateway.sip.gathered import evidence_of_call, evidence_of_registration
from gateway.sip.message_trace import TracedMessage
from gateway.sip.own_sockets import sockets_on_port
from gateway.sip.registrations import Registrations
from gateway.sip.text_messages import TextMessages
from gateway.sip.trace import LogWriter

_log = logging.getLogger(__name__)

POLL_MS = 20
"""Milliseconds between two looks at timers and TCP; commands and UDP packets do not wait."""
COLLECT_EVERY = 60.0
_TOO_MANY = 70010
"""PJ_ETOOMANY: pjproject has no room for another call; the build of PyPI has it for four."""


class SipStack:
    """Accounts and calls.  Its methods may be called from any thread and return at once."""

    def __init__(self, parameters: SipParameters, bridge: Bridge) -> None:
        self._parameters = parameters
        self._bridge = bridge
        self._post: Callable[[SipEvent], None] = _drop
        self._commands = Commands()
        self._thread = threading.Thread(target=self._run, name="sip", daemon=True)
        self._started: queue.SimpleQueue[SipError | None] = queue.SimpleQueue()
        self._stopping = False
        self._prefix = secrets.token_hex(3)
        self._incoming = 0
        self._ports: dict[str, LinePort] = {}
        self._calls: dict[CallId, Call] = {}
        self._ended: list[Call] = []
        self._vanished: list[Call] = []
        self._retries: dict[CallId, Call] = {}
        self._joined: set[frozenset[str]] = set()
        """Lines that hear each other without SIP, in pairs."""
        self._transports: Mapping[str, int] = {}
        self._registrations = Registrations(
            self._commands.put, self._tell, self._filter, self._evidence_of
        )
        self._texts = TextMessages(self._registrations, self._tell)
        self.last_poll = time.monotonic()
        self.trace: LogWriter | None = None
        self.follow_trace: Callable[[TracedMessage], None] = _drop
        """Gets each SIP message at once, without secrets, in the SIP thread; must not block."""
        self.version = ""
        """pjproject's, once it has started."""

    # Called from other threads.

    def start(self, post: Callable[[SipEvent], None]) -> None:
        """Start the thread; returns when the sockets are open.  Raises ``SipError``.

        ``post`` gets every event, in the SIP thread, and must not block.
        """
        self._post = post
        gc.disable()
        self._thread.start()
        error = self._started.get()
        if error is not None:
            self._thread.join()
            gc.enable()
            raise error

    def stop(self) -> None:
        """Hang up, un-register and end the thread.  Takes 5 s at most."""
        if not self._thread.is_alive():
            return
        self._stopping = True
        self._thread.join(timeout=10)
        if self._thread.is_alive():
            _log.error("the SIP thread does not end")
            return
        gc.enable()

    def traced(self, since: float) -> tuple[TracedMessage, ...]:
        """The SIP messages from ``since`` (UTC seconds) on, without secrets."""
        return () if self.trace is None else self.trace.messages.since(since)

    def add_line(self, voice: LineVoice) -> None:
        self._commands.put(lambda: self._add_line(voice))

    def remove_line(self, voice: LineVoice) -> None:
        """The line is closed and has no call."""
        self._commands.put(lambda: self._remove_line(voice))

    def join(self, line: str, other: str) -> None:
        """Let two lines that are in no call of the network hear each other."""
        self._commands.put(lambda: self._join(line, other))

    def part(self, line: str, other: str) -> None:
        """Let them hear each other no more."""
        self._commands.put(lambda: self._part(line, other))

    def set_account(self, parameters: AccountParameters) -> None:
        """Register an account, or the one of that name anew; its calls go on."""
        self._commands.put(lambda: self._set_account(parameters))

    def remove_account(self, account: str) -> None:
        """Unregister ``account``, at the latest when its last call has ended."""
        self._commands.put(lambda: self._registrations.remove(account))

    def choose_codecs(self, names: Sequence[str]) -> None:
        """Offer these voice formats from now on, the best first."""
        self._commands.put(lambda: choose_codecs(pj.Endpoint.instance(), names))

    def renew(self, account: str) -> None:
        """The password of ``account`` has changed; its parameters give the new one."""
        self._commands.put(lambda: self._registrations.renew(account))

    def place(self, call: CallId, account: str, number: str, line: str) -> None:
        self._commands.put(lambda: self._place(call, account, number, line))

    def alert(self, call: CallId) -> None:
        self._with(call, lambda c: c.respond(pj.PJSIP_SC_RINGING))

    def answer(self, call: CallId, line: str) -> None:
        self._with(call, lambda c: self._answer(c, line))

    def hold(self, call: CallId) -> None:
        """Take the voice of ``call`` off its line and keep the call."""
        self._with(call, lambda c: c.hold())

    def resume(self, call: CallId, line: str) -> None:
        """Join the voice of ``call``, which is on hold, to ``line``."""
        self._with(call, lambda c: self._resume(c, line))

    def send_digit(self, call: CallId, digit: str) -> None:
        """Send ``digit`` as a telephone event (RFC 4733)."""
        self._with(call, lambda c: c.send_digit(digit))

    def send_message(self, message: int, account: str, number: str, text: str) -> None:
        """Send ``text``; ``MessageOutcome(message, ...)`` follows."""
        self._commands.put(lambda: self._texts.send(message, account, number, text))

    def reject(self, call: CallId, reason: Reason) -> None:
        self._with(call, lambda c: c.refuse(reason))

    def hang_up(self, call: CallId, reason: Reason = Reason.COMPLETED) -> None:
        self._commands.put(lambda: self._hang_up(call, reason))

    def _with(self, call: CallId, act: Callable[[Call], None]) -> None:
        def command() -> None:
            found = self._calls.get(call)
            if found is None or found.over:
                return
            try:
                act(found)
            except pj.Error as error:
                # The far end was faster; its Ended is on the way.
                _log.info("call %s: %s", call, error.reason)

        self._commands.put(command)

    # The SIP thread.

    def _follow(self, message: TracedMessage) -> None:
        # Whoever follows may come later than the trace.
        self.follow_trace(message)

    def _run(self) -> None:
        endpoint = pj.Endpoint()
        try:
            self._open(endpoint)
        except (pj.Error, SipError) as error:
            why = str(error) if isinstance(error, SipError) else f"{error.reason} ({error.title})"
            self._started.put(SipError(f"SIP cannot start: {why}"))
            endpoint.libDestroy()
            return
        except BaseException as error:
            # An error of our own must not leave the daemon waiting for this thread for ever.
            self._started.put(SipError(f"SIP cannot start: {error!r}"))
            raise
        # What is there now stays: later collections need not look at it, and take less than 1 ms.
        gc.freeze()
        self._started.put(None)
        collected = time.monotonic()
        while not self._stopping:
            self._poll(endpoint)
            now = time.monotonic()
            if now - collected > COLLECT_EVERY:
                collected = now
                gc.collect()
        self._close(endpoint)

    def _poll(self, endpoint: pj.Endpoint) -> None:
        packet = self._commands.wait(POLL_MS)
        for command in self._commands.take():
            try:
                command()
            except Exception:  # noqa: BLE001 - one bad command must not end telephony
                _log.exception("a SIP command failed")
        # A packet that pjproject would not take must not make this loop spin.
        endpoint.libHandleEvents(1 if packet else 0)
        now = self.last_poll = time.monotonic()
        self._drop_ended()
        self._registrations.tidy([call.agent for call in self._calls.values()])
        self._registrations.poll(now)
        for call in tuple(self._calls.values()):
            if not call.isActive():
                self._bury(call)
            watch(call, now, self._post)
        in_calls = any(call.up() for call in self._calls.values())
        self._bridge.guard(in_calls or bool(self._joined))

    def _open(self, endpoint: pj.Endpoint) -> None:
        self.trace = LogWriter(self._follow)
        self.version = str(endpoint.libVersion().full)
        self._transports = open_endpoint(endpoint, self._parameters, self.trace)
        self._filter()
        for sock in sockets_on_port(local_port(self._transports["udp"]), socket.SOCK_DGRAM):
            self._commands.watch(sock)
        endpoint.libStart()
        if not claim_real_time_for(MEDIA_THREAD):
            _log.warning("pjmedia has no thread %s: voice is received as it comes", MEDIA_THREAD)
        self._bridge.open()

    def _filter(self) -> None:
        """Let only the accounts' proxies reach the SIP sockets; with no account, nobody."""
        addresses = {a for account in self._registrations.all for a in account.addresses}
        protect(self._transports, addresses)

    def _close(self, endpoint: pj.Endpoint) -> None:
        self._leave_everything()
        self._registrations.close()
        deadline = time.monotonic() + 2.0
        while time.monotonic() < deadline and (self._calls or self._unregistering()):
            endpoint.libHandleEvents(POLL_MS)
        self._bridge.close()
        self._commands.close()
        self._dispose()
        gc.collect()
        endpoint.libDestroy()

    def _leave_everything(self) -> None:
        for call in tuple(self._calls.values()):
            self._safely(partial(call.end, Reason.STOPPED))
        for account in self._registrations:
            self._safely(account.unregister)

    def _dispose(self) -> None:
        """Drop every object of pjsua2's; not even a local variable may outlive this."""
        self._drop_ended()
        self._calls.clear()
        self._vanished.clear()
        self._retries.clear()
        for account in self._registrations.all:
            self._safely(account.dispose)
        self._ports.clear()
        self._registrations.accounts.clear()

    def _unregistering(self) -> bool:
        return any(account.leaving for account in self._registrations)

    @staticmethod
    def _safely(act: Callable[[], None]) -> None:
        try:
            act()
        except pj.Error as error:
            _log.info("while stopping: %s", error.reason)

    def _add_line(self, voice: LineVoice) -> None:
        self._ports[voice.name] = LinePort(voice.name, voice.junction)

    def _remove_line(self, voice: LineVoice) -> None:
        port = self._ports.get(voice.name)
        # A line of the same name may have come in its place.
        if port is None or port.junction is not voice.junction:
            return
        del port
        # The last reference: the port leaves the bridge here, and never while the bridge uses it.
        with self._bridge.at_rest():
            del self._ports[voice.name]

    def _join(self, line: str, other: str) -> None:
        one, two = self._ports[line], self._ports[other]
        one.startTransmit(two)
        two.startTransmit(one)
        for port in (one, two):
            port.junction.events = False
            port.junction.joined = True
        self._joined.add(frozenset((line, other)))

    def _part(self, line: str, other: str) -> None:
        self._joined.discard(frozenset((line, other)))
        one, two = self._ports[line], self._ports[other]
        for port in (one, two):
            port.junction.joined = False
        one.stopTransmit(two)
        two.stopTransmit(one)

    def _set_account(self, parameters: AccountParameters) -> None:
        if self._registrations.change(parameters):
            return
        events = AccountEvents(
            incoming=self._on_incoming,
            registration=self._on_registration,
            message=self._texts.arrived,
            message_outcome=self._texts.outcome,
        )
        self._registrations.add(Account(parameters, self._transports, events))

    def _evidence_of(self, account: Account) -> RegistrationEvidence | None:
        return None if self.trace is None else evidence_of_registration(account, self.trace.watch)

    def _tell(self, event: SipEvent) -> None:
        # ``start`` says later where events go.
        self._post(event)

    def _on_registration(self, account: Account) -> None:
        """A REGISTER has an outcome: tell it, and go on with the calls that waited for it."""
        self._registrations.tell(account)
        if account.moved and account.registration.registered:
            account.moved = False
            for call in self._calls.values():
                if call.account is account:
                    call.must_move = True
        for call in tuple(self._retries.values()):
            if call.account is not account:
                continue
            del self._retries[call.call]
            if account.registration.registered:
                self._again(call)
            else:
                self._post(Ended(call.call, Reason.PROVIDER_FAILED))

    # Calls.

    def _events(self) -> CallEvents:
        return CallEvents(
            post=self._post,
            detail=self._detail,
            gone=self._gone,
            stale=self._stale,
        )

    def _detail(self, name: CallId, text: str, figures: Mapping[str, float]) -> None:
        call = self._calls.get(name)
        evidence = None
        if call is not None and self.trace is not None:
            evidence = evidence_of_call(call, self.trace.watch, figures)
        self._post(CallDetail(name, text, figures, evidence))

    def _place(self, call: CallId, account: str, number: str, line: str) -> None:
        found = self._registrations.accounts.get(account)
        if found is None or found.agent is None:
            self._post(Ended(call, Reason.NOT_REGISTERED))
            return
        port = self._ports.get(line)
        if port is None:
            self._post(Ended(call, Reason.LINE_FAULT))
            return
        self._dial(Call(found, found.agent, call, self._events(), port=port), number)

    def _dial(self, call: Call, number: str) -> None:
        call.beside = self._calls_of(call.account)
        self._calls[call.call] = call
        try:
            call.place(number)
        except pj.Error as error:
            _log.warning("call %s cannot be placed: %s", call.call, error.reason)
            self._calls.pop(call.call, None)
            full = error.status == _TOO_MANY
            self._post(Ended(call.call, Reason.CALL_LIMIT if full else Reason.PROVIDER_FAILED))

    def _calls_of(self, account: Account) -> int:
        return sum(c.account is account and not c.over for c in self._calls.values())

    def _answer(self, call: Call, line: str) -> None:
        call.port = self._ports[line]
        call.respond(pj.PJSIP_SC_OK)

    def _resume(self, call: Call, line: str) -> None:
        call.port = self._ports[line]
        call.resume()

    def _hang_up(self, call: CallId, reason: Reason) -> None:
        waiting = self._retries.pop(call, None)
        if waiting is not None:
            self._post(Ended(call, reason))
            return
        found = self._calls.get(call)
        if found is not None and not found.over:
            self._safely(partial(found.end, reason))

    def _stale(self, call: Call) -> bool:
        """MultiFon answers 500 after a long idle time; a fresh REGISTER cures it, once."""
        if call.retried or not call.number or self._stopping:
            return False
        _log.warning("call %s: 500; registering anew and trying once more", call.call)
        self._retries[call.call] = call
        call.account.registration.restart(time.monotonic())
        return True

    def _again(self, first: Call) -> None:
        agent = first.account.agent or first.agent
        again = Call(first.account, agent, first.call, self._events(), port=first.port)
        again.retried = True
        self._dial(again, first.number)

    def _gone(self, call: CallId) -> None:
        # pjsua2 is still inside the call's callback: it is dropped at the next poll.
        gone = self._calls.pop(call, None)
        if gone is not None:
            self._ended.append(gone)

    def _drop_ended(self) -> None:
        """Let go of the calls that pjsua2 is done with, and of what they alone have used."""
        for call in self._ended:
            if self._retries.get(call.call) is not call:
                call.port = None
        self._ended.clear()

    def _bury(self, call: Call) -> None:
        """The call is not pjsua's any more, and nobody was told.

        Its number may be another call's by now, whose events would be lost if this object went.
        """
        _log.warning("call %s: it vanished without an end", call.call)
        self._calls.pop(call.call, None)
        self._vanished.append(call)
        call.vanish()

    def _on_incoming(
        self, account: Account, agent: Agent, pjsua_id: int, source: str, message: str
    ) -> None:
        self._incoming += 1
        name = f"{account.parameters.name}-in-{self._prefix}-{self._incoming}"
        call = Call(account, agent, name, self._events(), pjsua_id=pjsua_id)
        host = source.rpartition(":")[0]
        if host not in account.addresses or self._stopping:
            # The kernel's filter leaves nothing to do here but for a new proxy address.
            _log.warning("an INVITE from %s is refused: it is not the proxy", source)
            call.over = True
            prm = pj.CallOpParam(True)
            prm.statusCode = 403
            call.hangup(prm)
            return
        call.beside = self._calls_of(account)
        self._calls[name] = call
        self._post(CallArrived(account.parameters.name, Incoming(name, caller_of(message))))


def _drop(_event: object) -> None:
    """Before the start there is nobody to tell."""
