"""What every dialog needs of the network: its address, its transactions, its phrases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tests.simulators.multifon.rtp import VoiceThread
from tests.simulators.multifon.settings import Settings
from tests.simulators.multifon.sip_message import Headers
from tests.simulators.multifon.transactions import (
    ServerTransaction,
    TransactionLayer,
    make_response,
    new_branch,
    new_tag,
)
from tests.simulators.multifon.transport import Flow, HostPort

ALLOW = "PRACK, INVITE, BYE, REGISTER, ACK, OPTIONS, CANCEL, SUBSCRIBE, NOTIFY, INFO, REFER"
"""As in the trace: neither UPDATE nor MESSAGE."""
SUPPORTED = "100rel,path,replaces,tdialog"

REASONS = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    484: "Address Incomplete",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    491: "Request Pending",
    500: "Server Internal Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    603: "Decline",
}


def reason_of(status: int) -> str:
    return REASONS.get(status, "Failure")


class Changes:
    """Wakes whoever waits for something in the network to become true."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()

    async def wait_until(self, true: Callable[[], bool], within: float) -> bool:
        """Whether ``true`` became true in ``within`` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        while not true():
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.add(future)
            try:
                async with asyncio.timeout_at(deadline):
                    await future
            except TimeoutError:
                return true()
            finally:
                self._waiting.discard(future)
        return True


@dataclass(slots=True)
class Signalling:
    """Shared by the calls and the registrar; ``settings`` is replaced when one is changed."""

    settings: Settings
    local: HostPort
    transactions: TransactionLayer
    voice: VoiceThread
    changes: Changes

    def via(self, flow: Flow) -> str:
        host, port = self.local
        return f"SIP/2.0/{flow.transport.upper()} {host}:{port};branch={new_branch()}"

    def contact(self, user: str, flow: Flow) -> str:
        host, port = self.local
        return f"<sip:{user}@{host}:{port};transport={flow.transport}>"

    def reply(
        self,
        transaction: ServerTransaction,
        status: int,
        *,
        extra: tuple[tuple[str, str], ...] = (),
        reason: str = "",
    ) -> None:
        """Answer a request outside of a dialog."""
        response = make_response(
            transaction.request, status, reason or reason_of(status), new_tag("aprqngfrt-")
        )
        add_all(response.headers, extra)
        transaction.respond(response)


def add_all(headers: Headers, fields: tuple[tuple[str, str], ...]) -> None:
    for name, value in fields:
        headers.add(name, value)
