import asyncio
from pathlib import Path

from tests.demo.house import House
from tests.failures.calls import call_out, call_works, until_recorded


def test_a_plug_that_is_pulled_in_a_call_ends_it_and_the_line_heals(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            call = await call_out(house)
            await house.gateway.handset("unplug")
            await house.gateway.until_line("out-of-service")
            (line,) = (await house.gateway.status())["lines"]
            assert line["fault"], "the status names no fault"
            info = await house.ask("wait", call, "ended")
            assert info["ended_by"] == "account"
            (record,) = await until_recorded(house.gateway, 1)
            assert record["reason"] == "line-fault"
            await house.gateway.handset("plug")
            await house.gateway.until(
                lambda status: status["lines"][0]["state"] != "out-of-service", "in service", 10
            )
            assert (await house.gateway.status())["lines"][0]["fault"] is None
            state = await house.gateway.handset("state")
            if state["hook"] == "off-hook":
                await house.gateway.handset("hang-up")
            await call_works(house)

    asyncio.run(run())


def test_a_plug_that_is_pulled_while_it_rings_refuses_the_call(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            call = await house.ask("call", caller="74950000001")
            await house.gateway.handset("ringing", wait=True)
            await house.gateway.handset("unplug")
            info = await house.ask("wait", call, "ended")
            assert (info["ended_by"], info["status"]) == ("account", 480)
            unreachable = await house.ask("call", caller="74950000001")
            info = await house.ask("wait", unreachable, "ended")
            assert (info["ended_by"], info["status"]) == ("account", 480)
            await house.gateway.handset("plug")
            await call_works(house)

    asyncio.run(run())
