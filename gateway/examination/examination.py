"""Leads a person through an examination: asks, listens, measures, tells.

It runs on the event loop.  What the line does comes as the exchange's events; what is said and
heard comes from a recording.  Call control knows of the examination by its states, and whatever
ends them - the receiver, a call, a fault - ends the examination.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from gateway.call.state import State
from gateway.examination import measures
from gateway.examination.judgement import judge, missed, understood
from gateway.examination.noise import band_noise
from gateway.examination.recording import Recording
from gateway.examination.report import report
from gateway.examination.steps import Ending, Outcome, Pace, Result, Step
from gateway.examination.taken_line import EndedError, SkippedError, TakenLine
from gateway.exchange import Exchange
from gateway.exchange_line import Line
from gateway.line import FRAME_MS, Digit, DigitSource, HookFlash, Measured, OffHook, OnHook
from gateway.toneplan import Tone

DIGITS = 2
"""Digits that are asked for."""
TONE_ENDS_S = 0.3
"""From the report of a tone to its end."""
LISTEN_S = 0.2
"""Seconds between two looks at what was spoken."""
SOME_SPEECH = 0.25
"""Share of the speech wanted that is enough when the time is out."""

OF_THE_DIAL = (
    "dial_speed_pps",
    "break_ratio_percent",
    "longest_bounce_ms",
    "shortest_break_ms",
    "longest_break_ms",
    "shortest_make_ms",
    "longest_make_ms",
    "spoilt_digits",
    "last_refused_pulse_ms",
)
OF_THE_CRADLE = ("last_flash_ms", "last_refused_flash_ms")
OF_THE_ECHO = ("echo_return_loss_db", "echo_enhancement_db", "echo_delay_ms")
"""Figures of the driver that belong to a step."""

Tell = Callable[[Mapping[str, Any]], None]


class Examination:
    """One examination of one line; ``run`` it as a task, cancel that to stop it.

    ``tell`` gets every step's beginning and end, and the report at last
    (``docs/control-api.md``).
    """

    def __init__(self, line: Line, exchange: Exchange, tell: Tell, pace: Pace) -> None:
        self._line = line
        self._exchange = exchange
        self._tell = tell
        self._pace = pace
        self._recording = Recording()
        self._results: list[Result] = []
        self._noise = measures.FLOOR_DBM0
        self._taken = TakenLine(line, exchange)

    def skip(self) -> None:
        """Go on with the next step."""
        self._taken.skip()

    async def run(self) -> None:
        ending = Ending.STOPPED
        self._line.driver.measure_anew(Measured.HOOK)
        self._line.voice.measure(self._recording)
        try:
            ending = await self._conduct()
        except EndedError:
            ending = self._taken.why_ended()
        finally:
            self._line.voice.measure(None)
            self._taken.release()
            found = report(self._line, self._results, ending)
            self._tell({"line": self._line.name, "phase": "over", "report": found})

    async def _conduct(self) -> Ending:
        lifted = await self._perform(Step.RECEIVER, self._receiver)
        if lifted.outcome is not Outcome.PASSED:
            return Ending.NOT_LIFTED
        await self._perform(Step.DIGITS, self._digits)
        self._exchange.examine_sound(self._line)
        await self._perform(Step.SILENCE, self._silence)
        await self._perform(Step.ECHO, self._echo)
        await self._perform(Step.SPEECH, self._speech)
        await self._perform(Step.FLASH, self._flash)
        await self._perform(Step.HANG_UP, self._hang_up)
        return Ending.COMPLETED

    async def _perform(self, step: Step, measure: Callable[[], Awaitable[Result]]) -> Result:
        told = {"line": self._line.name, "step": step.value}
        self._tell({**told, "phase": "begins", "seconds": self._pace.limit(step)})
        try:
            result = await measure()
        except SkippedError:
            result = Result(step, Outcome.SKIPPED)
        self._results.append(result)
        if result.outcome is Outcome.PASSED and step in {Step.DIGITS, Step.SPEECH}:
            self._line.voice.play(Tone.CONFIRMATION)
        self._tell({**told, "phase": "ends", "result": result.values})
        return result

    # The steps.

    async def _receiver(self) -> Result:
        if self._taken.on_hook and await self._taken.next(OffHook, self._pace.lift) is None:
            return missed(Step.RECEIVER, {})
        return judge(Step.RECEIVER, {})

    async def _digits(self) -> Result:
        self._recording.clear()
        digits: list[Digit] = []
        end = self._now() + self._pace.dial
        while len(digits) < DIGITS:
            event = await self._taken.next(Digit, end - self._now())
            if event is None:
                break
            assert isinstance(event, Digit)
            digits.append(event)
        if not digits:
            return missed(Step.DIGITS, self._measured(OF_THE_DIAL))
        by_tone = "".join(one.digit for one in digits if one.source is DigitSource.TONE)
        figures = dict(self._measured(OF_THE_DIAL))
        if by_tone:
            await self._taken.pass_time(TONE_ENDS_S)
            figures |= measures.digit_levels(self._recording.said(), by_tone)
        found = judge(Step.DIGITS, _rounded(figures))
        outcome = found.outcome if len(digits) == DIGITS else Outcome.TIMED_OUT
        return Result(Step.DIGITS, outcome, found.figures, (understood(digits), *found.findings))

    async def _silence(self) -> Result:
        await self._taken.pass_time(self._pace.settle)
        self._taken.hush()
        self._recording.clear()
        await self._taken.pass_time(self._pace.silence)
        self._noise = measures.noise(self._recording.said())
        return judge(Step.SILENCE, _rounded({"noise_dbm0": self._noise}))

    async def _echo(self) -> Result:
        self._line.voice.play_sound(band_noise(self._pace.limit(Step.ECHO)))
        try:
            await self._taken.pass_time(self._pace.learn)
            self._recording.clear()
            await self._taken.pass_time(self._pace.echo)
        finally:
            self._taken.hush()
        heard, said = self._recording.both()
        left = measures.return_loss(heard, said, self._noise)
        figures: dict[str, float] = {"echo_left_db": left, **self._measured(OF_THE_ECHO)}
        if "echo_return_loss_db" not in figures:
            # No echo canceller in between: what is left is the echo itself.
            figures["echo_return_loss_db"] = left
            delay = measures.echo_delay(heard, said)
            if delay is not None:
                figures["echo_delay_ms"] = delay
        return judge(Step.ECHO, _rounded(figures))

    async def _speech(self) -> Result:
        self._recording.clear()
        # Not earlier: the clicks of a dial are no speech.
        self._line.driver.measure_anew(Measured.VOICE)
        end, spoken = self._now() + self._pace.speak, 0.0
        while spoken < self._pace.speech and self._now() < end:
            await self._taken.pass_time(LISTEN_S)
            active = measures.active_frames(self._recording.said(), self._noise)
            spoken = len(active) * FRAME_MS / 1000
        level = measures.speech(self._recording.said(), self._noise)
        if level is None or spoken < SOME_SPEECH * self._pace.speech:
            return missed(Step.SPEECH, {})
        return judge(Step.SPEECH, _rounded({"speech_dbm0": level}))

    async def _flash(self) -> Result:
        event = await self._taken.next(HookFlash, self._pace.flash)
        figures = self._measured(OF_THE_CRADLE)
        return missed(Step.FLASH, figures) if event is None else judge(Step.FLASH, figures)

    async def _hang_up(self) -> Result:
        try:
            await self._taken.next(OnHook, self._pace.hang_up)
        except EndedError:
            if self._line.session.state is State.OUT_OF_SERVICE:
                raise
            return judge(Step.HANG_UP, {})
        return missed(Step.HANG_UP, {})

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    # What is known.

    def _measured(self, names: tuple[str, ...]) -> Mapping[str, float]:
        """The driver's figures with these names, as far as it has them."""
        figures = self._line.driver.self_test().figures
        return {name: figures[name] for name in names if name in figures}


def _rounded(figures: Mapping[str, float]) -> Mapping[str, float]:
    return {name: round(value, 1) for name, value in figures.items()}
