"""SIP transactions (RFC 3261 §17, with the Accepted state of RFC 6026).

A server transaction absorbs repeated requests and repeats responses; a client transaction repeats
a request until it is answered.  The repetition of 2xx to INVITE, which RFC 3261 §13.3.1.4 gives to
the layer above, is here too: it ends with ``acknowledged``.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import TypeAlias

from tests.simulators.multifon.sip_header import Via, parse_address, parse_via
from tests.simulators.multifon.sip_message import Headers, Request, Response, serialise
from tests.simulators.multifon.transport import Flow

MAGIC = "z9hG4bK"
T2 = 4.0
"""Longest interval between repetitions, seconds."""
LIVES = 64
"""A transaction is given up after 64 × T1 (timers B, F, H, J, L, M)."""

Key: TypeAlias = tuple[str, ...]


def new_branch() -> str:
    return MAGIC + secrets.token_hex(8)


def new_tag(prefix: str = "") -> str:
    return prefix + secrets.token_hex(6)


def make_response(request: Request, status: int, reason: str, to_tag: str = "") -> Response:
    """A response with the headers that RFC 3261 §8.2.6 copies from the request."""
    headers = Headers()
    for via in request.headers.every("Via"):
        headers.add("Via", via)
    to = request.require("To")
    if to_tag and not parse_address(to).tag:
        to = f"{to};tag={to_tag}"
    headers.add("From", request.require("From"))
    headers.add("To", to)
    headers.add("Call-ID", request.call_id)
    headers.add("CSeq", request.require("CSeq"))
    return Response(headers, status=status, reason=reason)


class _Repeater:
    """Calls ``send`` after T1, 2 T1, 4 T1 … (at most every ``longest``), then ``give_up``."""

    def __init__(
        self, t1: float, longest: float, send: Callable[[], None], give_up: Callable[[], None]
    ) -> None:
        loop = asyncio.get_running_loop()
        self._send = send
        self._longest = longest
        self._timer = loop.call_later(t1, self._again, 2 * t1)
        self._end = loop.call_later(LIVES * t1, self._over, give_up)

    def _again(self, interval: float) -> None:
        self._send()
        interval = min(interval, self._longest)
        self._timer = asyncio.get_running_loop().call_later(interval, self._again, 2 * interval)

    def _over(self, give_up: Callable[[], None]) -> None:
        self._timer.cancel()
        give_up()

    def slow_down(self) -> None:
        """Repeat every T2 only (a provisional answer came to a request other than INVITE)."""
        self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(T2, self._again, T2)

    def stop(self) -> None:
        self._timer.cancel()
        self._end.cancel()


class ServerTransaction:
    """One request that was received, and what was answered."""

    def __init__(self, layer: TransactionLayer, key: Key, request: Request, flow: Flow) -> None:
        self.request = request
        self.flow = flow
        self._layer = layer
        self._key = key
        self._last: bytes | None = None
        self._repeater: _Repeater | None = None
        self._reply_flow = layer.way_back(request, flow)
        self.final_status = 0
        self.on_unacknowledged: Callable[[], None] | None = None
        """Called when no ACK came for a final response to INVITE."""

    def respond(self, response: Response) -> None:
        """Send; nothing is sent after a final response."""
        if self.final_status:
            return
        self._last = serialise(response)
        self._reply_flow.send(self._last)
        if response.status < 200:
            return
        self.final_status = response.status
        reliable = self.flow.transport == "tcp"
        if self.request.method != "INVITE":
            self._end_after(0.0 if reliable else LIVES * self._layer.t1)
        elif response.status < 300 or not reliable:
            self._repeater = _Repeater(self._layer.t1, T2, self._repeat, self._unacknowledged)
        else:
            self._end_after(LIVES * self._layer.t1)

    def ignore(self) -> None:
        """Answer nothing, ever, also not to repetitions."""
        self.final_status = -1
        self._end_after(LIVES * self._layer.t1)

    @property
    def is_ignored(self) -> bool:
        return self.final_status < 0

    def received_again(self) -> None:
        # A repeated INVITE after 2xx is absorbed: the 2xx repeats by itself (RFC 6026 §7.1).
        if not 200 <= self.final_status < 300 or self.request.method != "INVITE":
            self._repeat()

    def acknowledged(self) -> None:
        """The ACK has come."""
        if self._repeater is not None:
            self._repeater.stop()
            self._repeater = None
            self._end_after(LIVES * self._layer.t1)

    def abandon(self) -> None:
        if self._repeater is not None:
            self._repeater.stop()

    def _repeat(self) -> None:
        if self._last is not None:
            self._reply_flow.send(self._last)

    def _unacknowledged(self) -> None:
        self._repeater = None
        self._layer.forget(self._key)
        if self.on_unacknowledged is not None:
            self.on_unacknowledged()

    def _end_after(self, seconds: float) -> None:
        self._layer.later(seconds, lambda: self._layer.forget(self._key))


class ClientTransaction:
    """One request of ours.  ``on_response`` gets each response, and ``None`` if none came."""

    def __init__(
        self,
        layer: TransactionLayer,
        request: Request,
        flow: Flow,
        on_response: Callable[[Response | None], None],
    ) -> None:
        self.request = request
        self.flow = flow
        self._layer = layer
        self._on_response = on_response
        self._data = serialise(request)
        self._ack: bytes | None = None
        self._final = False
        self.proceeding = False
        """A provisional response has come, so CANCEL may be sent (RFC 3261 §9.1)."""
        longest = 3600.0 if request.method == "INVITE" else T2
        again = self._send if flow.transport == "udp" else _nothing
        self._repeater = _Repeater(layer.t1, longest, again, self._timed_out)
        self._send()

    @property
    def key(self) -> Key:
        return client_key(self.request)

    @property
    def is_over(self) -> bool:
        return self._final

    def _send(self) -> None:
        self.flow.send(self._data)

    def received(self, response: Response) -> None:
        invite = self.request.method == "INVITE"
        if response.status < 200:
            if self._final:
                return
            self.proceeding = True
            if invite:
                self._repeater.stop()
            else:
                self._repeater.slow_down()
            self._on_response(response)
            return
        if self._final and invite and response.status >= 300:
            if self._ack is not None:
                self.flow.send(self._ack)
            return
        if not self._final:
            self._final = True
            self._repeater.stop()
            self._layer.later(LIVES * self._layer.t1, lambda: self._layer.drop(self.key))
        elif not invite:
            return
        if invite and response.status >= 300:
            self._ack = serialise(self._make_ack(response))
            self.flow.send(self._ack)
        # A repeated 2xx goes up again: its ACK is the dialog's (RFC 3261 §13.2.2.4).
        self._on_response(response)

    def abandon(self) -> None:
        self._repeater.stop()
        self._final = True

    def _timed_out(self) -> None:
        self._final = True
        self._layer.drop(self.key)
        self._on_response(None)

    def _make_ack(self, response: Response) -> Request:
        return self._same_branch("ACK", response.require("To"))

    def make_cancel(self) -> Request:
        return self._same_branch("CANCEL", self.request.require("To"))

    def _same_branch(self, method: str, to: str) -> Request:
        source = self.request.headers
        headers = Headers([("Via", source.every("Via")[0]), ("Max-Forwards", "70")])
        for route in source.every("Route"):
            headers.add("Route", route)
        headers.add("From", self.request.require("From"))
        headers.add("To", to)
        headers.add("Call-ID", self.request.call_id)
        headers.add("CSeq", f"{self.request.cseq[0]} {method}")
        return Request(headers, method=method, uri=self.request.uri)


def _nothing() -> None:
    """TCP repeats by itself."""


def server_key(request: Request, via: Via) -> Key:
    """RFC 3261 §17.2.3; ACK belongs to the INVITE it acknowledges."""
    method = "INVITE" if request.method == "ACK" else request.method
    port = str(via.port or 5060)
    if via.branch.startswith(MAGIC):
        return (via.branch, via.host.lower(), port, method)
    number = str(request.cseq[0])
    from_tag = parse_address(request.require("From")).tag
    return (request.uri, request.call_id, number, from_tag, via.host.lower(), port, method)


def client_key(message: Request | Response) -> Key:
    return (parse_via(message.headers.every("Via")[0]).branch, message.cseq[1])


class TransactionLayer:
    """All transactions; new requests, and ACKs that belong to none, go to ``on_request``."""

    def __init__(
        self, t1: float, on_request: Callable[[Request, ServerTransaction | None], None]
    ) -> None:
        self.t1 = t1
        self._on_request = on_request
        self._servers: dict[Key, ServerTransaction] = {}
        self._clients: dict[Key, ClientTransaction] = {}
        self._timers: set[asyncio.TimerHandle] = set()

    def receive_request(self, request: Request, flow: Flow) -> None:
        """Raises ``MalformedMessageError`` when the request cannot be matched."""
        key = server_key(request, parse_via(request.headers.every("Via")[0]))
        known = self._servers.get(key)
        if request.method == "ACK":
            if known is not None and known.final_status >= 300:
                known.acknowledged()
            else:
                self._on_request(request, None)
        elif known is not None:
            known.received_again()
        else:
            transaction = self._servers[key] = ServerTransaction(self, key, request, flow)
            self._on_request(request, transaction)

    def receive_response(self, response: Response) -> None:
        found = self._clients.get(client_key(response))
        if found is not None:
            found.received(response)

    def send(
        self, request: Request, flow: Flow, on_response: Callable[[Response | None], None]
    ) -> ClientTransaction:
        transaction = ClientTransaction(self, request, flow, on_response)
        self._clients[transaction.key] = transaction
        return transaction

    def cancelled_by(self, cancel: Request) -> ServerTransaction | None:
        """The INVITE that a CANCEL means (RFC 3261 §9.2)."""
        via = parse_via(cancel.headers.every("Via")[0])
        key = server_key(cancel, via)
        return self._servers.get((*key[:-1], "INVITE"))

    def way_back(self, request: Request, flow: Flow) -> Flow:
        """Note ``received`` and ``rport`` in the top Via and say where responses go.

        RFC 3261 §18.2.1, RFC 3581 §4: with ``rport`` to the source port, else to the port in the
        Via.
        """
        vias = request.headers.every("Via")
        via = parse_via(vias[0])
        host, port = flow.remote
        wants_source = "rport" in via.parameters
        parameters = dict(via.parameters)
        if wants_source:
            parameters["rport"] = str(port)
        if wants_source or via.host != host:
            parameters["received"] = host
        stamped = str(Via(via.transport, via.host, via.port, parameters))
        request.headers.put("Via", ", ".join([stamped, *vias[1:]]))
        return flow if wants_source else flow.to((host, via.port or 5060))

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        def run() -> None:
            self._timers.discard(handle)
            act()

        handle = asyncio.get_running_loop().call_later(seconds, run)
        self._timers.add(handle)

    @property
    def waiting(self) -> bool:
        """Whether a request of ours has no final response yet."""
        return any(not client.is_over for client in self._clients.values())

    def forget(self, key: Key) -> None:
        self._servers.pop(key, None)

    def drop(self, key: Key) -> None:
        self._clients.pop(key, None)

    def close(self) -> None:
        """Stop every timer."""
        for server in self._servers.values():
            server.abandon()
        for client in self._clients.values():
            client.abandon()
        for timer in self._timers:
            timer.cancel()
