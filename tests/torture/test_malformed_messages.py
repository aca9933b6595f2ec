"""Messages that no provider sends on purpose.  From the proxy's address they are looked at, and the
gateway lives; from any other address they are not there."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from tests.demo.house import House
from tests.failures.calls import call_works
from tests.torture.messages import MESSAGES, Scene
from tests.torture.mutations import mutated
from tests.torture.target import Attacker

COUNT = 10_000
SEED = int(os.environ.get("MUTATION_SEED", "4475"))
AT_ONCE = 25
"""Messages between two questions whether the gateway is well."""
STRANGER = "127.0.0.3"
IMPATIENT = "[ringing]\nno_answer_timeout = 5\n"


async def sip_port(house: House) -> int:
    (account,) = await house.ask("accounts")
    return int(account["source"].rpartition(":")[2])


def scene(house: House, port: int, attacker: Attacker) -> Scene:
    return Scene(house.number, f"127.0.0.1:{port}", attacker.place)


async def calmed(house: House) -> None:
    """Wait until the calls that some messages made have ended."""
    await house.gateway.until_line("idle", seconds=60)
    await house.gateway.until(lambda status: status["calls"] == 0, "no calls", 60)


async def still_calls(house: House, pid: int) -> None:
    """Nothing has crashed, nothing was restarted, a call works."""
    assert house.gateway.started
    assert house.gateway.pid == pid
    await calmed(house)
    await call_works(house)


def test_every_message_of_rfc_4475_is_survived(tmp_path: Path) -> None:
    def attack(port: int, house: House) -> None:
        with Attacker(port) as attacker:
            place = scene(house, port, attacker)
            for number, (name, make) in enumerate(MESSAGES.items()):
                attacker.send(make(place, f"t{number}"))
                assert attacker.answers_options(), f"no answer after {name}"

    async def run() -> None:
        async with House(tmp_path, settings=IMPATIENT) as house:
            pid = house.gateway.pid
            await asyncio.to_thread(attack, await sip_port(house), house)
            await still_calls(house, pid)

    asyncio.run(run())


@pytest.mark.slow
def test_ten_thousand_mutated_messages_are_survived(tmp_path: Path) -> None:
    def attack(port: int, house: House) -> None:
        with Attacker(port) as attacker:
            place = scene(house, port, attacker)
            batch = []
            for number, message in enumerate(mutated(place, SEED, COUNT), 1):
                batch.append(message)
                attacker.send(message)
                if number % AT_ONCE == 0:
                    if not attacker.answers_options():
                        (tmp_path / "batch").write_bytes(b"\n=====\n".join(batch))
                    assert attacker.answers_options(), f"seed {SEED}, before message {number}"
                    batch.clear()

    async def run() -> None:
        async with House(tmp_path, settings=IMPATIENT) as house:
            pid = house.gateway.pid
            await asyncio.to_thread(attack, await sip_port(house), house)
            await still_calls(house, pid)

    asyncio.run(run())


def test_the_same_messages_from_another_address_are_ignored(tmp_path: Path) -> None:
    def attack(port: int, house: House) -> int:
        with Attacker(port, STRANGER) as attacker:
            place = scene(house, port, attacker)
            for number, make in enumerate(MESSAGES.values()):
                attacker.send(make(place, f"t{number}"))
            for number, message in enumerate(mutated(place, SEED, COUNT), 1):
                attacker.send(message)
                if number % 500 == 0:
                    time.sleep(0.01)
            attacker.drain(2.0)
            return attacker.answers

    async def run() -> None:
        async with House(tmp_path) as house:
            assert await asyncio.to_thread(attack, await sip_port(house), house) == 0
            assert (await house.gateway.handset("ringing"))["bursts"] == []
            assert await house.gateway.calls() == []
            await call_works(house)

    asyncio.run(run())
