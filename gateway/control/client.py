"""The control socket for a program with an event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gateway.control.connection import LOST
from gateway.control.errors import check_version, from_os_error, lost, result_of
from gateway.control.event_queue import EventQueue
from gateway.control.protocol import MAX_LINE, Notification, Request, Response, dump, parse


class ControlClient:
    """A connection to a gateway.  Made by ``connect``; closed by ``close`` or ``async with``."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ids = count(1)
        self._waiting: dict[int | str | None, asyncio.Future[Response | None]] = {}
        self._events: EventQueue[Notification | None] = EventQueue()
        self._gone = False
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, path: Path) -> Self:
        """Connect to the gateway at the socket ``path``; ``ControlError`` says what is wrong."""
        try:
            reader, writer = await asyncio.open_unix_connection(path, limit=MAX_LINE)
        except OSError as error:
            raise from_os_error(error, str(path)) from error
        client = cls(reader, writer)
        try:
            check_version(await client.call("gateway.version"))
        except BaseException:
            await client.close()
            raise
        return client

    async def call(self, method: str, /, **params: Any) -> Any:
        """The result of ``method``.

        ``RefusedError`` when the gateway says no, another ``ControlError`` when it cannot answer.
        Calls may run at the same time.  A call that is cancelled goes on in the gateway; only
        closing the connection ends it there.
        """
        if self._gone:
            raise lost()
        number = next(self._ids)
        future: asyncio.Future[Response | None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            self._writer.write(dump(Request(number, method, params)))
            await self._writer.drain()
            response = await future
        except OSError as error:
            raise lost() from error
        finally:
            del self._waiting[number]
        if response is None:
            raise lost()
        return result_of(response)

    async def subscribe(self, *events: str) -> None:
        """Ask for events by name, or for all; ``events`` yields them."""
        await self.call("subscribe", **({"events": list(events)} if events else {}))

    async def events(self) -> AsyncIterator[Notification]:
        """Events in order, until the gateway goes.

        A program that takes them too slowly loses the oldest; ``events.lost`` says how many.
        """
        while True:
            missed, event = await self._events.get()
            if missed:
                yield Notification(LOST, {"count": missed})
            if event is None:
                self._events.put(None)  # for whoever else waits
                return
            yield event

    async def close(self) -> None:
        """End the connection, and what was asked on it.  Idempotent."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def _read(self) -> None:
        try:
            # A line that is too long is a ValueError: then the rest makes no sense either.
            with contextlib.suppress(OSError, ValueError):
                while line := await self._reader.readline():
                    self._take(line)
        finally:
            self._gone = True
            for future in self._waiting.values():
                if not future.done():
                    future.set_result(None)
            self._events.put(None)

    def _take(self, line: bytes) -> None:
        for message in parse(line).messages:
            match message:
                case Response():
                    future = self._waiting.get(message.id)
                    if future is not None and not future.done():
                        future.set_result(message)
                case Notification():
                    self._events.put(message)
                case _:
                    pass
