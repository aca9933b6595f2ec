"""The adapter's own Wi-Fi network: what a visitor meets, and the way into another one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from starlette.responses import PlainTextResponse

from gateway.network.model import Interface, Join, Kind, Security, State, WifiNetwork
from gateway.network.own_network import OwnNetworkPolicy
from gateway.network.system import Systems
from gateway.network.troubles import NetworkError, Trouble
from gateway.web import access_point
from gateway.web.access_point import AccessPoint
from gateway.web.portal import Portal
from tests.web.visit import EVERYDAY, Visit, until, visiting

HOME = WifiNetwork("Home", 80, Security.WPA, known=False, in_use=False)


class Radio:
    """What NetworkManager does with one radio; the network ``Home`` has the password 12345678."""

    def __init__(self) -> None:
        self.sharing = ""
        self.joined = ""
        self.cable = False

    async def interfaces(self) -> Sequence[Interface]:
        state = State.SHARING if self.sharing else State.DISCONNECTED
        addresses = ("10.42.0.1/24",) if self.sharing else ()
        if self.joined:
            state, addresses = State.CONNECTED, ("192.168.1.20/24",)
        wired = State.CONNECTED if self.cable else State.UNAVAILABLE
        return (
            Interface("eth0", Kind.WIRED, wired),
            Interface("wlan0", Kind.WIFI, state, addresses=addresses),
        )

    async def knows_wifi(self) -> bool:
        return bool(self.joined)

    async def scan(self, _interface: str) -> Sequence[WifiNetwork]:
        assert not self.sharing, "the radio cannot look around while it is an access point"
        return (HOME,)

    async def open_access_point(self, _interface: str, ssid: str) -> None:
        self.sharing = ssid

    async def close_access_point(self) -> None:
        self.sharing = ""

    async def join(self, interface: str, wish: Join) -> None:
        assert interface == "wlan0"
        if wish.password != "12345678":
            raise NetworkError(Trouble.WRONG_PASSWORD)
        self.joined, self.sharing = wish.ssid, ""


def point(radio: Radio) -> AccessPoint:
    async def system() -> Any:
        return SimpleNamespace(network=radio, changes=radio)

    systems = cast(Systems, SimpleNamespace(system=system))
    return AccessPoint(systems, OwnNetworkPolicy(patience=10.0))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_point, "LEAVE_AFTER", 0.0)


async def opened(radio: Radio) -> AccessPoint:
    found = point(radio)
    await found.look(0.0)
    assert not found.open
    await found.look(10.0)
    return found


def test_it_looks_around_opens_a_network_and_closes_it_when_a_cable_works() -> None:
    async def run() -> None:
        radio = Radio()
        own = await opened(radio)
        assert (own.address, own.interface, own.found) == ("10.42.0.1", "wlan0", (HOME,))
        assert radio.sharing == access_point.own_name()
        radio.cable = True
        await own.look(20.0)
        assert not own.open
        assert not radio.sharing

    asyncio.run(run())


async def asked(app: Any, url: str, language: str = "ru") -> httpx.Response:
    transport = httpx.ASGITransport(app)
    headers = {"Accept-Language": language}
    async with httpx.AsyncClient(transport=transport, headers=headers) as client:
        return await client.get(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://connectivitycheck.gstatic.com/generate_204",
        "http://captive.apple.com/hotspot-detect.html",
        "http://www.msftconnecttest.com/connecttest.txt",
        "http://detectportal.firefox.com/success.txt",
        "http://192.0.2.1/",
    ],
)
def test_a_telephone_that_looks_for_the_internet_is_led_to_the_page(url: str) -> None:
    async def run() -> None:
        portal = Portal(await opened(Radio()), 443, PlainTextResponse("otherwise"))
        answer = await asked(portal, url)
        assert (answer.status_code, answer.headers["location"]) == (302, "http://10.42.0.1/")
        assert "no-store" in answer.headers["cache-control"]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "Откройте этот адрес"), ("en", "Open this address")]
)
def test_the_window_says_where_the_page_is_and_asks_for_nothing(language: str, words: str) -> None:
    async def run() -> None:
        portal = Portal(await opened(Radio()), 8443, PlainTextResponse("otherwise"))
        answer = await asked(portal, "http://10.42.0.1/anything", language)
        assert words in answer.text
        assert 'href="https://10.42.0.1:8443/"' in answer.text
        assert "<form" not in answer.text
        assert "<script" not in answer.text

    asyncio.run(run())


def test_without_a_network_of_our_own_nothing_is_led_anywhere() -> None:
    async def run() -> None:
        portal = Portal(point(Radio()), 443, PlainTextResponse("otherwise"))
        assert (await asked(portal, "http://captive.apple.com/")).text == "otherwise"

    asyncio.run(run())


def test_the_first_step_is_then_the_homes_own_network(tmp_path: Path) -> None:
    radio = Radio()

    async def story(visit: Visit) -> None:
        await visit.sign_in()
        own = await opened(radio)
        object.__setattr__(visit.site, "access_point", own)
        assert (await visit.get("/first-run")).headers["location"] == "/first-run/wifi"
        page = (await visit.get("/first-run/wifi")).text
        assert "Home" in page
        wrong = await visit.post("/first-run/wifi", "/first-run/wifi", network="Home|wpa")
        assert wrong.status_code == 422
        assert "8 to 63" in wrong.text
        await visit.post(
            "/first-run/wifi", "/first-run/wifi", network="Home|wpa", password="87654321"
        )
        await until(lambda: own.trouble is not None)
        assert own.trouble is not None
        assert own.trouble.en in (await visit.get("/first-run/wifi")).text.replace("&#39;", "'")
        answer = await visit.post(
            "/first-run/wifi", "/first-run/wifi", network="Home|wpa", password="12345678"
        )
        assert f"https://{access_point.own_name()}.local/" in answer.text
        await until(lambda: bool(radio.joined))
        await own.look(99.0)
        assert not own.open
        assert (await visit.get("/first-run")).status_code == 200

    visiting(tmp_path, story, {**EVERYDAY, "account.check": {}})
