"""Each verdict that the local exchange can play, over real SIP."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway.call.reason import Reason
from tests.demo.house import House
from tests.failures.calls import call_out, until_recorded
from tests.failures.fragile_house import FragileHouse
from tests.gateway_process import NUMBER, GatewayProcess

Verdict = Mapping[str, Any]


async def dialled(house: House | FragileHouse, digits: str) -> Verdict:
    """The verdict on a call that is not answered, or ends by itself."""
    before = len(await house.gateway.calls())
    await house.gateway.handset("lift")
    await house.gateway.handset("hear", tone="dial")
    await house.gateway.handset("dial", digits=digits, by="keypad")
    records = await until_recorded(house.gateway, before + 1)
    await house.gateway.handset("hang-up")
    await house.gateway.until_line("idle")
    found: Verdict = records[0]["verdict"]
    return found


REFUSALS: tuple[tuple[str, dict[str, Any], str, Reason, str], ...] = (
    ("engaged", {}, "89990000003", Reason.BUSY, "certain"),
    ("rejected", {}, "89990000010", Reason.REFUSED, "certain"),
    ("out of range", {}, "89990000005", Reason.UNREACHABLE, "certain"),
    ("it rings for ever", {"no_answer": 1.0}, "89990000004", Reason.NO_ANSWER, "likely"),
    ("not known", {}, "89990001404", Reason.WRONG_NUMBER, "certain"),
    ("forbidden", {}, "89990001403", Reason.NOT_ALLOWED, "likely"),
    ("no codec", {}, "89990001488", Reason.CODEC, "certain"),
    ("overload", {}, "89990001503", Reason.CONGESTION, "certain"),
    ("a failure", {}, "89990001500", Reason.PROVIDER_FAILED, "certain"),
    ("money", {"balance": 1.0}, "89990000001", Reason.NO_BALANCE, "certain"),
    ("money, by status", {}, "89990001402", Reason.NO_BALANCE, "certain"),
    ("the limit", {"call_limit": 0}, "89990000001", Reason.CALL_LIMIT, "certain"),
)


def test_refused_calls(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            usual = (await house.ask("status"))["settings"]
            for name, settings, digits, reason, certainty in REFUSALS:
                await house.ask("set", **usual | settings)
                found = await dialled(house, digits)
                assert (found["reason"], found["certainty"]) == (reason.value, certainty), name
                assert found["evidence"]["source"] == f"127.0.0.1:{house.network.port}"
                assert found["evidence"]["ended_by"] == "network"
                assert found["text"]
                assert found["text_ru"]

    asyncio.run(run())


def test_a_call_without_voice(tmp_path: Path) -> None:
    found = after_a_call(tmp_path, {"loss_to_account": 100.0}, until(sent=150))
    assert (found["reason"], found["certainty"]) == ("no-voice", "certain")
    assert found["evidence"]["remote_media"].startswith("127.0.0.1:")
    assert "UDP " in found["text_ru"]


def test_a_call_without_voice_behind_a_router_that_rewrites_sip(tmp_path: Path) -> None:
    network = {"loss_to_account": 100.0, "alg": True}
    found = after_a_call(tmp_path, network, until(sent=150))
    assert (found["reason"], found["certainty"]) == ("alg", "likely")
    assert found["evidence"]["changed"] == ["Contact"]


def test_a_call_with_gaps(tmp_path: Path) -> None:
    found = after_a_call(tmp_path, {"loss_to_account": 30.0}, until(received=100))
    assert (found["reason"], found["certainty"]) == ("poor-voice", "certain")
    assert found["evidence"]["mos"] < 3.6


def test_a_call_that_is_not_heard_at_the_far_end(tmp_path: Path) -> None:
    """The far end's own reports tell it; so do they of the round trip."""
    network = {"loss_from_account": 50.0, "rtcp": True}
    found = after_a_call(tmp_path, network, until(received=200))
    assert (found["reason"], found["certainty"]) == ("not-heard", "likely")
    assert 30 < found["evidence"]["far_loss_percent"] < 70


