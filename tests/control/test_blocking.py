import asyncio
import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.control.blocking import BlockingClient
from gateway.control.errors import (
    ConnectionLostError,
    FailedError,
    NotRunningError,
    RefusedError,
)
from gateway.control.server import ControlServer
from tests.control.serving import DEADLINE, Daemon


class Gateway:
    """A control server on a loop of its own thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        assert self._ready.wait(DEADLINE)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self.server = ControlServer(self.path, Daemon().methods())
        await self.server.start()
        self._ready.set()
        await self._stop.wait()
        await self.server.close()

    def publish(self, name: str, **params: object) -> None:
        self._loop.call_soon_threadsafe(self.server.publish, name, params)

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(DEADLINE)
            assert not self._thread.is_alive()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Gateway]:
    gateway = Gateway(tmp_path / "control.sock")
    yield gateway
    gateway.stop()


@contextlib.contextmanager
def repeating(gateway: Gateway, name: str, **params: object) -> Iterator[None]:
    """Events again and again: a program subscribes at a moment that a test cannot see."""
    done = threading.Event()

    def send() -> None:
        with contextlib.suppress(RuntimeError):  # the gateway's loop has ended
            while not done.wait(0.01):
                gateway.publish("call")
                gateway.publish(name, **params)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_calls_return_results_and_raise_refusals(running: Gateway) -> None:
    with BlockingClient(running.path) as client:
        assert client.call("echo", {"line": "1"}) == {"line": "1"}
        with pytest.raises(RefusedError, match="lift it first"):
            client.call("refuse")
        with pytest.raises(FailedError):
            client.call("fail")
        assert client.call("echo") == {}


def test_events_are_yielded_until_the_gateway_goes(running: Gateway) -> None:
    with BlockingClient(running.path) as client, repeating(running, "line", n=2):
        events = client.events("line")
        event = next(events)
        assert (event.method, event.params) == ("line", {"n": 2})
        running.stop()
        with pytest.raises(ConnectionLostError):
            list(events)


def test_a_gateway_that_does_not_answer_is_not_waited_for_forever(running: Gateway) -> None:
    with (
        BlockingClient(running.path) as client,
        pytest.raises(ConnectionLostError, match=r"for 0\.05 s"),
    ):
        client.call("wait", patience=0.05)


def test_a_gateway_that_does_not_run_is_reported(tmp_path: Path) -> None:
    with pytest.raises(NotRunningError, match="not running"):
        BlockingClient(tmp_path / "control.sock")
    with pytest.raises(NotRunningError, match="cannot be reached"):
        BlockingClient(tmp_path / ("x" * 200))
