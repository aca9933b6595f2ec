"""Where a received request goes: the registrar, a call, or a refusal (RFC 3261 §8.2)."""

from __future__ import annotations

from tests.simulators.multifon.admission import Refusal, admit, is_dropped
from tests.simulators.multifon.call_list import CallList
from tests.simulators.multifon.placed_call import PlacedCall
from tests.simulators.multifon.registrar import Registrar
from tests.simulators.multifon.signalling import ALLOW, SUPPORTED, Signalling
from tests.simulators.multifon.sip_header import parse_address
from tests.simulators.multifon.sip_message import MalformedMessageError, Request
from tests.simulators.multifon.transactions import ServerTransaction

REFUSED_METHODS = frozenset(
    {"MESSAGE", "SUBSCRIBE", "NOTIFY", "PUBLISH", "REFER", "INFO", "UPDATE", "PRACK"}
)
"""Known, but not outside of a dialog."""


class RequestRouter:
    """Takes what the transaction layer has not seen before."""

    def __init__(self, signalling: Signalling, registrar: Registrar, calls: CallList) -> None:
        self._signalling = signalling
        self._registrar = registrar
        self._calls = calls
        self.malformed = 0
        """Requests that were answered with 400."""
        self.dropped = 0
        """INVITEs that got no answer on purpose."""

    def route(self, request: Request, transaction: ServerTransaction | None) -> None:
        """Answer ``request``; an ACK comes without a transaction."""
        if transaction is None:
            call = self._calls.with_dialog_of(request)
            if call is not None and not self._signalling.settings.lose_acks:
                call.acknowledged(request)
            return
        try:
            self._serve(request, transaction)
        except MalformedMessageError as error:
            self.malformed += 1
            reason = " ".join(str(error).split())[:80]
            self._signalling.reply(transaction, 400, reason=reason)

    def _serve(self, request: Request, transaction: ServerTransaction) -> None:
        reply = self._signalling.reply
        if not request.complete:
            raise MalformedMessageError("The body is shorter than its Content-Length")
        if request.headers.first("Max-Forwards") == "0":
            reply(transaction, 483)
        elif request.method == "CANCEL":
            self._cancel(request, transaction)
        elif required := _required(request):
            reply(transaction, 420, extra=(("Unsupported", required),))
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

    def _in_dialog(self, request: Request, transaction: ServerTransaction) -> None:
        call = self._calls.with_dialog_of(request)
        if call is None:
            self._signalling.reply(transaction, 481)
            return
        settings = self._signalling.settings
        bye = request.method == "BYE"
        challenge = settings.bye_challenge if bye else settings.dialog_challenge
        if challenge:
            subscriber = self._registrar.authenticate(transaction, challenge)
            if subscriber is None:
                return
        call.in_dialog(transaction)

    def _cancel(self, request: Request, transaction: ServerTransaction) -> None:
        invite = self._signalling.transactions.cancelled_by(request)
        if invite is not None and invite.is_ignored:
            transaction.ignore()
            return
        self._signalling.reply(transaction, 481 if invite is None else 200)
        for call in self._calls:
            if isinstance(call, PlacedCall) and call.transaction is invite:
                call.cancelled()

    def _invite(self, request: Request, transaction: ServerTransaction) -> None:
        if is_dropped(request) or self._signalling.settings.drop_invites:
            self.dropped += 1
            transaction.ignore()
            return
        if self._is_merged(request):
            self._signalling.reply(transaction, 482)
            return
        parse_address(request.require("Contact"))
        challenge = self._signalling.settings.invite_challenge
        subscriber = self._registrar.authenticate(transaction, challenge)
        if subscriber is None:
            return
        account = subscriber.account.number
        verdict = admit(
            request, subscriber, self._calls.running_of(account), self._signalling.settings
        )
        if isinstance(verdict, Refusal):
            self._signalling.reply(
                transaction, verdict.status, extra=verdict.headers, reason=verdict.text
            )
            return
        call = PlacedCall(
            self._signalling,
            self._calls.next_name(),
            account,
            admitted=verdict,
            transaction=transaction,
        )
        self._calls.keep(call)
        self._signalling.changes.notify()

    def _is_merged(self, request: Request) -> bool:
        """The same INVITE has come on another way (RFC 3261 §8.2.2.2)."""
        sender = parse_address(request.require("From")).tag
        return any(
            isinstance(call, PlacedCall)
            and not call.is_over
            and call.transaction.request.call_id == request.call_id
            and call.transaction.request.cseq == request.cseq
            and parse_address(call.transaction.request.require("From")).tag == sender
            for call in self._calls
        )


def _required(request: Request) -> str:
    """Extensions that the request insists on; we have none (RFC 3261 §8.2.2.3)."""
    both = (*request.headers.every("Require"), *request.headers.every("Proxy-Require"))
    return ", ".join(both)
