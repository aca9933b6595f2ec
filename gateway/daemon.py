"""The daemon: start in order, stop in reverse, in one readable function.

Threads (all others are pjproject's own and never enter Python, but for the log):

============== ====================================================================================
main           the event loop: exchange, control socket, records
sip            every pjsua2 object (``gateway.sip.stack``)
voice-LINE     one a line, the driver's: frames, tones, digits; one of them ticks the bridge
voice-fallback ticks the bridge while no line does (``gateway.media.bridge``)
resolve        short-lived: one name look-up
provider       short-lived: one question to the account service (``gateway.multifon``)
============== ====================================================================================
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from gateway import __version__, live_trace, logbook, service
from gateway.account_commands import AccountCommands
from gateway.account_services import AccountServices
from gateway.assembly import (
    call_limits,
    dial_codes_of,
    line_of,
    sip_parameters,
    test_telephone,
)
from gateway.attention import Beside
from gateway.call.service_codes import Service
from gateway.call_log import CallLog
from gateway.call_test import CallTests
from gateway.commands import Commands
from gateway.control.server import ControlServer, Method
from gateway.dect_commands import DectCommands
from gateway.diagnostics import Diagnostics
from gateway.dial_codes import DialCodes
from gateway.examination.examinations import Examinations
from gateway.exchange import Exchange, Line, Publish
from gateway.exit_code import CommandError, ExitCode
from gateway.handset.server import HandsetServer, finder
from gateway.handset_names import HandsetNames
from gateway.line_test_commands import LineTestCommands
from gateway.media.bridge import Bridge
from gateway.presence.presence import Presence
from gateway.presence_commands import PresenceCommands
from gateway.probe_commands import ProbeCommands
from gateway.prompts.language import load_language
from gateway.provider import load_provider
from gateway.records.database import RecordsError
from gateway.records.store import RecordStore
from gateway.scene_codes import SceneCodes
from gateway.settings.declaration import Settings
from gateway.settings.load import SettingsError
from gateway.settings.secret import Secret
from gateway.settings.store import load_or_last_good
from gateway.settings.words import Words
from gateway.sip.endpoint import SipError
from gateway.sip.stack import SipStack
from gateway.text_messages import TextMessages
from gateway.toneplan import load_tone_plan

_log = logging.getLogger(__name__)

DAY = 86400.0
"""Seconds."""


def run(config: Path, state: Path, runtime: Path, log_level: str | None = None) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code of the process.

    ``log_level`` goes before the one of the settings.  ``CommandError`` says why the gateway cannot
    start, and what to do.
    """
    try:
        settings, problems = load_or_last_good(config / "settings.toml", config / "secrets.toml")
        recent = logbook.RecentLog()
        logbook.set_up(
            log_level or settings.log.level, sip_trace=settings.log.sip_trace, recent=recent
        )
        for problem in problems:
            _log.error("%s", problem.text("en"))
        words = tuple(Words(one.text("en"), one.text("ru")) for one in problems)
        asyncio.run(_serve(settings, config, state, runtime, recent, beside=Beside(words)))
    except SettingsError as error:
        service.status("The settings are wrong.")
        texts = "\n".join(problem.text("en") for problem in error.problems)
        raise CommandError(texts, ExitCode.SETTINGS) from error
    except CommandError as error:
        service.status(str(error))
        raise
    return ExitCode.OK


async def _serve(
    settings: Settings,
    config: Path,
    state: Path,
    runtime: Path,
    recent: logbook.RecentLog,
    *,
    beside: Beside,
) -> None:
    stop = _stop_by_signal()
    async with contextlib.AsyncExitStack() as stack:
        for folder in (state, runtime):
            folder.mkdir(parents=True, exist_ok=True)
        try:
            records = RecordStore(state / "records.sqlite")
        except RecordsError as error:
            raise CommandError(str(error), ExitCode.FAILED) from error
        stack.callback(records.close)

        bridge = Bridge()
        plan = load_tone_plan(settings.tones.country)
        profiles = {account.name: load_provider(account.provider) for account in settings.accounts}
        sip = SipStack(sip_parameters(settings, profiles.values()), bridge)
        control = ControlServer(
            runtime / "control.sock", {}, named_only=frozenset({live_trace.EVENT})
        )

        def publish(name: str, params: Mapping[str, Any]) -> None:
            control.publish(name, params)
            if name == "registration":
                why = (params["verdict"] or {}).get("text") or params["reason_text"] or ""
                service.status(f"Account {params['name']}: {params['state']}. {why}")

        texts = TextMessages(records.messages, sip, profiles, publish, time.time)
        dial_codes = await stack.enter_async_context(contextlib.aclosing(dial_codes_of(settings)))
        exchange = Exchange(
            sip,
            plan,
            CallLog(records.calls.add, time.time),
            publish,
            texts.take,
            dial_codes=dial_codes,
        )
        exchange.call_limits.update(call_limits(settings, profiles))
        lines = [line_of(entry, settings, profiles, exchange, bridge) for entry in settings.lines]

        try:
            sip.start(exchange.post_sip)
        except SipError as error:
            raise CommandError(str(error), ExitCode.HARDWARE) from error
        stack.callback(sip.stop)
        for line in lines:
            sip.add_line(line.voice)
        stack.callback(exchange.close)
        exchange.open(lines)
        accounts = AccountServices(exchange, sip, control.publish)
        accounts.add(settings, profiles, config, dial_codes)

        examinations = Examinations(exchange, publish)
        stack.push_async_callback(examinations.close)
        commands = Commands(
            exchange,
            records.calls,
            texts,
            examinations,
            accounts=accounts.numbers,
            services=accounts.services,
            stop=stop,
            beside=lambda: beside,
        )
        diagnostics = _diagnostics(settings, sip, recent, lines, accounts.passwords, control)
        control.methods.update(
            {
                **commands.methods(),
                **AccountCommands(accounts.services).methods(),
                **DectCommands(
                    [line.driver for line in lines], HandsetNames(state), publish
                ).methods(),
                **_set_up_methods(
                    settings,
                    exchange,
                    examinations,
                    dial_codes,
                    publish,
                    commands.line_of,
                    CallTests(
                        exchange,
                        partial(test_telephone, settings, profiles, exchange, bridge),
                        lambda telephone: sip.add_line(telephone.voice),
                        records.calls.latest,
                        line_of=commands.line_of,
                        publish=publish,
                    ),
                ),
                **diagnostics.methods(),
            }
        )
        await _answer(control, _handsets(runtime, lines), stack)
        stack.enter_context(accounts)

        for work in (service.beat(_heartbeat(sip, lines)), _prune(records, settings)):
            stack.callback(asyncio.create_task(work).cancel)
        _log.info("gateway %s is ready: %d lines", __version__, len(lines))
        service.ready()
        await stop.wait()
        _log.info("the gateway stops")
        service.stopping()


