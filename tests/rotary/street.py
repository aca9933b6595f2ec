"""A gateway with several SLIC lines, each with an account of its own, and a local network."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.gateway_process import NUMBER, PASSWORD, GatewayProcess
from tests.simulators.multifon.network_process import RunningNetwork, multifon_network
from tests.simulators.telephone.pins import Wiring

LONG = 120.0
"""Seconds to wait for what must come."""
_PINS = 4
"""Of one line."""


@dataclass(frozen=True, slots=True)
class Station:
    """A line of the gateway with an account of its own, and where its telephone is joined."""

    place: int
    """In the status of the gateway."""
    account: str
    """Its number."""
    wiring: Wiring
    sound_card: str
    """As the gateway names it."""

    @property
    def line(self) -> str:
        return f"line{self.place + 1}"

    @property
    def account_name(self) -> str:
        return self.line if self.place else "main"


class Street:
    """One SLIC line for each of ``sound_cards``; in ``async with`` all are registered.

    Every line has an account of its own, as a provider allows few calls to one.
    """

    driver = "slic"
    packages: Path | None = None
    """A folder in which the gateway finds further packages."""

    def __init__(self, folder: Path, sound_cards: Sequence[str]) -> None:
        self.stations = [
            Station(
                place,
                str(int(NUMBER) + place),
                Wiring(*range(_PINS * place, _PINS * (place + 1))),
                card,
            )
            for place, card in enumerate(sound_cards)
        ]
        self.network: RunningNetwork
        self.gateway: GatewayProcess
        self._folder = folder
        self._stack = AsyncExitStack()

    def options(self, station: Station) -> str:  # noqa: ARG002 - for those that override it
        """Further lines of ``[line.options]``."""
        return ""

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            passwords = {station.account: PASSWORD for station in self.stations}
            self.network = stack.enter_context(multifon_network(self._folder, passwords))
            self.gateway = GatewayProcess(
                self._folder / "gateway",
                f"127.0.0.1:{self.network.port}",
                lines="".join(map(self._settings, self.stations)),
                secrets="".join(
                    f'[account.{station.account_name}]\npassword = "{PASSWORD}"\n'
                    for station in self.stations[1:]
                ),
                packages=self.packages,
            )
            await stack.enter_async_context(self.gateway)
            await self.gateway.until(
                lambda status: all(one.get("registered") for one in status["accounts"]),
                "every account is registered",
                LONG,
            )
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, traceback)

    async def ask(self, method: str, *arguments: Any, **parameters: Any) -> Any:
        """Call a method of the network's control client; one at a time."""
        return await asyncio.to_thread(
            getattr(self.network.control, method), *arguments, **parameters
        )

    async def until_line(self, station: Station, state: str) -> None:
        await self.gateway.until_line(state, station.place, LONG)

    def _settings(self, station: Station) -> str:
        board = self._folder / f"{station.line}.toml"
        wiring = station.wiring
        board.write_text(
            f'description = "a simulated board"\nslic = "ag1171"\nrm_pin = {wiring.rm}\n'
            f"fr_pin = {wiring.fr}\nshk_pin = {wiring.shk}\npd_pin = {wiring.pd}\n"
            f'sound_card = "{station.sound_card}"\nbias_resistor = true\n'
        )
        name = station.account_name
        line = (
            f'[[line]]\nname = "{station.line}"\ndriver = "{self.driver}"\naccount = "{name}"\n'
            f'rings_for = ["{name}"]\n[line.options]\nboard = "{board}"\n{self.options(station)}'
        )
        if not station.place:
            return line
        return (
            f'[[account]]\nname = "{name}"\nnumber = "{station.account}"\n'
            f'proxy = "127.0.0.1:{self.network.port}"\n{line}'
        )
