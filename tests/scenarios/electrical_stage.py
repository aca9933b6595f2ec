"""The stage whose telephone is electrical: the SLIC driver, pins, current and sound are in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.call.state import State
from gateway.caller import Caller, Presentation
from gateway.line import DigitSource
from tests.electrical.house import ElectricalHouse
from tests.scenarios.stage import HouseStage, StageError
from tests.speech import Samples, read

NAMES = {"message-waiting": "stutter"}
"""Sounds that the telephone's ear calls by another name."""
REASONS = {Presentation.WITHHELD: "private", Presentation.UNAVAILABLE: "unavailable"}
HERTZ = 1.0
"""Error of a ring frequency that is measured by its half-waves."""


class ElectricalStage(HouseStage):
    """Performs the same steps with ``tests/simulators/telephone``.  A house sees one scenario.

    What the module's data sheet forbids fails the scenario at its end, whatever its steps are.
    """

    def __init__(self, house: ElectricalHouse) -> None:
        super().__init__(house)
        self._electrical = house
        self._dialled = 0.0

    async def end(self) -> None:
        await super().end()
        violations = await self._electrical.phone("violations")
        if violations:
            raise StageError(" ".join(violations))

    async def telephone_in_use(self) -> str:
        phone = await self._electrical.phone("state")
        return " ".join(name for name in ("ringing", "lifted", "ring-mode") if phone[name])

    async def put_telephone_to_rest(self) -> None:
        await self._electrical.phone("hang-up")

    # The telephone.

    async def lift(self) -> None:
        await self._expect_call()
        await self._electrical.phone("lift")

    async def hang_up(self) -> None:
        await self._electrical.phone("hang-up")

    async def flash(self) -> None:
        await self._electrical.phone("flash")

    async def unplug(self) -> None:
        raise StageError("a line does not notice that its telephone is unplugged")

    async def plug(self) -> None:
        await self.unplug()

    async def dial(self, digits: str, by: DigitSource) -> None:
        if by is DigitSource.KEYPAD:
            raise StageError("this telephone dials by tone or pulse")
        await self._electrical.phone(f"dial-{by.value}", digits=digits)
        self._dialled = (await self._electrical.phone("state"))["time"]

    async def say(self, file: str) -> None:
        await self._electrical.phone("play", file=str(await self._sound(file)))

    async def hear(self, sound: str, within: float) -> None:
        wanted = NAMES.get(sound, sound)
        await self._phone_says("hearing", lambda found: found["hearing"] == wanted, within)

    async def heard_since_dialling(self) -> Samples:
        file = self._recording()
        await self._electrical.phone("record", file=str(file), since=self._dialled)
        return read(file)

    async def ringing(self, times: int, within: float) -> None:
        await self._phone_says("ring-report", lambda found: len(found["bursts"]) >= times, within)

    async def not_ringing(self, within: float) -> None:
        async def silent() -> bool:
            (line,) = (await self._house.gateway.status())["lines"]
            rings = line["state"] in {State.RINGING.value, State.RINGING_BACK.value}
            return not rings and "ring" not in await self.telephone_in_use()

        await self._until(silent, lambda: "the bell rings", within)

    async def display_shows(self, caller: Caller | None, within: float) -> None:
        if caller is None:
            await self.ringing(2, within)

        def as_wanted(found: Any) -> bool:
            shown = found["shown"]
            if caller is None or shown is None:
                return shown is caller
            number = (shown["number"] or "").removeprefix("+")
            reason = REASONS.get(caller.presentation)
            return (number, shown["name"] or "", shown["reason"]) == (
                caller.number, caller.name, reason
            )  # fmt: skip

        report = await self._phone_says("display-report", as_wanted, within)
        complaints = [told for one in report["told"] for told in one["complaints"]]
        if complaints:
            raise StageError(f"the display complains: {complaints}")

    # What is electrical.

    async def bell_rings_with(self, hertz: float) -> None:
        bursts = (await self._electrical.phone("ring-report"))["bursts"]
        found = bursts[-1]["hertz"] if bursts else None
        if found is None or abs(found - hertz) > HERTZ:
            raise StageError(f"the frequency is {found}")

    async def loop_is_opened(self, within: float) -> None:
        await self._line_had("open loop", within)

    async def polarity_is_reversed(self, within: float) -> None:
        await self._line_had("reversal", within)

    async def _line_had(self, what: str, within: float) -> None:
        await self._phone_says(
            "line-report", lambda found: any(event["what"] == what for event in found), within
        )

    async def aon_shows(self, number: str, within: float) -> None:
        await self._phone_says(
            "display-report",
            lambda found: found["aon"] is not None and found["aon"]["number"] == number,
            within,
        )

    async def _phone_says(self, method: str, wanted: Callable[[Any], bool], within: float) -> Any:
        found: Any = None

        async def says() -> bool:
            nonlocal found
            found = await self._electrical.phone(method)
            return wanted(found)

        await self._until(says, lambda: f"the telephone says {found}", within)
        return found
