"""Performs a scenario on a stage: a telephone, a gateway and a network."""

from __future__ import annotations

from typing import Protocol, assert_never

from gateway.call.reason import Reason
from gateway.call.state import State
from gateway.caller import Caller
from gateway.line import DigitSource
from tests.scenarios import steps as say
from tests.scenarios.language import Line, Scenario
from tests.scenarios.steps import Step


class Stage(Protocol):
    """Where a scenario is performed: one coroutine for each kind of step.

    A coroutine returns when the step is done.  It raises, best with a sentence that tells what
    there was instead, when that does not happen ``within`` so many seconds.
    """

    def at(self, line: str) -> Stage: ...
    async def lift(self) -> None: ...
    async def hang_up(self) -> None: ...
    async def flash(self) -> None: ...
    async def unplug(self) -> None: ...
    async def plug(self) -> None: ...
    async def dial(self, digits: str, by: DigitSource) -> None: ...
    async def call_number(self, digits: str) -> None: ...
    async def handset_does(self, action: say.HandsetAction) -> None: ...
    async def say(self, file: str) -> None: ...
    async def hear(self, sound: str, within: float) -> None: ...
    async def is_told(self, answer: str, language: str, within: float) -> None: ...
    async def no_tone_was_heard(self) -> None: ...
    async def ringing(self, times: int, within: float) -> None: ...
    async def not_ringing(self, within: float) -> None: ...
    async def display_shows(self, caller: Caller | None, within: float) -> None: ...
    async def missed_calls_shown(self, calls: int, within: float) -> None: ...
    async def bell_rings_with(self, hertz: float) -> None: ...
    async def loop_is_opened(self, within: float) -> None: ...
    async def polarity_is_reversed(self, within: float) -> None: ...
    async def aon_shows(self, number: str, within: float) -> None: ...
    async def far_end_calls(self, caller: Caller) -> None: ...
    async def far_end_is_called(self, number: str, within: float) -> None: ...
    async def far_end_rings(self, within: float) -> None: ...
    async def far_end_sends_early_media(self, within: float) -> None: ...
    async def far_end_answers(self, within: float) -> None: ...
    async def far_end_refuses(self, code: int, within: float) -> None: ...
    async def far_end_is_answered(self, within: float) -> None: ...
    async def far_end_is_released(self, within: float) -> None: ...
    async def far_end_is_cancelled(self, within: float) -> None: ...
    async def far_end_renews(self) -> None: ...
    async def far_end_hangs_up(self) -> None: ...
    async def far_end_says(self, file: str) -> None: ...
    async def far_end_hears(self, sound: str, within: float) -> None: ...
    async def far_end_hears_digits(self, digits: str, within: float) -> None: ...
    async def another_calls(self, number: str) -> None: ...
    async def another_is_refused(self, code: int, within: float) -> None: ...
    async def another_is_answered(self, within: float) -> None: ...
    async def another_is_released(self, within: float) -> None: ...
    async def another_hangs_up(self) -> None: ...
    async def another_hears_digits(self, digits: str, within: float) -> None: ...
    async def network_stops(self) -> None: ...
    async def network_starts(self) -> None: ...
    async def network_refuses(self, code: int) -> None: ...
    async def network_accepts(self) -> None: ...
    async def network_sets(self, setting: str, value: float) -> None: ...
    async def network_answers(self, code: int, within: float) -> None: ...
    async def registered(self, within: float) -> None: ...
    async def not_registered(self, within: float) -> None: ...
    async def line_is(self, state: State, within: float) -> None: ...
    async def call_ends(self, reason: Reason, within: float) -> None: ...
    async def wait(self, seconds: float) -> None: ...


class StepError(AssertionError):
    """A step did not happen; the message shows the scenario up to it."""

    def __init__(self, scenario: Scenario, failed: Line, why: str) -> None:
        done = [line for line in scenario.lines if line.number < failed.number]
        before = "".join(f"\n  {line.number:4}  {line.text}" for line in done)
        super().__init__(
            f"{scenario.name}, line {failed.number}: {failed.text}: {why}"
            f"{before}\n> {failed.number:4}  {failed.text}"
        )
        self.line = failed


