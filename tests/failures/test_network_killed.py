import asyncio
from pathlib import Path

import pytest

from tests.failures.calls import asked, call_out, call_works, until_recorded
from tests.failures.fragile_house import FragileHouse

SPEAKER = "79990000002"


async def talk(house: FragileHouse) -> None:
    """A call in which voice has come: one that is cut off before its first packet had none."""
    await call_out(house, SPEAKER)
    await house.gateway.handset("hear", tone="voice")


@pytest.mark.slow
def test_the_network_dies_in_a_call_and_comes_back(tmp_path: Path) -> None:
    async def run() -> None:
        async with FragileHouse(tmp_path, network={"expires": 10}) as house:
            await house.gateway.start()
            await house.gateway.until_registered()
            await talk(house)
            await house.kill_network()
            await house.gateway.handset("hear", tone="congestion", timeout=40)
            (record,) = await until_recorded(house.gateway, 1)
            assert record["reason"] == "network-lost"
            await house.gateway.handset("hang-up")
            await house.restart_network()
            await asked(house, "wait_registration", timeout=60)
            await house.gateway.until_registered()
            await call_works(house)

    asyncio.run(run())


@pytest.mark.slow
def test_a_network_that_returns_without_memory_ends_the_call(tmp_path: Path) -> None:
    """It answers the gateway's question whether the call still lives with 481."""

    async def run() -> None:
        async with FragileHouse(tmp_path) as house:
            await house.gateway.start()
            await house.gateway.until_registered()
            await talk(house)
            await house.kill_network()
            await house.restart_network()
            await house.gateway.handset("hear", tone="congestion", timeout=40)
            (record,) = await until_recorded(house.gateway, 1)
            assert record["reason"] == record["verdict"]["reason"] == "network-lost"
            await house.gateway.handset("hang-up")
            await house.gateway.until_line("idle")

    asyncio.run(run())
