"""An account and the network are checked against the local provider."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from gateway.probe.account_check import FIRST_WAIT_S, Pause, number_of
from gateway.probe.https_clock import Seen, look
from gateway.probe.network_check import Door, Target, judge_service
from gateway.probe.network_check import check as check_network
from gateway.probe_commands import ProbeCommands
from gateway.provider import load_provider
from gateway.settings.declaration import Account, Provider, Settings
from gateway.settings.secret import Secret
from gateway.words import Words
from tests.certificates import Certificates, certificates
from tests.simulators.multifon.network_process import RunningNetwork
from tests.test_multifon_network.conftest import ACCOUNT, PASSWORD, network_in_thread

WRITTEN = "+7 (926) 123-45-67"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def network(tmp_path: Path, authority: Certificates) -> Iterator[RunningNetwork]:
    with network_in_thread(tmp_path, authority.of("127.0.0.1")) as running:
        yield running


class Asked:
    """The methods, and what they have told."""

    def __init__(
        self, network: RunningNetwork, authority: Certificates, *, registered: bool = False
    ) -> None:
        self.told: list[tuple[str, Mapping[str, Any]]] = []
        account = Account(
            number=ACCOUNT,
            password=Secret(PASSWORD),
            proxy=f"127.0.0.1:{network.port}",
            service_url=network.account_api,
        )
        settings = replace(
            Settings(accounts=(account,)), provider=Provider(ca_bundle=str(authority.bundle))
        )
        self.where = {"proxy": account.proxy, "service_url": account.service_url}
        commands = ProbeCommands(
            settings,
            lambda _number: registered,
            lambda name, params: self.told.append((name, params)),
        )
        self._methods = commands.methods()

    def account(self, **changed: str) -> Mapping[str, Any]:
        given = {"number": WRITTEN, "password": PASSWORD, **self.where, **changed}
        return asyncio.run(self._asked("account.check", given))

    def network(self) -> Mapping[str, Any]:
        return asyncio.run(self._asked("network.check", {}))

    async def _asked(self, method: str, given: Mapping[str, str]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = await self._methods[method](given)
        return found


def test_a_right_account_is_found_with_its_routing_and_balance_and_nothing_is_changed(
    network: RunningNetwork, authority: Certificates
) -> None:
    found = Asked(network, authority).account()
    assert found["ok"] is True, found
    assert (found["number"], found["balance"]) == (ACCOUNT, 100.0)
    assert found["routing"] in {"phone", "multifon", "both"}
    assert found["sip"]["ok"] is True
    assert PASSWORD not in str(found)
    (account,) = [one for one in network.control.accounts() if one["account"] == ACCOUNT]
    assert account["registered"] is False


def test_beside_a_registration_sip_is_not_asked(
    network: RunningNetwork, authority: Certificates
) -> None:
    found = Asked(network, authority, registered=True).account()
    assert (found["ok"], found["sip"]) == (True, None)


def test_a_wrong_password_is_told_once_and_not_tried_as_a_flood(
    network: RunningNetwork, authority: Certificates
) -> None:
    asked = Asked(network, authority)
    found = asked.account(password="wrong")
    assert (found["ok"], found["reason"], found["sip"]) == (False, "wrong-password", None)
    assert "*137#" in found["text_ru"]
    with pytest.raises(ValueError, match=f"wait {FIRST_WAIT_S:.0f} s"):
        asked.account()


def test_without_the_service_sip_tells_what_is_wrong(
    network: RunningNetwork, authority: Certificates
) -> None:
    nowhere = {"service_url": "https://127.0.0.1:1/"}
    assert Asked(network, authority).account(**nowhere)["ok"] is True
    found = Asked(network, authority).account(**nowhere, password="wrong")
    assert (found["ok"], found["sip"]["ok"]) == (False, False)
    assert found["reason"] in {"wrong-password", "blocked"}
    found = Asked(network, authority).account(**nowhere, number="8 926 000-00-00")
    assert found["reason"] == "no-such-user"
    network.control.set(register_status=503)
    found = Asked(network, authority).account()
    assert (found["reason"], found["service"]["ok"]) == ("provider-failed", True)
    assert "503" in found["text_ru"]
    # A registrar that does not know the question has not refused the password.
    network.control.set(register_status=400)
    found = Asked(network, authority).account()
    assert (found["ok"], found["sip"]["reason"]) == (True, "unclear")
    found = Asked(network, authority).account(**nowhere)
    assert (found["ok"], found["reason"]) == (False, "unclear")


def test_a_provider_that_does_not_answer_and_one_without_an_address(
    network: RunningNetwork, authority: Certificates
) -> None:
    asked = Asked(network, authority)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        nobody.close()
        found = asked.account(proxy=f"127.0.0.1:{port}")
    assert found["reason"] == "firewall"
    assert "calls cannot go on yet" in found["text"]
    found = asked.account(proxy="no-such-host.invalid")
    assert found["reason"] == "no-address"
    assert "no-such-host.invalid" in found["text_ru"]


@pytest.mark.parametrize(
    "written",
    ["79261234567", "89261234567", "+79261234567", "9261234567",
     "8 (926) 123-45-67", "+7 926 1234567"],
)  # fmt: skip
def test_a_number_may_be_written_as_people_write_it(written: str) -> None:
    assert number_of(written, load_provider("multifon")) == ACCOUNT


@pytest.mark.parametrize("written", ["", "112", "*100#", "792612345", "+1 212 555 0100", "name"])
def test_what_is_no_number_of_the_provider_is_told(
    written: str, network: RunningNetwork, authority: Certificates
) -> None:
    found = Asked(network, authority).account(number=written)
    assert (found["ok"], found["reason"], found["number"]) == (False, "wrong-number", None)
    assert "+7 926" in found["text_ru"]


def test_the_pause_grows_with_wrong_passwords_and_ends_with_a_right_one() -> None:
    now = 0.0
    pause = Pause(lambda: now)
    waits = []
    for _ in range(8):
        pause.note(wrong=True)
        waits.append(pause.left)
        now += pause.left
    assert waits == [2, 4, 8, 16, 32, 64, 120, 120]
    pause.note(wrong=False)
    assert pause.left == 0


def test_a_network_in_order_is_told_step_by_step(
    network: RunningNetwork, authority: Certificates
) -> None:
    asked = Asked(network, authority)
    found = asked.network()
    names = [one["name"] for one in found["findings"]]
    assert names[0] == "router"
    assert names[1:] == [
        "name", "own-address", "sip-door", "sip-door", "sip", "public-address", "sip-alg",
        "service",
    ]  # fmt: skip
    wrong = [one for one in found["findings"] if not one["ok"] and one["name"] != "router"]
    assert wrong == []
    assert asked.told == [("network-check", one) for one in found["findings"]]
    assert all(one["text"] and one["text_ru"] for one in found["findings"])


def test_a_provider_out_of_reach_is_told_as_that(
    network: RunningNetwork, authority: Certificates
) -> None:
    asked = Asked(network, authority)
    network.control.set(reachable=False)
    told = {one["name"]: one for one in asked.network()["findings"]}
    assert not told["sip"]["ok"]
    assert told["service"]["ok"]


def test_where_the_gateway_is_registered_a_question_without_an_answer_is_no_fault() -> None:
    # Nobody listens there, so that no time is spent on waiting.
    target = Target("multifon.ru", "127.0.0.1", (Door("tcp", 1),), "")
    for registered in (False, True):
        found = asyncio.run(
            check_network([replace(target, registered=registered)], lambda _finding: None)
        )
        (sip,) = [one for one in found["findings"] if one["name"] == "sip"]
        assert sip["ok"] is registered


@pytest.mark.parametrize(
    ("offset", "right"), [(3.0, True), (-59.0, True), (61.0, False), (-4e8, False)]
)
def test_a_clock_that_is_wrong_is_told(offset: float, right: bool) -> None:
    told: dict[str, Any] = {}

    def add(name: str, ok: bool, words: Words, **values: Any) -> None:
        told[name] = (ok, words.ru, values)

    judge_service("host", Seen(None, offset), add)
    assert told["service"][0]
    assert told["clock"][0] is right
    assert ("NTP" in told["clock"][1]) is not right


def test_the_clock_is_read_of_a_server_that_is_not_trusted(authority: Certificates) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.of("127.0.0.1"))
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            trusted = look("127.0.0.1", server.server_port, str(authority.bundle))
            stranger = look("127.0.0.1", server.server_port)
        finally:
            server.shutdown()
            thread.join()
    assert trusted.trouble is None
    assert stranger.trouble is not None
    assert stranger.trouble.code == "certificate"
    for seen in (trusted, stranger):
        assert seen.clock_offset is not None
        assert abs(seen.clock_offset) < 60
