"""The accounts: each registers, has a service, and somebody is told what that finds out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gateway.account_answers import answers_of
from gateway.assembly import account_parameters, account_service
from gateway.dial_codes import DialCodes
from gateway.exchange import Exchange
from gateway.multifon.account_service import AccountService
from gateway.multifon.routing import Routing
from gateway.provider import ProviderProfile
from gateway.settings.account_files import AccountFiles
from gateway.settings.declaration import Account, Settings
from gateway.settings.secret import Secret
from gateway.sip.stack import SipStack

Profiles = Mapping[str, ProviderProfile]
"""By account."""


class AccountServices:
    """``services`` has every account; ``None`` for one whose provider has no such service.

    It is the ``Observer`` of them all.  Between entering and leaving its context each asks by
    itself.  Accounts come, change and go while it runs.
    """

    def __init__(
        self,
        exchange: Exchange,
        sip: SipStack,
        publish: Callable[[str, Mapping[str, Any]], None],
        config: Path,
        dial_codes: DialCodes,
    ) -> None:
        self.numbers: dict[str, str] = {}
        self.services: dict[str, AccountService | None] = {}
        self.files_changed: Callable[[], None] = _nobody_asks
        """Called, from any thread, after the settings of an account were written."""
        self._exchange = exchange
        self._sip = sip
        self._publish = publish
        self._config = config
        self._dial_codes = dial_codes
        self._files: dict[str, AccountFiles] = {}
        self._rounds: dict[str, asyncio.Task[None]] = {}
        self._retiring: set[asyncio.Task[None]] = set()
        self._running = False
        self._limited: set[str] = set()
        """Accounts whose calls at a time the user has set."""
        self._carried: dict[str, int] = {}
        """Calls at a time by account, as its provider has said."""

    # What is asked of it.

    def register(self, account: Account, profile: ProviderProfile, settings: Settings) -> None:
        """Register an account, or the one of that name anew."""
        files = self._files.get(account.name)
        if files is None:
            files = AccountFiles(self._config, account.name, account.password, self._tell_of_files)
            self._files[account.name] = files
        files.use(account.password)
        self.numbers[account.name] = account.number
        # Nobody shall take the registration of before for the one that is to come.
        self._exchange.registrations.pop(account.name, None)
        self._sip.set_account(account_parameters(account, profile, settings, files))

    def renew(self, account: Account) -> None:
        """Register with the other password of ``account``."""
        files = self._files[account.name]
        if files.present() != account.password:
            files.use(account.password)
            self._sip.renew(account.name)

    def serve(self, account: Account, profile: ProviderProfile, settings: Settings) -> None:
        """Ask the provider's service of an account from now on, as the settings say."""
        self._retire(account.name)
        files = self._files[account.name]
        self.services[account.name] = account_service(account, profile, settings, files, self)
        if self._running:
            self._begin(account.name)

    def route(self, account: Account) -> None:
        """Keep the routing of ``account`` at its provider, or only watch it."""
        service = self.services.get(account.name)
        if service is not None:
            service.want(Routing(account.routing) if account.routing else None)

    def remove(self, name: str) -> None:
        """The account is not in the settings any more."""
        self._retire(name)
        self._sip.remove_account(name)
        for known in (self.numbers, self.services, self._files, self._carried):
            known.pop(name, None)
        self._exchange.registrations.pop(name, None)

    def arrange(self, settings: Settings, profiles: Profiles) -> None:
        """Tell the accounts in the order of the settings, and their limits."""
        names = [account.name for account in settings.accounts]
        for known in (self.numbers, self.services):
            found = {name: known[name] for name in names if name in known}
            known.clear()
            known.update(found)  # type: ignore[arg-type]
        self._dial_codes.services.clear()
        self._dial_codes.services.update(answers_of(self.services))
        self._limited = {account.name for account in settings.accounts if account.calls}
        self._exchange.call_limits.clear()
        for account in settings.accounts:
            carried = self._carried.get(account.name) or profiles[account.name].calls
            self._exchange.call_limits[account.name] = account.calls or carried

    def passwords(self) -> list[Secret]:
        """Those in force and those that may be soon: they must not be in a report."""
        files = tuple(self._files.values())
        both = (secret for one in files for secret in (one.present(), one.candidate()))
        return [secret for secret in both if secret is not None]

    def __enter__(self) -> Self:
        self._running = True
        for name in self.services:
            self._begin(name)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._running = False
        for task in (*self._rounds.values(), *self._retiring):
            task.cancel()
        for service in self.services.values():
            if service is not None:
                service.close()

    def _tell_of_files(self) -> None:
        self.files_changed()

    def _begin(self, name: str) -> None:
        service = self.services[name]
        if service is not None:
            self._rounds[name] = asyncio.create_task(service.run())

    def _retire(self, name: str) -> None:
        """Ask no more; what somebody has asked for is finished."""
        task = self._rounds.pop(name, None)
        if task is not None:
            task.cancel()
        service = self.services.pop(name, None)
        if service is not None:
            self._in_background(service.retire())
            self._exchange.set_account_warning(name, warning=False)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    # What the services tell.

    def changed(self, name: str, found: Mapping[str, Any]) -> None:
        self._publish("account", {"name": name, **found})

    def warned(self, name: str, warning: bool) -> None:
        self._exchange.set_account_warning(name, warning)

    def carries(self, name: str, lines: int) -> None:
        if lines <= 0:
            return
        self._carried[name] = lines
        if name not in self._limited:
            self._exchange.call_limits[name] = lines

    def renewed(self, name: str) -> None:
        self._sip.renew(name)


def _nobody_asks() -> None:
    """Before somebody wants to know."""
