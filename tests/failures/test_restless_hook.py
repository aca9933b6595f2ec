import asyncio
import random
from pathlib import Path

import pytest

from gateway.control.errors import RefusedError
from tests.demo.house import House
from tests.failures.calls import call_works, no_errors_in

STEPS = 60
NUMBERS = ("89990000001", "89990000003", "89990000007", "89990000009", "89990000012", "112")


async def restless(house: House, chance: random.Random) -> None:
    """One thing after the other, at moments that nobody chose."""
    lifted = False
    for _ in range(STEPS):
        try:
            match chance.choice(("hook", "hook", "hook", "dial", "called", "given up", "flash")):
                case "hook":
                    lifted = not lifted
                    await house.gateway.handset("lift" if lifted else "hang-up")
                case "dial" if lifted:
                    number = chance.choice(NUMBERS)
                    await house.gateway.handset("dial", digits=number, by="keypad")
                case "called":
                    await house.ask("call", caller="74950000001", cancel_after=2.0)
                case "given up":
                    await house.ask("call", caller="74950000002", cancel_after=0.05)
                case "flash" if lifted:
                    await house.gateway.handset("flash")
        except RefusedError:
            pass  # such as digits dialled while the telephone is still dialling
        await asyncio.sleep(chance.choice((0.0, 0.0, 0.01, 0.05, 0.3)))
    if lifted:
        await house.gateway.handset("hang-up")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_restless_receiver_leaves_no_call_behind(tmp_path: Path, seed: int) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            await restless(house, random.Random(seed))
            await house.gateway.until_line("idle")
            await house.gateway.until(lambda status: status["calls"] == 0, "no call", 10)
            for call in await house.ask("calls"):
                await house.ask("wait", call["call"], "ended")
            await house.gateway.handset("silent")
            await call_works(house)
            no_errors_in(house.gateway)

    asyncio.run(run())
