import asyncio
from pathlib import Path

from tests.demo.house import House
from tests.failures.calls import call_works, no_errors_in, second_client


def test_a_client_that_vanishes_while_it_listens_leaves_the_telephone_usable(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            await house.gateway.handset("lift")
            client = await second_client(house.gateway)
            wanted = {"name": "hear", "arguments": {"tone": "howler", "timeout": 600}}
            hearing = asyncio.create_task(client.call("handset.command", **wanted))
            await asyncio.sleep(0)
            # Requests are taken in order: when this one is answered, the other is under way.
            await client.call("status")
            assert not hearing.done()
            await client.close()
            await asyncio.gather(hearing, return_exceptions=True)
            await house.gateway.handset("hear", tone="dial")
            await house.gateway.handset("hang-up")
            await call_works(house)
            no_errors_in(house.gateway)

    asyncio.run(run())


def test_a_client_that_vanishes_while_it_dials_stops_dialling(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            await house.gateway.handset("lift")
            await house.gateway.handset("hear", tone="dial")
            client = await second_client(house.gateway)
            wanted = {"name": "dial", "arguments": {"digits": "84950000000", "by": "pulse"}}
            dialling = asyncio.create_task(client.call("handset.command", **wanted))
            await house.gateway.until_line("dialling")
            await client.close()
            await asyncio.gather(dialling, return_exceptions=True)
            await house.gateway.until_line("dialling")
            deadline = asyncio.get_running_loop().time() + 10
            while (await house.gateway.handset("state"))["dialling"]:
                assert asyncio.get_running_loop().time() < deadline, "it dials on"
                await asyncio.sleep(0.05)
            await house.gateway.handset("hang-up")
            await call_works(house)
            no_errors_in(house.gateway)

    asyncio.run(run())
