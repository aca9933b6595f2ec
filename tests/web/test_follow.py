"""The streams of events that a page follows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import StreamingResponse

from gateway.web.daemon import LISTENERS
from gateway.web.follow import follow_trace
from tests.web.visit import EVERYDAY, Visit, visiting


def asking(visit: Visit) -> Request:
    app = SimpleNamespace(state=SimpleNamespace(site=visit.site))
    return Request({"type": "http", "app": app})


def parts(response: object) -> AsyncIterator[str]:
    assert isinstance(response, StreamingResponse)
    iterator = response.body_iterator
    assert isinstance(iterator, AsyncIterator)
    return iterator


def test_sip_messages_come_to_who_follows_them(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        trace = parts(await follow_trace(asking(visit)))
        async with asyncio.timeout(30):
            assert (await anext(trace)).startswith("retry:")
            visit.server.publish("trace", {"time": 1.0, "text": "OPTIONS sip:x SIP/2.0"})
            assert "OPTIONS sip:x" in await anext(trace)
        await trace.aclose()  # type: ignore[attr-defined] # it is a generator

    visiting(tmp_path, story, EVERYDAY)


def test_a_stream_ends_with_the_gateway(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        trace = parts(await follow_trace(asking(visit)))
        async with asyncio.timeout(60):
            await anext(trace)
            await visit.server.close()
            async for part in trace:
                assert part.startswith(":")

    visiting(tmp_path, story, EVERYDAY)


def test_so_many_may_follow_and_no_more(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        opened = [parts(await follow_trace(asking(visit))) for _ in range(LISTENERS)]
        async with asyncio.timeout(60):
            for stream in opened:
                await anext(stream)
        with pytest.raises(HTTPException):
            await follow_trace(asking(visit))
        for stream in opened:
            await stream.aclose()  # type: ignore[attr-defined] # all are generators
        assert not visit.site.daemon.full

    visiting(tmp_path, story, EVERYDAY)
