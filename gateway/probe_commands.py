"""The methods that ask the provider beside the telephone, see ``docs/control-api.md``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from gateway import __version__
from gateway.assembly import account_client
from gateway.control.server import Method
from gateway.exchange import Publish
from gateway.probe import account_check, network_check
from gateway.probe.account_check import Candidate, Pause
from gateway.probe.network_check import Door, Target
from gateway.provider import ProviderProfile, load_provider, shipped_providers
from gateway.settings.declaration import Account, Settings
from gateway.settings.secret import Secret

Arguments = Mapping[str, Any]

CHECK_TIMEOUT_S = 10.0
"""Seconds for one question to the account service while a person waits."""
REPEAT_S = 0.3
"""Seconds before such a question is repeated."""
_TEXTS = ("domain", "proxy", "transport", "login", "service_url")
"""What an account may name beside number, password and provider."""


class ProbeCommands:
    """``registered`` tells whether the gateway is registered with a number now."""

    def __init__(
        self, settings: Settings, registered: Callable[[str], bool], publish: Publish
    ) -> None:
        self._settings = settings
        self._registered = registered
        self._publish = publish
        self._pause = Pause()
        self._checking = asyncio.Lock()
        self._looking = asyncio.Lock()

    def take(self, settings: Settings) -> None:
        """From now on these settings are in force."""
        self._settings = settings

    def methods(self) -> Mapping[str, Method]:
        return {"account.check": self._check_account, "network.check": self._check_network}

    async def _check_account(self, arguments: Arguments) -> Mapping[str, Any]:
        if self._checking.locked():
            raise ValueError("Another account is being checked; wait for it.")
        async with self._checking:
            if wait := self._pause.left:
                raise ValueError(f"After a wrong password, wait {wait:.0f} s before the next.")
            account, profile = _account(arguments)
            try:
                number = account_check.number_of(account.number, profile)
            except ValueError:
                words = account_check.NUMBER
                return {
                    "ok": False,
                    "reason": "wrong-number",
                    "text": words.en.format(provider=profile.name),
                    "text_ru": words.ru.format(provider=profile.name),
                    "number": None,
                    "routing": None,
                    "balance": None,
                    "service": None,
                    "sip": None,
                }
            found = await account_check.check(self._candidate(account, profile, number))
            self._pause.note(wrong=found["reason"] in {"wrong-password", "no-such-user", "blocked"})
            return found

    def _candidate(self, account: Account, profile: ProviderProfile, number: str) -> Candidate:
        known = replace(account, number=number)
        assert known.password is not None
        password = known.password
        target = _target(known, profile)
        client = account_client(
            known,
            profile,
            self._settings,
            lambda: password,
            timeout=CHECK_TIMEOUT_S,
            pause=_briefly,
        )
        return Candidate(
            number=number,
            login=known.login or number,
            password=password,
            domain=target.domain,
            host=target.host,
            ports=tuple(dict.fromkeys(door.port for door in target.doors)),
            transports=tuple(dict.fromkeys(door.transport for door in target.doors)),
            registered=self._registered(number),
            client=client,
            user_agent=f"MultiFon-gateway/{__version__}",
        )

    async def _check_network(self, _arguments: Arguments) -> Mapping[str, Any]:
        if self._looking.locked():
            raise ValueError("The network is being looked at already; wait for it.")
        async with self._looking:
            accounts = self._settings.accounts or (Account(number="0", password=Secret("")),)
            pairs = {
                replace(
                    _target(one, load_provider(one.provider)),
                    registered=self._registered(one.number),
                )
                for one in accounts
            }

            def tell(step: Mapping[str, Any]) -> None:
                self._publish("network-check", step)

            return await network_check.check(
                sorted(pairs, key=lambda target: target.host),
                tell,
                ca_bundle=self._settings.provider.ca_bundle,
            )


def _briefly(_seconds: float) -> None:
    """The pause before a repeat while a person waits; in the thread that asks."""
    time.sleep(REPEAT_S)


def _target(account: Account, profile: ProviderProfile) -> Target:
    domain = account.domain or profile.domain
    host, _, port = (account.proxy or profile.proxy or domain).partition(":")
    transports = (account.transport,) if account.transport else profile.transports
    ports = (int(port),) if port else profile.ports
    service = profile.account_service
    url = account.service_url or (service.url if service else "")
    doors = tuple(Door(transport, one) for transport in transports for one in ports)
    return Target(domain, host, doors, url)


def _account(arguments: Arguments) -> tuple[Account, ProviderProfile]:
    number, password = arguments.get("number"), arguments.get("password")
    if not isinstance(number, str) or not isinstance(password, str) or not password:
        raise ValueError("An account has a number and a password, both texts.")
    provider = arguments.get("provider", "multifon")
    if provider not in shipped_providers():
        raise ValueError(f"provider is one of {', '.join(shipped_providers())}.")
    beside = {name: arguments.get(name, "") for name in _TEXTS}
    if not all(isinstance(value, str) for value in beside.values()):
        raise ValueError(f"{', '.join(_TEXTS)} are texts.")
    if not (beside["service_url"] or "https://").startswith("https://"):
        raise ValueError("service_url begins with https://")
    profile = load_provider(provider)
    if not (beside["domain"] or profile.domain):
        raise ValueError("This provider has no domain of its own: name the account's.")
    account = Account(number=number, password=Secret(password), provider=provider, **beside)
    return account, profile
