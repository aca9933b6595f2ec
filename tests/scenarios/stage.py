"""The stage on which scenarios are performed: the real gateway and the local MultiFon."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from gateway.call.reason import Reason
from gateway.call.state import ASKS, State
from gateway.caller import Caller, Presentation
from gateway.line import DigitSource
from tests.demo.house import House
from tests.scenarios.answers import ALIKE, expected, likeness
from tests.scenarios.hearing import PROGRESS_TONE, progress_tone_in, sounds_in
from tests.scenarios.steps import HandsetAction
from tests.speech import Samples, read, speak

LOOK_AGAIN = 0.05
"""Seconds between two looks at something that cannot be waited for."""
LEVEL_ERROR = 1.0
"""dB by which speech of the gateway's may be heard louder or softer than it was recorded."""
NOT_ELECTRICAL = "the simulated line has no current; perform this on an electrical telephone"


class StageError(AssertionError):
    """What a step waits for is not so; the message tells what is."""


class HouseStage:
    """Performs the steps of one scenario after the other in a ``House``.

    ``begin`` comes before each scenario and ``end`` after it.  The called number says how the far
    end behaves (numbers.toml of the network), so its steps wait for what it does by itself.  A
    sound file is spoken from its name: ``good-day.wav`` says "good day".
    """

    def __init__(self, house: House, line: str = "line1") -> None:
        self._house = house
        self._line = line
        self._phone = partial(house.gateway.handset, line=line)
        self._call = ""
        """The network's name for the call that the far end's steps speak of."""
        self._another = ""
        self._old_calls = 0
        self._old_records: set[str] = set()
        self._digits_heard: dict[str, int] = {}
        """By call: how many digits have been looked at."""
        self._began = 0.0
        self._usual: Mapping[str, Any] = {}
        self._recordings = 0

    # A scenario begins and ends.

    async def begin(self) -> None:
        """Take down the state from which the scenario starts; it must be idle and registered."""
        status = await self._house.ask("status")
        self._usual = status["settings"]
        self._old_calls = status["calls_made"]
        self._old_records = {record["id"] for record in await self._house.gateway.calls()}
        self._call = self._another = ""
        self._began = status["monotonic"]
        await self._check_rest("begins")

    async def end(self) -> None:
        """Look that nothing is left of the scenario: line, bell, and calls of the network."""
        await self._house.ask("set", **self._usual)
        await self._check_rest("ends")

    async def _check_rest(self, when: str) -> None:
        found = ""

        async def rest() -> bool:
            line = (await self._house.gateway.status())["lines"][0]
            phone = await self.telephone_in_use()
            running = (await self._house.ask("status"))["calls"]
            nonlocal found
            found = f"line {line['state']}, telephone {phone}, {running} calls in the network"
            return line["state"] == State.IDLE.value and not phone and not running

        await self._until(rest, lambda: f"the scenario {when} with: {found}", 5.0)

    def log(self) -> str:
        """The end of the gateway's log."""
        return self._house.gateway.tail()

    async def clear(self) -> None:
        """Bring the stage back to rest after a scenario that failed."""
        await self.put_telephone_to_rest()
        await self._house.ask("set", **self._usual)
        for call in await self._house.ask("calls"):
            if call["state"] != "ended":
                await self._house.ask("hang_up", call["call"])

    async def telephone_in_use(self) -> str:
        """What the telephone does; empty when it is at rest."""
        phone = await self._phone("state")
        return " ".join(
            [*["ringing"] * phone["ringing"], *["lifted"] * (phone["hook"] != "on-hook")]
        )

    async def put_telephone_to_rest(self) -> None:
        phone = await self._phone("state")
        if phone["hook"] == "off-hook":
            await self._phone("hang-up")
        if not phone["plugged"]:
            await self._phone("plug")

    def at(self, line: str) -> HouseStage:
        """The stage whose telephone is that of ``line``; the far end is the first stage's."""
        raise StageError(f"there is no line {line} on this stage")

    # The telephone.

    async def lift(self) -> None:
        await self._expect_call()
        await self._phone("lift")

    async def _expect_call(self) -> None:
        """A call that is made now is another one than the last."""
        if not self._call or (await self._info())["state"] == "ended":
            self._old_calls = (await self._house.ask("status"))["calls_made"]
            self._call = ""

    async def hang_up(self) -> None:
        await self._phone("hang-up")

    async def flash(self) -> None:
        await self._phone("flash")

    async def unplug(self) -> None:
        await self._phone("unplug")

    async def plug(self) -> None:
        await self._phone("plug")

    async def dial(self, digits: str, by: DigitSource) -> None:
        await self._phone("dial", digits=digits, by=by.value)
        if (await self._phone("state"))["recording"] is not None:
            await self._phone("listen-stop")
        self._recordings += 1
        await self._phone("listen", file=str(self._recording()))

    async def call_number(self, digits: str) -> None:
        raise StageError(f"only a cordless handset calls {digits} with one key")

    async def handset_does(self, action: HandsetAction) -> None:
        raise StageError(f"only a cordless handset can {action.value}")

    async def say(self, file: str) -> None:
        await self._phone("say", file=str(await self._sound(file)))

    async def hear(self, sound: str, within: float) -> None:
        await self._phone("hear", tone=sound, timeout=within)

    async def is_told(self, answer: str, language: str, within: float) -> None:
        said = expected(answer, language)

        async def spoken() -> bool:
            state = (await self._house.gateway.status())["lines"][0]["state"]
            return state not in {asks.value for asks in ASKS}

        await self._until(spoken, lambda: "the gateway still speaks", within)
        alike, louder = likeness(said, await self.heard_since_dialling())
        if alike < ALIKE or abs(louder) > LEVEL_ERROR:
            raise StageError(f"what was heard is like it by {alike:.2f}, {louder:+.1f} dB")

    async def heard_since_dialling(self) -> Samples:
        await self._phone("listen-stop")
        return read(self._recording())

    async def no_tone_was_heard(self) -> None:
        found = progress_tone_in(await self.heard_since_dialling())
        if found is not None:
            raise StageError(
                f"a tone of {PROGRESS_TONE:g} Hz was heard, {found:.1f} s after dialling"
            )

    async def ringing(self, times: int, within: float) -> None:
        await self._phone("ringing", wait=True, bursts=times, timeout=within)

    async def not_ringing(self, within: float) -> None:
        await self._phone("silent", timeout=within)

    async def display_shows(self, caller: Caller | None, within: float) -> None:
        if caller is None:
            # What is shown is sent before the second ring at the latest.
            rung = await self._phone("ringing", wait=True, bursts=2, timeout=within)
        else:
            rung = await self._phone("ringing", wait=True, shown=True, timeout=within)
        shown = rung["caller"]
        wanted = caller and {
            "number": caller.number,
            "name": caller.name,
            "presentation": caller.presentation.value,
        }
        if shown != wanted:
            raise StageError(f"the display shows {shown}")

    async def missed_calls_shown(self, calls: int, within: float) -> None:
        del calls, within
        raise StageError("only a cordless handset shows missed calls")

    async def bell_rings_with(self, hertz: float) -> None:
        del hertz
        raise StageError(NOT_ELECTRICAL)

    async def loop_is_opened(self, within: float) -> None:
        del within
        raise StageError(NOT_ELECTRICAL)

    async def polarity_is_reversed(self, within: float) -> None:
        del within
        raise StageError(NOT_ELECTRICAL)

    async def aon_shows(self, number: str, within: float) -> None:
        del number, within
        raise StageError(NOT_ELECTRICAL)

    # The far end.

    async def far_end_calls(self, caller: Caller) -> None:
        number = None if caller.presentation is Presentation.WITHHELD else caller.number
        if caller.name:
            raise StageError("MultiFon sends no names")
        self._call = await self._house.ask("call", caller=number, party="silence")

    async def far_end_is_called(self, number: str, within: float) -> None:
        info = await self._called(within)
        if info["number"] != number:
            raise StageError(f"the number that is called is {info['number']}")

    async def far_end_rings(self, within: float) -> None:
        await self._called(within)
        await self._house.ask("wait", self._call, "ringing", timeout=within)

    async def far_end_sends_early_media(self, within: float) -> None:
        await self._called(within)
        await self._house.ask("wait", self._call, "ringing", timeout=within)
        await self.network_answers(183, within)

        async def sent() -> bool:
            return bool((await self._info())["figures"]["sent"])

        await self._until(sent, lambda: "no voice was sent before the answer", within)

    async def far_end_answers(self, within: float) -> None:
        await self._called(within)
        await self._house.ask("wait", self._call, "connected", timeout=within)

    async def far_end_refuses(self, code: int, within: float) -> None:
        await self._called(within)
        info = await self._house.ask("wait", self._call, "ended", timeout=within)
        if info["status"] != code or info["ended_by"] != "network":
            raise StageError(f"the call ended with {info['status']}: {info['reason']}")

    async def far_end_is_answered(self, within: float) -> None:
        await self._house.ask("wait", self._call, "connected", timeout=within)

    async def far_end_is_released(self, within: float) -> None:
        await self._called(within)
        info = await self._house.ask("wait", self._call, "ended", timeout=within)
        if info["ended_by"] != "account":
            raise StageError(f"the call ended otherwise: {info['reason']}")

    async def far_end_is_cancelled(self, within: float) -> None:
        await self._called(within)
        info = await self._house.ask("wait", self._call, "ended", timeout=within)
        if (info["ended_by"], info["status"]) != ("account", 487):
            raise StageError(f"the call ended with {info['status']}: {info['reason']}")

    async def far_end_renews(self) -> None:
        await self._house.ask("re_invite", self._call)

        async def answered() -> bool:
            return bool((await self._info())["remarks"])

        await self._until(answered, lambda: "the re-INVITE is not answered", 10.0)
        remarks = (await self._info())["remarks"]
        if remarks[-1] != "re-INVITE: 200":
            raise StageError(f"the answer is {remarks}")

    async def far_end_hangs_up(self) -> None:
        await self._called(10.0)
        await self._house.ask("hang_up", self._call)

    async def far_end_says(self, file: str) -> None:
        await self._house.ask("play", self._call, await self._sound(file))

    async def far_end_hears(self, sound: str, within: float) -> None:
        path = self._house.folder / "far-end-hears.wav"

        async def heard() -> bool:
            await self._house.ask("save", self._call, heard=path)
            return sound in sounds_in(read(path))

        await self._until(heard, lambda: f"it has heard {sounds_in(read(path))}", within)

    async def far_end_hears_digits(self, digits: str, within: float) -> None:
        await self._hears_digits(self._call, digits, within)

    async def _hears_digits(self, call: str, digits: str, within: float) -> None:
        looked_at = self._digits_heard.get(call, 0)
        found = ""

        async def heard() -> bool:
            nonlocal found
            found = (await self._house.ask("call_info", call))["digits"][looked_at:]
            return len(found) >= len(digits)

        await self._until(heard, lambda: f"it has heard {found!r}", within)
        if found != digits:
            raise StageError(f"it has heard {found!r}")
        self._digits_heard[call] = looked_at + len(digits)

    async def another_calls(self, number: str) -> None:
        self._another = await self._house.ask("call", caller=number, party="silence")

    async def another_is_refused(self, code: int, within: float) -> None:
        info = await self._house.ask("wait", self._another, "ended", timeout=within)
        if info["status"] != code or info["ended_by"] != "account":
            raise StageError(f"the call ended with {info['status']}: {info['reason']}")

    async def another_is_answered(self, within: float) -> None:
        await self._house.ask("wait", self._another, "connected", timeout=within)

    async def another_is_released(self, within: float) -> None:
        info = await self._house.ask("wait", self._another, "ended", timeout=within)
        if info["ended_by"] != "account":
            raise StageError(f"the call ended otherwise: {info['reason']}")

    async def another_hangs_up(self) -> None:
        await self._house.ask("hang_up", self._another)

    async def another_hears_digits(self, digits: str, within: float) -> None:
        await self._hears_digits(self._another, digits, within)

    # The network and the line.

    async def network_stops(self) -> None:
        await self._house.ask("set", reachable=False)

    async def network_starts(self) -> None:
        await self._house.ask("set", reachable=True)

    async def network_refuses(self, code: int) -> None:
        await self._house.ask("set", register_status=code)

    async def network_accepts(self) -> None:
        await self._house.ask("set", register_status=0)

    async def network_sets(self, setting: str, value: float) -> None:
        await self._house.ask("set", **{setting: value})

    async def network_answers(self, code: int, within: float) -> None:
        first_line = f"SIP/2.0 {code} "

        async def answered() -> bool:
            trace = await self._house.ask("trace", since=self._began, contains=first_line)
            return any(entry["direction"] == "out" for entry in trace)

        await self._until(answered, lambda: f"it has not answered anything with {code}", within)

    async def registered(self, within: float) -> None:
        await self._house.gateway.until_registered(seconds=within)

    async def not_registered(self, within: float) -> None:
        await self._house.gateway.until_registered(False, seconds=within)

    async def line_is(self, state: State, within: float) -> None:
        lines = (await self._house.gateway.status())["lines"]
        place = [line["name"] for line in lines].index(self._line)
        await self._house.gateway.until_line(state.value, place, within)

    async def call_ends(self, reason: Reason, within: float) -> None:
        found: dict[str, str] = {}

        async def ended() -> bool:
            nonlocal found
            records = await self._house.gateway.calls()
            found = {r["id"]: r["reason"] for r in records if r["id"] not in self._old_records}
            return reason.value in found.values()

        await self._until(ended, lambda: f"calls have ended with {[*found.values()]}", within)
        self._old_records |= {call for call, why in found.items() if why == reason.value}

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    # Looking.

    async def _called(self, within: float) -> Mapping[str, Any]:
        """Our call, as the network sees it."""
        if not self._call:
            info = await self._house.ask("wait_call", str(self._old_calls), timeout=within)
            self._call = info["call"]
        return await self._info()

    async def _info(self) -> Mapping[str, Any]:
        info: Mapping[str, Any] = await self._house.ask("call_info", self._call)
        return info

    async def _sound(self, file: str) -> Path:
        path = self._house.folder.absolute() / Path(file).name
        if not path.exists():
            await asyncio.to_thread(speak, path.stem.replace("-", " "), path)
        return path

    def _recording(self) -> Path:
        return self._house.folder.absolute() / f"{self._line}-hears-{self._recordings}.wav"

    @staticmethod
    async def _until(look: Callable[[], Any], why: Callable[[], str], within: float) -> None:
        deadline = time.monotonic() + within
        while not await look():
            if time.monotonic() > deadline:
                raise StageError(why())
            await asyncio.sleep(LOOK_AGAIN)
