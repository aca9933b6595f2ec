import asyncio
from pathlib import Path

import pytest

from gateway.control.client import ControlClient
from gateway.control.errors import RefusedError
from tests.demo.house import House
from tests.failures.calls import asked, call_works, no_errors_in, second_client
from tests.gateway_process import NUMBER

KEEPS = 'routing = "multifon"\n'


async def next_warning(client: ControlClient, warning: str | None) -> None:
    """Wait for the event that tells the warning, or that it is over."""
    async with asyncio.timeout(30):
        async for event in client.events():
            if event.params["warning"] == warning:
                return


async def dial_tone_is(house: House, tone: str) -> None:
    await house.gateway.handset("lift")
    await house.gateway.handset("hear", tone=tone)
    await house.gateway.handset("hang-up")
    await house.gateway.until_line("idle")


async def service(house: House) -> dict[str, object]:
    found: dict[str, object] = (await house.gateway.status())["accounts"][0]["service"]
    return found


@pytest.mark.slow
def test_a_fall_back_is_told_by_the_status_and_the_dial_tone_until_the_balance_recovers(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        async with House(tmp_path, account=KEEPS, provider="poll_interval = 10") as house:
            await house.gateway.until(
                lambda status: status["accounts"][0]["service"]["routing"] == "multifon",
                "routing is read",
                30,
            )
            await dial_tone_is(house, "dial")
            watching = await second_client(house.gateway)
            await watching.subscribe("account")

            await asked(house, "set", balance=0.5)
            await next_warning(watching, "fell-back")
            found = await service(house)
            assert (found["routing"], found["wanted"], found["warning"]) == (
                "phone",
                "multifon",
                "fell-back",
            )
            assert "balance nears zero (it is 0.50 roubles)" in str(found["text"])
            await dial_tone_is(house, "message-waiting")
            assert not (await house.gateway.handset("state"))["messages"], "the lamp is for others"

            await asked(house, "set", balance=50)
            await next_warning(watching, None)
            assert (await asked(house, "account_api"))["routing"] == {NUMBER: "1"}
            found = await service(house)
            assert (found["routing"], found["warning"]) == ("multifon", None)
            await dial_tone_is(house, "dial")
            await watching.close()
            await call_works(house)
            no_errors_in(house.gateway)

    asyncio.run(run())


def test_messages_and_a_fall_back_share_the_stutter_tone_and_not_the_lamp(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path, account=KEEPS, provider="poll_interval = 0") as house:
            call = house.gateway.client.call
            await asked(house, "set", balance=0.5)
            assert (await call("account.routing"))["warning"] == "fell-back"
            await call("line.message-waiting", waiting=True)
            assert (await house.gateway.handset("state"))["messages"]
            await dial_tone_is(house, "message-waiting")
            await asked(house, "set", balance=50)
            assert await call("account.balance") == {"balance": 50.0}
            assert (await service(house))["warning"] is None
            assert (await house.gateway.handset("state"))["messages"]
            await dial_tone_is(house, "message-waiting")
            await call("line.message-waiting", waiting=False)
            await dial_tone_is(house, "dial")

    asyncio.run(run())


def test_a_changed_password_is_written_registered_with_and_told_nowhere(tmp_path: Path) -> None:
    new = "New-Horse-of-2026"

    async def run() -> None:
        async with House(tmp_path) as house:
            call = house.gateway.client.call
            watching = await second_client(house.gateway)
            await watching.subscribe("registration")
            found = await call("account.change-password", new=new)
            assert found["changed"]
            async with asyncio.timeout(30):
                async for event in watching.events():
                    assert event.params["state"] != "refused"
                    if event.params["state"] == "registered":
                        break
            await watching.close()
            await call_works(house)
            with pytest.raises(RefusedError, match="the present password"):
                await call("account.change-password", new=new)
            await house.gateway.stop()
            await house.gateway.start()
            await house.gateway.until_registered()
            assert (await call_routing(house))["routing"] == "multifon"
            no_errors_in(house.gateway)

    asyncio.run(run())
    config = tmp_path / "gateway" / "config"
    assert new in (config / "secrets.toml").read_text()
    assert not (config / "secrets.new.toml").exists()
    told = [path for path in (tmp_path / "gateway").rglob("*") if path.is_file()]
    holders = {path.name for path in told if new.encode() in path.read_bytes()}
    assert holders == {"secrets.toml", "secrets.toml.good"}


async def call_routing(house: House) -> dict[str, object]:
    found: dict[str, object] = await house.gateway.client.call("account.routing")
    return found
