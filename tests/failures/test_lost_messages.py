"""What is lost between the gateway and the provider, message by message."""

import asyncio
from pathlib import Path

import pytest

from gateway.control.client import ControlClient
from tests.demo.house import House
from tests.failures.behind_a_router import RoutedHouse
from tests.failures.calls import asked, call_out, call_works, second_client, until_recorded


async def next_voice_event(client: ControlClient) -> bool:
    async with asyncio.timeout(20):
        async for event in client.events():
            return bool(event.params["far_end_heard"])
    raise AssertionError("the events ended")


def test_no_voice_from_the_far_end_is_noticed_and_the_call_goes_on(tmp_path: Path) -> None:
    """The network answers OPTIONS, with a challenge even, but sends no voice."""

    async def run() -> None:
        async with House(tmp_path, {"dialog_challenge": 407}) as house:
            client = await second_client(house.gateway)
            await client.subscribe("voice")
            call = await call_out(house)
            await house.ask("set", speaks=False)
            assert await next_voice_event(client) is False
            await house.ask("set", speaks=True)
            assert await next_voice_event(client) is True
            await client.close()
            await house.gateway.until_line("talking")
            await house.gateway.handset("dial", digits="159")
            await house.ask("wait_digits", call, "159")
            await house.gateway.handset("hang-up")
            (record,) = await until_recorded(house.gateway, 1)
            assert record["reason"] == "completed"
            assert record["figures"]["no_voice"] == 1
            assert record["figures"]["no_voice_s"] >= 5.0

    asyncio.run(run())


def test_a_far_end_that_is_silent_sends_voice_all_the_same(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            call = await call_out(house)  # to one who says nothing
            began = (await house.ask("call_info", call))["figures"]["sent"]
            deadline = asyncio.get_running_loop().time() + 30
            while (await house.ask("call_info", call))["figures"]["sent"] < began + 50 * 7:
                assert asyncio.get_running_loop().time() < deadline, "the network sends nothing"
                await asyncio.sleep(0.2)
            await house.gateway.handset("hang-up")
            (record,) = await until_recorded(house.gateway, 1)
            assert (record["figures"]["no_voice"], record["figures"]["no_voice_s"]) == (0, 0)

    asyncio.run(run())


@pytest.mark.slow
def test_an_answer_that_is_never_acknowledged_ends_the_call_with_a_plain_reason(
    tmp_path: Path,
) -> None:
    """The 32-second death: RFC 3261 §13.3.1.4 gives an answer 64 × T1 for its ACK."""

    async def run() -> None:
        async with House(tmp_path, {"lose_acks": True}) as house:
            call = await house.ask("call", caller="74950000001", party="silence")
            await house.gateway.handset("ringing", wait=True)
            await house.gateway.handset("lift")
            await house.ask("wait", call, "connected")
            await house.gateway.handset("hear", tone="congestion", timeout=45)
            (record,) = await until_recorded(house.gateway, 1)
            assert record["reason"] == "lost-ack"
            info = await house.ask("wait", call, "ended")
            assert info["ended_by"] == "account"
            await house.gateway.handset("hang-up")
            await house.ask("set", lose_acks=False)
            await call_works(house)

    asyncio.run(run())


def test_an_ack_that_is_lost_at_first_costs_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        async with RoutedHouse(tmp_path) as house:
            call = await asked(house, "call", caller="74950000001", party="echo")
            await house.gateway.handset("ringing", wait=True)
            await asked(house, "set", lose_acks=True)
            await house.gateway.handset("lift")
            await asked(house, "wait", call, "connected")
            await asked(house, "set", lose_acks=False)
            await house.gateway.until_line("talking")
            await house.gateway.handset("dial", digits="159")
            await asked(house, "wait_digits", call, "159")
            # The answer is repeated after half a second, and that ACK arrives.
            await house.gateway.until(
                lambda status: status["lines"][0]["call"]["answered"] is not None, "the ACK", 10
            )
            await asked(house, "hang_up", call)
            await house.gateway.handset("hear", tone="busy")
            await house.gateway.handset("hang-up")
            (record,) = await until_recorded(house.gateway, 1)
            assert record["reason"] == "completed"
            assert record["answered"] is not None

    asyncio.run(run())
