"""Text messages of all accounts (RFC 3428), in the SIP thread."""

from __future__ import annotations

from collections.abc import Callable

import pjsua2 as pj

from gateway.call.reason import Reason
from gateway.sip.account import Account
from gateway.sip.caller_id import caller_of
from gateway.sip.events import MessageArrived, MessageOutcome
from gateway.sip.registrations import Registrations


class TextMessages:
    """``post`` gets what arrives, and what became of each message that was sent."""

    def __init__(
        self, registrations: Registrations, post: Callable[[MessageArrived | MessageOutcome], None]
    ) -> None:
        self._registrations = registrations
        self._post = post

    def send(self, message: int, account: str, number: str, text: str) -> None:
        found = self._registrations.accounts.get(account)
        if found is None or not found.registration.registered:
            self._post(MessageOutcome(message, sent=False, detail=Reason.NOT_REGISTERED.text))
            return
        try:
            found.send_message(message, number, text)
        except (pj.Error, ValueError) as error:
            why = error.reason if isinstance(error, pj.Error) else str(error)
            self._post(MessageOutcome(message, sent=False, detail=why))

    def arrived(self, account: Account, source: str, message: str, text: str) -> None:
        if source.rpartition(":")[0] in account.addresses and text:
            self._post(MessageArrived(account.parameters.name, caller_of(message), text))

    def outcome(self, message: int, code: int, reason: str) -> None:
        self._post(MessageOutcome(message, sent=code // 100 == 2, detail=f"{code} {reason}"))
