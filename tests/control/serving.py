"""A control server with a few methods, and a peer that writes raw lines to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from gateway.control.server import ControlServer, Method

DEADLINE = 10.0


class Daemon:
    """What a daemon would register, and what became of it."""

    def __init__(self) -> None:
        self.waiting = 0
        self.cancelled = 0
        self.noted: list[Any] = []
        self.release = asyncio.Event()

    def methods(self) -> Mapping[str, Method]:
        return {
            "echo": self._echo,
            "wait": self._wait,
            "note": self._note,
            "refuse": self._refuse,
            "fail": self._fail,
            "nonsense": self._nonsense,
            "large": self._large,
            "lose": self._lose,
        }

    async def _echo(self, params: Mapping[str, Any]) -> Any:
        return dict(params)

    async def _wait(self, _params: Mapping[str, Any]) -> Any:
        self.waiting += 1
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.waiting -= 1
        return "done"

    async def _note(self, params: Mapping[str, Any]) -> Any:
        self.noted.append(dict(params))

    async def _refuse(self, _params: Mapping[str, Any]) -> Any:
        raise ValueError("The receiver is on-hook: lift it first.")

    async def _fail(self, _params: Mapping[str, Any]) -> Any:
        raise RuntimeError("the password is 1234")

    async def _nonsense(self, _params: Mapping[str, Any]) -> Any:
        return {"level": float("nan")}

    async def _large(self, _params: Mapping[str, Any]) -> Any:
        return "x" * (1 << 20)

    async def _lose(self, _params: Mapping[str, Any]) -> Any:
        inner = asyncio.get_running_loop().create_future()
        inner.cancel()
        await inner


class Peer:
    """A program that writes its own lines."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *values: Any) -> None:
        self.writer.write(b"".join(json.dumps(value).encode() + b"\n" for value in values))
        await self.writer.drain()

    async def receive(self) -> Any:
        async with asyncio.timeout(DEADLINE):
            line = await self.reader.readline()
        assert line, "the gateway ended the connection"
        return json.loads(line)

    async def ask(self, method: str, number: int = 1, **params: Any) -> Any:
        await self.send(request(method, number, **params))
        return await self.receive()

    async def ended(self) -> bool:
        async with asyncio.timeout(DEADLINE):
            return not await self.reader.read()

    async def leave(self) -> None:
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


def request(method: str, number: int | None, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds."""
    async with asyncio.timeout(DEADLINE):
        while not condition():  # noqa: ASYNC110 - what is waited for knows nothing of the test
            await asyncio.sleep(0.002)


@contextlib.asynccontextmanager
async def serving(
    path: Path, named_only: frozenset[str] = frozenset()
) -> AsyncIterator[tuple[ControlServer, Daemon]]:
    daemon = Daemon()
    server = ControlServer(path, daemon.methods(), named_only)
    await server.start()
    try:
        yield server, daemon
    finally:
        await server.close()


@contextlib.asynccontextmanager
async def peer(path: Path) -> AsyncIterator[Peer]:
    found = Peer(*await asyncio.open_unix_connection(path, limit=1 << 24))
    try:
        yield found
    finally:
        await found.leave()
