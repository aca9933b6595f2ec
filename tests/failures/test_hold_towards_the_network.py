"""What the network gets of a call on hold: voice packets on end, and what the profile says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.demo.house import House
from tests.failures.calls import LISTENER, call_out

PLAIN = 'provider = "plain"\ndomain = "multifon.ru"'


async def received(house: House, call: str) -> int:
    return int((await house.ask("call_info", call))["figures"]["received"])


async def until_received(house: House, call: str, count: int) -> None:
    """Until so many more voice packets have come."""
    wanted = await received(house, call) + count
    for _ in range(400):
        if await received(house, call) >= wanted:
            return
        await asyncio.sleep(0.05)
    raise TimeoutError(f"the network got only {await received(house, call)} packets")


async def invites(house: House) -> list[Mapping[str, Any]]:
    """Every INVITE that came to the network, with its session description."""
    trace = await house.ask("trace", contains="INVITE sip:")
    return [entry for entry in trace if entry["direction"] == "in"]


@pytest.mark.parametrize("account", ["", PLAIN], ids=["MultiFon", "plain"])
def test_voice_packets_go_on_while_a_call_is_on_hold(tmp_path: Path, account: str) -> None:
    async def run() -> None:
        async with House(tmp_path, account=account) as house:
            # Without rules for numbers it is sent as it is dialled, and "#" ends it.
            first = await call_out(house, "79990000012#" if account else LISTENER)
            before = len(await invites(house))
            second = await house.ask("call", caller="74950000002", party="silence")
            await house.gateway.until_line("call-waiting")
            await house.gateway.handset("flash")
            await house.ask("wait", second, "connected")
            await until_received(house, first, 50)
            # What is said now is the other's alone.
            await house.gateway.handset("dial", digits="12")
            await house.ask("wait_digits", second, "12")
            await house.gateway.handset("flash")
            await until_received(house, second, 50)
            await house.gateway.handset("dial", digits="34")
            await house.ask("wait_digits", first, "34")
            told = [entry["text"] for entry in (await invites(house))[before:]]
            if account:
                assert sum("a=sendonly" in text for text in told) == 2
                assert sum("a=sendrecv" in text for text in told) == 1
            else:
                assert told == []

    asyncio.run(run())
