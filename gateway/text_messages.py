"""Text messages: kept when they come, sent when somebody asks, their outcome noted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from gateway.provider import ProviderProfile
from gateway.records.messages import MessageRecord, MessageRecords
from gateway.sip.events import MessageArrived, MessageOutcome
from gateway.sip.stack import SipStack

_log = logging.getLogger(__name__)

LONGEST = 400
"""Characters: with them and its headers a MESSAGE in Cyrillic still fits one UDP packet."""

Publish = Callable[[str, Mapping[str, Any]], None]


class TextMessages:
    """The messages of every account; all methods run on the event loop.

    ``clock`` gives UTC seconds since the epoch.
    """

    def __init__(
        self,
        records: MessageRecords,
        sip: SipStack,
        profiles: Mapping[str, ProviderProfile],
        publish: Publish,
        clock: Callable[[], float],
    ) -> None:
        self._records = records
        self._sip = sip
        self._profiles = profiles
        self._publish = publish
        self._clock = clock
        self._waiting: dict[int, asyncio.Future[MessageOutcome]] = {}
        records.give_up()

    async def send(self, account: str | None, number: str, text: str) -> MessageOutcome:
        """Send ``text`` to a number as it would be dialled; returns when the network has answered.

        That takes 32 s at most (RFC 3261, timer F).
        ``ValueError`` with a sentence when account, number or text is wrong.
        """
        name = account or next(iter(self._profiles), "")
        if name not in self._profiles:
            known = ", ".join(self._profiles) or "none"
            raise ValueError(f"There is no account {name!r}; there are: {known}.")
        text = text.strip()
        if not 0 < len(text) <= LONGEST:
            raise ValueError(f"A message has 1 to {LONGEST} characters; this one has {len(text)}.")
        found = self._profiles[name].numbers.assess(number)
        if not found.is_number or not found.number.removeprefix("+").isdigit():
            raise ValueError(f"{number!r} is no number that a message can be sent to.")
        message = self._records.sending(name, found.number, text, self._clock())
        if message is None:
            raise ValueError("The message cannot be kept: is the disk full?")
        outcome: asyncio.Future[MessageOutcome] = asyncio.get_running_loop().create_future()
        self._waiting[message] = outcome
        self._sip.send_message(message, name, found.number, text)
        return await outcome

    def latest(self, limit: int, *, unread: bool) -> tuple[MessageRecord, ...]:
        """At most ``limit`` messages, the newest first."""
        return self._records.latest(limit, unread=unread)

    def mark_read(self, messages: list[int]) -> int:
        """Note that these were read; returns how many were unread."""
        return self._records.mark_read(messages)

    @property
    def unread(self) -> int:
        return self._records.unread()

    def take(self, event: MessageArrived | MessageOutcome) -> None:
        """An event of the SIP thread."""
        match event:
            case MessageArrived():
                self._arrived(event)
            case MessageOutcome():
                self._ended(event)

    def _arrived(self, event: MessageArrived) -> None:
        number = event.sender.number or event.sender.presentation.value
        message = self._records.received(
            event.account, number, event.sender.name, event.text, self._clock()
        )
        if message is None:
            return
        _log.info("account %s: a message from %s", event.account, number)
        self._publish(
            "message",
            {"id": message, "account": event.account, "number": number, "text": event.text},
        )

    def _ended(self, event: MessageOutcome) -> None:
        _log.info("message %d: %s", event.message, event.detail)
        self._records.outcome(event.message, sent=event.sent, detail=event.detail)
        waiting = self._waiting.pop(event.message, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(event)
        state = "sent" if event.sent else "failed"
        self._publish("message", {"id": event.message, "state": state, "detail": event.detail})
