"""HTTP/1.1 over TLS: one request a connection, and every way to spoil the answer."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from tests.simulators.multifon.account_api.service import DECLARATION, AccountApi, document

FOLDER = "/sm/client/"
LONGEST_HEAD = 64 * 1024
DRIP = 0.05
"""Seconds between two bytes of a slow answer."""
HUGE = 10 * 1024 * 1024
BOMB = (
    f"{DECLARATION}<!DOCTYPE response [<!ENTITY a 'aaaaaaaaaaaaaaaa'>"
    "<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]>\n"
    "<response><result><code>200</code></result><routing>&c;&c;&c;&c;</routing></response>\n"
)
_AT_ONCE = struct.pack("ii", 1, 0)  # struct linger: close by RST


class AccountApiServer:
    """Serves ``api`` with the certificate and key of the PEM file ``certificate``."""

    def __init__(self, api: AccountApi, certificate: Path, address: str) -> None:
        self._api = api
        self._address = address
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return f"https://{self._address}:{port}{FOLDER}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, self._address, 0, ssl=self._context, limit=LONGEST_HEAD
        )

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for connection in tuple(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        try:
            # The client may go at any moment, and its head may be too long.
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError):
                await self._answer(await reader.readuntil(b"\r\n\r\n"), writer)
        finally:
            writer.transport.abort()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        request, *fields = head.decode("latin-1").split("\r\n")
        method, target, _version = request.split(" ")
        headers = {
            name.lower(): value.strip() for name, _, value in (f.partition(":") for f in fields)
        }
        parts = urlsplit(target)
        path = parts.path.removeprefix(FOLDER).rstrip("/")
        parameters = dict(parse_qsl(parts.query, keep_blank_values=True, encoding="utf-8"))
        self._api.note(method, path, parameters, headers.get("user-agent", ""))
        fault = self._api.fault(path)
        match fault.partition("-"):
            case ("hang", _, _):
                await asyncio.Event().wait()
            case ("reset", _, _):
                self._reset(writer)
            case ("redirect", _, _):
                where = self._api.behaviour.redirect
                await _send(writer, 302, b"", f"Location: {where}\r\n")
            case ("http", _, status):
                await _send(writer, int(status), b"<html>out of order</html>")
            case ("code", _, code):
                await _send(writer, 200, document(int(code)).encode())
            case ("huge", _, _):
                await _send(writer, 200, document(200, routing="1" * HUGE).encode())
            case _:
                await self._perform(fault, method, path, parameters, writer)

    async def _perform(
        self,
        fault: str,
        method: str,
        path: str,
        parameters: dict[str, str],
        writer: asyncio.StreamWriter,
    ) -> None:
        answer = self._api.answer(method, path, parameters)
        if answer is None:
            await _send(writer, 404, b"<html>not found</html>")
            return
        body = answer.encode()
        match fault:
            case "no-result":
                body = f"{DECLARATION}<response><routing>1</routing></response>".encode()
            case "broken-xml":
                body = body[: len(body) // 2]
            case "bomb":
                body = BOMB.encode()
            case "windows-1251":
                changed = answer.replace("UTF-8", "windows-1251").replace(">OK<", ">Хорошо<")
                body = changed.encode("windows-1251")
            case "error":
                body = document(500).encode()
            case "echo":
                said = " ".join(parameters[name] for name in parameters if "password" in name)
                body = document(101, escape(f"Password {said} is wrong")).encode()
            case "lost":
                self._reset(writer)
                return
        if fault == "slow-head":
            await _drip(writer, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 5000)
        elif fault == "slow":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
            await _drip(writer, body.ljust(5000))
        else:
            await _send(writer, 200, body)

    @staticmethod
    def _reset(writer: asyncio.StreamWriter) -> None:
        sock: socket.socket = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        writer.transport.abort()


async def _send(writer: asyncio.StreamWriter, status: int, body: bytes, extra: str = "") -> None:
    head = (
        f"HTTP/1.1 {status} Whatever\r\nContent-Type: text/xml;charset=UTF-8\r\n{extra}"
        "Set-Cookie: BIGipServerMultifon_sm-80=1; path=/\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def _drip(writer: asyncio.StreamWriter, data: bytes) -> None:
    for byte in data:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(DRIP)
