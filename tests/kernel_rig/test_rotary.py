"""Rotary digits at every speed, dialled on several lines of a busy gateway: every one as dialled.

``MULTIFON_ROTARY_DIGITS`` is how many digits are dialled at each of six speeds, in numbers of
eleven; without it one number is dialled at each of three.  How: ``tests/rotary/dialling.py``.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import random
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.kernel_rig.conftest import RESULTS
from tests.kernel_rig.house import SlicHouse, Station
from tests.rotary.dialling import (
    ALIVE,
    NUMBER_DIGITS,
    SPEEDS,
    Plan,
    Played,
    dial_on_a_busy_gateway,
)
from tests.simulators.multifon.sound import speak
from tests.simulators.telephone import dialer as player
from tests.simulators.telephone.aloop import LoopbackCard
from tests.simulators.telephone.alsa_end import FRAME_BYTES, AlsaEnd
from tests.simulators.telephone.contacts import CRADLE, Edge, move
from tests.simulators.telephone.gpio_sim import GpioSim

DIGITS = int(os.environ.get("MULTIFON_ROTARY_DIGITS", "0"))
KEPT = "rotary.json"


class Contacts:
    """A telephone of contacts alone, moved by a program of its own."""

    def __init__(self, house: SlicHouse, station: Station, dialer: Path) -> None:
        self._pull = house.header.attribute(station.wiring.shk)
        self._card = house.card(station)
        self._dialer = dialer
        self._choose = random.Random(station.place)

    async def cradle(self, lifted: bool) -> None:
        await self.dial(move(lifted, 0.0, CRADLE, self._choose))

    async def dial(self, edges: Sequence[Edge]) -> Played:
        played = await asyncio.to_thread(player.play, self._dialer, self._pull, edges)
        return Played(played.worst_delay, edges)

    @contextlib.asynccontextmanager
    async def talking(self) -> AsyncIterator[None]:
        speech = itertools.cycle(frames(speak(ALIVE, "ru").tobytes()))
        with AlsaEnd(self._card.telephone, lambda _: next(speech)) as voice:
            yield
            assert voice.frames > 0


def frames(samples: bytes) -> list[bytes]:
    return [
        samples[at : at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
        for at in range(0, len(samples), FRAME_BYTES)
    ]


@pytest.fixture
def dialer(tmp_path: Path) -> Path:
    return player.build(tmp_path)


def test_every_digit_arrives_at_the_network_as_dialled(
    header: GpioSim, cards: list[LoopbackCard], dialer: Path, tmp_path: Path
) -> None:
    speeds = SPEEDS if DIGITS else SPEEDS[:1] + SPEEDS[-2:]
    plan = Plan(speeds, max(DIGITS, NUMBER_DIGITS), keep=RESULTS / KEPT)

    async def dialled() -> dict[str, object]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2 * len(speeds) + 2))
        async with SlicHouse(tmp_path, header, cards[: len(speeds) + 1]) as house:
            phones = [Contacts(house, station, dialer) for station in house.stations]
            return await dial_on_a_busy_gateway(house, phones, plan)

    result = asyncio.run(dialled())
    (RESULTS / KEPT).write_text(json.dumps(result, indent=1))
    assert result["wrong"] == []
    call = result["call"]
    assert isinstance(call, dict)
    assert call["state"] == "connected"
    assert call["figures"]["lost"] == 0
