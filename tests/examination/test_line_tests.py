"""The short tests of a line: bell, dial, and forms of caller ID."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from gateway.call.events import Incoming
from gateway.call.state import State
from gateway.caller import Caller
from gateway.line import LineFault
from gateway.line_test_commands import LineTestCommands
from gateway.sip.events import CallArrived
from hardware.simulated import SimulatedLine
from tests.examination.house import House, house

Scene = Callable[[House, SimulatedLine, LineTestCommands], Awaitable[None]]


def play(scene: Scene) -> None:
    async def perform() -> None:
        driver = SimulatedLine("line1", {})
        async with house(driver) as home:
            await home.until(lambda: home.line.session.registered, "the registration")
            commands = LineTestCommands(
                home.exchange, home.examinations, lambda _arguments: home.line, home.publish
            )
            await scene(home, driver, commands)

    asyncio.run(perform())


async def hand(driver: SimulatedLine, name: str, **arguments: Any) -> Mapping[str, Any]:
    return await driver.handset.command(name, arguments)


def begun(commands: LineTestCommands, method: str, **arguments: Any) -> asyncio.Task[Any]:
    async def called() -> Any:
        return await commands.methods()[method](arguments)

    return asyncio.create_task(called())


def phases(home: House) -> list[str]:
    return [params["phase"] for name, params in home.events if name == "line-test"]


def test_the_bell_rings_with_the_caller_until_the_receiver_is_lifted() -> None:
    async def scene(home: House, driver: SimulatedLine, commands: LineTestCommands) -> None:
        test = begun(commands, "line.ring", caller="84951234567", name="Test")
        rung = await hand(driver, "ringing", wait=True, shown=True)
        assert rung["caller"]["number"] == "84951234567"
        assert home.line.session.state is State.EXAMINATION_RINGS
        await hand(driver, "lift")
        result = await test
        assert (result["lifted"], result["ending"]) == (True, "lifted")
        assert "звонок работает" in result["text_ru"]
        await home.until_state(State.DIAL_TONE)
        assert phases(home) == ["begins", "over"]
        assert home.exchange.calls.running == {}

    play(scene)


def test_the_bell_stops_after_its_time_and_when_it_is_told_to() -> None:
    async def scene(home: House, driver: SimulatedLine, commands: LineTestCommands) -> None:
        result = await begun(commands, "line.ring", seconds=1)
        assert (result["lifted"], result["ending"]) == (False, "not-lifted")
        assert home.line.session.state is State.IDLE
        await hand(driver, "silent", timeout=10)
        test = begun(commands, "line.ring")
        await hand(driver, "ringing", wait=True)
        await begun(commands, "line.stop-ring")
        assert (await test)["ending"] == "stopped"
        await hand(driver, "silent", timeout=10)
        with pytest.raises(ValueError, match="is not being examined"):
            await begun(commands, "line.stop-ring")

    play(scene)


def test_a_program_that_waits_no_longer_ends_the_ringing() -> None:
    async def scene(home: House, driver: SimulatedLine, commands: LineTestCommands) -> None:
        test = begun(commands, "line.ring")
        await hand(driver, "ringing", wait=True)
        test.cancel()
        await asyncio.gather(test, return_exceptions=True)
        assert home.line.session.state is State.IDLE
        await hand(driver, "silent", timeout=10)

    play(scene)


def test_a_call_that_comes_in_rings_on_with_its_own_caller() -> None:
    async def scene(home: House, driver: SimulatedLine, commands: LineTestCommands) -> None:
        test = begun(commands, "line.ring", caller="84951234567")
        await hand(driver, "ringing", wait=True)
        caller = Caller("79161112233")
        home.exchange.post_sip(CallArrived("main", Incoming("in-1", caller)))
        assert (await test)["ending"] == "call"
        assert home.line.session.state is State.RINGING
        rung = await hand(driver, "ringing", wait=True, shown=True)
        assert rung["caller"]["number"] == "79161112233"

    play(scene)


def test_a_fault_ends_a_test() -> None:
    async def scene(home: House, _driver: SimulatedLine, commands: LineTestCommands) -> None:
        test = begun(commands, "line.digit-test")
        await home.until_state(State.EXAMINATION_AWAITED)
        home.exchange.post_line("line1", LineFault(0.0, "Gone."))
        result = await test
        assert (result["passed"], result["ending"]) == (False, "fault")

    play(scene)


@pytest.mark.parametrize("by", ["tone", "pulse"])
def test_the_digit_that_was_asked_for_is_heard_and_confirmed(by: str) -> None:
    async def scene(home: House, driver: SimulatedLine, commands: LineTestCommands) -> None:
        test = begun(commands, "line.digit-test")
        await home.until_state(State.EXAMINATION_AWAITED)
        await hand(driver, "lift")
        await hand(driver, "hear", tone="dial", timeout=30)
        await hand(driver, "dial", digits="71", by=by)
        await hand(driver, "hear", tone="confirmation", timeout=30)
        result = await test
        assert result["passed"] is True
        assert result["digits"] == [{"digit": "7", "by": by}, {"digit": "1", "by": by}]
        assert phases(home) == ["begins", "lifted", "digit", "digit", "over"]
        assert home.exchange.calls.running == {}
        await home.until_state(State.DIAL_TONE)

    play(scene)


def test_what_did_not_happen_is_told_with_what_to_do() -> None:
    async def scene(home: House, driver: SimulatedLine, commands: LineTestCommands) -> None:
        result = await begun(commands, "line.digit-test", seconds=1)
        assert (result["lifted"], result["ending"]) == (False, "not-lifted")
        test = begun(commands, "line.digit-test", seconds=2)
        await home.until_state(State.EXAMINATION_AWAITED)
        await hand(driver, "lift")
        result = await test
        assert (result["lifted"], result["ending"]) == (True, "no-digit")
        assert "T/P" in result["text"]
        test = begun(commands, "line.digit-test")
        await home.until(lambda: phases(home)[-1] == "lifted", "the second test")
        await hand(driver, "hang-up")
        assert (await test)["ending"] == "hung-up"

    play(scene)


def test_a_line_that_is_used_or_examined_is_not_tested() -> None:
    async def scene(home: House, driver: SimulatedLine, commands: LineTestCommands) -> None:
        home.examinations.begin(home.line)
        with pytest.raises(ValueError, match="being examined already"):
            await begun(commands, "line.ring")
        await home.examinations.stop(home.line)
        await hand(driver, "lift")
        await home.until_state(State.DIAL_TONE)
        with pytest.raises(ValueError, match="is lifted; replace it first"):
            await begun(commands, "line.ring")
        await hand(driver, "dial", digits="8")
        await home.until_state(State.DIALLING)
        for method in ("line.ring", "line.digit-test"):
            with pytest.raises(ValueError, match=r"is in use \(dialling\)"):
                await begun(commands, method)
        with pytest.raises(ValueError, match="shows callers by itself"):
            await begun(commands, "line.try-caller-id", scheme="etsi")

    play(scene)


@pytest.mark.parametrize(
    ("method", "arguments", "told"),
    [
        ("line.ring", {"seconds": 0}, "from 1 to 120"),
        ("line.ring", {"seconds": True}, "seconds is a number"),
        ("line.ring", {"caller": "abc"}, "up to 20 digits"),
        ("line.ring", {"caller": 7}, "caller is a number"),
        ("line.digit-test", {"digit": "12"}, "digit is one of"),
    ],
)
def test_wrong_arguments_are_refused_with_a_sentence(
    method: str, arguments: Mapping[str, Any], told: str
) -> None:
    async def scene(home: House, _driver: SimulatedLine, commands: LineTestCommands) -> None:
        with pytest.raises(ValueError, match=told):
            await begun(commands, method, **arguments)
        assert home.line.session.state is State.IDLE

    play(scene)
