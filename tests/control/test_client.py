import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.control.client import ControlClient
from gateway.control.errors import (
    ConnectionLostError,
    ControlError,
    FailedError,
    NotRunningError,
    RefusedError,
    from_os_error,
)
from gateway.control.event_queue import KEPT
from gateway.control.protocol import Notification
from tests.control.serving import DEADLINE, eventually, serving


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control.sock"


@contextlib.asynccontextmanager
async def talking_nonsense(path: Path, line: bytes) -> AsyncIterator[None]:
    """Something else than the gateway, which answers everything with ``line``."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            writer.write(line)
        writer.close()

    server = await asyncio.start_unix_server(answer, path)
    try:
        yield
    finally:
        server.close()
        await server.wait_closed()


def test_a_call_returns_the_result(path: Path) -> None:
    async def run() -> None:
        async with serving(path), await ControlClient.connect(path) as client:
            assert await client.call("echo", method="tone", line="1") == {
                "method": "tone",
                "line": "1",
            }

    asyncio.run(run())


def test_calls_run_at_the_same_time(path: Path) -> None:
    async def run() -> None:
        async with serving(path) as (_, daemon), await ControlClient.connect(path) as client:
            waiting = asyncio.create_task(client.call("wait"))
            await eventually(lambda: daemon.waiting == 1)
            assert await client.call("echo") == {}
            daemon.release.set()
            assert await waiting == "done"

    asyncio.run(run())


def test_errors_of_the_gateway_are_told_apart(path: Path) -> None:
    async def run() -> None:
        async with serving(path), await ControlClient.connect(path) as client:
            with pytest.raises(RefusedError, match="lift it first"):
                await client.call("refuse")
            with pytest.raises(FailedError, match="failed at fail"):
                await client.call("fail")
            with pytest.raises(FailedError, match="no method 'ecko'"):
                await client.call("ecko")

    asyncio.run(run())


def test_events_arrive_in_order_between_calls(path: Path) -> None:
    async def run() -> list[Notification]:
        async with serving(path) as (server, _), await ControlClient.connect(path) as client:
            await client.subscribe("call", "line")
            server.publish("line", {"n": 1})
            server.publish("registration", {"n": 2})
            server.publish("call", {"n": 3})
            await client.call("echo")
            found = []
            async for event in client.events():
                found.append(event)
                if len(found) == 2:
                    return found
        raise AssertionError("the events ended")

    assert asyncio.run(run()) == [Notification("line", {"n": 1}), Notification("call", {"n": 3})]


def test_a_program_that_does_not_take_its_events_is_told_how_many_it_lost(path: Path) -> None:
    async def run() -> Notification:
        async with serving(path) as (server, _), await ControlClient.connect(path) as client:
            await client.subscribe()
            for _ in range(KEPT + 10):
                server.publish("line", {})
                # One by one, so that the server has none to lose.
                await client.call("echo")
            return await anext(client.events())

    lost = asyncio.run(run())
    assert lost.method == "events.lost"
    assert 1 <= lost.params["count"] <= 10


def test_the_end_of_the_gateway_ends_calls_and_events(path: Path) -> None:
    async def run() -> None:
        async with serving(path) as (server, daemon):
            client = await ControlClient.connect(path)
            await client.subscribe()
            waiting = asyncio.create_task(client.call("wait"))
            await eventually(lambda: daemon.waiting == 1)
            await server.close()
            async with asyncio.timeout(DEADLINE):
                with pytest.raises(ConnectionLostError):
                    await waiting
                assert [event async for event in client.events()] == []
                assert [event async for event in client.events()] == []
            with pytest.raises(ConnectionLostError):
                await client.call("echo")
            await client.close()
            await client.close()

    asyncio.run(run())


def test_closing_the_client_cancels_what_it_asked_for(path: Path) -> None:
    async def run() -> None:
        async with serving(path) as (_, daemon):
            async with await ControlClient.connect(path) as client:
                waiting = asyncio.create_task(client.call("wait"))
                await eventually(lambda: daemon.waiting == 1)
            await eventually(lambda: daemon.cancelled == 1)
            with pytest.raises(ConnectionLostError):
                await waiting

    asyncio.run(run())


def test_a_gateway_that_does_not_run_is_reported_with_how_to_start_it(path: Path) -> None:
    with pytest.raises(NotRunningError, match=r"not running.*sudo systemctl start gateway"):
        asyncio.run(ControlClient.connect(path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may use every socket")
def test_a_socket_that_the_user_may_not_use_is_reported_with_what_to_do(path: Path) -> None:
    async def run() -> None:
        async with serving(path):
            await asyncio.to_thread(path.chmod, 0)
            with pytest.raises(NotRunningError, match="adduser"):
                await ControlClient.connect(path)

    asyncio.run(run())


def test_why_a_socket_cannot_be_reached_is_told_with_what_to_do() -> None:
    said = str(from_os_error(PermissionError(13, "Permission denied"), "/run/x.sock"))
    assert "sudo adduser $USER multifon-gateway" in said
    assert "/run/x.sock" in said
    assert "nobody answers" in str(from_os_error(ConnectionRefusedError(), "/run/x.sock"))
    assert "cannot be reached" in str(from_os_error(OSError(24, "Too many files"), "/run/x.sock"))


@pytest.mark.parametrize(
    ("result", "sentence"),
    [({"protocol": 99}, "version 99.*restart"), ("hello", "Something else")],
)
def test_another_version_is_refused(path: Path, result: object, sentence: str) -> None:
    line = json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode() + b"\n"

    async def run() -> None:
        async with talking_nonsense(path, line):
            with pytest.raises(ControlError, match=sentence):
                await ControlClient.connect(path)

    asyncio.run(run())
