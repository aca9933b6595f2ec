"""A call to an account: the network is the caller (RFC 3261 §13.2).

The INVITE has the form of the one trace of MultiFon that is public: From without angle brackets or
display name, To with a port, a private host in P-Asserted-Identity, no telephone-event.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import dataclass, field

from tests.simulators.multifon.call import SDP_TYPE, Call, CallState, Direction, send_once
from tests.simulators.multifon.conversation import Script
from tests.simulators.multifon.dialog import dialog_of_answer
from tests.simulators.multifon.registrar import Binding
from tests.simulators.multifon.sdp import UnusableSdpError, parse_sdp, voice_codec
from tests.simulators.multifon.signalling import ALLOW, SUPPORTED, Signalling
from tests.simulators.multifon.sip_header import parse_address
from tests.simulators.multifon.sip_message import Headers, Request, Response
from tests.simulators.multifon.transactions import LIVES, ClientTransaction, new_tag

PRIVATE_HOST = "10.190.35.18:5060"
WITHHELD = "anonymous"
_CALLER = re.compile(r"[0-9A-Za-z+*#._-]{1,40}")


@dataclass(frozen=True, slots=True)
class CallOffer:
    """What the network does with a call to an account.  Times in seconds, 0 for never."""

    caller: str | None = None
    """The caller's number; ``None`` if it is withheld."""
    script: Script = field(default_factory=Script)
    answer_timeout: float = 60.0
    """The network gives up when nobody has answered by then."""
    cancel_after: float = 0.0
    """The caller gives up."""

    def __post_init__(self) -> None:
        if self.caller is not None and not _CALLER.fullmatch(self.caller):
            raise ValueError(f"caller {self.caller!r} cannot be the user part of a SIP address")
        if not self.answer_timeout > 0 or self.cancel_after < 0:
            raise ValueError("answer_timeout is more than 0, cancel_after 0 or more")


class OfferedCall(Call):
    """Sends the INVITE along the flow of the registration, not to the Contact."""

    direction = Direction.TO_ACCOUNT

    def __init__(
        self,
        signalling: Signalling,
        identifier: str,
        account: str,
        offer: CallOffer,
    ) -> None:
        user = offer.caller or WITHHELD
        super().__init__(signalling, identifier, account, user, script=offer.script)
        self._offer = offer
        self._transaction: ClientTransaction | None = None
        self._giving_up = ""
        self._cancel_sent = False
        self._timers: list[asyncio.TimerHandle] = []

    def start(self, binding: Binding | None, *, busy: bool) -> None:
        """Send the INVITE; without a registration or with too many calls the caller is told."""
        if busy:
            self.over("The account has as many calls as it may have.", "network", 486)
            return
        if binding is None or not binding.flow.is_open:
            self.over("The account is not registered.", "network", 480)
            return
        # The first voice may overtake the 200, so it is recorded from here on.
        self.voice.listen()
        loop = asyncio.get_running_loop()
        self._timers.append(
            loop.call_later(self._offer.answer_timeout, self.give_up, "Nobody has answered.")
        )
        if self._offer.cancel_after:
            self._timers.append(
                loop.call_later(self._offer.cancel_after, self.give_up, "The caller has given up.")
            )
        invite = self._invite(binding)
        self._transaction = self.signalling.transactions.send(invite, binding.flow, self._answered)

    def _invite(self, binding: Binding) -> Request:
        host, port = binding.flow.remote
        domain = self.signalling.settings.domains[0]
        headers = Headers(
            [
                ("Via", self.signalling.via(binding.flow)),
                ("Max-Forwards", "67"),
                ("From", f"sip:{self.number}@{domain};tag={new_tag('SD')}"),
                ("To", f"<sip:{self.account}@{domain}:5060>"),
                ("Call-ID", f"SD{secrets.token_hex(12)}-{secrets.token_hex(4)}"),
                ("CSeq", "1 INVITE"),
                ("P-Asserted-Identity", f"sip:{self.number}@{PRIVATE_HOST}"),
                ("Contact", self.signalling.contact(self.number, binding.flow)),
                ("User-Agent", "multifon.ru"),
                ("Supported", SUPPORTED),
                ("Allow", ALLOW),
                ("Expires", "300"),
                SDP_TYPE,
            ]
        )
        uri = f"sip:{self.account}@{host}:{port}"
        return Request(headers, self.describe(), method="INVITE", uri=uri)

    # The account's responses.

    def _answered(self, response: Response | None) -> None:
        if response is None:
            self.over("The account's telephone does not reply.", "network", 408)
        elif response.status < 200:
            self._provisional(response)
        elif response.status < 300:
            self._accepted(response)
        elif not self.is_over:
            text = f"{response.status} {response.reason}"
            if self._giving_up:
                self.over(self._giving_up, "network", response.status)
            else:
                self.over(f"The account has refused: {text}.", "account", response.status)

    def _provisional(self, response: Response) -> None:
        if not self.is_over and not self._giving_up:
            self.status = response.status
            if response.status > 100:
                self._enter(CallState.RINGING)
        self._send_cancel()

    def _accepted(self, response: Response) -> None:
        """2xx: acknowledge every one; only the first makes the call (RFC 3261 §13.2.2.4)."""
        assert self._transaction is not None
        dialog = dialog_of_answer(self._transaction.request, response, self._transaction.flow)
        dialog.follow_contact = self.signalling.settings.follow_contact
        if not self.signalling.settings.lose_acks:
            send_once(dialog, dialog.request(self.signalling, "ACK"))
        if self.dialog is not None:
            if parse_address(self.dialog.remote).tag != parse_address(dialog.remote).tag:
                self.send_bye(dialog)
            return
        self.dialog = dialog
        if self.is_over or self._giving_up:
            # The answer and the CANCEL have crossed.
            self.send_bye(dialog)
            self.over(self._giving_up, "network", 200)
            return
        self.status = response.status
        try:
            theirs = parse_sdp(response.body)
            codec = voice_codec(theirs)
        except UnusableSdpError as error:
            self.send_bye(dialog)
            self.over(f"The answer's description cannot be used: {error}.", "network")
            return
        self.agree(theirs, codec=codec)
        for timer in self._timers:
            timer.cancel()
        self.connected()

    # Giving up.

    def give_up(self, reason: str) -> None:
        """CANCEL, as soon as it may be sent; the call ends with the response to the INVITE."""
        if self._transaction is None or self._giving_up or self.reached(CallState.CONNECTED):
            return
        self._giving_up = reason
        self._send_cancel()
        patience = LIVES * self.signalling.transactions.t1
        self._timers.append(
            asyncio.get_running_loop().call_later(patience, self.over, reason, "network")
        )

    def _send_cancel(self) -> None:
        transaction = self._transaction
        if not self._giving_up or transaction is None or self._cancel_sent or self.is_over:
            return
        if transaction.proceeding:
            self._cancel_sent = True
            self.signalling.transactions.send(
                transaction.make_cancel(), transaction.flow, lambda _: None
            )

    def over(self, reason: str, by: str, status: int = 0) -> None:
        for timer in self._timers:
            timer.cancel()
        super().over(reason, by, status)
