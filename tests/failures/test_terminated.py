import asyncio
from pathlib import Path

from tests.failures.calls import asked, call_out, no_errors_in
from tests.failures.fragile_house import FragileHouse


async def unregistered(house: FragileHouse) -> None:
    account = await asked(house, "wait_registration", registered=False)
    assert account["registered"] is False
    unregister = [
        entry
        for entry in await asked(house, "trace", contains="REGISTER sip:")
        if entry["direction"] == "in" and "expires: 0\r\n" in entry["text"].lower()
    ]
    assert unregister, "no REGISTER with Expires: 0 came"


def nothing_is_left(house: FragileHouse, pid: int) -> None:
    assert not house.gateway.socket.exists()
    assert not Path(f"/proc/{pid}").exists()
    no_errors_in(house.gateway)


def test_sigterm_in_a_call_hangs_up_and_takes_the_registration_back(tmp_path: Path) -> None:
    async def run() -> None:
        async with FragileHouse(tmp_path) as house:
            await house.gateway.start()
            await house.gateway.until_registered()
            call = await call_out(house)
            pid = house.gateway.pid
            assert await house.gateway.stop() == 0
            info = await asked(house, "wait", call, "ended")
            assert (info["ended_by"], info["status"]) == ("account", 200)
            await unregistered(house)
        nothing_is_left(house, pid)

    asyncio.run(run())


def test_sigterm_while_it_rings_tells_the_caller(tmp_path: Path) -> None:
    async def run() -> None:
        async with FragileHouse(tmp_path) as house:
            await house.gateway.start()
            await house.gateway.until_registered()
            call = await asked(house, "call", caller="74950000001")
            await house.gateway.handset("ringing", wait=True)
            pid = house.gateway.pid
            assert await house.gateway.stop() == 0
            info = await asked(house, "wait", call, "ended")
            assert (info["ended_by"], info["status"]) == ("account", 480)
            await unregistered(house)
        nothing_is_left(house, pid)

    asyncio.run(run())


def test_sigterm_while_a_number_is_called_cancels_the_call(tmp_path: Path) -> None:
    async def run() -> None:
        async with FragileHouse(tmp_path) as house:
            await house.gateway.start()
            await house.gateway.until_registered()
            await house.gateway.handset("lift")
            await house.gateway.handset("hear", tone="dial")
            await house.gateway.handset("dial", digits="89990000004", by="keypad")
            await house.gateway.until_line("ringback")
            call = (await asked(house, "wait_call"))["call"]
            pid = house.gateway.pid
            assert await house.gateway.stop() == 0
            info = await asked(house, "wait", call, "ended")
            assert (info["ended_by"], info["status"]) == ("account", 487)
            await unregistered(house)
        nothing_is_left(house, pid)

    asyncio.run(run())