async def run(scenario: Scenario, stage: Stage) -> None:
    """Perform the steps one after the other; ``StepError`` names the one that did not happen."""
    for line in scenario.lines:
        try:
            await perform(line.step, stage)
        except Exception as error:
            why = str(error) or type(error).__name__
            raise StepError(scenario, line, why) from error


async def perform(step: Step, stage: Stage) -> None:  # noqa: PLR0912, PLR0915 - one case each
    """Perform one step."""
    match step:
        case say.At(line, there):
            await perform(there, stage.at(line))
        case say.Lift():
            await stage.lift()
        case say.HangUp():
            await stage.hang_up()
        case say.Flash():
            await stage.flash()
        case say.Unplug():
            await stage.unplug()
        case say.Plug():
            await stage.plug()
        case say.CallNumber(digits):
            await stage.call_number(digits)
        case say.HandsetDoes(action):
            await stage.handset_does(action)
        case say.Dial(digits, by):
            await stage.dial(digits, by)
        case say.Say(file):
            await stage.say(file)
        case say.Hear(sound, within):
            await stage.hear(sound, within)
        case say.IsTold(answer, language, within):
            await stage.is_told(answer, language, within)
        case say.NoToneWasHeard():
            await stage.no_tone_was_heard()
        case say.Ringing(times, within):
            await stage.ringing(times, within)
        case say.NotRinging(within):
            await stage.not_ringing(within)
        case say.DisplayShows(caller, within):
            await stage.display_shows(caller, within)
        case say.MissedCallsShown(calls, within):
            await stage.missed_calls_shown(calls, within)
        case say.BellRingsWith(hertz):
            await stage.bell_rings_with(hertz)
        case say.LoopIsOpened(within):
            await stage.loop_is_opened(within)
        case say.PolarityIsReversed(within):
            await stage.polarity_is_reversed(within)
        case say.AonShows(number, within):
            await stage.aon_shows(number, within)
        case say.FarEndCalls(caller):
            await stage.far_end_calls(caller)
        case say.FarEndIsCalled(number, within):
            await stage.far_end_is_called(number, within)
        case say.FarEndRings(within):
            await stage.far_end_rings(within)
        case say.FarEndSendsEarlyMedia(within):
            await stage.far_end_sends_early_media(within)
        case say.FarEndAnswers(within):
            await stage.far_end_answers(within)
        case say.FarEndRefuses(code, within):
            await stage.far_end_refuses(code, within)
        case say.FarEndIsAnswered(within):
            await stage.far_end_is_answered(within)
        case say.FarEndIsReleased(within):
            await stage.far_end_is_released(within)
        case say.FarEndIsCancelled(within):
            await stage.far_end_is_cancelled(within)
        case say.FarEndRenews():
            await stage.far_end_renews()
        case say.FarEndHangsUp():
            await stage.far_end_hangs_up()
        case say.FarEndSays(file):
            await stage.far_end_says(file)
        case say.FarEndHears(sound, within):
            await stage.far_end_hears(sound, within)
        case say.FarEndHearsDigits(digits, within):
            await stage.far_end_hears_digits(digits, within)
        case say.AnotherCalls(number):
            await stage.another_calls(number)
        case say.AnotherIsRefused(code, within):
            await stage.another_is_refused(code, within)
        case say.AnotherIsAnswered(within):
            await stage.another_is_answered(within)
        case say.AnotherIsReleased(within):
            await stage.another_is_released(within)
        case say.AnotherHangsUp():
            await stage.another_hangs_up()
        case say.AnotherHearsDigits(digits, within):
            await stage.another_hears_digits(digits, within)
        case say.NetworkStops():
            await stage.network_stops()
        case say.NetworkStarts():
            await stage.network_starts()
        case say.NetworkRefuses(code):
            await stage.network_refuses(code)
        case say.NetworkAccepts():
            await stage.network_accepts()
        case say.NetworkSets(setting, value):
            await stage.network_sets(setting, value)
        case say.NetworkAnswers(code, within):
            await stage.network_answers(code, within)
        case say.Registered(within):
            await stage.registered(within)
        case say.NotRegistered(within):
            await stage.not_registered(within)
        case say.LineIs(state, within):
            await stage.line_is(state, within)
        case say.CallEnds(reason, within):
            await stage.call_ends(reason, within)
        case say.Wait(seconds):
            await stage.wait(seconds)
        case _:
            assert_never(step)
