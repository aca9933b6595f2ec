"""Four handsets of one base telephone at once, and everybody hears the right one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np

from tests.dect.house import DectHouse
from tests.simulators.telephone.sound import power_at, sine
from tests.speech import read, write

HANDSETS = (1, 2, 3, 4)
SAID = {1: 500.0, 2: 800.0, 3: 1100.0, 4: 1400.0}
"""Hertz of what each handset says."""
HEARD = {1: 620.0, 2: 920.0, 3: 1240.0, 4: 1540.0}
"""Hertz of what each handset's far end says."""
SECONDS = 4.0
CALLED = "89990000012"
STRONGER = 100.0
"""How much more power the right tone has than any other, at least: 20 dB."""


def test_four_calls_at_once_each_with_its_own_voice(tmp_path: Path) -> None:
    asyncio.run(_four_calls(tmp_path))


async def _four_calls(folder: Path) -> None:
    async with DectHouse(
        folder,
        {"call_limit": 8},
        handsets=4,
        account="calls = 4",
        settings="[dialling]\ninter_digit_timeout = 60\n",
    ) as house:
        calls: dict[int, str] = {}
        for handset in HANDSETS:
            await house.handset("lift", handset=handset, digits=CALLED)
            info = await house.ask("wait_call", str(handset - 1), timeout=20.0)
            calls[handset] = info["call"]
        for call in calls.values():
            await house.ask("wait", call, "connected", timeout=20.0)
        state = await house.until_module(
            lambda found: found["open_channels"] == [0, 1, 2, 3], "four channels are open"
        )
        assert state["calls"] == 4

        for handset, call in calls.items():
            theirs = _tone(folder / f"theirs{handset}.wav", HEARD[handset])
            await house.ask("play", call, theirs)
            ours = _tone(folder / f"ours{handset}.wav", SAID[handset])
            await house.handset("play", handset=handset, file=str(ours))
        for handset, call in calls.items():
            await _is_heard(house, handset, call)

        for handset in HANDSETS:
            await house.handset("hang-up", handset=handset)
        for call in calls.values():
            ended = await house.ask("wait", call, "ended", timeout=20.0)
            assert ended["ended_by"] == "account"
        await house.until_module(
            lambda found: not found["open_channels"] and not found["calls"], "all is at rest"
        )


async def _is_heard(house: DectHouse, handset: int, call: str) -> None:
    """Both directions of one call carry the right tone, and none of the others."""
    folder = house.folder
    there, here = folder / f"there{handset}.wav", folder / f"here{handset}.wav"
    deadline = asyncio.get_running_loop().time() + 30
    while True:
        await house.ask("save", call, heard=there)
        await house.handset("record", handset=handset, file=str(here))
        at_far_end = _loudest(there, SAID)
        at_handset = _loudest(here, HEARD)
        if (at_far_end, at_handset) == (handset, handset):
            return
        assert asyncio.get_running_loop().time() < deadline, (handset, at_far_end, at_handset)
        await asyncio.sleep(0.2)


def _tone(path: Path, hertz: float) -> Path:
    return write(path, sine(hertz, -10.0, SECONDS).astype(np.int16))


def _loudest(path: Path, tones: dict[int, float]) -> int | None:
    """Whose tone it is; ``None`` while there is not enough of it, or when it is not alone."""
    heard: Any = read(path).astype(np.float64)[-8000:]
    if len(heard) < 8000:
        return None
    powers = {whose: power_at(heard, hertz) for whose, hertz in tones.items()}
    whose = max(powers, key=lambda one: powers[one])
    others = sum(power for one, power in powers.items() if one != whose)
    return whose if powers[whose] > STRONGER * max(others, 1.0) else None
