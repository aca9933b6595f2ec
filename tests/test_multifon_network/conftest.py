"""A network for each test, in a thread of the test's own process."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.simulators.multifon.control import ControlServer
from tests.simulators.multifon.control_client import ControlClient
from tests.simulators.multifon.network import MultifonNetwork
from tests.simulators.multifon.network_process import RunningNetwork
from tests.simulators.multifon.settings import Account, Settings

ACCOUNT = "79261234567"
SECOND_ACCOUNT = "79267654321"
PASSWORD = "correct-horse"


class MakeNetwork(Protocol):
    def __call__(self, **settings: Any) -> RunningNetwork: ...


@contextmanager
def network_in_thread(folder: Path, **settings: Any) -> Iterator[RunningNetwork]:
    control = folder / "c.sock"
    ready: Future[int] = Future()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        accounts = tuple(Account(number, PASSWORD) for number in (ACCOUNT, SECOND_ACCOUNT))
        quick = {"farewell": 0.05, **settings}
        async with MultifonNetwork(Settings(accounts=accounts, **quick)) as network:
            server = ControlServer(network, control)
            await server.open()
            ready.set_result(network.port)
            await stop.wait()
            await server.close()

    def run() -> None:
        try:
            loop.run_until_complete(serve())
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
            raise
        finally:
            loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        port = ready.result(10)
        with ControlClient(control) as client:
            yield RunningNetwork("127.0.0.1", port, control, client, os.getpid())
    finally:
        if thread.is_alive():
            loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def make_network(tmp_path: Path) -> Iterator[MakeNetwork]:
    with ExitStack() as stack:

        def make(**settings: Any) -> RunningNetwork:
            return stack.enter_context(network_in_thread(tmp_path, **settings))

        yield make


@pytest.fixture
def network(make_network: MakeNetwork) -> RunningNetwork:
    """Quick ringing; everything else as shipped."""
    return make_network(ring_cycle=0.5)
