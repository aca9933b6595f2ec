"""The accounts: each registers, has a service, and somebody is told what that finds out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gateway.account_answers import answers_of
from gateway.assembly import account_parameters, account_service
from gateway.dial_codes import DialCodes
from gateway.exchange import Exchange
from gateway.multifon.account_service import AccountService
from gateway.provider import ProviderProfile
from gateway.settings.account_files import AccountFiles
from gateway.settings.declaration import Settings
from gateway.settings.secret import Secret
from gateway.sip.stack import SipStack


class AccountServices:
    """``services`` has every account; ``None`` for one whose provider has no such service.

    It is the ``Observer`` of them all.  Between entering and leaving its context each asks by
    itself.
    """

    def __init__(
        self, exchange: Exchange, sip: SipStack, publish: Callable[[str, Mapping[str, Any]], None]
    ) -> None:
        self.numbers: dict[str, str] = {}
        self.services: dict[str, AccountService | None] = {}
        self._exchange = exchange
        self._sip = sip
        self._publish = publish
        self._tasks: list[asyncio.Task[None]] = []
        self._files: list[AccountFiles] = []
        self._limited: set[str] = set()
        """Accounts whose calls at a time the user has set."""

    def add(
        self,
        settings: Settings,
        profiles: Mapping[str, ProviderProfile],
        config: Path,
        dial_codes: DialCodes,
    ) -> None:
        """Register every account, and make its service, for the dial codes too."""
        for account in settings.accounts:
            name, profile = account.name, profiles[account.name]
            files = AccountFiles(config, name, account.password)
            self._sip.add_account(account_parameters(account, profile, settings, files))
            self._files.append(files)
            if account.calls:
                self._limited.add(name)
            self.numbers[name] = account.number
            self.services[name] = account_service(account, profile, settings, files, self)
        dial_codes.services.update(answers_of(self.services))

    def passwords(self) -> list[Secret]:
        """Those in force and those that may be soon: they must not be in a report."""
        both = (secret for files in self._files for secret in (files.present(), files.candidate()))
        return [secret for secret in both if secret is not None]

    def __enter__(self) -> Self:
        for service in self.services.values():
            if service is not None:
                self._tasks.append(asyncio.create_task(service.run()))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        for service in self.services.values():
            if service is not None:
                service.close()

    # What the services tell.

    def changed(self, name: str, found: Mapping[str, Any]) -> None:
        self._publish("account", {"name": name, **found})

    def warned(self, name: str, warning: bool) -> None:
        self._exchange.set_account_warning(name, warning)

    def carries(self, name: str, lines: int) -> None:
        if name not in self._limited and lines > 0:
            self._exchange.call_limits[name] = lines

    def renewed(self, name: str) -> None:
        self._sip.renew(name)
