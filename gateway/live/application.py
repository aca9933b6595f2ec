"""Does the steps of a plan with the parts of the gateway; on the event loop.

The start uses the same steps, from no account and no line to those of the settings: what works when
the gateway starts works while it runs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from gateway.account_services import AccountServices
from gateway.assembly import accounts_of, change_dial_codes, codecs_of, line_of, session_of
from gateway.dial_codes import DialCodes
from gateway.drivers import driver_of
from gateway.exchange import Exchange
from gateway.exchange_line import Line
from gateway.live.plan import Do, Step, in_order
from gateway.media.bridge import Bridge
from gateway.provider import ProviderProfile, load_provider
from gateway.records.pruning import Pruning
from gateway.service import Heartbeat
from gateway.settings.declaration import Account, Settings
from gateway.settings.line import Line as LineSettings
from gateway.sip.stack import SipStack
from gateway.toneplan import load_tone_plan

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """The running parts that settings concern."""

    sip: SipStack
    bridge: Bridge
    exchange: Exchange
    accounts: AccountServices
    dial_codes: DialCodes
    heartbeat: Heartbeat
    pruning: Pruning
    profiles: dict[str, ProviderProfile]
    """By account, in the order of the settings; others hold it, so it is changed in place."""
    log: Callable[[Settings], None]
    """Logs as the settings say."""


class Application:
    """``do`` is given all steps that are due; ``waiting`` are those that could not be done yet."""

    def __init__(self, parts: Parts) -> None:
        self.waiting: tuple[Step, ...] = ()
        self.after: Callable[[Settings], None] = _nothing
        """Called after the steps, for whoever holds what they have changed."""
        self._parts = parts
        self._steps: Mapping[Do, Callable[[Settings, str], None]] = {
            Do.LOG: self._log_as_wanted,
            Do.RECORDS: self._prune,
            Do.REMOVE_ACCOUNT: self._remove_account,
            Do.REGISTER: self._register,
            Do.RENEW: self._renew,
            Do.SERVICE: self._serve,
            Do.ROUTING: self._route,
            Do.CALL_LIMITS: self._nothing_more,
            Do.DIAL_CODES: self._change_dial_codes,
            Do.REMOVE_LINE: self._remove_line,
            Do.REOPEN_LINE: self._reopen_line,
            Do.ADD_LINE: self._add_line,
            Do.TUNE_LINE: self._tune_line,
            Do.NUMBER_LINES: self._number_lines,
        }

    def do(self, steps: Iterable[Step], settings: Settings) -> None:
        """Do ``steps``, and those that wait, as far as the lines allow; in their order.

        ``settings`` are those in force from now on.  A step that fails is logged, and the others
        are done all the same; ``CommandError`` of a line that comes is raised at the end.
        """
        self._take_profiles(settings)
        waiting: list[Step] = []
        failure: Exception | None = None
        for step in in_order((*steps, *self.waiting)):
            if self._must_wait(step, waiting):
                waiting.append(step)
                continue
            try:
                self._steps[step.do](settings, step.name)
            except Exception as error:  # noqa: BLE001 - the other steps are as important
                _log.error("%s %s: %s", step.do.value, step.name, error)
                failure = failure or error
        self.waiting = tuple(waiting)
        self._parts.accounts.arrange(settings, self._parts.profiles)
        self._parts.exchange.arrange([line.name for line in settings.lines])
        self.after(settings)
        if failure is not None:
            raise failure

    def _must_wait(self, step: Step, waiting: Sequence[Step]) -> bool:
        if step.do is Do.ADD_LINE:
            # The port of the board may be that of a line that has to go first.
            return any(before.waits for before in waiting)
        line = self._parts.exchange.lines.get(step.name)
        return step.waits and line is not None and not self._parts.exchange.is_at_rest(line)

    def _take_profiles(self, settings: Settings) -> None:
        profiles = self._parts.profiles
        profiles.clear()
        profiles.update(
            {account.name: load_provider(account.provider) for account in settings.accounts}
        )
        # So that the plan's cadence is right for a telephone that rings next.
        self._parts.exchange.plan = load_tone_plan(settings.tones.country)
        self._parts.exchange.everybody = settings.dialling.everybody

    # The steps.

    def _log_as_wanted(self, settings: Settings, _name: str) -> None:
        self._parts.log(settings)

    def _prune(self, settings: Settings, _name: str) -> None:
        self._parts.pruning.keep(settings.records.keep_days, settings.records.keep_calls)

    def _remove_account(self, _settings: Settings, name: str) -> None:
        self._parts.accounts.remove(name)

    def _register(self, settings: Settings, name: str) -> None:
        account = _named(settings.accounts, name)
        if account is not None:
            self._parts.sip.choose_codecs(codecs_of(self._parts.profiles.values()))
            self._parts.accounts.register(account, self._parts.profiles[name], settings)

    def _renew(self, settings: Settings, name: str) -> None:
        account = _named(settings.accounts, name)
        if account is not None:
            self._parts.accounts.renew(account)

    def _serve(self, settings: Settings, name: str) -> None:
        account = _named(settings.accounts, name)
        if account is not None:
            self._parts.accounts.serve(account, self._parts.profiles[name], settings)

    def _route(self, settings: Settings, name: str) -> None:
        account = _named(settings.accounts, name)
        if account is not None:
            self._parts.accounts.route(account)

    def _nothing_more(self, _settings: Settings, _name: str) -> None:
        """The limits are arranged after the last step, with what else is told of accounts."""

    def _change_dial_codes(self, settings: Settings, _name: str) -> None:
        change_dial_codes(self._parts.dial_codes, settings)

    def _add_line(self, settings: Settings, name: str) -> None:
        parts, entry = self._parts, _line(settings, name)
        if entry is None or name in parts.exchange.lines:
            return
        line = line_of(entry, settings, parts.profiles, parts.exchange, parts.bridge)
        parts.sip.add_line(line.voice)
        parts.exchange.add(line)
        parts.heartbeat.watch(f"voice {name}", partial(_last_frame, line))

    def _remove_line(self, settings: Settings, name: str) -> None:
        parts, line = self._parts, self._parts.exchange.lines.get(name)
        if line is None or _line(settings, name) is not None:
            return
        parts.exchange.remove(line)
        parts.sip.remove_line(line.voice)
        parts.heartbeat.forget(f"voice {name}")

    def _reopen_line(self, settings: Settings, name: str) -> None:
        line, entry = self._parts.exchange.lines.get(name), _line(settings, name)
        if line is None or entry is None:
            return
        plan = load_tone_plan(settings.tones.country)
        driver = driver_of(entry, plan.signalling)
        self._parts.exchange.reopen(line, entry.driver, driver, plan)

    def _tune_line(self, settings: Settings, name: str) -> None:
        line, entry = self._parts.exchange.lines.get(name), _line(settings, name)
        if line is None or entry is None:
            return
        profiles = self._parts.profiles
        account, rings_for = accounts_of(entry, profiles)
        session = session_of(entry, settings, profiles)
        number = settings.internal_numbers.get(name, "")
        self._parts.exchange.tune(line, account, rings_for, number, session)

    def _number_lines(self, settings: Settings, _name: str) -> None:
        for line in settings.lines:
            self._tune_line(settings, line.name)


def _nothing(_settings: Settings) -> None:
    """Before somebody wants to know."""


def _named(accounts: Sequence[Account], name: str) -> Account | None:
    return next((account for account in accounts if account.name == name), None)


def _line(settings: Settings, name: str) -> LineSettings | None:
    return next((line for line in settings.lines if line.name == name), None)


def _last_frame(line: Line) -> float:
    """When the line's voice last ran; a line at rest has no frames to answer with."""
    return line.voice.counters.last_frame or time.monotonic()
