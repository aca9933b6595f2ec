"""An examination on the simulated line: every way through it, and every way out."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from gateway.call.events import Incoming, ServiceDown
from gateway.call.reason import Reason
from gateway.call.state import State
from gateway.caller import Caller
from gateway.examination.noise import LEVEL_DBM0, band_noise
from gateway.examination.steps import Pace, Step
from gateway.media import _dsp
from gateway.sip.events import CallArrived
from hardware.simulated import SimulatedLine
from tests.examination.house import House, house

QUICK = Pace(settle=0.1, silence=0.4, learn=0.1, echo=0.5, speech=0.5)
IMPATIENT = Pace(
    lift=0.3, dial=0.3, settle=0.1, silence=0.1, learn=0.1, echo=0.3, speak=0.3, flash=0.3,
    hang_up=0.3,
)  # fmt: skip
LOSS = 13.0
NOISE = -60.0
TELEPHONE = {"hybrid_return_loss": LOSS, "noise": NOISE}

Scene = Callable[[House, SimulatedLine], Awaitable[None]]


def play(scene: Scene, pace: Pace = QUICK, options: Mapping[str, Any] = TELEPHONE) -> House:
    """Let ``scene`` happen; the house as it was left."""

    async def perform() -> House:
        driver = SimulatedLine("line1", options)
        async with house(driver, pace) as home:
            await home.until(lambda: home.line.session.registered, "the registration")
            await scene(home, driver)
        return home

    return asyncio.run(perform())


async def hand(driver: SimulatedLine, name: str, **arguments: Any) -> Mapping[str, Any]:
    return await driver.handset.command(name, arguments)


async def speak(driver: SimulatedLine, dbm0: float) -> None:
    """A second of sound in the microphone."""
    sound = _dsp.scale(band_noise(1.0), 10 ** ((dbm0 - LEVEL_DBM0) / 20))
    await hand(driver, "say-frames", audio=base64.b64encode(sound).decode())


async def past_the_digits(home: House) -> None:
    """Nobody dials: the test need not wait for that."""
    await home.until_begun("digits")
    home.examinations.skip(home.line)


def outcomes(home: House) -> dict[str, str]:
    assert home.report is not None
    return {step["step"]: step["outcome"] for step in home.report["steps"]}


def figures(home: House, step: str) -> Mapping[str, float]:
    assert home.report is not None
    found: Mapping[str, float] = next(
        one["figures"] for one in home.report["steps"] if one["step"] == step
    )
    return found


def test_a_whole_examination_measures_the_simulated_telephone() -> None:
    async def scene(home: House, driver: SimulatedLine) -> None:
        begun = home.examinations.begin(home.line)
        assert [one["step"] for one in begun["steps"]] == [step.value for step in Step]
        await home.until_begun("receiver")
        await home.until_state(State.EXAMINATION_AWAITED)
        await hand(driver, "lift")
        await home.until_begun("digits")
        await hand(driver, "dial", digits="00", level=-8.0, twist=2.0)
        await home.until_begun("speech")
        await speak(driver, -18.0)
        await home.until_begun("flash")
        await hand(driver, "flash")
        await home.until_begun("hang-up")
        await hand(driver, "hang-up")
        await home.until_over()
        assert home.line.session.state is State.IDLE

    home = play(scene)
    assert home.report is not None
    assert home.report["ending"] == "completed"
    assert figures(home, "digits")["high_tone_dbm0"] == pytest.approx(-8, abs=1)
    assert figures(home, "digits")["twist_db"] == pytest.approx(2, abs=1)
    assert figures(home, "silence")["noise_dbm0"] == pytest.approx(NOISE, abs=1)
    assert figures(home, "echo")["echo_return_loss_db"] == pytest.approx(LOSS, abs=1)
    assert figures(home, "echo")["echo_delay_ms"] == pytest.approx(20, abs=1)
    assert figures(home, "speech")["speech_dbm0"] == pytest.approx(-18, abs=1.5)
    # This line has no echo canceller, so far ends would hear themselves.
    assert outcomes(home) == {
        step.value: "failed" if step is Step.ECHO else "passed" for step in Step
    }
    assert not home.report["passed"]
    assert not [name for name, _ in home.events if name == "call"]


def test_pulses_and_keys_count_as_digits_and_call_nobody() -> None:
    async def scene(home: House, driver: SimulatedLine) -> None:
        home.examinations.begin(home.line)
        await hand(driver, "lift")
        await home.until_begun("digits")
        await hand(driver, "dial", digits="0", by="pulse", pps=20)
        await hand(driver, "dial", digits="0", by="keypad")
        await home.until_ended("digits")
        await hand(driver, "hang-up")
        await home.until_over()

    home = play(scene)
    assert outcomes(home)["digits"] == "passed"
    digits = next(one for one in home.told if one.get("step") == "digits" and "result" in one)
    assert digits["result"]["findings"] == ["Understood: 0 (pulse), 0 (keypad)."]


def test_every_step_can_be_skipped() -> None:
    async def scene(home: House, driver: SimulatedLine) -> None:
        home.examinations.begin(home.line)
        await hand(driver, "lift")
        await home.until_ended("receiver")
        for step in tuple(Step)[1:]:
            await home.until_begun(step.value)
            home.examinations.skip(home.line)
        await home.until_over()
        # Nobody replaced the receiver: it hears the dial tone as before.
        assert home.line.session.state is State.DIAL_TONE
        await hand(driver, "hear", tone="dial")

    home = play(scene)
    assert home.report is not None
    assert home.report["ending"] == "completed"
    assert list(outcomes(home).values()) == ["passed", *["skipped"] * 6]


def test_nobody_who_lifts_the_receiver_is_told_and_the_line_is_idle_again() -> None:
    async def scene(home: House, _driver: SimulatedLine) -> None:
        home.examinations.begin(home.line)
        await home.until_over()
        assert home.line.session.state is State.IDLE

    home = play(scene, IMPATIENT)
    assert home.report is not None
    assert home.report["ending"] == "not-lifted"
    assert outcomes(home) == {"receiver": "timed-out"}
    assert not home.report["passed"]


def test_a_telephone_that_does_nothing_times_out_step_by_step() -> None:
    async def scene(home: House, driver: SimulatedLine) -> None:
        await hand(driver, "lift")
        await home.until_state(State.DIAL_TONE)
        home.examinations.begin(home.line)
        await home.until_over()
        assert home.line.session.state is State.DIAL_TONE

    home = play(scene, IMPATIENT, {"hybrid_return_loss": False})
    found = outcomes(home)
    assert {step for step, outcome in found.items() if outcome == "timed-out"} == {
        "digits",
        "speech",
        "flash",
        "hang-up",
    }
    assert found["receiver"] == "passed"
    assert found["echo"] == "passed"


def test_a_receiver_that_is_replaced_ends_it_at_once() -> None:
    async def scene(home: House, driver: SimulatedLine) -> None:
        home.examinations.begin(home.line)
        await hand(driver, "lift")
        await past_the_digits(home)
        await home.until_begun("echo")
        await hand(driver, "hang-up")
        await home.until_over()
        assert home.line.session.state is State.IDLE
        # Whoever lifts it now can telephone.
        await hand(driver, "lift")
        await home.until_state(State.DIAL_TONE)
        await hand(driver, "hear", tone="dial")

    home = play(scene)
    assert home.report is not None
    assert home.report["ending"] == "hung-up"
    assert "echo" not in outcomes(home)


@pytest.mark.parametrize("step", ["receiver", "digits", "echo"])
def test_a_stop_leaves_the_line_as_it_was(step: str) -> None:
    async def scene(home: House, driver: SimulatedLine) -> None:
        home.examinations.begin(home.line)
        if step != "receiver":
            await hand(driver, "lift")
        if step == "echo":
            await past_the_digits(home)
        await home.until_begun(step)
        await home.examinations.stop(home.line)
        lifted = step != "receiver"
        assert home.line.session.state is (State.DIAL_TONE if lifted else State.IDLE)
        assert home.line.watch is None
        if lifted:
            await hand(driver, "hear", tone="dial")
        with pytest.raises(ValueError, match="is not being examined"):
            home.examinations.skip(home.line)

    home = play(scene)
    assert home.report is not None
    assert home.report["ending"] == "stopped"


def test_a_stop_in_the_moment_of_the_beginning_leaves_the_line_as_it_was() -> None:
    async def scene(home: House, _driver: SimulatedLine) -> None:
        home.examinations.begin(home.line)
        await home.examinations.stop(home.line)
        await asyncio.sleep(0)
        assert home.line.session.state is State.IDLE
        home.examinations.begin(home.line)

    play(scene)


def test_an_unregistered_line_is_examined_too_and_has_no_service_afterwards() -> None:
    async def scene(home: House, driver: SimulatedLine) -> None:
        home.examinations.begin(home.line)
        await hand(driver, "lift")
        await home.until_begun("digits")
        home.exchange._advance(home.line, ServiceDown(Reason.NO_ROUTE))
        await home.examinations.stop(home.line)
        assert home.line.session.state is State.NO_SERVICE

    play(scene)


def arrival(call: str) -> CallArrived:
    return CallArrived("main", Incoming(call, Caller("79161234567")))


def test_a_call_rings_while_the_receiver_is_still_awaited() -> None:
    async def scene(home: House, _driver: SimulatedLine) -> None:
        home.examinations.begin(home.line)
        await home.until_begun("receiver")
        home.exchange.post_sip(arrival("in-1"))
        await home.until_over()
        assert home.line.session.state is State.RINGING

    home = play(scene)
    assert home.report is not None
    assert home.report["ending"] == "call"


def test_a_call_finds_a_line_busy_that_is_examined() -> None:
    async def scene(home: House, driver: SimulatedLine) -> None:
        home.examinations.begin(home.line)
        await hand(driver, "lift")
        await home.until_begun("digits")
        home.exchange.post_sip(arrival("in-1"))
        await asyncio.sleep(0.1)
        assert home.line.session.state is State.EXAMINED_DIGITS
        assert home.line.session.calls == ()

    play(scene)


def test_a_fault_ends_it() -> None:
    async def scene(home: House, driver: SimulatedLine) -> None:
        home.examinations.begin(home.line)
        await hand(driver, "lift")
        await past_the_digits(home)
        await home.until_begun("silence")
        await hand(driver, "unplug")
        await home.until_over()
        assert home.line.session.state is State.OUT_OF_SERVICE
        with pytest.raises(ValueError, match="has a fault: The simulated telephone is unplugged"):
            home.examinations.begin(home.line)
        await hand(driver, "plug")

    home = play(scene)
    assert home.report is not None
    assert home.report["ending"] == "fault"
    assert not home.report["passed"]


def test_it_is_refused_while_it_runs_and_while_the_line_is_used() -> None:
    async def scene(home: House, driver: SimulatedLine) -> None:
        home.examinations.begin(home.line)
        with pytest.raises(ValueError, match="Line line1 is being examined already"):
            home.examinations.begin(home.line)
        await home.examinations.stop(home.line)
        await hand(driver, "lift")
        await home.until_state(State.DIAL_TONE)
        await hand(driver, "dial", digits="8")
        await home.until_state(State.DIALLING)
        with pytest.raises(ValueError, match=r"Line line1 is in use \(dialling\); wait until"):
            home.examinations.begin(home.line)

    play(scene)


def test_the_end_of_the_gateway_ends_it() -> None:
    async def scene(home: House, driver: SimulatedLine) -> None:
        home.examinations.begin(home.line)
        await hand(driver, "lift")
        await home.until_begun("digits")

    home = play(scene)
    assert home.report is not None
    assert home.report["ending"] == "stopped"
