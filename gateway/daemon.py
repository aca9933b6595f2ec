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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway import __version__, live_trace, logbook, service
from gateway.account_commands import AccountCommands
from gateway.account_services import AccountServices
from gateway.assembly import dial_codes_of, sip_parameters, test_telephone
from gateway.attention import Beside
from gateway.backup_commands import BackupCommands
from gateway.blocking import Blocking
from gateway.book_commands import BookCommands
from gateway.call.service_codes import Service
from gateway.call_log import CallLog
from gateway.call_test import CallTests
from gateway.commands import Commands
from gateway.control.server import ControlServer, Method
from gateway.dect_commands import DectCommands
from gateway.diagnostics import Diagnostics
from gateway.examination.examinations import Examinations
from gateway.exchange import Exchange, Publish
from gateway.exit_code import CommandError, ExitCode
from gateway.handset.server import HandsetServer, finder
from gateway.handset_names import HandsetNames
from gateway.line import Receiver
from gateway.line_test_commands import LineTestCommands
from gateway.live.application import Application, Parts
from gateway.live.live_settings import EDITOR, PROVIDER, LiveSettings
from gateway.media.bridge import Bridge
from gateway.phone_book import PhoneBook
from gateway.presence.presence import Presence
from gateway.presence_commands import PresenceCommands
from gateway.probe_commands import ProbeCommands
from gateway.prompts.language import load_language
from gateway.provider import load_provider
from gateway.records.database import RecordsError
from gateway.records.pruning import Pruning
from gateway.records.store import RecordStore
from gateway.restart import Ending, Restart
from gateway.scene_codes import SceneCodes
from gateway.settings.check import SECRETS_FILE
from gateway.settings.declaration import Settings
from gateway.settings.load import SETTINGS_FILE, SettingsError
from gateway.settings.problem import Problem
from gateway.settings.store import load_or_last_good
from gateway.settings_commands import SettingsCommands
from gateway.sip.endpoint import SipError
from gateway.sip.stack import SipStack
from gateway.text_messages import TextMessages
from gateway.toneplan import load_tone_plan
from gateway.words import Words

_log = logging.getLogger(__name__)


