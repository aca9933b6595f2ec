"""A network that loses voice packets: what the next call makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.demo.house import House
from tests.failures.calls import call_out, until_recorded

PACKETS = 400


async def figures_of_a_call(house: House, count: int) -> Mapping[str, float]:
    """Call until the far end has sent ``PACKETS``; ``count`` records are there afterwards."""
    call = await call_out(house)
    deadline = asyncio.get_running_loop().time() + 60
    while (await house.ask("call_info", call))["figures"]["sent"] < PACKETS:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.2)
    await house.gateway.handset("hang-up")
    records = await until_recorded(house.gateway, count)
    await house.gateway.until_line("idle")
    found: Mapping[str, float] = records[0]["figures"]
    return found


@pytest.mark.slow
def test_after_a_call_with_losses_the_jitter_buffer_keeps_its_reserve(tmp_path: Path) -> None:
    """Then what is missing is known to be missing, and made up: two frames of 10 ms a packet.

    Without the reserve the buffer is empty at a loss, and what follows takes its place.
    """

    async def run() -> None:
        async with House(tmp_path, {"loss_to_account": 6.0}) as house:
            first = await figures_of_a_call(house, 1)
            assert first["lost"] > 5
            second = await figures_of_a_call(house, 2)
            assert second["buffer_lost"] > second["lost"] > 5

    asyncio.run(run())
