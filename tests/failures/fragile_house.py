"""A house whose network can be killed and started again at the same address."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.gateway_process import NUMBER, PASSWORD, GatewayProcess
from tests.simulators.multifon.network_process import RunningNetwork, multifon_network


class FragileHouse:
    """The network runs between ``async with``; the gateway is started by the test.

    ``password`` is the one that the gateway has, ``network_password`` that of the account.
    """

    def __init__(
        self,
        folder: Path,
        *,
        network: dict[str, Any] | None = None,
        password: str = PASSWORD,
        network_password: str = PASSWORD,
        settings: str = "",
    ) -> None:
        self.gateway: GatewayProcess
        self.network: RunningNetwork
        self._folder = folder
        self._settings = network or {}
        self._password = password
        self._network_password = network_password
        self._gateway_settings = settings
        self._stack = ExitStack()

    async def __aenter__(self) -> Self:
        await self._start_network(0)
        proxy = f"127.0.0.1:{self.network.port}"
        self.gateway = GatewayProcess(
            self._folder / "gateway",
            proxy,
            password=self._password,
            settings=self._gateway_settings,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            error.add_note(f"The gateway's log ends:\n{self.gateway.tail()}")
        try:
            if self.gateway.started:
                await self.gateway.stop()
        finally:
            await asyncio.to_thread(self._stack.close)

    async def kill_network(self) -> None:
        os.kill(self.network.pid, signal.SIGKILL)
        with contextlib.suppress(RuntimeError):  # it ended with -9, as it should
            await asyncio.to_thread(self._stack.close)

    async def restart_network(self) -> None:
        await self._start_network(self.network.port)

    async def _start_network(self, port: int) -> None:
        self.network = await asyncio.to_thread(
            self._stack.enter_context,
            multifon_network(
                self._folder, {NUMBER: self._network_password}, port=port, **self._settings
            ),
        )
