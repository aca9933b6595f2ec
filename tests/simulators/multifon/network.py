"""MultiFon's side of SIP and RTP on loopback: everything put together.

settings = Settings(accounts=(Account("79261234567", "secret"),))
async with MultifonNetwork(settings) as network:
    call = network.call("79261234567", CallOffer(caller="74951234567"))
    await network.wait_for(call, CallState.CONNECTED, within=10)
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from tests.simulators.multifon.account_api.service import PHONE, AccountApi
from tests.simulators.multifon.call import Call, CallState
from tests.simulators.multifon.call_list import CallList
from tests.simulators.multifon.offered_call import CallOffer, OfferedCall
from tests.simulators.multifon.placed_call import PlacedCall
from tests.simulators.multifon.registrar import Registrar, Subscriber
from tests.simulators.multifon.request_router import RequestRouter
from tests.simulators.multifon.rtp import VoiceThread
from tests.simulators.multifon.settings import Settings
from tests.simulators.multifon.signalling import Changes, Signalling
from tests.simulators.multifon.sip_message import MalformedMessageError, Request, parse
from tests.simulators.multifon.trace import Trace, TraceEntry
from tests.simulators.multifon.transactions import ServerTransaction, TransactionLayer
from tests.simulators.multifon.transport import Flow, SipTransport

_log = logging.getLogger(__name__)


class CallWaitError(Exception):
    """What was waited for did not come; the message says what happened instead."""


class MultifonNetwork:
    """The provider.  Its methods belong to the event loop that opened it."""

    def __init__(
        self, settings: Settings, on_trace: Callable[[TraceEntry], None] | None = None
    ) -> None:
        self.trace = Trace(on_trace)
        self.calls = CallList()
        """All calls, oldest first, ended ones included."""
        self.unreadable = 0
        """Messages that could not even be answered."""
        self._transport = SipTransport(self.trace, self._receive)
        self._transactions = TransactionLayer(settings.t1, self._request)
        self._signalling = Signalling(
            settings, ("", 0), self._transactions, VoiceThread(), Changes()
        )
        self._registrar = Registrar(self._signalling)
        self._router = RequestRouter(self._signalling, self._registrar, self.calls)
        self.account_api = AccountApi(self)

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
        await self._transport.open(self.settings.address, self.settings.port)
        self._signalling.local = self._transport.local
        self._signalling.voice.start()
        self._mute()

    async def close(self) -> None:
        """End all calls as a network does, and stop."""
        reason = "The network is being shut down."
        for call in self.calls:
            call.hang_up(reason)
        if self.settings.reachable:
            await self.changes.wait_until(
                lambda: not self._transactions.waiting, self.settings.farewell
            )
        for call in self.calls:
            call.over(reason, "network")
        self._transactions.close()
        self._registrar.close()
        self._signalling.voice.stop()
        await self._transport.close()

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
    def subscribers(self) -> Mapping[str, Subscriber]:
        return self._registrar.subscribers

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
        self.account_api.balance_changed()
        self._mute()

    def call(self, account: str, offer: CallOffer) -> OfferedCall:
        """Call ``account``.  The call may have ended already when this returns."""
        subscriber = self.subscriber(account)
        busy = self.calls.running_of(account) >= self.settings.call_limit
        call = OfferedCall(self._signalling, self.calls.next_name(), account, offer)
        self.calls.keep(call)
        binding = None if subscriber.routing == PHONE else subscriber.binding
        call.start(binding, busy=busy)
        return call

    # Waiting; ``within`` is in seconds, and ``CallWaitError`` says what came instead.

    async def wait_for(self, call: Call, state: CallState, within: float) -> None:
        """Until ``call`` has reached ``state``."""
        await self.changes.wait_until(lambda: call.reached(state) or call.is_over, within)
        if not call.reached(state):
            name = f"call {call.identifier}"
            if call.is_over:
                raise CallWaitError(f"{name} ended before it was {state.value}: {call.reason}")
            raise CallWaitError(f"{name} is still {call.state.value} after {within:g} s")

    async def wait_for_digits(self, call: Call, digits: str, within: float) -> None:
        """Until ``digits`` have been heard in a row, at any place."""

        def heard() -> str:
            return "".join(digit.digit for digit in call.digits)

        await self.changes.wait_until(lambda: digits in heard() or call.is_over, within)
        if digits not in heard():
            raise CallWaitError(
                f"call {call.identifier} has heard {heard()!r} and not {digits!r}; "
                f"it is {call.state.value}"
            )

    async def wait_for_registration(
        self, account: str, within: float, *, registered: bool = True
    ) -> None:
        """Until the account is registered, or is not."""
        subscriber = self.subscriber(account)

        def as_wanted() -> bool:
            return (subscriber.binding is not None) == registered

        if not await self.changes.wait_until(as_wanted, within):
            state = "not registered" if registered else "still registered"
            raise CallWaitError(f"account {account} is {state} after {within:g} s")

    async def wait_for_placed_call(
        self, within: float, *, after: int = 0, number: str | None = None
    ) -> PlacedCall:
        """The first call from an account, to ``number`` if given, with a name above ``after``."""

        def found() -> PlacedCall | None:
            placed = (call for call in self.calls if isinstance(call, PlacedCall))
            newer = (call for call in placed if int(call.identifier) > after)
            return next((call for call in newer if number in {None, call.number}), None)

        await self.changes.wait_until(lambda: found() is not None, within)
        call = found()
        if call is None:
            wanted = f" to {number}" if number else ""
            raise CallWaitError(f"no call{wanted} has come in {within:g} s")
        return call

    # Reports, as the control socket shows them.

    def accounts(self) -> list[dict[str, object]]:
        return [
            {**subscriber.as_json(), "calls": self.calls.running_of(number)}
            for number, subscriber in self._registrar.subscribers.items()
        ]

    def status(self) -> dict[str, object]:
        accounts = self.accounts()
        return {
            "address": self.settings.address,
            "port": self.port,
            "accounts": len(accounts),
            "registered": sum(account["registered"] is True for account in accounts),
            "calls": sum(not call.is_over for call in self.calls),
            "calls_made": self.calls.made,
            "dropped_invites": self._router.dropped,
            "malformed": self.unreadable + self._router.malformed,
            "settings": self.settings.changeable(),
            "monotonic": time.monotonic(),
        }

    # What comes in.

    def _mute(self) -> None:
        settings = self.settings
        self._transport.muted = not settings.reachable
        self._transport.deaf_on_udp = not settings.udp
        self._signalling.voice.muted = not (settings.reachable and settings.speaks)

    def _receive(self, data: bytes, flow: Flow) -> None:
        try:
            message = parse(data)
            if isinstance(message, Request):
                self._transactions.receive_request(message, flow)
            else:
                self._transactions.receive_response(message)
        except MalformedMessageError as error:
            self.unreadable += 1
            _log.info("a message cannot be used: %s", error)
        self.changes.notify()

    def _request(self, request: Request, transaction: ServerTransaction | None) -> None:
        self._router.route(request, transaction)
