"""MultiFon's side of SIP and RTP on loopback: everything put together.

async with MultifonNetwork(Settings(accounts=(Account("79261234567", "secret"),))) as network:
    call = network.call("79261234567", CallOffer(caller="74951234567"))
    await network.wait_for(call, CallState.CONNECTED, timeout=10)
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from tests.simulators.multifon.admission import Refusal, admit, is_dropped
from tests.simulators.multifon.call import Call, CallState
from tests.simulators.multifon.dialog import key_of_request
from tests.simulators.multifon.offered_call import CallOffer, OfferedCall
from tests.simulators.multifon.placed_call import PlacedCall
from tests.simulators.multifon.registrar import Registrar, Subscriber
from tests.simulators.multifon.rtp import VoiceThread
from tests.simulators.multifon.settings import Settings
from tests.simulators.multifon.signalling import ALLOW, SUPPORTED, Changes, Signalling
from tests.simulators.multifon.sip_header import parse_address
from tests.simulators.multifon.sip_message import (
    MalformedMessageError,
    Request,
    parse,
)
from tests.simulators.multifon.trace import Trace, TraceEntry
from tests.simulators.multifon.transactions import ServerTransaction, TransactionLayer
from tests.simulators.multifon.transport import Flow, SipTransport

_log = logging.getLogger(__name__)

CALLS_KEPT = 200
"""Ended calls that can still be asked for."""
FAREWELL = 1.0
"""Seconds that ``close`` waits for answers to BYE and CANCEL."""
REFUSED_METHODS = frozenset(
    {"MESSAGE", "SUBSCRIBE", "NOTIFY", "PUBLISH", "REFER", "INFO", "UPDATE", "PRACK"}
)


class CallWaitError(Exception):
    """What was waited for did not come; the message says what happened instead."""


class MultifonNetwork:
    """The provider.  Its methods belong to the event loop that opened it."""

    def __init__(
        self, settings: Settings, on_trace: Callable[[TraceEntry], None] | None = None
    ) -> None:
        self.trace = Trace(on_trace)
        self.malformed = 0
        """Messages that could not be read, or not be answered."""
        self.dropped = 0
        """INVITEs that got no answer on purpose, repetitions not counted."""
        self._transport = SipTransport(self.trace, self._receive)
        self._transactions = TransactionLayer(settings.t1, self._request)
        voice = VoiceThread()
        self._signalling = Signalling(settings, ("", 0), self._transactions, voice, Changes())
        self._registrar = Registrar(self._signalling)
        self._calls: dict[str, Call] = {}
        self._placed: dict[tuple[str, str, int], PlacedCall] = {}
        self._made = 0

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Bind the sockets and start the voice thread; ``OSError`` if the port is taken."""
        settings = self.settings
        await self._transport.open(settings.address, settings.port)
        self._signalling.local = self._transport.local
        self._signalling.voice.start()
        self._mute()

    async def close(self) -> None:
        """End all calls as a network does, and stop."""
        for call in self.calls:
            call.hang_up("The network is being shut down.")
        await self.changes.wait_until(lambda: not self._transactions.waiting, FAREWELL)
        for call in self.calls:
            call.over("The network is being shut down.", "network")
        self._transactions.close()
        self._registrar.close()
        self._signalling.voice.stop()
        await self._transport.close()

    # What a user of the network does.

    @property
    def settings(self) -> Settings:
        return self._signalling.settings

    @property
    def port(self) -> int:
        return self._transport.local[1]

    @property
    def changes(self) -> Changes:
        return self._signalling.changes

    @property
    def calls(self) -> tuple[Call, ...]:
        """Oldest first, ended ones included."""
        return tuple(self._calls.values())

    def find(self, identifier: str) -> Call:
        """Raises ``ValueError`` if there is no such call."""
        try:
            return self._calls[identifier]
        except KeyError:
            raise ValueError(f"there is no call {identifier!r}") from None

    def subscriber(self, account: str) -> Subscriber:
        """Raises ``ValueError`` if there is no such account."""
        try:
            return self._registrar.subscribers[account]
        except KeyError:
            known = ", ".join(self._registrar.subscribers) or "none"
            raise ValueError(f"there is no account {account!r}; there are: {known}") from None

    def change(self, values: Mapping[str, object]) -> None:
        """Change settings while running; ``ValueError`` names a wrong one, none is changed then."""
        self._signalling.settings = self.settings.changed(values)
        self._mute()

    def call(self, account: str, offer: CallOffer) -> OfferedCall:
        """Call ``account``.  The call may have ended already when this returns."""
        subscriber = self.subscriber(account)
        busy = self._calls_of(account) >= self.settings.call_limit
        call = OfferedCall(self._signalling, self._name(), account, offer, self._over)
        self._keep(call)
        call.start(subscriber.binding, busy=busy)
        return call

    async def wait_for(self, call: Call, state: CallState, timeout: float) -> None:  # noqa: ASYNC109
        """Until ``call`` has reached ``state``; ``CallWaitError`` when it cannot or did not."""
        await self.changes.wait_until(lambda: call.reached(state) or call.is_over, timeout)
        if not call.reached(state):
            name = f"call {call.identifier}"
            if call.is_over:
                raise CallWaitError(f"{name} ended before it was {state.value}: {call.reason}")
            raise CallWaitError(f"{name} is still {call.state.value} after {timeout:g} s")

    async def wait_for_digits(self, call: Call, digits: str, timeout: float) -> None:  # noqa: ASYNC109
        """Until ``digits`` have been heard in a row, at any place."""

        def heard() -> str:
            return "".join(digit.digit for digit in call.digits)

        await self.changes.wait_until(lambda: digits in heard() or call.is_over, timeout)
        if digits not in heard():
            raise CallWaitError(
                f"call {call.identifier} heard {heard()!r}, not {digits!r}, in {timeout:g} s"
            )

    async def wait_for_registration(
        self,
        account: str,
        timeout: float,
        *,
        registered: bool = True,
    ) -> None:
        subscriber = self.subscriber(account)

        def as_wanted() -> bool:
            return (subscriber.binding is not None) == registered

        if not await self.changes.wait_until(as_wanted, timeout):
            state = "not registered" if registered else "still registered"
            raise CallWaitError(f"account {account} is {state} after {timeout:g} s")

    async def wait_for_call(self, after: int, number: str | None, timeout: float) -> Call:  # noqa: ASYNC109
        """The first call from an account that is newer than the ``after`` calls there were."""

        def found() -> Call | None:
            return next(
                (
                    call
                    for call in self.calls
                    if isinstance(call, PlacedCall)
                    and int(call.identifier) > after
                    and number in {None, call.number}
                ),
                None,
            )

        await self.changes.wait_until(lambda: found() is not None, timeout)
        call = found()
        if call is None:
            wanted = f" to {number}" if number else ""
            raise CallWaitError(f"no call{wanted} has come in {timeout:g} s")
        return call

    def accounts(self) -> list[dict[str, object]]:
        return [
            {
                **subscriber.as_json(),
                "calls": self._calls_of(number),
            }
            for number, subscriber in self._registrar.subscribers.items()
        ]

    def status(self) -> dict[str, object]:
        return {
            "address": self.settings.address,
            "port": self.port,
            "accounts": len(self._registrar.subscribers),
            "registered": sum(
                subscriber.binding is not None
                for subscriber in self._registrar.subscribers.values()
            ),
            "calls": sum(not call.is_over for call in self.calls),
            "calls_made": self._made,
            "dropped_invites": self.dropped,
            "malformed": self.malformed,
            "settings": self.settings.changeable(),
            "monotonic": time.monotonic(),
        }

    # Calls.

    def _name(self) -> str:
        self._made += 1
        return str(self._made)

    def _keep(self, call: Call) -> None:
        self._calls[call.identifier] = call
        ended = [c for c in self.calls if c.is_over]
        for old in ended[: max(0, len(ended) - CALLS_KEPT)]:
            del self._calls[old.identifier]
        self.changes.notify()

    def _calls_of(self, account: str) -> int:
        return sum(call.account == account and not call.is_over for call in self.calls)

    def _over(self, call: Call) -> None:
        self._placed = {key: kept for key, kept in self._placed.items() if kept is not call}

    def _mute(self) -> None:
        self._transport.muted = self._signalling.voice.muted = not self.settings.reachable

    # What comes in.

    def _receive(self, data: bytes, flow: Flow) -> None:
        try:
            message = parse(data)
            if isinstance(message, Request):
                self._transactions.receive_request(message, flow)
            else:
                self._transactions.receive_response(message)
        except MalformedMessageError as error:
            self.malformed += 1
            _log.info("a message cannot be used: %s", error)
        self.changes.notify()

    def _request(self, request: Request, transaction: ServerTransaction | None) -> None:
        if transaction is None:
            call = self._call_of(request)
            if call is not None:
                call.acknowledged(request)
            return
        try:
            self._serve(request, transaction)
        except MalformedMessageError as error:
            self.malformed += 1
            self._signalling.reply(transaction, 400, reason=str(error).replace("\n", " ")[:80])

    def _serve(self, request: Request, transaction: ServerTransaction) -> None:
        reply = self._signalling.reply
        if not request.complete:
            raise MalformedMessageError("The body is shorter than its Content-Length")
        if request.headers.first("Max-Forwards") == "0":
            reply(transaction, 483)
        elif request.method == "CANCEL":
            self._cancel(request, transaction)
        elif self._has_required_extension(request):
            reply(transaction, 420, extra=(("Unsupported", self._required(request)),))
        elif parse_address(request.require("To")).tag:
            self._in_dialog(request, transaction)
        elif request.method == "REGISTER":
            self._registrar.register(transaction)
        elif request.method == "INVITE":
            self._invite(request, transaction)
        elif request.method == "OPTIONS":
            reply(transaction, 200, extra=(("Allow", ALLOW), ("Supported", SUPPORTED)))
        elif request.method == "BYE":
            reply(transaction, 481)
        elif request.method in REFUSED_METHODS:
            reply(transaction, 405, extra=(("Allow", ALLOW),))
        else:
            reply(transaction, 501)

    @staticmethod
    def _required(request: Request) -> str:
        both = (*request.headers.every("Require"), *request.headers.every("Proxy-Require"))
        return ", ".join(both)

    def _has_required_extension(self, request: Request) -> bool:
        return request.method != "ACK" and bool(self._required(request))

    def _call_of(self, request: Request) -> Call | None:
        """The call whose dialog the request belongs to."""
        key = key_of_request(request)
        for call in self.calls:
            if call.dialog is not None and not call.is_over and call.dialog.key == key:
                return call
        return None

    def _in_dialog(self, request: Request, transaction: ServerTransaction) -> None:
        call = self._call_of(request)
        if call is None:
            self._signalling.reply(transaction, 481)
            return
        challenge = self.settings.bye_challenge
        if request.method == "BYE" and challenge:
            subscriber = self._registrar.authenticate(transaction, challenge)
            if subscriber is None:
                return
        call.in_dialog(transaction)

    def _cancel(self, request: Request, transaction: ServerTransaction) -> None:
        invite = self._transactions.cancelled_by(request)
        if invite is not None and invite.final_status < 0:
            transaction.ignore()
            return
        self._signalling.reply(transaction, 481 if invite is None else 200)
        for call in self.calls:
            if isinstance(call, PlacedCall) and call.transaction is invite:
                call.cancelled()

    def _invite(self, request: Request, transaction: ServerTransaction) -> None:
        if is_dropped(request):
            self.dropped += 1
            transaction.ignore()
            return
        identity = (
            request.call_id,
            parse_address(request.require("From")).tag,
            request.cseq[0],
        )
        if identity in self._placed:
            self._signalling.reply(transaction, 482)
            return
        parse_address(request.require("Contact"))
        subscriber = self._registrar.authenticate(transaction, self.settings.invite_challenge)
        if subscriber is None:
            return
        account = subscriber.account.number
        verdict = admit(request, subscriber, self._calls_of(account), self.settings)
        if isinstance(verdict, Refusal):
            self._signalling.reply(
                transaction, verdict.status, extra=verdict.headers, reason=verdict.text
            )
            return
        call = PlacedCall(
            self._signalling,
            self._name(),
            account,
            admitted=verdict,
            transaction=transaction,
            on_over=self._over,
        )
        self._placed[identity] = call
        self._keep(call)
