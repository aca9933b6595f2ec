"""What a person should look at, from the status alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.attention import LOW_BALANCE, Beside, needs_attention
from gateway.words import Words

SERVICE = {"warning": None, "trouble": None, "text": None, "text_ru": None, "balance": 100.0}
ACCOUNT: dict[str, Any] = {
    "name": "main",
    "state": "registered",
    "registered": True,
    "reason_text": None,
    "verdict": None,
    "service": SERVICE,
}
LINE: dict[str, Any] = {"name": "hall", "fault": None}
WELL: dict[str, Any] = {"accounts": [ACCOUNT], "lines": [LINE], "unread_messages": 0}


def account(**changed: Any) -> dict[str, Any]:
    return {**WELL, "accounts": [{**ACCOUNT, **changed}]}


def service(**changed: Any) -> dict[str, Any]:
    return account(service={**SERVICE, **changed})


def test_where_all_is_well_nothing_needs_attention() -> None:
    assert needs_attention(WELL, Beside()) == []
    assert needs_attention(account(service=None), Beside()) == []
    assert needs_attention(account(state="registering", registered=False), Beside()) == []


TOLD = {"text": "Why.", "text_ru": "Почему."}


@pytest.mark.parametrize(
    ("status", "beside", "name", "said", "said_ru"),
    [
        (
            {**WELL, "lines": [{**LINE, "fault": "No card."}]},
            Beside(),
            "line-fault",
            "hall",
            "hall",
        ),
        ({**WELL, "lines": []}, Beside(), "no-line", "Add a line", "Добавьте линию"),
        ({**WELL, "accounts": []}, Beside(), "no-account", "No number", "Номер не настроен"),
        (
            account(state="refused", registered=False, verdict=TOLD),
            Beside(),
            "not-registered",
            "Why.",
            "Почему.",
        ),
        (
            account(state="waiting", registered=False, reason_text="No reply."),
            Beside(),
            "not-registered",
            "No reply.",
            "No reply.",
        ),
        (service(warning="fell-back", **TOLD), Beside(), "fell-back", "Why.", "Почему."),
        (service(balance=LOW_BALANCE - 0.5), Beside(), "low-balance", "19.5 roubles", "19.5 руб."),
        (service(balance=-3.0), Beside(), "low-balance", "-3 roubles", "-3 руб."),
        (service(trouble="timeout", **TOLD), Beside(), "service-trouble", "Why.", "Почему."),
        (
            WELL,
            Beside(settings_problems=(Words("Line 3.", "Строка 3."),)),
            "settings-not-used",
            "Line 3.",
            "Строка 3.",
        ),
        (WELL, Beside(restart_for=("log.level",)), "restart-pending", "log.level", "log.level"),
        ({**WELL, "unread_messages": 2}, Beside(), "unread-messages", "2", "2"),
    ],
)
def test_what_is_wrong_is_told_by_a_name_and_in_both_languages(
    status: Mapping[str, Any], beside: Beside, name: str, said: str, said_ru: str
) -> None:
    (finding,) = needs_attention(status, beside)
    assert finding["name"] == name
    assert said in finding["text"]
    assert said_ru in finding["text_ru"]


def test_the_gravest_stands_first_and_every_account_and_line_is_named() -> None:
    bad = {**ACCOUNT, "state": "refused", "registered": False, "service": None}
    poor = {**ACCOUNT, "name": "shop", "service": {**SERVICE, "balance": 0.0}}
    status = {
        "accounts": [bad, poor],
        "lines": [LINE, {"name": "attic", "fault": "Gone."}],
        "unread_messages": 1,
    }
    found = needs_attention(status, Beside(restart_for=("voice",)))
    assert [(one["name"], one["subject"]) for one in found] == [
        ("line-fault", "attic"),
        ("not-registered", "main"),
        ("low-balance", "shop"),
        ("restart-pending", ""),
        ("unread-messages", ""),
    ]