def test_the_far_end_s_reports_are_in_the_figures_of_a_call(tmp_path: Path) -> None:
    async def run() -> None:
        # pjmedia sends its first report after 5 s; the round trip follows from the answer to it.
        async with House(tmp_path, {"rtcp": True, "loss_to_account": 4.0}) as house:
            call = await call_out(house)
            await until(received=400)(house, call)
            await house.gateway.handset("hang-up")
            (record,) = await until_recorded(house.gateway, 1)
            figures = record["figures"]
            assert figures["far_reports"] >= 3
            assert figures["far_loss_percent"] == 0
            assert figures["far_mos"] > figures["mos"] > 3
            assert 1 < figures["loss_percent"] < 12
            assert 0 < figures["round_trip_ms"] < 1000
            assert figures["line_late"] >= 0

    asyncio.run(run())


def test_a_good_call(tmp_path: Path) -> None:
    found = after_a_call(tmp_path, {}, until(received=50))
    assert (found["reason"], found["certainty"]) == ("completed", "certain")
    assert found["evidence"]["ended_by"] == "gateway"


def test_a_call_whose_ack_is_lost(tmp_path: Path) -> None:
    """The network repeats its answer and gives up after 64 T1, here 6.4 s."""

    async def nothing(_house: House, _call: str) -> None:
        """The network ends the call by itself."""

    found = after_a_call(tmp_path, {"lose_acks": True, "t1": 0.1}, nothing, hang_up=False)
    assert (found["reason"], found["certainty"]) == ("lost-ack", "likely")
    assert found["evidence"]["answer_repeats"] >= 3


def until(**wanted: int) -> Callable[[House, str], Awaitable[None]]:
    """Wait until so many packets came to the far end (``sent``), or left it (``received``)."""

    async def enough(house: House, call: str) -> None:
        counted = {"sent": "received", "received": "sent"}
        deadline = asyncio.get_running_loop().time() + 30
        while True:
            figures = (await house.ask("call_info", call))["figures"]
            if all(figures[counted[name]] >= count for name, count in wanted.items()):
                return
            assert asyncio.get_running_loop().time() < deadline, figures
            await asyncio.sleep(0.1)

    return enough


def after_a_call(
    folder: Path,
    network: dict[str, Any],
    during: Callable[[House, str], Awaitable[None]],
    *,
    hang_up: bool = True,
) -> Verdict:
    """The verdict on an answered call; the event of its end tells the same."""
    found: list[Verdict] = []

    async def run() -> None:
        async with House(folder, network) as house:
            call = await call_out(house)
            await during(house, call)
            if hang_up:
                await house.gateway.handset("hang-up")
            (record,) = await until_recorded(house.gateway, 1)
            if not hang_up:
                await house.gateway.handset("hang-up")
            found.append(record["verdict"])

    asyncio.run(run())
    return found[0]


def test_a_call_that_is_not_answered_at_all_while_the_registration_is(tmp_path: Path) -> None:
    network = {"drop_invites": True, "expires": 4}

    async def run() -> None:
        async with House(tmp_path, network) as house:
            found = await dialled(house, "89990000001")
            assert (found["reason"], found["certainty"]) == ("calls-dropped", "likely")
            assert found["evidence"]["requests"] > 1

    asyncio.run(run())


