"""A gateway behind a home router, and the provider behind that."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.failures.calls import asked
from tests.failures.fragile_house import FragileHouse
from tests.gateway_process import NUMBER, PASSWORD, GatewayProcess
from tests.simulators.multifon.network_process import RunningNetwork
from tests.simulators.router.router import Router


class RoutedHouse:
    """Network, router and gateway run between ``async with``; the account is registered."""

    def __init__(
        self, folder: Path, *, network: dict[str, Any] | None = None, settings: str = ""
    ) -> None:
        self.router: Router
        self.gateway: GatewayProcess
        self.network: RunningNetwork
        self.folder = folder
        self._settings = settings
        self._house = FragileHouse(folder, network=network)

    async def __aenter__(self) -> Self:
        await self._house.__aenter__()
        self.network = self._house.network
        self.router = Router(("127.0.0.1", self._house.network.port))
        await self.router.__aenter__()
        host, port = self.router.inside
        self.gateway = self._house.gateway = GatewayProcess(
            self.folder / "gateway", f"{host}:{port}", password=PASSWORD, settings=self._settings,
            account='transport = "udp"',
        )  # fmt: skip
        try:
            await self.gateway.start()
            await self.gateway.until_registered()
        except BaseException as error:
            await self.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                assert await self.gateway.stop() == 0, self.gateway.tail()
        finally:
            await self._house.__aexit__(kind, error, traceback)
            await self.router.__aexit__(kind, error, traceback)

    async def seen_at(self) -> str:
        """``host:port`` of the registration, as the provider sees it."""
        (account,) = [
            account for account in await asked(self, "accounts") if account["account"] == NUMBER
        ]
        return str(account["source"])
