"""What a person should look at, the gravest first: a pure function of the gateway's status.

Each finding has a fixed ``name`` for programs, the ``subject`` it is about (a line, an account, or
empty) and a sentence in both languages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gateway.words import Words

Values = Mapping[str, Any]

LOW_BALANCE = 20.0
"""Roubles below which it is told: MultiFon refuses a call that five minutes of would cost more."""
_NOT_YET = frozenset({"registering"})
"""States of a registration in which nothing has failed so far."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at."""

    name: str
    subject: str
    text: str
    text_ru: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What ``status`` itself does not tell."""

    settings_problems: tuple[Words, ...] = ()
    """Why the settings on the disk are not those in force."""
    restart_for: tuple[str, ...] = ()
    """Settings that were changed and wait for a restart."""


def needs_attention(status: Values, beside: Beside) -> list[Mapping[str, str]]:
    """Every finding, as JSON values, in the order of ``_RULES``."""
    return [asdict(finding) for rule in _RULES for finding in rule(status, beside)]


def _line_faults(status: Values, _beside: Beside) -> Iterator[Finding]:
    for line in status["lines"]:
        if line["fault"]:
            yield Finding(
                "line-fault",
                line["name"],
                f"Line {line['name']} does not work: {line['fault']}",
                f"Линия {line['name']} не работает: {line['fault']}",
            )


def _no_account(status: Values, _beside: Beside) -> Iterator[Finding]:
    if not status["accounts"]:
        yield Finding(
            "no-account",
            "",
            "No number is set up: calls can be neither made nor taken. Add an account.",
            "Номер не настроен: звонить и принимать звонки нельзя. Добавьте учётную запись.",
        )


def _no_line(status: Values, _beside: Beside) -> Iterator[Finding]:
    if not status["lines"]:
        yield Finding(
            "no-line",
            "",
            "No telephone is set up. Add a line to the settings.",
            "Телефон не настроен. Добавьте линию в настройки.",
        )


def _unregistered(status: Values, _beside: Beside) -> Iterator[Finding]:
    for account in status["accounts"]:
        if account["registered"] or account["state"] in _NOT_YET:
            continue
        verdict = account.get("verdict") or {}
        why = verdict.get("text") or account.get("reason_text") or ""
        why_ru = verdict.get("text_ru") or why
        name = account["name"]
        yield Finding(
            "not-registered",
            name,
            f"The account {name} is not registered, so there are no calls. {why}".rstrip(),
            f"Учётная запись {name} не зарегистрирована, звонков нет. {why_ru}".rstrip(),
        )


def _settings(_status: Values, beside: Beside) -> Iterator[Finding]:
    for words in beside.settings_problems:
        yield Finding(
            "settings-not-used",
            "",
            f"The settings on the disk are wrong, so the last good ones are in use. {words.en}",
            f"Настройки на диске неверны, действуют последние исправные. {words.ru}",
        )


def _fell_back(status: Values, _beside: Beside) -> Iterator[Finding]:
    for account, service in _services(status):
        if service["warning"] == "fell-back":
            yield Finding("fell-back", account, service["text"], service["text_ru"])


def _low_balance(status: Values, _beside: Beside) -> Iterator[Finding]:
    for account, service in _services(status):
        balance = service["balance"]
        if balance is not None and balance < LOW_BALANCE:
            yield Finding(
                "low-balance",
                account,
                f"The balance is {balance:g} roubles: outgoing calls may be refused soon. "
                "Top it up.",
                f"Баланс {balance:g} руб.: исходящие звонки могут скоро прекратиться. Пополните "
                "счёт.",
            )


def _service_trouble(status: Values, _beside: Beside) -> Iterator[Finding]:
    for account, service in _services(status):
        if service["trouble"] and service["warning"] is None:
            yield Finding("service-trouble", account, service["text"], service["text_ru"])


def _restart(_status: Values, beside: Beside) -> Iterator[Finding]:
    if beside.restart_for:
        names = ", ".join(beside.restart_for)
        yield Finding(
            "restart-pending",
            "",
            f"Changed settings wait for a restart of the gateway: {names}.",
            f"Изменённые настройки ждут перезапуска шлюза: {names}.",
        )


def _messages(status: Values, _beside: Beside) -> Iterator[Finding]:
    if unread := status["unread_messages"]:
        yield Finding(
            "unread-messages",
            "",
            f"Text messages that nobody has read: {unread}.",
            f"Непрочитанных сообщений: {unread}.",
        )


def _services(status: Values) -> Iterator[tuple[str, Values]]:
    for account in status["accounts"]:
        if account["service"] is not None:
            yield account["name"], account["service"]


_RULES: tuple[Callable[[Values, Beside], Iterable[Finding]], ...] = (
    _line_faults,
    _no_line,
    _no_account,
    _unregistered,
    _settings,
    _fell_back,
    _low_balance,
    _service_trouble,
    _restart,
    _messages,
)
"""The gravest first: nothing works, calls fail, calls will fail, all else."""
