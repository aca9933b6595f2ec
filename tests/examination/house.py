"""A line of a real exchange, without network, and the examinations of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from gateway.call.service_codes import DEFAULT_CODES
from gateway.call.session import Session
from gateway.call.state import State
from gateway.call_log import CallLog
from gateway.dial_codes import DialCodes
from gateway.examination.examinations import Examinations
from gateway.examination.steps import Pace
from gateway.exchange import Exchange
from gateway.exchange_line import Line
from gateway.line import LineDriver
from gateway.media.bridge import Bridge
from gateway.media.voice import LineVoice
from gateway.prompts.language import load_language
from gateway.prompts.recordings import archive_of
from gateway.provider import load_provider
from gateway.sip.endpoint import SipParameters
from gateway.sip.events import RegistrationChanged
from gateway.sip.registration import RegistrationState
from gateway.sip.stack import SipStack
from gateway.toneplan import load_tone_plan

DEADLINE = 60.0
PARAMETERS = SipParameters(
    address="127.0.0.1", port=0, user_agent="test", codecs=("PCMA",), jitter_buffer_ms=200
)

REGISTERED = RegistrationChanged(
    "main", "79261234567", RegistrationState.REGISTERED, True, None, 1800.0, None
)


@dataclass
class House:
    """The exchange, its line, and every event that it published."""

    exchange: Exchange
    line: Line
    examinations: Examinations
    events: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    _told: asyncio.Event = field(default_factory=asyncio.Event)

    def publish(self, name: str, params: Mapping[str, Any]) -> None:
        self.events.append((name, params))
        self._told.set()

    @property
    def told(self) -> list[Mapping[str, Any]]:
        """The events of the examination."""
        return [params for name, params in self.events if name == "examination"]

    @property
    def report(self) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = next(
            (params["report"] for params in self.told if params["phase"] == "over"), None
        )
        return found

    def begun(self, step: str) -> bool:
        return any(one.get("step") == step and one["phase"] == "begins" for one in self.told)

    def ended(self, step: str) -> bool:
        return any(one.get("step") == step and one["phase"] == "ends" for one in self.told)

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait until an event makes ``condition`` true."""
        try:
            async with asyncio.timeout(DEADLINE):
                while not condition():
                    self._told.clear()
                    await self._told.wait()
        except TimeoutError:
            raise AssertionError(f"{what} did not happen; {self.events}") from None

    async def until_begun(self, step: str) -> None:
        await self.until(lambda: self.begun(step), f"the step {step}")

    async def until_ended(self, step: str) -> None:
        await self.until(lambda: self.ended(step), f"the end of the step {step}")

    async def until_over(self) -> Mapping[str, Any]:
        await self.until(lambda: self.report, "the end of the examination")
        assert self.report is not None
        return self.report

    async def until_state(self, state: State) -> None:
        await self.until(lambda: self.line.session.state is state, state.value)


@asynccontextmanager
async def house(driver: LineDriver, pace: Pace | None = None) -> AsyncIterator[House]:
    """A registered exchange with one line on ``driver``."""
    plan, bridge = load_tone_plan("ru"), Bridge()
    sip = SipStack(PARAMETERS, bridge)  # not started: there is no network
    events: list[tuple[str, Mapping[str, Any]]] = []
    made: House

    def publish(name: str, params: Mapping[str, Any]) -> None:
        made.publish(name, params)

    log = CallLog(lambda _record: None, lambda: 0.0)
    dial_codes = DialCodes(load_language("ru"), archive_of("ru"), DEFAULT_CODES, {})
    exchange = Exchange(sip, plan, log, publish, lambda _message: None, dial_codes=dial_codes)
    voice = LineVoice(
        "line1", plan, bridge, partial(exchange.post_line, "line1"), lambda: driver.voice.drift_ppm
    )
    numbers = load_provider("multifon").numbers
    session = Session.start(line="line1", id_prefix="test", plan=numbers)
    line = Line("line1", "test", driver, voice, "main", frozenset({"main"}), session)
    made = House(exchange, line, Examinations(exchange, publish, pace), events)
    exchange.open()
    exchange.add(line)
    exchange.post_sip(REGISTERED)
    try:
        yield made
        await made.examinations.close()
    finally:
        exchange.close()
