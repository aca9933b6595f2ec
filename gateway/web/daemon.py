"""The page's side of the control socket: connects again whenever the gateway was away."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from gateway.control.client import ControlClient
from gateway.control.errors import ConnectionLostError, ControlError, FailedError, NotRunningError
from gateway.control.protocol import ErrorCode, Notification

_log = logging.getLogger(__name__)

AGAIN = 1.0
"""Seconds between two tries to connect."""
LISTENERS = 32
"""Pages that may follow events at a time."""
WAITING = 64
"""Events kept for one listener; a slow one loses the oldest."""


class AwayError(Exception):
    """The gateway does not answer.  ``why`` is what the system said, ``since`` UTC seconds."""

    def __init__(self, why: str, since: float) -> None:
        super().__init__(why)
        self.why = why
        self.since = since


class Daemon:
    """Calls and events of the gateway, for as long as the page runs."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._client: ControlClient | None = None
        self._why = "it has not answered yet"
        self._since = time.time()
        self._task: asyncio.Task[None] | None = None
        self._listeners: set[asyncio.Queue[Notification]] = set()
        self._apart = 0
        """Listeners with a connection of their own."""
        self._status: Mapping[str, Any] | None = None

    @property
    def runtime(self) -> Path:
        """The folder of the gateway's sockets."""
        return self._socket.parent

    @property
    def away(self) -> AwayError | None:
        """Why it does not answer; ``None`` while it does."""
        return None if self._client is not None else AwayError(self._why, self._since)

    @property
    def full(self) -> bool:
        """So many pages follow the events that no more may."""
        return len(self._listeners) + self._apart >= LISTENERS

    @property
    def last_status(self) -> Mapping[str, Any] | None:
        """What ``status`` said last, though the gateway may be away by now."""
        return self._status

    async def known(self, method: str, /, **params: Any) -> Any:
        """As ``call``, but ``None`` where this gateway has no such method."""
        try:
            return await self.call(method, **params)
        except FailedError as error:
            if error.code != ErrorCode.METHOD_NOT_FOUND:
                raise
            return None

    async def call(self, method: str, /, **params: Any) -> Any:
        """The result of a method of the gateway.

        ``RefusedError`` with a sentence when it says no, ``AwayError`` when it does not answer.
        """
        client = self._client
        if client is None:
            raise AwayError(self._why, self._since)
        try:
            result = await client.call(method, **params)
        except (ConnectionLostError, NotRunningError) as error:
            raise AwayError(str(error), time.time()) from error
        if method == "status":
            self._status = result
        return result

    @contextlib.asynccontextmanager
    async def events(self) -> AsyncIterator[asyncio.Queue[Notification]]:
        """A queue of all events; ask ``full`` before.

        ``gateway`` with ``away`` true or false tells that the gateway went or came.
        """
        queue: asyncio.Queue[Notification] = asyncio.Queue(WAITING)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    @contextlib.asynccontextmanager
    async def events_apart(self, name: str) -> AsyncIterator[AsyncIterator[Notification]]:
        """Events that are told only to who names them; ask ``full`` before.

        They end when the gateway goes.  ``AwayError`` when it does not answer.
        """
        self._apart += 1
        try:
            async with await ControlClient.connect(self._socket) as client:
                await client.subscribe(name)
                yield client.events()
        except (ConnectionLostError, NotRunningError) as error:
            raise AwayError(str(error), time.time()) from error
        finally:
            self._apart -= 1

    def start(self) -> None:
        """Begin to connect.  On the event loop."""
        self._task = asyncio.create_task(self._stay_connected())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._client is not None:
            await self._client.close()

    async def _stay_connected(self) -> None:
        while True:
            try:
                client = await ControlClient.connect(self._socket)
            except ControlError as error:
                self._why = str(error)
                await asyncio.sleep(AGAIN)
                continue
            try:
                await client.subscribe()
                self._client = client
                self._tell(Notification("gateway", {"away": False}))
                async for event in client.events():
                    self._tell(event)
            except ControlError as error:
                self._why = str(error)
            else:
                self._why = "the gateway has ended"
            finally:
                self._client = None
                await client.close()
            self._since = time.time()
            _log.warning("the gateway is away: %s", self._why)
            self._tell(Notification("gateway", {"away": True}))
            await asyncio.sleep(AGAIN)

    def _tell(self, event: Notification) -> None:
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)
