"""What the network may ask in a call, and what it may ask for (multifon.md §2.2, §2.7)."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from tests.demo.house import House
from tests.failures.calls import call_out, call_works, no_errors_in, until_recorded


async def heard_packets(house: House, call: str) -> int:
    return int((await house.ask("call_info", call))["figures"]["received"])


async def voice_goes_on(house: House, call: str) -> None:
    """A second of voice reaches the network."""
    begin = await heard_packets(house, call)
    deadline = asyncio.get_running_loop().time() + 15
    while await heard_packets(house, call) < begin + 50:
        assert asyncio.get_running_loop().time() < deadline, "the gateway sends no voice"
        await asyncio.sleep(0.1)


async def second_call(house: House) -> str:
    """A waiting call is taken by hook flash; the first one is on hold then."""
    other = await house.ask("call", caller="74950000002", party="silence")
    await house.gateway.until_line("call-waiting")
    await house.gateway.handset("flash")
    await house.ask("wait", other, "connected")
    await house.gateway.until_line("call-on-hold")
    return str(other)


async def until_heard(house: House, call: str, digits: str) -> None:
    """Dial until the far end of ``call`` has heard the digits: hold ends within a moment."""
    for digit in digits:
        await house.gateway.handset("dial", digits=digit)
    await house.ask("wait_digits", call, digits)


async def renewed(house: House, call: str, times: int, **request: Any) -> None:
    """Send a re-INVITE and wait until the ``times``-th has been accepted."""
    await house.ask("re_invite", call, **request)
    deadline = asyncio.get_running_loop().time() + 10
    while (remarks := (await house.ask("call_info", call))["remarks"]) != [
        "re-INVITE: 200"
    ] * times:
        assert asyncio.get_running_loop().time() < deadline, remarks
        await asyncio.sleep(0.05)


def test_the_network_renews_holds_and_changes_a_call(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            call = await call_out(house)
            await renewed(house, call, 1, offer=False)
            await voice_goes_on(house, call)
            await renewed(house, call, 2, codec=0)
            assert (await house.ask("call_info", call))["codec"] == "PCMU"
            await house.gateway.handset("dial", digits="12")
            await house.ask("wait_digits", call, "12")
            await renewed(house, call, 3, codec=8, direction="sendonly")
            await renewed(house, call, 4, codec=8)
            await house.gateway.handset("dial", digits="34")
            await house.ask("wait_digits", call, "34")
            await renewed(house, call, 5, direction="inactive")
            await renewed(house, call, 6)
            await voice_goes_on(house, call)
            await house.gateway.handset("dial", digits="56")
            await house.ask("wait_digits", call, "56")
            await house.gateway.handset("hang-up")
            (record,) = await until_recorded(house.gateway, 1)
            assert record["reason"] == "completed"
            assert record["figures"]["no_voice"] == 0, "hold is not a lost voice"
            no_errors_in(house.gateway)

    asyncio.run(run())


@pytest.mark.parametrize("status", [401, 407])
def test_every_method_may_be_challenged(tmp_path: Path, status: int) -> None:
    challenges = dict.fromkeys(
        ("register_challenge", "invite_challenge", "bye_challenge", "dialog_challenge"), status
    )

    async def run() -> None:
        async with House(tmp_path, challenges) as house:
            await call_works(house)
            call = await call_out(house)
            other = await second_call(house)
            await house.ask("hang_up", call)
            await house.ask("hang_up", other)
            await house.gateway.handset("hang-up")
            trace = await house.ask("trace", contains=f"SIP/2.0 {status} ")
            answers = "".join(entry["text"] for entry in trace)
            refused = set(re.findall(r"^CSeq: \d+ (\w+)", answers, re.MULTILINE))
            assert {"REGISTER", "INVITE", "BYE"} <= refused

    asyncio.run(run())


def test_the_service_route_is_obeyed_whatever_transport_it_names(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path, {"service_route_transport": "tcp"}) as house:
            await call_works(house)
            port = house.network.port
            for method in ("INVITE sip:", "BYE sip:"):
                sent = await house.ask("trace", contains=method)
                assert {entry["transport"] for entry in sent} == {"udp"}
            (first, *_) = await house.ask("trace", contains="INVITE sip:")
            routes = re.findall(r"^Route: (.*)\r$", first["text"], re.MULTILINE)
            assert f"<sip:{house.number}@127.0.0.1:{port};transport=tcp;lr>" in routes, routes

    asyncio.run(run())


def test_voice_is_sent_at_once_and_without_a_break_on_hold(tmp_path: Path) -> None:
    """A router forgets a mapping that nothing uses, and a far end latches to what comes."""

    async def run() -> None:
        async with House(tmp_path) as house:
            call = await call_out(house)
            await voice_goes_on(house, call)
            other = await second_call(house)
            await voice_goes_on(house, call)
            await voice_goes_on(house, other)
            await house.gateway.handset("flash")
            await until_heard(house, call, "159")
            await voice_goes_on(house, other)
            figures = (await house.ask("call_info", call))["figures"]
            assert figures["strangers"] == 0
            await house.gateway.handset("hang-up")

    asyncio.run(run())
