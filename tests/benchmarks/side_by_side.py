"""The gateway and baresip as subscribers of one local MultiFon network."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gateway.line import FRAME_MS
from tests.benchmarks.peer import baresip_peer
from tests.gateway_process import NUMBER, PASSWORD, GatewayProcess
from tests.interop.baresip import Baresip
from tests.simulators.multifon.network_process import RunningNetwork, multifon_network

MANUAL = "79260000000"
AUTOMATIC = tuple(f"7926000000{n}" for n in range(1, 5))
LINES = 4
CALL_LIMIT = 8
CALLER = "74951234567"


class SideBySide:
    """All three run between ``async with``, registered and at rest when it begins."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.network: RunningNetwork
        self.gateway: GatewayProcess
        self.baresip: Baresip
        self._stack = AsyncExitStack()
        self._speakers: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        accounts = dict.fromkeys((NUMBER, MANUAL, *AUTOMATIC), PASSWORD)
        async with AsyncExitStack() as stack:
            self.network = stack.enter_context(
                multifon_network(self.folder, accounts, call_limit=CALL_LIMIT)
            )
            self.gateway = await stack.enter_async_context(
                GatewayProcess(
                    self.folder / "gateway", f"127.0.0.1:{self.network.port}", lines=LINES
                )
            )
            self.baresip = stack.enter_context(
                baresip_peer(
                    self.folder / "baresip", self.network.port, MANUAL, AUTOMATIC, PASSWORD
                )
            )
            for account in accounts:
                await self.ask("wait_registration", account)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.say_no_more()
        await self._stack.__aexit__(kind, error, traceback)

    async def ask(self, method: str, *arguments: Any, **parameters: Any) -> Any:
        """Call a method of the network's control client; one at a time."""
        return await asyncio.to_thread(
            getattr(self.network.control, method), *arguments, **parameters
        )

    async def call(self, account: str, party: str = "silence", file: Path | None = None) -> str:
        """Let the network call ``account``; the id of the call.  ``file`` is a whole path."""
        name = None if file is None else str(file)
        return str(await self.ask("call", account, caller=CALLER, party=party, file=name))

    async def hang_up(self, call: str) -> None:
        """End a call from the network's side and wait for its end."""
        await self.ask("hang_up", call)
        await self.ask("wait", call, "ended")

    async def free_running_network(self) -> str:
        """A call to baresip whose only use is that the network's voice clock never stops.

        The network starts that clock with its first call.  The phase between it and the clocks
        under test, 0 to 20 ms of every delay, would then follow from the order of the messages.
        """
        call = await self.call(AUTOMATIC[-1])
        await self.ask("wait", call, "connected")
        return call

    def keep_saying(self, line: str, file: Path) -> None:
        """Let a telephone say a short file over and over.

        A long file would be cut into frames in one go, in the gateway's process: for minutes of
        speech that holds the interpreter so long that the voice of the line comes late.
        """

        async def speak() -> None:
            while True:
                # Waiting in the gateway would wake its event loop with every frame.
                said = await self.gateway.handset("say", line=line, file=str(file), wait=False)
                await asyncio.sleep(said["seconds"] - 0.1)

        self._speakers.append(asyncio.create_task(speak()))

    async def say_no_more(self) -> None:
        """End all of ``keep_saying``; an error in one of them is raised."""
        speakers, self._speakers = self._speakers, []
        for speaker in speakers:
            speaker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await speaker

    async def any_phase(self) -> None:
        """Wait for a random part of a voice frame."""
        await asyncio.sleep(random.uniform(0, FRAME_MS / 1000))

    async def message(
        self, since: float, direction: str, pattern: str, seconds: float = 5.0
    ) -> Mapping[str, Any]:
        """The first SIP message after ``since`` whose text begins like ``pattern``."""
        wanted = re.compile(pattern, re.DOTALL)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for entry in await self.ask("trace", since):
                if entry["direction"] == direction and wanted.match(entry["text"]):
                    found: Mapping[str, Any] = entry
                    return found
            await asyncio.sleep(0.05)
        raise TimeoutError(f"no SIP message like {pattern!r} within {seconds:g} s")

    async def until_idle(self, line: int = 0) -> None:
        """Until a line is on-hook and its voice stands still."""
        await self.gateway.until_line("idle", line)
        deadline = time.monotonic() + 5
        while (await self.gateway.handset("state", line=f"line{line + 1}"))["voice"]:
            if time.monotonic() > deadline:
                raise TimeoutError("the line is idle but its voice does not stop")
            await asyncio.sleep(0.02)
