"""A sound card or a pin that goes away, through the whole daemon, with an electrical telephone."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.electrical.house import ElectricalHouse
from tests.failures.calls import until_recorded
from tests.gateway_process import GatewayProcess

LISTENER = "89990000012"
"""Answers at once and says nothing."""
TROUBLE = {
    "the sound card": ("pull-card", "put-card-back", {}, "sound card"),
    "the GPIO chip": ("remove-chip", "return-chip", {}, "GPIO"),
    "the pin of the hook": ("break-pin", "mend-pin", {"pin": 24}, "GPIO"),
}
"""What goes away: the telephone's methods for it, and a word of the sentence that names it."""


async def call_out(house: ElectricalHouse) -> str:
    """Lift, dial, and wait until both sides are connected; the network's name for the call."""
    old = (await house.ask("status"))["calls_made"]
    await house.phone("lift")
    await house.gateway.until_line("dial-tone")
    await house.phone("dial-tone", digits=LISTENER)
    call = str((await house.ask("wait_call", str(old)))["call"])
    await house.ask("wait", call, "connected")
    await house.gateway.until_line("talking")
    return call


async def voice_passes(house: ElectricalHouse, call: str, digits: str, before: str = "") -> None:
    await house.phone("dial-tone", digits=digits)
    await house.ask("wait_digits", call, before + digits)


async def call_works(house: ElectricalHouse) -> None:
    """A whole call, from an idle line to an idle line; the digits prove the voice."""
    await house.gateway.until_line("idle")
    call = await call_out(house)
    await voice_passes(house, call, "159")
    await house.phone("hang-up")
    assert (await house.ask("wait", call, "ended"))["ended_by"] == "account"
    await house.gateway.until_line("idle")


async def status_command(gateway: GatewayProcess, *options: str) -> str:
    """What ``gateway status`` prints."""
    command = (sys.executable, "-m", "gateway", "status", "--socket", str(gateway.socket))
    process = await asyncio.create_subprocess_exec(
        *command, *options, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0
    return printed.decode()


async def the_status_names(gateway: GatewayProcess, word: str) -> None:
    """The line is out of service, and its fault is a sentence with ``word``."""
    (line,) = json.loads(await status_command(gateway, "--json"))["lines"]
    assert line["state"] == "out-of-service"
    assert word in line["fault"]
    assert line["fault"].endswith(".")
    shown = await status_command(gateway)
    assert "out-of-service (fault)" in shown
    assert line["fault"] in shown


async def the_bell_is_safe(house: ElectricalHouse) -> None:
    telephone = await house.phone("state")
    assert not telephone["ringing"]
    assert not telephone["ring-mode"], "RM is high"


async def byes(house: ElectricalHouse) -> int:
    """How many BYEs have come to the network."""
    trace = await house.ask("trace", contains="BYE sip:")
    return sum(entry["direction"] == "in" for entry in trace)


@pytest.mark.parametrize("what", TROUBLE)
def test_what_is_pulled_in_a_call_ends_it_is_named_and_heals(tmp_path: Path, what: str) -> None:
    pull, put_back, parameters, word = TROUBLE[what]

    async def run() -> None:
        async with ElectricalHouse(tmp_path) as house:
            call = await call_out(house)
            await voice_passes(house, call, "1")
            await house.phone(pull, **parameters)
            await house.gateway.until_line("out-of-service")
            info = await house.ask("wait", call, "ended")
            assert (info["ended_by"], info["status"]) == ("account", 200)
            assert await byes(house) == 1
            (record,) = await until_recorded(house.gateway, 1)
            assert record["reason"] == "line-fault"
            await the_status_names(house.gateway, word)
            await the_bell_is_safe(house)
            unreachable = await house.ask("call", caller="74950000001")
            info = await house.ask("wait", unreachable, "ended")
            assert (info["ended_by"], info["status"]) == ("account", 480)
            await house.phone(put_back, **parameters)
            # The receiver is lifted still.
            await house.gateway.until_line("dial-tone")
            assert (await house.gateway.status())["lines"][0]["fault"] is None
            await house.phone("hang-up")
            await call_works(house)

    asyncio.run(run())


@pytest.mark.parametrize("what", TROUBLE)
def test_what_is_pulled_while_it_rings_silences_the_bell(tmp_path: Path, what: str) -> None:
    pull, put_back, parameters, word = TROUBLE[what]

    async def run() -> None:
        async with ElectricalHouse(tmp_path) as house:
            call = await house.ask("call", caller="74950000001")
            await house.gateway.until_line("ringing")
            await house.until_phone(lambda state: bool(state["ringing"]), "the bell")
            await house.phone(pull, **parameters)
            info = await house.ask("wait", call, "ended")
            assert (info["ended_by"], info["status"]) == ("account", 480)
            await the_status_names(house.gateway, word)
            await the_bell_is_safe(house)
            await house.phone(put_back, **parameters)
            await call_works(house)

    asyncio.run(run())


def test_a_call_survives_a_sound_card_that_comes_back_in_a_second(tmp_path: Path) -> None:
    async def run() -> None:
        async with ElectricalHouse(tmp_path) as house:
            call = await call_out(house)
            await voice_passes(house, call, "1")
            await house.phone("pull-card")
            await asyncio.sleep(1.0)
            frames = (await house.gateway.status())["lines"][0]["voice"]["frames"]
            await house.phone("put-card-back")
            await house.gateway.until(
                lambda status: status["lines"][0]["voice"]["frames"] > frames, "voice", 10
            )
            await voice_passes(house, call, "2", before="1")
            (line,) = (await house.gateway.status())["lines"]
            assert (line["state"], line["fault"]) == ("talking", None)
            await house.phone("hang-up")
            await house.gateway.until_line("idle")
            (record,) = await until_recorded(house.gateway, 1)
            assert record["reason"] == "completed"

    asyncio.run(run())
