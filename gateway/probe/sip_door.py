"""One question at one door of a SIP provider: sent, repeated as UDP needs it, and its answer.

The sockets are our own for a moment, so that no registration and no call is touched.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import cast

from gateway.probe.sip_request import Question, Reply, authorization, parse_reply
from gateway.settings.secret import Secret
from gateway.sip.own_address import own_address

REPEATS = (0.5, 1.0, 2.0)
"""Seconds after which a packet on UDP is sent again (RFC 3261 §17.1.2.2: T1, doubled)."""
PATIENCE = 5.0
"""Seconds after which there is no answer."""
LARGEST = 16384
"""Bytes of an answer that are read."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a question.  Without a ``reply``, ``why`` says what failed."""

    reply: Reply | None
    sent: Question
    milliseconds: float = 0.0
    why: str = ""
    """``silent``: nothing came; ``refused``: nobody listens there; ``no-route``."""


@dataclass(frozen=True, slots=True)
class Credentials:
    user: str
    password: Secret


async def ask(
    address: str,
    port: int,
    transport: str,
    *,
    method: str,
    domain: str,
    user: str = "",
    user_agent: str = "MultiFon-gateway",
    credentials: Credentials | None = None,
) -> Outcome:
    """Ask at ``transport`` ``address``:``port``.  One challenge is answered, once."""
    host = own_address(address)
    question = Question(
        method=method, domain=domain, user=user, transport=transport, host=host, port=0,
        call_id=secrets.token_hex(12), tag=secrets.token_hex(6), branch=secrets.token_hex(8),
        user_agent=user_agent,
    )  # fmt: skip
    if not host:
        return Outcome(None, question, why="no-route")
    began, sent = time.monotonic(), question
    try:
        async with _opened(transport, address, port) as line:
            sent = question = replace(question, port=line.port)
            reply = await line.exchange(question.text())
            if credentials is not None and reply is not None and reply.status in {401, 407}:
                sent = replace(question, sequence=2)
                header = authorization(
                    reply, sent, credentials.user, credentials.password.reveal(),
                    secrets.token_hex(8),
                )  # fmt: skip
                if header is not None:
                    reply = await line.exchange(sent.text(header))
    except ConnectionRefusedError:
        return Outcome(None, sent, why="refused")
    except TimeoutError:
        return Outcome(None, sent, why="silent")
    except OSError:
        return Outcome(None, sent, why="no-route")
    if reply is None:
        return Outcome(None, sent, why="silent")
    return Outcome(reply, sent, round(1000 * (time.monotonic() - began), 1))


class _Line:
    """An open way to the provider."""

    port: int

    async def exchange(self, text: str) -> Reply | None:
        """The final answer to ``text``."""
        raise NotImplementedError


class _Udp(asyncio.DatagramProtocol, _Line):
    def __init__(self) -> None:
        self._replies: asyncio.Queue[Reply | OSError] = asyncio.Queue()
        self._transport: asyncio.DatagramTransport | None = None
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # asyncio's own is no DatagramTransport before Python 3.12.
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, _addr: object) -> None:
        reply = parse_reply(data[:LARGEST])
        if reply is not None:
            self._replies.put_nowait(reply)

    def error_received(self, exc: Exception) -> None:
        if isinstance(exc, OSError):
            self._replies.put_nowait(exc)

    async def exchange(self, text: str) -> Reply | None:
        assert self._transport is not None
        method = text.split(" ", 1)[0]
        sequence = text.split("CSeq: ", 1)[1].split(" ", 1)[0]
        async with asyncio.timeout(PATIENCE):
            pauses = iter(REPEATS)
            self._transport.sendto(text.encode())
            while True:
                pause = next(pauses, PATIENCE)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        while True:
                            found = await self._replies.get()
                            if isinstance(found, OSError):
                                raise found
                            if found.final and found.headers.get("cseq") == f"{sequence} {method}":
                                return found
                self._transport.sendto(text.encode())


class _Tcp(_Line):
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.port = writer.get_extra_info("sockname")[1]

    async def exchange(self, text: str) -> Reply | None:
        self._writer.write(text.encode())
        async with asyncio.timeout(PATIENCE):
            await self._writer.drain()
            while True:
                try:
                    head = await self._reader.readuntil(b"\r\n\r\n")
                except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                    return None
                reply = parse_reply(head)
                if reply is None:
                    return None
                length = reply.headers.get("content-length", "0")
                if length.isdigit() and 0 < int(length) <= LARGEST:
                    await self._reader.readexactly(int(length))
                if reply.final:
                    return reply


@contextlib.asynccontextmanager
async def _opened(transport: str, address: str, port: int) -> AsyncIterator[_Line]:
    if transport == "udp":
        loop = asyncio.get_running_loop()
        way, line = await loop.create_datagram_endpoint(_Udp, remote_addr=(address, port))
        try:
            yield line
        finally:
            way.close()
        return
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection(address, port, limit=LARGEST)
    try:
        yield _Tcp(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
