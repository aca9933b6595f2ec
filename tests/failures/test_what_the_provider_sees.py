"""The gateway's messages as MultiFon would judge them (multifon.md §2.1 to §2.4)."""

import asyncio
import re
from pathlib import Path

from tests.demo.house import House
from tests.failures.behind_a_router import RoutedHouse
from tests.failures.calls import LISTENER, asked, call_works, until_recorded


def header(message: str, name: str) -> str:
    found = re.search(rf"^{name}: (.*?)\r?$", message, re.MULTILINE)
    assert found is not None, message
    return found[1]


async def refreshed(house: House, times: int) -> None:
    deadline = asyncio.get_running_loop().time() + 30
    while (await house.ask("accounts"))[0]["registers"] < times:
        assert asyncio.get_running_loop().time() < deadline, "no refresh comes"
        await asyncio.sleep(0.1)


def test_registration_is_as_multifon_wants_it(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path, {"expires": 4, "realm": "BREDBAND"}) as house:
            number = house.number
            await refreshed(house, 5)
            entries = await house.ask("trace", contains="REGISTER sip:")
            assert len({entry["remote"] for entry in entries}) == 1, "more than one socket"
            registers = [entry["text"] for entry in entries]
            assert {text.partition("\r\n")[0] for text in registers} == {
                "REGISTER sip:multifon.ru SIP/2.0"
            }
            for text in registers:
                assert f"<sip:{number}@multifon.ru>" in header(text, "From")
                assert f"<sip:{number}@multifon.ru>" in header(text, "To")
                assert header(text, "Expires") == "60"
            credentials = [
                header(text, "Authorization") for text in registers if "Authorization" in text
            ]
            for text in credentials:
                assert f'username="{number}"' in text
                assert 'realm="BREDBAND"' in text
                assert "qop=auth" in text.replace('"', "")
                assert 'opaque="' in text
            counts: dict[str, list[int]] = {}
            for text in credentials:
                nonce, count = re.search(r'nonce="([^"]+)"', text), re.search(r"nc=(\w+)", text)
                assert nonce is not None
                assert count is not None
                counts.setdefault(nonce[1], []).append(int(count[1], 16))
            for used in counts.values():
                assert used == sorted(set(used)), "a nonce count is repeated"
            assert (await house.ask("accounts"))[0]["replays"] == 0

    asyncio.run(run())


def test_an_invitation_is_as_multifon_wants_it(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            await call_works(house)
            for entry in await house.ask("trace", contains="INVITE sip:"):
                text = entry["text"]
                assert text.startswith("INVITE sip:79990000012@multifon.ru SIP/2.0\r\n")
                assert f"sip:{house.number}@multifon.ru" in header(text, "From")
                assert "P-Asserted-Identity" not in text
                media = re.search(r"^m=audio (\d+) RTP/AVP (.*?)\r$", text, re.MULTILINE)
                assert media is not None
                assert int(media[1]) > 0
                assert media[2].split() == ["8", "0"]
                assert "telephone-event" not in text
                assert "a=inactive" not in text

    asyncio.run(run())


def test_an_invite_without_any_reply_ends_after_ten_seconds(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            await house.ask("set", reachable=False)
            await house.gateway.handset("lift")
            await house.gateway.handset("dial", digits=LISTENER, by="keypad")
            await house.gateway.handset("hear", tone="congestion", timeout=25)
            await house.gateway.handset("hang-up")
            (record,) = await until_recorded(house.gateway, 1)
            assert record["reason"] == "no-reply"
            await house.ask("set", reachable=True)
            await call_works(house)

    asyncio.run(run())


def test_the_mapping_in_the_router_is_kept_alive(tmp_path: Path) -> None:
    async def run() -> None:
        async with RoutedHouse(tmp_path, network={"expires": 300}) as house:
            deadline = asyncio.get_running_loop().time() + 40
            while house.router.keep_alives < 1:
                assert asyncio.get_running_loop().time() < deadline, "nothing keeps it"
                await asyncio.sleep(0.2)
            call = await asked(house, "call", caller="74950000001")
            await house.gateway.handset("ringing", wait=True)
            await asked(house, "hang_up", call)
            await house.gateway.handset("silent")

    asyncio.run(run())
