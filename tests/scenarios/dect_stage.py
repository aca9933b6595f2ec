"""The stage whose telephone is a cordless handset: the DECT driver and its protocol are in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.call.state import State
from gateway.caller import Caller, Presentation
from gateway.line import DigitSource
from tests.dect.house import PIN, DectHouse
from tests.scenarios.stage import HouseStage, StageError
from tests.scenarios.steps import HandsetAction
from tests.speech import Samples, read

NAMES = {"message-waiting": "stutter"}
"""Sounds that the simulated ear calls by another name."""
PRESENTATIONS = {Presentation.SHOWN: 0, Presentation.WITHHELD: 1, Presentation.UNAVAILABLE: 2}
COMMANDS = {
    HandsetAction.REFUSE: "refuse",
    HandsetAction.WALK_AWAY: "walk-away",
    HandsetAction.WALK_BACK: "walk-back",
}


class DectStage(HouseStage):
    """Performs the same steps with a handset of ``tests/simulators/dect``.

    What a host must not do to a module fails the scenario at its end, whatever its steps are.
    """

    def __init__(self, house: DectHouse, handset: int = 1) -> None:
        super().__init__(house, f"line{handset}")
        self._cordless = house
        self._number = handset
        self._dialled = 0.0

    async def _does(self, method: str, **parameters: Any) -> Any:
        return await self._cordless.handset(method, handset=self._number, **parameters)

    async def end(self) -> None:
        await super().end()
        violations = await self._does("violations")
        if violations:
            raise StageError(" ".join(violations))

    async def _handset(self) -> Any:
        return (await self._does("state"))["handsets"][str(self._number)]

    async def telephone_in_use(self) -> str:
        handset = await self._handset()
        return " ".join(name for name in ("ringing", "lifted") if handset[name])

    async def put_telephone_to_rest(self) -> None:
        await self._does("walk-back")
        await self._does("hang-up")

    # The handset.

    async def lift(self) -> None:
        await self._expect_call()
        await self._does("lift")

    async def call_number(self, digits: str) -> None:
        await self._expect_call()
        await self._does("lift", digits=digits)

    async def hang_up(self) -> None:
        await self._does("hang-up")

    async def flash(self) -> None:
        await self._does("press", keys="R")

    async def unplug(self) -> None:
        await self._does("unplug")

    async def plug(self) -> None:
        await self._does("plug")

    async def handset_does(self, action: HandsetAction) -> None:
        if action is HandsetAction.REGISTER:
            await self._register()
        else:
            await self._does(COMMANDS[action])

    async def _register(self) -> None:
        await self._house.gateway.client.call("dect.register", seconds=30)
        await self._cordless.until_module(lambda state: state["registering"], "it lets handsets in")
        number = await self._does("register", pin=PIN)
        await self._cordless.until_base(
            lambda base: (
                any(handset["number"] == number for handset in base["handsets"])
                and base["registration_s"] is None
            ),
            f"handset {number} is known",
        )

    async def dial(self, digits: str, by: DigitSource) -> None:
        if by is not DigitSource.KEYPAD:
            raise StageError("a handset dials by keypad")
        await self._does("press", keys=digits)
        self._dialled = (await self._does("state"))["time"]

    async def say(self, file: str) -> None:
        await self._does("play", file=str(await self._sound(file)))

    async def hear(self, sound: str, within: float) -> None:
        wanted = NAMES.get(sound, sound)
        await self._module_says(lambda state: state["hearing"] == wanted, "hearing", within)

    async def heard_since_dialling(self) -> Samples:
        file = self._recording()
        await self._does("record", file=str(file), since=self._dialled)
        return read(file)

    async def ringing(self, times: int, within: float) -> None:
        if times > 1:
            raise StageError("a handset has a cadence of its own")
        await self._handset_is(lambda handset: handset["ringing"], within)

    async def not_ringing(self, within: float) -> None:
        await self._handset_is(lambda handset: not handset["ringing"], within)
        lines = (await self._house.gateway.status())["lines"]
        (state,) = [line["state"] for line in lines if line["name"] == self._line]
        if state in {State.RINGING.value, State.RINGING_BACK.value}:
            await self.line_is(State.IDLE, within)

    async def display_shows(self, caller: Caller | None, within: float) -> None:
        wanted = caller and [caller.number, caller.name, PRESENTATIONS[caller.presentation]]
        await self._handset_is(
            lambda handset: wanted in (handset["display"], handset["waiting"]), within
        )

    async def missed_calls_shown(self, calls: int, within: float) -> None:
        await self._handset_is(lambda handset: handset["missed"] == calls, within)

    async def _handset_is(self, wanted: Callable[[Any], bool], within: float) -> None:
        await self._module_says(
            lambda state: wanted(state["handsets"][str(self._number)]), "handsets", within
        )

    async def _module_says(self, wanted: Callable[[Any], bool], what: str, within: float) -> None:
        found: Any = None

        async def says() -> bool:
            nonlocal found
            found = await self._does("state")
            return wanted(found)

        await self._until(says, lambda: f"the module says {found[what]}", within)
