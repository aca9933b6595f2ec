"""What happens, as it happens: server-sent events (HTML standard, 9.2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

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
            yield "retry: 3000\n\n"
            while True:
                try:
                    async with asyncio.timeout(BEAT):
                        event = await queue.get()
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                data = json.dumps(dict(event.params), ensure_ascii=False)
                yield f"event: {event.method}\ndata: {data}\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream")
