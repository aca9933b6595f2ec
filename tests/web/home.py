"""A gateway with its network and its page, running beside a test that is no coroutine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.demo.house import House
from tests.page_process import PageProcess

T = TypeVar("T")


@dataclass(frozen=True)
class Home:
    """``do`` runs a coroutine on the loop on which everything runs."""

    house: House
    page: PageProcess
    loop: asyncio.AbstractEventLoop

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(120)

    def handset(self, name: str, **arguments: Any) -> Any:
        return self.do(self.house.gateway.handset(name, **arguments))


@contextmanager
def home(folder: Path, **gateway: Any) -> Iterator[Home]:
    """All of it between ``with``; the account is registered when it begins."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="home", daemon=True)
    thread.start()
    stack = AsyncExitStack()

    async def start() -> Home:
        house = await stack.enter_async_context(House(folder, **gateway))
        runtime = house.gateway.socket.parent
        page = await stack.enter_async_context(PageProcess(folder / "page", runtime))
        return Home(house, page, loop)

    try:
        opened = asyncio.run_coroutine_threadsafe(start(), loop).result(180)
        yield opened
    finally:
        asyncio.run_coroutine_threadsafe(stack.aclose(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
