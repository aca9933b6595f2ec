"""The stage of a house with several telephones: two cordless handsets and one at a wire."""

from __future__ import annotations

import asyncio

from gateway.call.state import State
from tests.dect.house import DectHouse
from tests.scenarios.dect_stage import DectStage
from tests.scenarios.stage import HouseStage, StageError

WIRED = "hall"
BESIDE = f'[[line]]\nname = "{WIRED}"\n'
"""The table of the telephone at a wire; it comes after those of the handsets."""


class WiredStage(HouseStage):
    """Its telephone speaks while the next step looks who hears it, as a handset does."""

    _speaking: asyncio.Task[None] | None = None

    async def say(self, file: str) -> None:
        await self._finish_speaking()
        self._speaking = asyncio.create_task(super().say(file))

    async def hang_up(self) -> None:
        await self._finish_speaking()
        await super().hang_up()

    async def _finish_speaking(self) -> None:
        if self._speaking is not None:
            await self._speaking
            self._speaking = None


class FamilyStage(DectStage):
    """Handset 1 is the telephone of steps that name none; ``line2`` and ``hall`` are the others.

    By the defaults they have the numbers 61, 62 and 63.
    """

    def __init__(self, house: DectHouse) -> None:
        super().__init__(house)
        self._others: dict[str, HouseStage] = {
            "line2": DectStage(house, 2),
            WIRED: WiredStage(house, WIRED),
        }

    def at(self, line: str) -> HouseStage:
        if line not in self._others:
            raise StageError(f"there is no line {line} in the house")
        return self._others[line]

    async def telephone_in_use(self) -> str:
        used = [await super().telephone_in_use()]
        used += [await stage.telephone_in_use() for stage in self._others.values()]
        for line in (await self._house.gateway.status())["lines"]:
            if line["state"] != State.IDLE.value:
                used.append(f"{line['name']} {line['state']}")
        return ", ".join(filter(None, used))

    async def put_telephone_to_rest(self) -> None:
        await super().put_telephone_to_rest()
        for stage in self._others.values():
            await stage.put_telephone_to_rest()
