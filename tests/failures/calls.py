"""Calls that the failures happen in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from gateway.control.client import ControlClient
from tests.gateway_process import GatewayProcess
from tests.simulators.multifon.network_process import RunningNetwork

LISTENER = "89990000012"
"""Answers at once and says nothing."""


class Home(Protocol):
    """A gateway and its network, as ``House`` and ``FragileHouse`` have them."""

    gateway: GatewayProcess
    network: RunningNetwork


async def asked(home: Home, method: str, *arguments: Any, **parameters: Any) -> Any:
    """Call a method of the network's control client."""
    return await asyncio.to_thread(getattr(home.network.control, method), *arguments, **parameters)


async def call_out(home: Home, number: str = LISTENER) -> str:
    """Lift, dial, and wait until both sides are connected; the network's name for the call."""
    old = (await asked(home, "status"))["calls_made"]
    await home.gateway.handset("lift")
    await home.gateway.handset("hear", tone="dial")
    await home.gateway.handset("dial", digits=number, by="keypad")
    call = (await asked(home, "wait_call", str(old)))["call"]
    await asked(home, "wait", call, "connected")
    await home.gateway.until_line("talking")
    return str(call)


async def call_works(home: Home) -> None:
    """A whole call, from an idle line to an idle line; the digits prove the voice."""
    await home.gateway.until_line("idle")
    call = await call_out(home)
    await home.gateway.handset("dial", digits="159")
    await asked(home, "wait_digits", call, "159")
    await home.gateway.handset("hang-up")
    info = await asked(home, "wait", call, "ended")
    assert info["ended_by"] == "account"
    await home.gateway.until_line("idle")


async def until_recorded(gateway: GatewayProcess, count: int) -> list[Mapping[str, Any]]:
    """Wait for ``count`` records of ended calls, newest first."""
    for _ in range(200):
        records = await gateway.calls()
        if len(records) >= count:
            return records
        await asyncio.sleep(0.05)
    raise TimeoutError(f"there are {len(records)} records and not {count}")


async def second_client(gateway: GatewayProcess) -> ControlClient:
    return await ControlClient.connect(gateway.socket)


def no_errors_in(gateway: GatewayProcess) -> None:
    """Nothing went wrong inside the gateway, whatever was done to it."""
    lines = gateway.log.read_text(errors="replace").splitlines()
    wrong = [at for at, line in enumerate(lines) if " ERROR " in line or "Traceback" in line]
    assert not wrong, "\n".join(lines[wrong[0] : wrong[0] + 40])
