"""A home router between the gateway and the local MultiFon, on loopback and without privileges.

The gateway's proxy is ``inside``; what it sends there comes to the provider from the public address
and a port of the router's own, as through address translation.  Nothing but answers to what was
sent comes back: a call reaches the gateway only on the mapping that its REGISTER made.  Voice has
mappings of its own: the provider's descriptions are changed so that the gateway sends voice to the
router, the gateway's are passed as they are.  So the provider's judge sees exactly what it would
see of a gateway at home, and its voice arrives only if the gateway sends voice first.  The
provider's own address is ``inside`` in everything that the gateway gets, so that no message goes
past the router.

A router that gets another public address forgets all mappings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self, cast

from tests.simulators.router.description import (
    HostPort,
    voice_place,
    with_provider_at,
    with_voice_place,
)
from tests.simulators.router.line import Line

Received = Callable[[bytes, HostPort], None]


class Socket(asyncio.DatagramProtocol):
    """One UDP socket of the router."""

    def __init__(self, received: Received) -> None:
        self._received = received
        self._transport: asyncio.DatagramTransport | None = None
        self._closed = asyncio.Event()

    @classmethod
    async def bound(cls, address: HostPort, received: Received) -> Self:
        made = cls(received)
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: made, local_addr=address)
        return made

    @classmethod
    async def even(cls, host: str, received: Received) -> Self:
        """On an even port, as voice has."""
        while True:
            made = await cls.bound((host, 0), received)
            if made.local[1] % 2 == 0:
                return made
            await made.close()

    @property
    def local(self) -> HostPort:
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")[:2]
        return host, port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Python's own transport does not inherit from asyncio.DatagramTransport.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._received(data, (addr[0], addr[1]))

    def error_received(self, exc: Exception) -> None:
        """A port behind us is closed; whoever waits for an answer finds out."""

    def send(self, data: bytes, to: HostPort) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, to)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        self._closed.set()

    async def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            await self._closed.wait()


class Mapping:
    """One socket inside at ``far``'s place, one outside that speaks with ``far``."""

    def __init__(self, line: Line, far: HostPort, from_far: Received | None = None) -> None:
        self.far = far
        self._receive = from_far or self.from_far
        self.near: HostPort | None = None
        self.inside: Socket
        self.outside: Socket
        self._line = line

    async def open(self, inside: Socket, public: str) -> None:
        self.inside = inside
        await self.face(public)

    async def face(self, public: str) -> None:
        """Speak with ``far`` from the address ``public``."""
        self.outside = await Socket.bound((public, 0), self._receive)

    def from_near(self, data: bytes, source: HostPort) -> None:
        self.near = source
        self._line.carry(lambda: self.outside.send(data, self.far))

    def from_far(self, data: bytes, source: HostPort) -> None:
        if source == self.far:
            self._line.carry(lambda: self._deliver(data))

    def _deliver(self, data: bytes) -> None:
        if self.near is not None:
            self.inside.send(data, self.near)


class Router:
    """Runs between ``async with``.  ``provider`` is SIP over UDP; TCP does not pass."""

    def __init__(
        self, provider: HostPort, *, public: str = "127.0.0.77", inside: str = "127.0.0.1"
    ) -> None:
        self.line = Line()
        self.public = public
        """The address that the provider sees."""
        self.keep_alives = 0
        """Packets without a word that came from the gateway."""
        self._provider = provider
        self._host = inside
        self._signalling: Mapping
        self._voice: dict[HostPort, Mapping] = {}
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def inside(self) -> HostPort:
        """Where the gateway finds its provider."""
        return self._signalling.inside.local

    @property
    def mapped(self) -> HostPort:
        """What the provider sees as the source of SIP."""
        return self._signalling.outside.local

    async def __aenter__(self) -> Self:
        self._signalling = Mapping(self.line, self._provider, self._from_provider)
        inside = await Socket.bound((self._host, 0), self._from_gateway)
        await self._signalling.open(inside, self.public)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for mapping in (self._signalling, *self._voice.values()):
            await mapping.inside.close()
            await mapping.outside.close()

    async def move(self, public: str) -> None:
        """Get another public address, as after a new dial-in: all mappings are forgotten."""
        self.public = public
        for mapping in (self._signalling, *self._voice.values()):
            await mapping.outside.close()
            mapping.near = None
            await mapping.face(public)

    def _from_gateway(self, data: bytes, source: HostPort) -> None:
        self.keep_alives += not data.strip(b"\r\n\0")
        told = with_provider_at(data, self.inside, self._provider)
        self._signalling.from_near(told, source)

    def _from_provider(self, data: bytes, source: HostPort) -> None:
        if source != self._provider:
            return
        data = with_provider_at(data, self._provider, self.inside)
        if voice_place(data) is None:
            self._signalling.from_far(data, source)
            return
        task = asyncio.get_running_loop().create_task(self._with_voice(data, source))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _with_voice(self, data: bytes, source: HostPort) -> None:
        far = voice_place(data)
        assert far is not None
        async with self._lock:
            mapping = self._voice.get(far)
            if mapping is None:
                mapping = Mapping(self.line, far)
                await mapping.open(await Socket.even(self._host, mapping.from_near), self.public)
                self._voice[far] = mapping
        self._signalling.from_far(with_voice_place(data, mapping.inside.local), source)