def _set_up_methods(  # noqa: PLR0917 - what they stand on
    settings: Settings,
    exchange: Exchange,
    examinations: Examinations,
    dial_codes: DialCodes,
    publish: Publish,
    line_of: Callable[[Mapping[str, Any]], Line],
    call_tests: CallTests,
) -> Mapping[str, Method]:
    """What the first run and the diagnosis of the set-up page ask for."""
    dial_codes.own[Service.SCENE] = SceneCodes(publish).dialled
    presence = Presence(
        exchange,
        examinations,
        dial_codes,
        publish,
        codes=settings.dial_codes.codes,
        language=load_language(settings.prompts.language),
    )
    return {
        **LineTestCommands(exchange, examinations, line_of, publish).methods(),
        **PresenceCommands(presence, line_of).methods(),
        **call_tests.methods(),
        **ProbeCommands(settings, partial(_is_registered, exchange), publish).methods(),
    }


def _is_registered(exchange: Exchange, number: str) -> bool:
    return any(one.registered and one.number == number for one in exchange.registrations.values())


def _stop_by_signal() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _handsets(runtime: Path, lines: list[Line]) -> HandsetServer:
    """The socket at which pages have the receivers of their lines."""
    receivers = {line.name: line.receiver for line in lines if line.receiver is not None}
    return HandsetServer(runtime / "handset.sock", finder(receivers))


async def _answer(
    control: ControlServer, handsets: HandsetServer, stack: contextlib.AsyncExitStack
) -> None:
    """Take both sockets; ``CommandError`` when that cannot be done."""
    try:
        await control.start()
        stack.push_async_callback(control.close)
        handsets.start()
    except OSError as error:
        raise CommandError(str(error), ExitCode.FAILED) from error
    stack.push_async_callback(handsets.close)


def _diagnostics(  # noqa: PLR0917 - what it is made of
    settings: Settings,
    sip: SipStack,
    recent: logbook.RecentLog,
    lines: list[Line],
    passwords: Callable[[], list[Secret]],
    control: ControlServer,
) -> Diagnostics:
    """What a report is made of; whoever wants the SIP trace live follows it from now on."""
    drivers = {line.name: line.driver.capabilities.description for line in lines}
    diagnostics = Diagnostics(
        settings,
        sip.traced,
        recent,
        passwords=passwords,
        sip_version=sip.version,
        drivers=drivers,
    )
    live = live_trace.LiveTrace(control.wanted, diagnostics.scrubbed, control.publish)
    sip.follow_trace = live.take
    return diagnostics


async def _prune(records: RecordStore, settings: Settings) -> None:
    """Drop the calls and messages that are too old or too many, now and once a day."""
    while True:
        days = settings.records.keep_days
        oldest = time.time() - days * DAY if days else 0.0
        records.calls.prune(oldest, keep=settings.records.keep_calls)
        records.messages.prune(oldest, keep=settings.records.keep_calls)
        await asyncio.sleep(DAY)


def _heartbeat(sip: SipStack, lines: list[Line]) -> service.Heartbeat:
    """The watchdog is fed only while the loop, the SIP thread and every voice thread answer."""

    def voice_alive(line: Line) -> Any:
        last = line.voice.counters.last_frame
        return last or time.monotonic()  # a line at rest has no frames to answer with

    parts: dict[str, Any] = {"sip": lambda: sip.last_poll}
    for line in lines:
        parts[f"voice {line.name}"] = partial(voice_alive, line)
    return service.Heartbeat(parts)
