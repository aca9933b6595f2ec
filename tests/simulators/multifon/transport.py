"""UDP and TCP on one port; a flow is the way a message came and the way back."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Protocol, TypeAlias

from tests.simulators.multifon.framing import PING, PONG, StreamCutter
from tests.simulators.multifon.sip_message import MalformedMessageError
from tests.simulators.multifon.trace import Trace

HostPort: TypeAlias = tuple[str, int]
PORT_TRIES = 50


class Flow(Protocol):
    """A UDP peer address or a TCP connection."""

    @property
    def transport(self) -> str:
        """``udp`` or ``tcp``."""

    @property
    def remote(self) -> HostPort: ...

    @property
    def is_open(self) -> bool: ...

    def send(self, data: bytes) -> None:
        """Send, or drop the bytes when the flow is closed."""

    def to(self, remote: HostPort) -> Flow:
        """The flow to another address; a connection stays what it is."""


Receive: TypeAlias = Callable[[bytes, Flow], None]


class SipTransport:
    """Owns the sockets.  ``muted`` makes the network vanish: nothing in, nothing out."""

    def __init__(self, trace: Trace, receive: Receive) -> None:
        self.muted = False
        self.deaf_on_udp = False
        self._trace = trace
        self._receive = receive
        self._udp: asyncio.DatagramTransport | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[TcpFlow] = set()
        self._all_closed = asyncio.Event()
        self.local: HostPort = ("", 0)

    async def open(self, address: str, port: int) -> None:
        """Bind both; ``OSError`` if the port is taken."""
        loop = asyncio.get_running_loop()
        for tries_left in range(PORT_TRIES, 0, -1):
            tcp = socket.create_server((address, port), backlog=16)
            tcp.setblocking(False)
            chosen = int(tcp.getsockname()[1])
            try:
                self._udp, _ = await loop.create_datagram_endpoint(
                    lambda: _UdpProtocol(self), local_addr=(address, chosen)
                )
            except OSError:
                tcp.close()
                if port or tries_left == 1:
                    raise
                continue
            self._server = await loop.create_server(lambda: TcpFlow(self), sock=tcp)
            self.local = (address, chosen)
            return

    async def close(self) -> None:
        if self._udp is not None:
            self._udp.close()
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections):
            connection.close()
        if self._udp is not None or self._connections:
            await self._all_closed.wait()
        if self._server is not None:
            await self._server.wait_closed()

    def received(self, data: bytes, flow: Flow) -> None:
        if self.muted or (self.deaf_on_udp and flow.transport == "udp"):
            return
        self._trace.note("in", flow.transport, flow.remote, data)
        self._receive(data, flow)

    def may_send(self, data: bytes, flow: Flow) -> bool:
        if self.muted:
            return False
        self._trace.note("out", flow.transport, flow.remote, data)
        return True

    def send_datagram(self, data: bytes, flow: UdpFlow) -> None:
        if self._udp is not None and not self._udp.is_closing() and self.may_send(data, flow):
            self._udp.sendto(data, flow.remote)

    def connected(self, flow: TcpFlow) -> None:
        self._connections.add(flow)

    def disconnected(self, flow: TcpFlow) -> None:
        self._connections.discard(flow)
        self._note_closed()

    def udp_closed(self) -> None:
        self._udp = None
        self._note_closed()

    def _note_closed(self) -> None:
        if self._udp is None and not self._connections:
            self._all_closed.set()


class UdpFlow:
    """A peer on the UDP socket."""

    transport = "udp"
    is_open = True

    def __init__(self, owner: SipTransport, remote: HostPort) -> None:
        self._owner = owner
        self._remote = remote

    @property
    def remote(self) -> HostPort:
        return self._remote

    def send(self, data: bytes) -> None:
        self._owner.send_datagram(data, self)

    def to(self, remote: HostPort) -> Flow:
        return UdpFlow(self._owner, remote)


class _UdpProtocol(asyncio.DatagramProtocol):
    def __init__(self, owner: SipTransport) -> None:
        self._owner = owner

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if data.strip(b"\r\n\0"):  # otherwise a keepalive
            self._owner.received(data, UdpFlow(self._owner, (addr[0], addr[1])))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        self._owner.udp_closed()

    def error_received(self, exc: Exception) -> None:
        """A peer's port is closed (ICMP); the transaction's timer deals with it."""


class TcpFlow(asyncio.Protocol):
    """One accepted connection."""

    transport = "tcp"

    def __init__(self, owner: SipTransport) -> None:
        self._owner = owner
        self._cutter = StreamCutter()
        self._connection: asyncio.Transport | None = None
        self._remote: HostPort = ("", 0)

    @property
    def remote(self) -> HostPort:
        return self._remote

    @property
    def is_open(self) -> bool:
        return self._connection is not None and not self._connection.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._connection = transport
        host, port = transport.get_extra_info("peername")[:2]
        self._remote = (host, port)
        self._owner.connected(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        self._owner.disconnected(self)

    def data_received(self, data: bytes) -> None:
        try:
            pieces = self._cutter.feed(data)
        except MalformedMessageError:
            self.close()
            return
        for piece in pieces:
            if piece != PING:
                self._owner.received(piece, self)
            elif self._connection is not None and not self._owner.muted:
                self._connection.write(PONG)

    def send(self, data: bytes) -> None:
        if self._connection is not None and self.is_open and self._owner.may_send(data, self):
            self._connection.write(data)

    def to(self, remote: HostPort) -> Flow:  # noqa: ARG002 - a connection has one end
        return self

    def close(self) -> None:
        """Close for good; what could not be sent until now is lost."""
        if self._connection is not None:
            self._connection.abort()
