"""The daemon: start in order, stop in reverse, in one readable function.

Threads (all others are pjproject's own and never enter Python, but for the log):

============== ====================================================================================
main           the event loop: exchange, control socket, records
sip            every pjsua2 object (``gateway.sip.stack``)
voice-LINE     one a line, the driver's: frames, tones, digits; one of them ticks the bridge
voice-fallback ticks the bridge while no line does (``gateway.media.bridge``)
resolve        short-lived: one name look-up
============== ====================================================================================
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import secrets
import signal
import sys
import time
from collections.abc import Mapping
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from gateway import __version__, logbook, service
from gateway.call.session import Session
from gateway.call.timers import Timers
from gateway.call_log import CallLog
from gateway.commands import Commands
from gateway.control.server import ControlServer
from gateway.exchange import Exchange, Line
from gateway.line import LineDriver
from gateway.media.bridge import Bridge
from gateway.media.voice import LineVoice
from gateway.provider import ProviderProfile, load_provider
from gateway.records.calls import CallRecords
from gateway.records.database import RecordsError
from gateway.settings.declaration import Account, Settings
from gateway.settings.declaration import Line as LineSettings
from gateway.settings.load import SettingsError
from gateway.settings.store import load_or_last_good
from gateway.sip.account import AccountParameters
from gateway.sip.registration import Backoff
from gateway.sip.stack import SipError, SipParameters, SipStack
from gateway.toneplan import load_tone_plan

_log = logging.getLogger(__name__)

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_SETTINGS = 3
EXIT_HARDWARE = 5

DAY = 86400.0
"""Seconds."""


class StartError(Exception):
    """The daemon cannot start; the message says what to do, ``code`` is the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def run(config: Path, state: Path, runtime: Path, log_level: str | None = None) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code of the process.

    ``log_level`` goes before the one of the settings.
    """
    try:
        settings, problems = load_or_last_good(config / "settings.toml", config / "secrets.toml")
    except SettingsError as error:
        for problem in error.problems:
            print(problem.text("en"), file=sys.stderr)  # noqa: T201 - before there is a log
        service.status("The settings are wrong.")
        return EXIT_SETTINGS
    logbook.set_up(log_level or settings.log.level, sip_trace=settings.log.sip_trace)
    for problem in problems:
        _log.error("%s", problem.text("en"))
    try:
        asyncio.run(_serve(settings, state, runtime))
    except StartError as error:
        _log.error("%s", error)  # noqa: TRY400 - the sentence is for the user
        service.status(str(error))
        return error.code
    return EXIT_OK


async def _serve(settings: Settings, state: Path, runtime: Path) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        state.mkdir(parents=True, exist_ok=True)
        runtime.mkdir(parents=True, exist_ok=True)
        try:
            records = CallRecords(state / "records.sqlite")
        except RecordsError as error:
            raise StartError(str(error), EXIT_FAILED) from error
        stack.callback(records.close)

        bridge = Bridge()
        plan = load_tone_plan(settings.tones.country)
        profiles = {account.name: load_provider(account.provider) for account in settings.accounts}
        sip = SipStack(_sip_parameters(settings, profiles), bridge, lambda event: post(event))
        control = ControlServer(runtime / "control.sock", {})
        exchange = Exchange(sip, plan, CallLog(records.add, time.time), control.publish)
        post = exchange.post_sip
        try:
            sip.start()
        except SipError as error:
            raise StartError(str(error), EXIT_HARDWARE) from error
        stack.callback(sip.stop)

        prefix = secrets.token_hex(3)
        lines = [
            _line(entry, settings, profiles, exchange, bridge, prefix) for entry in settings.lines
        ]
        for line in lines:
            sip.add_line(line.voice)
        stack.callback(exchange.close)
        exchange.open(lines)
        for account in settings.accounts:
            sip.add_account(_account_parameters(account, profiles[account.name], settings))

        numbers = {account.name: account.number for account in settings.accounts}
        control.methods.update(Commands(exchange, records, numbers, stop).methods())
        await control.start()
        stack.push_async_callback(control.close)

        beat = asyncio.create_task(service.beat(_heartbeat(sip, lines)))
        stack.callback(beat.cancel)
        pruning = asyncio.create_task(_prune(records, settings))
        stack.callback(pruning.cancel)
        _log.info("gateway %s is ready: %d lines", __version__, len(lines))
        service.ready()
        await stop.wait()
        _log.info("the gateway stops")
        service.stopping()


async def _prune(records: CallRecords, settings: Settings) -> None:
    """Drop the calls that are too old or too many, now and once a day."""
    while True:
        days = settings.records.keep_days
        oldest = time.time() - days * DAY if days else 0.0
        records.prune(oldest, keep=settings.records.keep_calls)
        await asyncio.sleep(DAY)


def _driver(entry: LineSettings) -> LineDriver:
    """The driver of a line, by its entry point."""
    found = {point.name: point for point in entry_points(group="gateway.line_drivers")}
    if entry.driver not in found:
        known = ", ".join(sorted(found)) or "none; install the package"
        message = f"line {entry.name}: there is no driver {entry.driver!r}; there are: {known}"
        raise StartError(message, EXIT_SETTINGS)
    try:
        driver: LineDriver = found[entry.driver].load()(entry.name, entry.options)
    except ValueError as error:
        raise StartError(f"line {entry.name}: {error}", EXIT_SETTINGS) from error
    return driver


def _line(
    entry: LineSettings,
    settings: Settings,
    profiles: Mapping[str, ProviderProfile],
    exchange: Exchange,
    bridge: Bridge,
    prefix: str,
) -> Line:
    account = entry.account or next(iter(profiles), "")
    profile = profiles[account] if account else load_provider("multifon")
    voice = LineVoice(
        entry.name,
        load_tone_plan(settings.tones.country),
        bridge,
        partial(exchange.post_line, entry.name),
    )
    timers = Timers(
        first_digit=settings.dialling.first_digit_timeout,
        inter_digit=settings.dialling.inter_digit_timeout,
        no_answer=settings.ringing.no_answer_timeout,
        busy=settings.busy.busy_tone,
        howler=settings.busy.howler,
    )
    session = Session.start(
        line=entry.name, id_prefix=prefix, plan=profile.numbers, timers=timers
    )
    rings_for = frozenset(entry.rings_for or profiles)
    return Line(entry.name, entry.driver, _driver(entry), voice, account, rings_for, session)


def _sip_parameters(settings: Settings, profiles: Mapping[str, ProviderProfile]) -> SipParameters:
    codecs = dict.fromkeys(codec for profile in profiles.values() for codec in profile.codecs)
    return SipParameters(
        address=settings.network.bind_address,
        port=settings.network.local_sip_port,
        user_agent=f"MultiFon-gateway/{__version__}",
        codecs=tuple(codecs) or ("PCMA",),
        jitter_buffer_ms=settings.voice.jitter_buffer_max,
    )


def _account_parameters(
    account: Account, profile: ProviderProfile, settings: Settings
) -> AccountParameters:
    host, _, port = (account.proxy or profile.proxy).partition(":")
    low, high = settings.voice.rtp_port_min, settings.voice.rtp_port_max
    # A random place to begin: the well-known one is where strangers send their noise.
    first = low + 2 * random.randrange(max(1, (high - low) // 4))
    return AccountParameters(
        name=account.name,
        user=account.number,
        domain=profile.domain,
        proxy_host=host,
        proxy_port=int(port) if port else profile.ports[0],
        transport=account.transport or profile.transports[0],
        expiry=account.expiry or profile.expiry,
        keep_alive=profile.keep_alive,
        backoff=Backoff(profile.retry_first, profile.retry_longest),
        password=account.password.reveal,
        rtp_port=first,
        rtp_ports=high - first,
        bound_address=settings.network.bind_address,
    )


def _heartbeat(sip: SipStack, lines: list[Line]) -> service.Heartbeat:
    """The watchdog is fed only while the loop, the SIP thread and every voice thread answer."""

    def voice_alive(line: Line) -> Any:
        last = line.voice.counters.last_frame
        return last or time.monotonic()  # a line at rest has no frames to answer with

    parts: dict[str, Any] = {"sip": lambda: sip.last_poll}
    for line in lines:
        parts[f"voice {line.name}"] = partial(voice_alive, line)
    return service.Heartbeat(parts)
