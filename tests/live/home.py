"""Two telephones and two accounts at a network of ours, with a call that must go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.certificates import certificates
from tests.gateway_process import NUMBER, PASSWORD, GatewayProcess
from tests.simulators.multifon.network_process import RunningNetwork, multifon_network

WORK, WORK_PASSWORD = "79267654321", "Secret-of-the-tests-2"
LISTENER = "89990000012"
"""Answers at once and says nothing."""
LINES = """
[[line]]
name = "hall"
account = "work"

[[line]]
name = "attic"
account = "main"
"""
ACCOUNT = """
[[account]]
name = "work"
number = "{number}"
proxy = "{proxy}"
service_url = "{service}"
"""


@dataclass(frozen=True)
class Home:
    """The hall calls by the account ``work``, the attic by ``main``."""

    gateway: GatewayProcess
    network: RunningNetwork
    bundle: Path

    async def ask(self, method: str, *arguments: Any, **parameters: Any) -> Any:
        """Call a method of the network's control client."""
        control = self.network.control
        return await asyncio.to_thread(getattr(control, method), *arguments, **parameters)

    async def change(self, *changes: Any, by: str = "test", **parameters: Any) -> Any:
        revision = (await self.read())["revision"]
        return await self.gateway.client.call(
            "settings.change", changes=list(changes), by=by, revision=revision, **parameters
        )

    async def set(self, path: str, value: Any) -> Any:
        return await self.change({"set": path, "value": value})

    async def read(self) -> Any:
        return await self.gateway.client.call("settings.read")

    async def registered(self, account: int | None = None, *, is_so: bool = True) -> None:
        await self.gateway.until(
            lambda status: all(
                one.get("registered", False) is is_so
                for at, one in enumerate(status["accounts"])
                if account in {None, at}
            ),
            f"registered: {is_so}",
            20,
        )

    async def line(self, name: str, *states: str) -> None:
        def is_so(status: Any) -> bool:
            return any(one["name"] == name and one["state"] in states for one in status["lines"])

        await self.gateway.until(is_so, f"{name}: {states}", 20)

    async def call_from(self, line: str, number: str = LISTENER) -> str:
        """Call until both sides are connected; the network's name for the call."""
        made = (await self.ask("status"))["calls_made"]
        await self.gateway.handset("lift", line)
        await self.gateway.handset("dial", line, digits=number, by="keypad")
        call = (await self.ask("wait_call", str(made)))["call"]
        await self.ask("wait", call, "connected")
        await self.line(line, "talking")
        return str(call)

    async def voice_of(self, line: str, call: str, digits: str) -> None:
        """Digits that are made of voice arrive at the far end."""
        await self.gateway.handset("dial", line, digits=digits)
        await self.ask("wait_digits", call, digits)


@asynccontextmanager
async def home(folder: Path) -> AsyncIterator[Home]:
    """Both accounts are registered when it begins."""
    issued = certificates(folder / "certificates")
    with multifon_network(
        folder, {NUMBER: PASSWORD, WORK: WORK_PASSWORD}, certificate=issued.of("127.0.0.1")
    ) as network:
        proxy = f"127.0.0.1:{network.port}"
        bundle = issued.bundle.absolute()
        gateway = GatewayProcess(
            folder / "gateway",
            proxy,
            account=f'service_url = "{network.account_api}"',
            settings=ACCOUNT.format(number=WORK, proxy=proxy, service=network.account_api),
            secrets=f'[account.work]\npassword = "{WORK_PASSWORD}"\n',
            provider=f'ca_bundle = "{bundle}"\npoll_interval = 0',
            lines=LINES,
            log_level=None,
        )
        async with gateway:
            found = Home(gateway, network, bundle)
            await found.registered()
            yield found
