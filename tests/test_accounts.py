"""Several accounts and several telephones on one adapter, and how many calls an account carries."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.demo.house import House
from tests.gateway_process import NUMBER, PASSWORD, GatewayProcess
from tests.simulators.multifon.network_process import RunningNetwork, multifon_network

WORK, WORK_PASSWORD = "79267654321", "Secret-of-the-tests-2"
PASSWORDS = {NUMBER: PASSWORD, WORK: WORK_PASSWORD}
ECHO = "89990000001"
TWO_ACCOUNTS = """
[[account]]
name = "work"
number = "{number}"
proxy = "127.0.0.1:{port}"
"""
TELEPHONES = """
[[line]]
name = "hall"
rings_for = ["main"]

[[line]]
name = "office"
account = "work"
rings_for = ["work"]

[[line]]
name = "kitchen"
"""


def gateway_of_two(folder: Path, network: RunningNetwork, account: str = "") -> GatewayProcess:
    return GatewayProcess(
        folder / "gateway",
        f"127.0.0.1:{network.port}",
        account=account,
        settings=TWO_ACCOUNTS.format(number=WORK, port=network.port),
        secrets=f'[account.work]\npassword = "{WORK_PASSWORD}"\n',
        lines=TELEPHONES,
    )


async def registered(gateway: GatewayProcess) -> None:
    await gateway.until(
        lambda status: all(account.get("registered") for account in status["accounts"]),
        "both accounts registered",
        20,
    )


async def call(gateway: GatewayProcess, line: str, number: str = ECHO) -> None:
    await gateway.handset("lift", line)
    await gateway.handset("hear", line, tone="dial")
    await gateway.handset("dial", line, digits=number)


def states(status: Any) -> dict[str, str]:
    return {line["name"]: line["state"] for line in status["lines"]}


def test_each_line_calls_by_its_account_and_rings_for_its_accounts(tmp_path: Path) -> None:
    async def run(network: RunningNetwork) -> None:
        async with gateway_of_two(tmp_path, network) as gateway:
            await registered(gateway)
            last = "0"
            for line, account in (("hall", NUMBER), ("office", WORK), ("kitchen", NUMBER)):
                await call(gateway, line)
                placed = await asyncio.to_thread(network.control.wait_call, after=last)
                last = placed["call"]
                assert placed["account"] == account, line
                await gateway.handset("hang-up", line)
                await asyncio.to_thread(network.control.wait, placed["call"], "ended")
            for account, line, others in (
                (WORK, "office", ("hall",)),
                (NUMBER, "hall", ("office",)),
            ):
                offered = await asyncio.to_thread(network.control.call, account)
                await gateway.handset("ringing", line, wait=True)
                found = states(await gateway.status())
                assert all(found[other] == "idle" for other in others), found
                await gateway.handset("lift", line)
                await asyncio.to_thread(network.control.wait, offered, "connected")
                await gateway.handset("hang-up", line)
                await asyncio.to_thread(network.control.wait, offered, "ended")
            records = await gateway.calls()
            assert {(record["line"], record["account"]) for record in records} == {
                ("hall", "main"),
                ("office", "work"),
                ("kitchen", "main"),
            }

    with multifon_network(tmp_path, PASSWORDS) as network:
        asyncio.run(run(network))


def test_one_account_more_than_it_carries_is_refused_at_once_and_the_other_is_free(
    tmp_path: Path,
) -> None:
    async def run(network: RunningNetwork) -> None:
        async with gateway_of_two(tmp_path, network, account="calls = 1\n") as gateway:
            await registered(gateway)
            await call(gateway, "hall")
            await gateway.until(lambda status: states(status)["hall"] == "talking", "talking", 10)
            made = network.control.status()["calls_made"]
            await call(gateway, "kitchen")
            await gateway.handset("hear", "kitchen", tone="congestion")
            (refused, *_) = await gateway.calls()
            assert (refused["line"], refused["reason"]) == ("kitchen", "call-limit")
            assert network.control.status()["calls_made"] == made, "the network was not asked"
            await call(gateway, "office")
            await gateway.until(lambda status: states(status)["office"] == "talking", "talking", 10)

    with multifon_network(tmp_path, PASSWORDS) as network:
        asyncio.run(run(network))


def test_an_emergency_call_is_tried_however_many_calls_there_are(tmp_path: Path) -> None:
    async def run(network: RunningNetwork) -> None:
        async with gateway_of_two(tmp_path, network, account="calls = 1\n") as gateway:
            await registered(gateway)
            await call(gateway, "hall")
            await gateway.until(lambda status: states(status)["hall"] == "talking", "talking", 10)
            first = network.control.calls()[0]["call"]
            await call(gateway, "kitchen", "112")
            placed = await asyncio.to_thread(network.control.wait_call, after=first)
            assert placed["number"] == "112"

    with multifon_network(tmp_path, PASSWORDS) as network:
        asyncio.run(run(network))


def test_a_business_account_carries_the_calls_that_its_setting_says(tmp_path: Path) -> None:
    async def run(network: RunningNetwork) -> None:
        gateway = GatewayProcess(
            tmp_path / "gateway", f"127.0.0.1:{network.port}", account="calls = 4\n", lines=4
        )
        async with gateway:
            await gateway.until_registered()
            for line in ("line1", "line2", "line3", "line4"):
                await call(gateway, line)
            await gateway.until(
                lambda status: set(states(status).values()) == {"talking"}, "four talk", 20
            )

    with multifon_network(tmp_path, {NUMBER: PASSWORD}, call_limit=4) as network:
        asyncio.run(run(network))


def test_the_providers_figure_of_calls_at_a_time_is_obeyed(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path, lines=3, network_settings={"call_limit": 3}) as house:
            await asyncio.to_thread(house.network.control.account_api_set, lines=3)
            assert (await house.gateway.client.call("account.lines"))["lines"] == 3
            for line in ("line1", "line2", "line3"):
                await call(house.gateway, line)
            await house.gateway.until(
                lambda status: set(states(status).values()) == {"talking"}, "three talk", 20
            )
            await asyncio.to_thread(house.network.control.account_api_set, lines=2)
            await house.gateway.client.call("account.lines")
            await house.gateway.handset("hang-up", "line3")
            await house.gateway.until(lambda status: status["calls"] == 2, "two calls", 10)
            await call(house.gateway, "line3")
            await house.gateway.handset("hear", "line3", tone="congestion")

    asyncio.run(run())


def test_a_call_for_which_pjproject_has_no_room_is_not_blamed_on_the_provider(
    tmp_path: Path,
) -> None:
    async def run(network: RunningNetwork) -> None:
        gateway = GatewayProcess(
            tmp_path / "gateway", f"127.0.0.1:{network.port}", account="calls = 5\n", lines=5
        )
        async with gateway:
            await gateway.until_registered()
            lines = [f"line{number}" for number in range(1, 6)]
            for line in lines:
                await call(gateway, line)
            await gateway.until(
                lambda status: (
                    all(states(status)[line] == "talking" for line in lines[:4])
                    and states(status)["line5"] in {"talking", "busy"}
                ),
                "four talk, and the fifth has its fate",
                20,
            )
            if states(await gateway.status())["line5"] == "busy":
                assert (await gateway.calls())[0]["reason"] == "call-limit"

    with multifon_network(tmp_path, {NUMBER: PASSWORD}, call_limit=5) as network:
        asyncio.run(run(network))