def run(config: Path, state: Path, runtime: Path, log_level: str | None = None) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code of the process.

    ``log_level`` goes before the one of the settings.  ``CommandError`` says why the gateway cannot
    start, and what to do.
    """
    try:
        settings, problems = load_or_last_good(config / SETTINGS_FILE, config / SECRETS_FILE)
        log = _Log(log_level)
        log(settings)
        for problem in problems:
            _log.error("%s", problem.text("en"))
        folders = _Folders(config, state, runtime)
        return asyncio.run(_serve(settings, problems, folders, log))
    except SettingsError as error:
        service.status("The settings are wrong.")
        texts = "\n".join(problem.text("en") for problem in error.problems)
        raise CommandError(texts, ExitCode.SETTINGS) from error
    except CommandError as error:
        service.status(str(error))
        raise


@dataclass(frozen=True, slots=True)
class _Folders:
    config: Path
    state: Path
    runtime: Path

    def open_records(self) -> RecordStore:
        for folder in (self.state, self.runtime):
            folder.mkdir(parents=True, exist_ok=True)
        try:
            return RecordStore(self.state / "records.sqlite")
        except RecordsError as error:
            raise CommandError(str(error), ExitCode.FAILED) from error


class _Log:
    """Logs as the settings say; ``level`` goes before theirs."""

    def __init__(self, level: str | None) -> None:
        self.recent = logbook.RecentLog()
        self._level = level

    def __call__(self, settings: Settings) -> None:
        level = self._level or settings.log.level
        logbook.set_up(level, sip_trace=settings.log.sip_trace, recent=self.recent)


async def _serve(
    settings: Settings, problems: Sequence[Problem], folders: _Folders, log: _Log
) -> int:
    ending = _end_by_signal()
    async with contextlib.AsyncExitStack() as stack:
        records = folders.open_records()
        stack.callback(records.close)

        bridge = Bridge()
        profiles = {account.name: load_provider(account.provider) for account in settings.accounts}
        sip = SipStack(sip_parameters(settings, profiles.values()), bridge)
        control = ControlServer(
            folders.runtime / "control.sock", {}, named_only=frozenset({live_trace.EVENT})
        )

        def publish(name: str, params: Mapping[str, Any]) -> None:
            control.publish(name, params)
            if name == "registration":
                why = (params["verdict"] or {}).get("text") or params["reason_text"] or ""
                service.status(f"Account {params['name']}: {params['state']}. {why}")

        texts = TextMessages(records.messages, sip, profiles, publish, time.time)
        dial_codes = await stack.enter_async_context(contextlib.aclosing(dial_codes_of(settings)))
        book, blocking = PhoneBook(records), Blocking(records, time.time)
        exchange = Exchange(
            sip,
            load_tone_plan(settings.tones.country),
            CallLog(records.calls.add, time.time),
            publish,
            texts.take,
            dial_codes=dial_codes,
            named=book.named,
            blocks=blocking.blocks,
        )
        accounts = AccountServices(exchange, sip, control.publish, folders.config, dial_codes)
        heartbeat = service.Heartbeat({"sip": lambda: sip.last_poll})
        pruning = Pruning(records, settings.records.keep_days, settings.records.keep_calls)
        parts = Parts(
            sip, bridge, exchange, accounts, dial_codes, heartbeat, pruning, profiles, log
        )
        live = LiveSettings(settings, problems, folders.config, folders.state, publish=publish)

        try:
            sip.start(exchange.post_sip)
        except SipError as error:
            raise CommandError(str(error), ExitCode.HARDWARE) from error
        stack.callback(sip.stop)
        stack.callback(exchange.close)
        exchange.open()
        application = Application(parts)
        live.begin(application)

        examinations = Examinations(exchange, publish)
        stack.push_async_callback(examinations.close)
        restart = Restart(exchange, ending)
        exchange.at_rest = _each(live.a_line_is_at_rest, restart.a_line_is_at_rest)
        commands = Commands(
            exchange,
            records.calls,
            texts,
            examinations,
            accounts=accounts.numbers,
            services=accounts.services,
            ending=ending,
            pending=lambda: {**live.pending(), "restart_awaited": restart.awaited},
            beside=lambda: _beside(live),
        )
        call_tests = CallTests(
            exchange,
            lambda like: test_telephone(live.in_force, profiles, exchange, bridge, like),
            lambda telephone: sip.add_line(telephone.voice),
            records.calls.latest,
            line_of=commands.line_of,
            publish=publish,
        )
        set_up = _SetUp(live, parts, examinations, publish, folders, blocking=blocking)
        control.methods.update(
            {
                **commands.methods(),
                **BookCommands(
                    book, blocking, records.calls, publish, exchange.forget_missed
                ).methods(),
                **AccountCommands(accounts.services).methods(),
                **SettingsCommands(live).methods(),
                **BackupCommands(live, pruning, book, blocking).methods(),
                **restart.methods(),
                **LineTestCommands(exchange, examinations, commands.line_of, publish).methods(),
                **PresenceCommands(set_up.presence, commands.line_of).methods(),
                **call_tests.methods(),
                **set_up.methods(),
                **_diagnostics(live, parts, log.recent, control).methods(),
            }
        )
        handsets = HandsetServer(folders.runtime / "handset.sock", finder(set_up.receivers))
        await _answer(control, handsets, stack)
        application.after = set_up.follow
        stack.enter_context(accounts)
        stack.callback(_reload_by_signal(live, accounts))

        for work in (service.beat(heartbeat), pruning.run()):
            stack.callback(asyncio.create_task(work).cancel)
        _log.info("gateway %s is ready: %d lines", __version__, len(exchange.lines))
        service.ready()
        await ending.event.wait()
        _log.info("the gateway stops")
        service.stopping()
    return ending.code


class _SetUp:
    """What the set-up page asks for; ``follow`` lets it know other settings and other lines."""

    def __init__(
        self,
        live: LiveSettings,
        parts: Parts,
        examinations: Examinations,
        publish: Publish,
        folders: _Folders,
        *,
        blocking: Blocking,
    ) -> None:
        self.receivers: dict[str, Receiver] = {}
        """The receivers that pages can have, by line."""
        self._exchange = parts.exchange
        self._blocking = blocking
        settings = live.in_force
        self.presence = Presence(
            parts.exchange,
            examinations,
            parts.dial_codes,
            publish,
            codes=settings.dial_codes.codes,
            language=load_language(settings.prompts.language),
        )
        parts.dial_codes.own[Service.SCENE] = SceneCodes(publish).dialled
        self._probes = ProbeCommands(settings, self._is_registered, publish)
        self._dect = DectCommands((), HandsetNames(folders.state), publish)
        self._exchange.title = lambda line: self._dect.title(line.name, line.driver)
        self.follow(settings)

    def methods(self) -> Mapping[str, Method]:
        return {**self._probes.methods(), **self._dect.methods()}

    def follow(self, settings: Settings) -> None:
        """Other settings are in force, or other lines are there."""
        lines = self._exchange.lines.values()
        self.receivers.clear()
        self.receivers.update({line.name: line.receiver for line in lines if line.receiver})
        self._dect.take(line.driver for line in lines)
        self._blocking.block_withheld(settings.ringing.block_withheld)
        self._probes.take(settings)
        self.presence.change(settings.dial_codes.codes, load_language(settings.prompts.language))

    def _is_registered(self, number: str) -> bool:
        found = self._exchange.registrations.values()
        return any(one.registered and one.number == number for one in found)


def _beside(live: LiveSettings) -> Beside:
    words = tuple(Words(one.text("en"), one.text("ru")) for one in live.problems)
    return Beside(words, tuple(live.pending()["restart"]))


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


def _end_by_signal() -> Ending:
    """SIGTERM and SIGINT end the gateway."""
    ending = Ending()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.stop)
    return ending


def _reload_by_signal(live: LiveSettings, accounts: AccountServices) -> Callable[[], None]:
    """Read the settings anew at SIGHUP, and when the gateway itself has changed them.

    Returns what ends that.
    """
    loop = asyncio.get_running_loop()
    reading: set[asyncio.Task[None]] = set()

    def begin(by: str) -> None:
        task = loop.create_task(live.reload_or_complain(by))
        reading.add(task)
        task.add_done_callback(reading.discard)

    def end() -> None:
        loop.remove_signal_handler(signal.SIGHUP)
        for task in reading:
            task.cancel()

    loop.add_signal_handler(signal.SIGHUP, begin, EDITOR)

    def changed_by_ourselves() -> None:
        loop.call_soon_threadsafe(begin, PROVIDER)

    accounts.files_changed = changed_by_ourselves
    return end


def _each(*calls: Callable[[], None]) -> Callable[[], None]:
    def every() -> None:
        for call in calls:
            call()

    return every


def _diagnostics(
    live: LiveSettings, parts: Parts, recent: logbook.RecentLog, control: ControlServer
) -> Diagnostics:
    """What a report is made of; whoever wants the SIP trace live follows it from now on."""

    def drivers() -> Mapping[str, str]:
        lines = parts.exchange.lines.values()
        return {line.name: line.driver.capabilities.description for line in lines}

    diagnostics = Diagnostics(
        lambda: live.wanted,
        parts.sip.traced,
        recent,
        passwords=parts.accounts.passwords,
        sip_version=parts.sip.version,
        drivers=drivers,
    )
    followed = live_trace.LiveTrace(control.wanted, diagnostics.scrubbed, control.publish)
    parts.sip.follow_trace = followed.take
    return diagnostics