@pytest.mark.slow
def test_a_call_when_the_provider_is_silent(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            await house.ask("set", reachable=False)
            found = await dialled(house, "89990000001")
            assert (found["reason"], found["certainty"]) == ("no-reply", "certain")

    asyncio.run(run())


def test_a_caller_who_gives_up(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            await house.ask("call", caller="74951234567", cancel_after=1.0)
            (record,) = await until_recorded(house.gateway, 1)
            assert record["verdict"]["reason"] == "cancelled"
            assert record["verdict"]["evidence"]["ended_by"] == "network"

    asyncio.run(run())


def test_a_network_that_has_forgotten_the_registration(tmp_path: Path) -> None:
    async def run() -> None:
        async with FragileHouse(tmp_path) as house:
            await house.gateway.start()
            await house.gateway.until_registered()
            await house.kill_network()
            await house.restart_network()
            # The gateway may not register anew before it has called.
            house.network.control.set(register_status=503)
            found = await dialled(house, "89990000001")
            assert (found["reason"], found["certainty"]) == ("not-registered", "certain")
            assert found["evidence"]["status"] == 403

    asyncio.run(run())


@pytest.mark.slow
def test_an_incoming_call_whose_ack_is_lost(tmp_path: Path) -> None:
    """The gateway's answer is never confirmed; SIP gives up after 32 s."""

    async def run() -> None:
        async with House(tmp_path, {"lose_acks": True}) as house:
            await house.ask("call", caller="74951234567", party="silence")
            await house.gateway.handset("ringing", wait=True)
            await house.gateway.handset("lift")
            for _ in range(60):
                records = await house.gateway.calls()
                if records:
                    break
                await asyncio.sleep(1)
            await house.gateway.handset("hang-up")
            assert [record["verdict"]["reason"] for record in records] == ["lost-ack"]
            assert records[0]["verdict"]["evidence"]["ack_missing"]

    asyncio.run(run())


async def registration(gateway: GatewayProcess, reason: Reason) -> Verdict:
    """The verdict on the registration, once it is ``reason``."""

    def judged(status: Mapping[str, Any]) -> bool:
        verdict = status["accounts"][0].get("verdict")
        return verdict is not None and verdict["reason"] == reason.value

    await gateway.until(judged, f"the verdict {reason.value}", 60)
    found: Verdict = (await gateway.status())["accounts"][0]["verdict"]
    return found


def judged_registration(
    folder: Path, reason: Reason, *, password: str = "", **network: Any
) -> Verdict:
    found: list[Verdict] = []
    more = {"password": password} if password else {}

    async def run() -> None:
        async with FragileHouse(folder, network=network, **more) as house:
            await house.gateway.start()
            found.append(await registration(house.gateway, reason))

    asyncio.run(run())
    return found[0]


def test_a_wrong_password_that_is_challenged_for_ever(tmp_path: Path) -> None:
    found = judged_registration(
        tmp_path, Reason.WRONG_PASSWORD, password="not-the-right-1", wrong_password=401
    )
    assert found["certainty"] == "certain"
    assert "not-the-right-1" not in json.dumps(found)


def test_a_wrong_password_that_is_forbidden(tmp_path: Path) -> None:
    found = judged_registration(tmp_path, Reason.WRONG_PASSWORD, register_status=403)
    assert found["certainty"] == "likely"
    assert found["evidence"]["status"] == 403


def test_an_account_that_is_not_known(tmp_path: Path) -> None:
    found = judged_registration(tmp_path, Reason.UNKNOWN_ACCOUNT, register_status=404)
    assert found["certainty"] == "certain"


def test_a_registrar_that_fails(tmp_path: Path) -> None:
    found = judged_registration(tmp_path, Reason.PROVIDER_FAILED, register_status=500)
    assert found["evidence"]["phrase"] == "Server Internal Error"


def test_a_router_that_rewrites_the_registration(tmp_path: Path) -> None:
    found = judged_registration(tmp_path, Reason.ALG, alg=True)
    assert found["certainty"] == "possible"
    assert found["evidence"]["changed"] == ["Contact"]


def test_a_name_that_is_not_found(tmp_path: Path) -> None:
    found = alone(tmp_path, "sip.provider.invalid:5060", Reason.DNS)
    assert found["certainty"] == "certain"


def test_a_proxy_that_takes_no_connection(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # not listening, so that a connection is refused
        port = closed.getsockname()[1]
        found = alone(tmp_path, f"127.0.0.1:{port}", Reason.NO_ROUTE, 'transport = "tcp"')
    assert found["certainty"] == "certain"
    assert f"(TCP 127.0.0.1:{port})" in found["text"]


@pytest.mark.slow
def test_a_proxy_from_which_nothing_ever_comes(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        port = mute.getsockname()[1]
        found = alone(tmp_path, f"127.0.0.1:{port}", Reason.FIREWALL)
        assert mute.recv(4096).startswith(b"REGISTER ")
    assert found["certainty"] == "likely"
    assert f"(UDP 127.0.0.1:{port})" in found["text_ru"]


def alone(folder: Path, proxy: str, reason: Reason, account: str = "") -> Verdict:
    """The verdict on a gateway without a network."""
    found: list[Verdict] = []

    async def run() -> None:
        async with GatewayProcess(folder, proxy, account=account) as gateway:
            found.append(await registration(gateway, reason))
            status = await gateway.status()
            assert status["accounts"][0]["number"] == NUMBER

    asyncio.run(run())
    return found[0]
