"""What the control socket offers: each method by name, see ``docs/control-api.md``."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from gateway import __version__
from gateway.attention import Beside, needs_attention
from gateway.control.server import Method
from gateway.examination.examinations import Examinations
from gateway.examination.report import self_test
from gateway.exchange import Exchange
from gateway.exchange_line import Line
from gateway.exchange_status import line_status, registration_status
from gateway.multifon.account_service import AccountService
from gateway.records.calls import CallRecords
from gateway.restart import Ending
from gateway.text_messages import TextMessages

Arguments = Mapping[str, Any]


class Commands:
    """The methods of the control socket.  Every refusal is a ``ValueError`` with a sentence.

    ``pending`` tells what was saved and is not in force yet.
    """

    def __init__(
        self,
        exchange: Exchange,
        records: CallRecords,
        texts: TextMessages,
        examinations: Examinations,
        *,
        accounts: Mapping[str, str],
        ending: Ending,
        pending: Callable[[], Mapping[str, Any]],
        services: Mapping[str, AccountService | None],
        beside: Callable[[], Beside] = Beside,
    ) -> None:
        self._exchange = exchange
        self._records = records
        self._texts = texts
        self._examinations = examinations
        self._accounts = accounts
        self._ending = ending
        self._pending = pending
        self._services = services
        self._beside = beside
        self._started = time.monotonic()

    def methods(self) -> Mapping[str, Method]:
        return {
            "status": self._status,
            "messages": self._messages,
            "messages.send": self._send_message,
            "messages.read": self._mark_read,
            "handset.command": self._handset,
            "line.self-test": self._self_test,
            "line.examine": self._examine,
            "line.examination": self._examination,
            "line.examine-skip": self._examine_skip,
            "line.examine-stop": self._examine_stop,
            "line.message-waiting": self._message_waiting,
            "stop": self._stop,
        }

    def line_of(self, arguments: Arguments) -> Line:
        """The line that ``arguments`` mean; ``ValueError`` if there is none."""
        return self._line(arguments)

    def _line(self, arguments: Arguments) -> Line:
        """The line that is meant: the named one, or the only or first one."""
        lines = self._exchange.lines
        name = arguments.get("line")
        if name is None:
            if not lines:
                raise ValueError("There is no line in the settings.")
            return next(iter(lines.values()))
        if name not in lines:
            raise ValueError(f"There is no line {name!r}; there are: {', '.join(lines)}.")
        return lines[name]

    async def _status(self, _arguments: Arguments) -> Mapping[str, Any]:
        exchange = self._exchange
        found = {
            "version": __version__,
            "uptime_s": round(time.monotonic() - self._started, 1),
            "accounts": [
                {
                    "number": number,
                    **registration_status(name, exchange.registrations.get(name)),
                    "service": self._service(name),
                }
                for name, number in self._accounts.items()
            ],
            "lines": [line_status(line, exchange.calls) for line in exchange.lines.values()],
            "calls": len(exchange.calls.running),
            "unseen_calls": self._records.unseen(),
            "unread_messages": self._texts.unread,
            "pending": self._pending(),
        }
        return {**found, "needs_attention": needs_attention(found, self._beside())}

    def _service(self, account: str) -> Mapping[str, Any] | None:
        service = self._services[account]
        return service.found() if service else None

    async def _messages(self, arguments: Arguments) -> list[Mapping[str, Any]]:
        unread = arguments.get("unread", False)
        if not isinstance(unread, bool):
            raise ValueError("unread is true or false.")  # noqa: TRY004 - told to the user
        found = self._texts.latest(limit_of(arguments), unread=unread)
        return [
            {**asdict(record), "id": record.position, "state": record.state.value}
            for record in found
        ]

    async def _send_message(self, arguments: Arguments) -> Mapping[str, Any]:
        account, number, text = (arguments.get(name) for name in ("account", "number", "text"))
        if not isinstance(number, str) or not isinstance(text, str):
            raise ValueError("A message has a number and a text.")  # noqa: TRY004 - told to the user
        if account is not None and not isinstance(account, str):
            raise ValueError("account is a name.")
        outcome = await self._texts.send(account, number, text)
        return {"id": outcome.message, "sent": outcome.sent, "detail": outcome.detail}

    async def _mark_read(self, arguments: Arguments) -> Mapping[str, Any]:
        ids = arguments.get("ids")
        if not isinstance(ids, list) or not all(type(entry) is int for entry in ids):
            raise ValueError("ids is a list of the whole numbers that identify messages.")
        return {"marked": self._texts.mark_read(ids)}

    async def _handset(self, arguments: Arguments) -> Mapping[str, Any]:
        line = self._line(arguments)
        handset = line.driver.handset
        if handset is None:
            raise ValueError(
                f"Line {line.name} is a real telephone; programs can only operate simulated ones."
            )
        name, values = arguments.get("name"), arguments.get("arguments", {})
        if not isinstance(name, str) or not isinstance(values, Mapping):
            raise ValueError("A handset command has a name and an object of arguments.")  # noqa: TRY004
        return await handset.command(name, values)

    async def _self_test(self, arguments: Arguments) -> Mapping[str, Any]:
        return self_test(self._line(arguments))

    async def _examine(self, arguments: Arguments) -> Mapping[str, Any]:
        return self._examinations.begin(self._line(arguments))

    async def _examination(self, arguments: Arguments) -> Mapping[str, Any]:
        return self._examinations.progress(self._line(arguments))

    async def _examine_skip(self, arguments: Arguments) -> Mapping[str, Any]:
        self._examinations.skip(self._line(arguments))
        return {}

    async def _examine_stop(self, arguments: Arguments) -> Mapping[str, Any]:
        await self._examinations.stop(self._line(arguments))
        return {}

    async def _message_waiting(self, arguments: Arguments) -> Mapping[str, Any]:
        waiting = arguments.get("waiting")
        if not isinstance(waiting, bool):
            raise ValueError("waiting is true or false.")  # noqa: TRY004 - told to the user
        line = self._line(arguments)
        self._exchange.set_messages_waiting(line, waiting)
        return {"shown": line.driver.capabilities.shows_messages}

    async def _stop(self, _arguments: Arguments) -> Mapping[str, Any]:
        self._ending.stop()
        return {}


def limit_of(arguments: Arguments) -> int:
    """How many are wanted, 20 unless given; ``ValueError`` for what cannot be."""
    limit = arguments.get("limit", 20)
    if type(limit) is not int or not 1 <= limit <= 10000:
        raise ValueError("limit is a whole number from 1 to 10000.")
    return limit
