"""Is this number with this password an account?  Asked at once, and nothing is saved.

First the account service, which tells the most; then a REGISTER that changes nothing
(``sip_request``), unless the service has refused already: wrong passwords must not become a flood.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from gateway.multifon.errors import RefusedError, ServiceError
from gateway.multifon.routing import Routing
from gateway.probe.sip_door import Credentials, Outcome, ask
from gateway.provider import ProviderProfile
from gateway.settings.secret import Secret
from gateway.sip.resolve import addresses_of
from gateway.words import Words

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 120.0
"""Seconds between two checks after wrong passwords; doubles from one to the next."""
_SEPARATORS = re.compile(r"[\s().\u2010-\u2015\u00a0-]+")

NUMBER = Words(
    "This is not a number of {provider}. Write it as +7 926 123-45-67.",
    "Это не номер {provider}. Напишите его так: +7 926 123-45-67.",
)
OK = Words(
    "The provider takes this number and this password.",
    "Оператор принимает этот номер и этот пароль.",
)
PARTLY = Words(
    "The account service takes this number and this password, but calls cannot go on yet. {why}",
    "Сервис оператора принимает номер и пароль, но звонки пока не пойдут. {why}",
)
_SIP: Mapping[str, tuple[str, Words]] = {
    "401": (
        "wrong-password",
        Words(
            "The provider does not take this number with this password. Check both; *137# on the "
            "mobile telephone tells the present password.",
            "Оператор не принимает этот номер с этим паролем. Проверьте их; действующий пароль "
            "можно узнать, набрав *137# на мобильном телефоне.",
        ),
    ),
    "403": (
        "blocked",
        Words(
            "The provider refuses this account. It may be blocked, or this internet connection is: "
            "wait half an hour before the next try.",
            "Оператор отказывает этой учётной записи. Возможно, она или это подключение к "
            "интернету заблокированы: подождите полчаса до следующей попытки.",
        ),
    ),
    "404": (
        "no-such-user",
        Words(
            "The provider does not know this number. Connect the service first.",
            "Оператор не знает этого номера. Сначала подключите услугу.",
        ),
    ),
    "no-address": (
        "no-address",
        Words(
            "The address of {host} is not found. Check the connection to the internet and the "
            "name server of the router.",
            "Адрес {host} не найден. Проверьте подключение к интернету и DNS роутера.",
        ),
    ),
    "no-route": (
        "no-network",
        Words(
            "There is no connection to the network. Check the cable or Wi-Fi.",
            "Нет подключения к сети. Проверьте кабель или Wi-Fi.",
        ),
    ),
    "silent": (
        "firewall",
        Words(
            "{host} does not answer on any of its ports: a firewall or the router is in the way, "
            "or the provider is out of order.",
            "{host} не отвечает ни на одном порту: мешает роутер или межсетевой экран, либо у "
            "оператора неполадки.",
        ),
    ),
    "unclear": (
        "unclear",
        Words(
            "The provider has not refused the password, but answers {status} to a question that "
            "changes nothing. Whether calls go shows when the account is in the settings.",
            "Оператор не отверг пароль, но на пробный запрос ответил {status}. Пойдут ли звонки, "
            "станет ясно, когда учётная запись будет в настройках.",
        ),
    ),
    "other": (
        "provider-failed",
        Words(
            "The provider answers {status}: it is out of order. Try again later.",
            "Оператор отвечает {status}: у него неполадки. Попробуйте позже.",
        ),
    ),
}


class ServiceClient(Protocol):
    """What is asked of the account service (``gateway.multifon.client.Client``)."""

    def read_routing(self, password: Secret | None = None) -> Routing: ...

    def read_balance(self, password: Secret | None = None) -> Any: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """The account that is checked.  ``client`` is ``None`` where the provider has no service."""

    number: str
    login: str
    password: Secret
    domain: str
    host: str
    ports: tuple[int, ...]
    transports: tuple[str, ...]
    registered: bool
    """The gateway is registered with this number now: SIP is not asked beside it."""
    client: ServiceClient | None
    user_agent: str = "MultiFon-gateway"


@dataclass(slots=True)
class Pause:
    """After wrong passwords, how long nothing is asked: floods are suspected to end in a ban."""

    clock: Callable[[], float] = time.monotonic
    _wrong: int = field(default=0, init=False)
    _until: float = field(default=0.0, init=False)

    @property
    def left(self) -> float:
        return max(0.0, self._until - self.clock())

    def note(self, *, wrong: bool) -> None:
        self._wrong = self._wrong + 1 if wrong else 0
        wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(self._wrong - 1, 16)) if wrong else 0
        self._until = self.clock() + wait


def number_of(written: str, profile: ProviderProfile) -> str:
    """The provider's form of a number that a person wrote; ``ValueError`` if it is none.

    What the number plan takes is right, whatever stands between the digits.
    """
    digits = _SEPARATORS.sub("", written)
    # A code of the network or a short number is no account.
    if not re.fullmatch(r"\+?[0-9]{6,15}", digits):
        raise ValueError(written)
    found = profile.numbers.assess(digits)
    if not found.is_number or found.emergency:
        raise ValueError(written)
    number = found.number.removeprefix("+")
    if profile.account_service is not None and not re.fullmatch(r"7[0-9]{10}", number):
        raise ValueError(written)
    return number


async def check(candidate: Candidate) -> Mapping[str, Any]:
    """What came of both questions, as JSON values (``docs/control-api.md``)."""
    service = await _asked_service(candidate)
    refused = service is not None and service["refused"]
    sip = None if refused or candidate.registered else await _asked_sip(candidate)
    ok_service, ok_sip = service is not None and service["ok"], sip is not None and sip["ok"]
    unclear = sip is not None and sip["reason"] == "unclear"
    told = {
        "number": candidate.number,
        "routing": service["routing"] if service else None,
        "balance": service["balance"] if service else None,
        "service": _shown(service),
        "sip": _shown(sip),
    }
    if ok_sip or (ok_service and (sip is None or unclear)):
        # Routing and balance may be missing; calls go.
        return {"ok": True, "reason": None, "text": OK.en, "text_ru": OK.ru, **told}
    failed = sip if sip is not None and not refused else service
    assert failed is not None
    text, text_ru = failed["text"], failed["text_ru"]
    if ok_service:
        text, text_ru = PARTLY.en.format(why=text), PARTLY.ru.format(why=text_ru)
    return {"ok": False, "reason": failed["reason"], "text": text, "text_ru": text_ru, **told}


def _shown(part: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    keys = ("ok", "reason", "text", "text_ru", "way")
    return None if part is None else {key: part[key] for key in keys if key in part}


async def _asked_service(candidate: Candidate) -> Mapping[str, Any] | None:
    client = candidate.client
    if client is None:
        return None
    found: dict[str, Any] = {"routing": None, "balance": None, "refused": False, "ok": False}
    try:
        found["routing"] = (await asyncio.to_thread(client.read_routing)).value
        found["balance"] = float(await asyncio.to_thread(client.read_balance))
    except ServiceError as error:
        refused = isinstance(error, RefusedError)
        # Whoever may not choose the routing has logged in all the same.
        known = refused and error.code not in {"wrong-password", "no-such-user"}
        said = {"reason": error.code, "text": error.words.en, "text_ru": error.words.ru}
        ok = found["routing"] is not None or known
        return {**found, **said, "refused": refused and not ok, "ok": ok}
    finally:
        client.close()
    return {**found, "ok": True, "reason": None, "text": OK.en, "text_ru": OK.ru}


async def _asked_sip(candidate: Candidate) -> Mapping[str, Any]:
    addresses = await asyncio.to_thread(addresses_of, candidate.host)
    if not addresses:
        return _failed("no-address", candidate)
    outcome: Outcome | None = None
    for transport in candidate.transports:
        for port in candidate.ports:
            outcome = await ask(
                addresses[0],
                port,
                transport,
                method="REGISTER",
                domain=candidate.domain,
                user=candidate.number,
                user_agent=candidate.user_agent,
                credentials=Credentials(candidate.login, candidate.password),
            )
            if outcome.reply is not None:
                way = f"{transport} {addresses[0]}:{port}"
                return {**_judged(outcome.reply.status, candidate), "way": way}
            if outcome.why == "no-route":
                return _failed("no-route", candidate)
    return _failed("silent", candidate)


def _judged(status: int, candidate: Candidate) -> Mapping[str, Any]:
    if 200 <= status < 300:
        return {"ok": True, "reason": None, "text": OK.en, "text_ru": OK.ru}
    name = {401: "401", 407: "401", 403: "403", 404: "404"}.get(status)
    if name is None:
        # Nobody has published how MultiFon answers a REGISTER without a Contact.
        name = "unclear" if 400 <= status < 500 else "other"
    return _failed(name, candidate, status)


def _failed(name: str, candidate: Candidate, status: int = 0) -> Mapping[str, Any]:
    reason, words = _SIP[name]
    said = {"host": candidate.host, "status": status}
    return {
        "ok": False,
        "reason": reason,
        "text": words.en.format(**said),
        "text_ru": words.ru.format(**said),
    }
