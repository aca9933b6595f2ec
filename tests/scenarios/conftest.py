from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.dect.house import DectHouse
from tests.demo.house import House
from tests.electrical.house import ElectricalHouse
from tests.scenarios.dect_stage import DectStage
from tests.scenarios.electrical_stage import ElectricalStage
from tests.scenarios.family_stage import BESIDE, FamilyStage
from tests.scenarios.language import read
from tests.scenarios.runner import Stage, run
from tests.scenarios.stage import HouseStage

AT_A_TIME = 4
"""Houses that stand at a time: scenarios mostly wait, as callers do."""
AT_MOST = 13
"""Scenarios that one house sees, one after the other."""
PATIENCE = 300.0
"""Seconds after which a scenario that has no outcome is a failure."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The network and the gateway of the scenarios of one folder."""

    network: Mapping[str, Any] = field(default_factory=dict)
    gateway: Mapping[str, Any] = field(default_factory=dict)
    electrical: bool = False
    """The telephone hangs on the SLIC driver; each scenario has a house of its own."""
    cordless: bool = False
    """The telephone is a handset of the DECT driver."""
    family: bool = False
    """There are two of them, and a telephone at a wire."""

    @property
    def at_most(self) -> int:
        """Scenarios that one house sees."""
        return 1 if self.electrical else AT_MOST

    @asynccontextmanager
    async def stage(self, folder: Path) -> AsyncIterator[HouseStage]:
        if self.electrical:
            async with ElectricalHouse(folder, dict(self.network), **self.gateway) as electrical:
                yield ElectricalStage(electrical)
        elif self.family:
            house = DectHouse(folder, dict(self.network), handsets=2, beside=BESIDE, **self.gateway)
            async with house:
                yield FamilyStage(house)
        elif self.cordless:
            async with DectHouse(folder, dict(self.network), **self.gateway) as cordless:
                yield DectStage(cordless)
        else:
            async with House(folder, dict(self.network), **self.gateway) as plain:
                yield HouseStage(plain)


HOUSES: Mapping[str, Surroundings] = {
    # A pause never ends a number here: what is sent was complete, or was sent by "#".
    "ordinary": Surroundings(gateway={"settings": "[dialling]\ninter_digit_timeout = 60\n"}),
    "impatient": Surroundings(
        gateway={
            "settings": "[dialling]\nfirst_digit_timeout = 3\ninter_digit_timeout = 2\n"
            "[ringing]\nno_answer_timeout = 5\n[busy]\nbusy_tone = 3\nafter_call = 3\n"
            "silence = 3\nhowler = 3\n"
        }
    ),
    "short-registration": Surroundings(network={"expires": 6}),
    "english": Surroundings(gateway={"settings": '[prompts]\nlanguage = "en"\n'}),
    "over-tcp": Surroundings(gateway={"account": 'transport = "tcp"'}),
    "challenged-as-a-proxy": Surroundings(
        network={"register_challenge": 407, "invite_challenge": 401}
    ),
    "electrical": Surroundings(
        gateway={
            "settings": "[busy]\nbusy_tone = 3\nafter_call = 3\nsilence = 3\nhowler = 3\n",
            "telephone": "call_waiting = true",
        },
        electrical=True,
    ),
    "dect": Surroundings(
        gateway={
            "settings": "[dialling]\ninter_digit_timeout = 60\n"
            "[busy]\nbusy_tone = 3\nafter_call = 3\nsilence = 3\nhowler = 3\n"
        },
        cordless=True,
    ),
    "family": Surroundings(
        gateway={"settings": "[dialling]\ninter_digit_timeout = 60\n"}, family=True
    ),
    "electrical-with-aon": Surroundings(
        gateway={"options": "aon = true", "telephone": "aon = true"}, electrical=True
    ),
}
"""By the name of the folder."""


class Programme:
    """Performs scenarios, several houses at a time, and keeps the outcome of each."""

    def __init__(self, folder: Path, paths: list[Path]) -> None:
        self.outcomes: Mapping[Path, Future[None]] = {path: Future() for path in paths}
        self._folder = folder
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Begin no further scenario; from any thread.  A running one ends, and its house with it.

        Not a cancellation: that would interrupt a house that is being closed, and leave its
        processes behind.
        """
        self._stopping.set()

    async def perform(self) -> None:
        free = asyncio.Semaphore(AT_A_TIME)
        async with asyncio.TaskGroup() as group:
            for number, (name, paths) in enumerate(self._parts()):
                # A short name: the path of a Unix socket has 107 characters at most.
                folder = self._folder / str(number)
                folder.mkdir()
                group.create_task(self._in_house(folder, HOUSES[name], paths, free))

    def _parts(self) -> Iterator[tuple[str, list[Path]]]:
        for name in HOUSES:
            paths = [path for path in self.outcomes if path.parent.name == name]
            houses = -(-len(paths) // HOUSES[name].at_most)
            for number in range(houses):
                yield name, paths[number::houses]

    async def _in_house(
        self, folder: Path, around: Surroundings, paths: list[Path], free: asyncio.Semaphore
    ) -> None:
        async with free:
            if self._stopping.is_set():
                return
            try:
                async with around.stage(folder) as stage:
                    for path in paths:
                        if self._stopping.is_set():
                            return
                        await self._scenario(stage, path)
            except Exception as error:  # noqa: BLE001 - told by the tests that wait for it
                for path in paths:
                    if not self.outcomes[path].done():
                        self.outcomes[path].set_exception(error)

    async def _scenario(self, stage: HouseStage, path: Path) -> None:
        performed: Stage = stage
        try:
            await stage.begin()
            await run(read(path), performed)
            await stage.end()
        except Exception as error:  # noqa: BLE001 - told by the test that waits for it
            error.add_note(f"The gateway's log ends:\n{stage.log()}")
            self.outcomes[path].set_exception(error)
            await stage.clear()
        else:
            self.outcomes[path].set_result(None)


@pytest.fixture(scope="module")
def programme(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Programme]:
    """Plays every scenario that is asked for, while the tests wait for their outcomes."""
    paths = [
        Path(str(item.callspec.params["path"]))
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.module is request.module
        and hasattr(item, "callspec")
    ]
    programme = Programme(tmp_path_factory.mktemp("scenarios"), paths)
    thread = threading.Thread(target=asyncio.run, args=(programme.perform(),), name="scenarios")
    thread.start()
    try:
        yield programme
    finally:
        programme.stop()
        thread.join()
