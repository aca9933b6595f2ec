"""Several lines of the driver ``slic-with-telephone`` in one gateway, and their telephones."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from tests.electrical.house import DRIVER, install_driver
from tests.rotary.dialling import ALIVE, Played
from tests.rotary.street import Station, Street
from tests.simulators.multifon.control_client import ControlClient
from tests.simulators.multifon.sound import speak
from tests.simulators.telephone.contacts import Edge
from tests.speech import write

_PATIENCE = 120.0
"""Seconds for an answer of a telephone: it may dial for long."""


class ElectricalStreet(Street):
    """``lines`` telephones; in ``async with`` they are in ``phones``."""

    driver = DRIVER

    def __init__(self, folder: Path, lines: int) -> None:
        super().__init__(folder, ["none"] * lines)
        folder.mkdir(exist_ok=True)
        self.packages = folder
        self.phones: list[ElectricalPhone] = []
        install_driver(folder)

    def options(self, station: Station) -> str:
        return f'[line.options.telephone]\nsocket = "{self._socket(station)}"\n'

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        speech = write(self._folder / "alive.wav", speak(ALIVE, "ru").astype(np.int16))
        self.phones = [
            ElectricalPhone(ControlClient(self._socket(station)), speech)
            for station in self.stations
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for phone in self.phones:
            phone.close()
        await super().__aexit__(kind, error, traceback)

    def _socket(self, station: Station) -> Path:
        return self._folder / f"phone{station.place}"


class ElectricalPhone:
    """One telephone, over its control socket."""

    def __init__(self, control: ControlClient, speech: Path) -> None:
        self._control = control
        self._speech = speech

    def close(self) -> None:
        self._control.close()

    async def cradle(self, lifted: bool) -> None:
        await self._ask("lift" if lifted else "hang-up")

    async def dial(self, edges: Sequence[Edge]) -> Played:
        shown = await self._ask("dial-edges", edges=list(edges))
        return Played(
            max(late for _, _, late in shown), [Edge(time, high) for time, high, _ in shown]
        )

    @contextlib.asynccontextmanager
    async def talking(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            speaking = group.create_task(self._speak())
            yield
            speaking.cancel()

    async def _speak(self) -> None:
        while True:
            await self._ask("play", file=str(self._speech), wait=True)

    async def _ask(self, method: str, **parameters: Any) -> Any:
        return await asyncio.to_thread(
            self._control.request, method, timeout=_PATIENCE, **parameters
        )
