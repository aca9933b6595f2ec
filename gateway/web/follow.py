"""What happens, as it happens: server-sent events (HTML standard, 9.2)."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.control.protocol import Notification
from gateway.web.daemon import AwayError
from gateway.web.site import site_of

BEAT = 15.0
"""Seconds after which a comment tells that the connection lives."""


async def follow(request: Request) -> Response:
    """All events of the gateway; 503 if too many pages follow already."""
    daemon = site_of(request).daemon
    if daemon.full:
        raise HTTPException(503)

    async def stream() -> AsyncIterator[str]:
        async with daemon.events() as queue:
            async for part in _told(queue):
                yield part

    return StreamingResponse(stream(), media_type="text/event-stream")


async def follow_trace(request: Request) -> Response:
    """The SIP messages as they pass; ends with the gateway, and the browser comes again."""
    daemon = site_of(request).daemon
    if daemon.full:
        raise HTTPException(503)

    async def stream() -> AsyncIterator[str]:
        queue: asyncio.Queue[Notification] = asyncio.Queue()
        with contextlib.suppress(AwayError):
            async with daemon.events_apart("trace") as events:
                pump = asyncio.create_task(_pump(events, queue))
                try:
                    async for part in _told(queue, pump.done):
                        yield part
                finally:
                    pump.cancel()

    return StreamingResponse(stream(), media_type="text/event-stream")


async def _pump(events: AsyncIterator[Notification], queue: asyncio.Queue[Notification]) -> None:
    async for event in events:
        await queue.put(event)


async def _told(
    queue: asyncio.Queue[Notification], ended: Callable[[], bool] = lambda: False
) -> AsyncIterator[str]:
    yield "retry: 3000\n\n"
    while not (ended() and queue.empty()):
        try:
            async with asyncio.timeout(BEAT):
                event = await queue.get()
        except TimeoutError:
            yield ": still here\n\n"
            continue
        data = json.dumps(dict(event.params), ensure_ascii=False)
        yield f"event: {event.method}\ndata: {data}\n\n"
