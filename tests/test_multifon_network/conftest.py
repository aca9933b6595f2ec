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

from tests.simulators.multifon.account_api.https_server import AccountApiServer
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
def network_in_thread(
    folder: Path, certificate: Path | None = None, **settings: Any
) -> Iterator[RunningNetwork]:
    control = folder / "c.sock"
    ready: Future[tuple[int, str]] = Future()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        accounts = tuple(Account(number, PASSWORD) for number in (ACCOUNT, SECOND_ACCOUNT))
        quick = {"farewell": 0.05, **settings}
        async with MultifonNetwork(Settings(accounts=accounts, **quick)) as network:
            server = ControlServer(network, control)
            await server.open()
            url = ""
            api = None
            if certificate is not None:
                api = AccountApiServer(network.account_api, certificate, "127.0.0.1")
                await api.open()
                url = api.url
            ready.set_result((network.port, url))
            await stop.wait()
            if api is not None:
                await api.close()
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
        port, url = ready.result(10)
        with ControlClient(control) as client:
            # A connection that is accepted only while the network stops would be left open.
            client.status()
            yield RunningNetwork("127.0.0.1", port, control, client, os.getpid(), url)
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
