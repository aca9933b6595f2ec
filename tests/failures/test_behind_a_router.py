import asyncio
import re
from pathlib import Path

import pytest

from tests.failures.behind_a_router import RoutedHouse
from tests.failures.calls import asked, call_out, call_works, no_errors_in


def contact_of(message: str) -> str:
    found = re.search(r"^Contact: <sip:[^@]*@([^;>]+)", message, re.MULTILINE)
    assert found is not None, message
    return found[1]


def test_the_public_address_goes_into_contact_and_description(tmp_path: Path) -> None:
    async def run() -> None:
        async with RoutedHouse(tmp_path) as house:
            host, port = house.router.mapped
            assert await house.seen_at() == f"{host}:{port}"
            registers = await asked(house, "trace", contains="REGISTER sip:")
            assert contact_of(registers[-1]["text"]) == f"{host}:{port}"
            (account,) = (await house.gateway.status())["accounts"]
            assert account["public_address"] == f"{host}:{port}"
            await call_works(house)
            (invite, *_) = await asked(house, "trace", contains="INVITE sip:")
            assert contact_of(invite["text"]) == f"{host}:{port}"
            assert f"c=IN IP4 {host}\r\n" in invite["text"]
            no_errors_in(house.gateway)

    asyncio.run(run())


def test_a_call_comes_in_on_the_mapped_address_and_voice_goes_both_ways(tmp_path: Path) -> None:
    """The ACK and the BYE go to the Contact: a private one would be the 32-second death."""

    async def run() -> None:
        async with RoutedHouse(tmp_path, network={"follow_contact": True}) as house:
            call = await asked(house, "call", caller="74950000001", party="echo")
            await house.gateway.handset("ringing", wait=True)
            await house.gateway.handset("lift")
            await asked(house, "wait", call, "connected")
            await house.gateway.until_line("talking")
            await house.gateway.handset("dial", digits="159")
            await asked(house, "wait_digits", call, "159")
            info = await asked(house, "call_info", call)
            assert info["remote_rtp"].startswith(f"{house.router.public}:")
            await asked(house, "hang_up", call)
            await house.gateway.handset("hear", tone="busy")
            await house.gateway.handset("hang-up")
            await house.gateway.until_line("idle")

    asyncio.run(run())


def test_a_new_public_address_is_told_and_a_call_lives_on(tmp_path: Path) -> None:
    async def run() -> None:
        async with RoutedHouse(tmp_path, network={"expires": 4}) as house:
            call = await call_out(house)
            before = (await asked(house, "call_info", call))["remote_rtp"]
            await house.router.move("127.0.0.78")
            host, port = house.router.mapped
            await house.gateway.until(
                lambda status: status["accounts"][0]["public_address"] == f"{host}:{port}",
                "the new address",
                15,
            )
            deadline = asyncio.get_running_loop().time() + 15
            while not (after := (await asked(house, "call_info", call))["remote_rtp"]) or (
                after == before
            ):
                assert asyncio.get_running_loop().time() < deadline, after
                await asyncio.sleep(0.1)
            assert after.startswith("127.0.0.78:")
            await house.gateway.handset("dial", digits="159")
            await asked(house, "wait_digits", call, "159")
            await house.gateway.handset("hang-up")
            info = await asked(house, "wait", call, "ended")
            assert info["ended_by"] == "account"
            assert await house.seen_at() == f"{host}:{port}"

    asyncio.run(run())


@pytest.mark.parametrize("loss", [0.2])
def test_a_fifth_of_all_packets_lost_keeps_the_service(tmp_path: Path, loss: float) -> None:
    from tests.simulators.router.line import Faults

    async def run() -> None:
        async with RoutedHouse(tmp_path) as house:
            house.router.line.faults = Faults(loss=loss, jitter=0.05)
            call = await call_out(house)
            await house.gateway.handset("hang-up")
            info = await asked(house, "wait", call, "ended", timeout=30.0)
            assert info["ended_by"] == "account"

    asyncio.run(run())
