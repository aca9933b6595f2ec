"""A house with a telephone: the gateway and the local MultiFon, each in a process of its own."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.certificates import certificates
from tests.gateway_process import NUMBER, PASSWORD, GatewayProcess
from tests.simulators.multifon.network_process import RunningNetwork, multifon_network


class House:
    """Both run between ``async with``; the account is registered when it begins.

    ``network_settings`` are those of the simulator, ``gateway_settings`` those of
    ``GatewayProcess``.  The provider's account service runs too, with a certificate of the house's
    own authority; the gateway asks it only when it is told to, unless ``provider`` says otherwise.
    """

    number = NUMBER

    def __init__(
        self,
        folder: Path,
        network_settings: dict[str, Any] | None = None,
        **gateway_settings: Any,
    ) -> None:
        self.folder = folder
        self.gateway: GatewayProcess
        self.network: RunningNetwork
        self._network_settings = network_settings or {}
        self._gateway_settings = gateway_settings
        self._stack = ExitStack()

    async def __aenter__(self) -> Self:
        issued = certificates(self.folder / "certificates")
        self.network = await asyncio.to_thread(
            self._stack.enter_context,
            multifon_network(
                self.folder,
                {NUMBER: PASSWORD},
                certificate=issued.of("127.0.0.1"),
                **self._network_settings,
            ),
        )
        settings = dict(self._gateway_settings)
        account, provider = (
            settings.pop("account", ""),
            settings.pop("provider", "poll_interval = 0"),
        )
        self.gateway = GatewayProcess(
            self.folder / "gateway",
            f"127.0.0.1:{self.network.port}",
            account=f'service_url = "{self.network.account_api}"\n{account}',
            provider=f'ca_bundle = "{issued.bundle.absolute()}"\n{provider}',
            **settings,
        )
        try:
            await self.gateway.start()
        except BaseException:
            self._stack.close()
            raise
        try:
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
            await self.gateway.__aexit__(kind, error, traceback)
        finally:
            await asyncio.to_thread(self._stack.close)

    async def ask(self, method: str, *arguments: Any, **parameters: Any) -> Any:
        """Call a method of the network's control client."""
        return await asyncio.to_thread(
            getattr(self.network.control, method), *arguments, **parameters
        )
