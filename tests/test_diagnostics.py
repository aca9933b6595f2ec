from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from gateway.diagnostics import Diagnostics
from gateway.logbook import LONGEST_LINE, RecentLog
from gateway.settings.declaration import Account, Settings
from gateway.settings.secret import Secret
from gateway.sip.message_trace import MessageTrace

PASSWORD = "p4ssw0rd-ü"
CHANGED = "the-new-one-7"
"""In force since the start of the gateway."""


def diagnostics(trace: MessageTrace, recent: RecentLog) -> Diagnostics:
    account = Account(name="main", number="79261234567", password=Secret(PASSWORD))
    return Diagnostics(
        lambda: Settings(accounts=(account,)),
        trace.since,
        recent,
        passwords=lambda: [Secret(CHANGED)],
        sip_version="2.99",
        drivers=lambda: {"hall": "a telephone"},
    )


def ask(of: Diagnostics, method: str, **arguments: Any) -> Any:
    return asyncio.run(of.methods()[method](arguments))  # type: ignore[arg-type]


def test_no_answer_holds_the_password_wherever_it_got_in() -> None:
    trace, recent = MessageTrace(), RecentLog()
    trace.add(1e12, f"INVITE sip:{PASSWORD}@multifon.ru SIP/2.0")
    said = f"it is {PASSWORD}, no, {CHANGED}"
    recent.handle(logging.makeLogRecord({"msg": said, "name": "x"}))
    found = diagnostics(trace, recent)
    answers = {method: ask(found, method) for method in found.methods()}
    told = json.dumps(answers, ensure_ascii=False)
    assert PASSWORD not in told
    assert CHANGED not in told
    assert answers["trace"][0]["text"] == "INVITE sip:*****@multifon.ru SIP/2.0"
    assert answers["log"][0].endswith("it is *****, no, *****")
    assert answers["report"]["settings"]["accounts"][0]["password"] == "*****"
    assert answers["report"]["versions"]["pjproject"] == "2.99"
    assert answers["report"]["drivers"] == {"hall": "a telephone"}


@pytest.mark.parametrize("minutes", [0, 31, "5", 1.5])
def test_a_wrong_time_is_refused_with_a_sentence(minutes: Any) -> None:
    with pytest.raises(ValueError, match="from 1 to 30"):
        ask(diagnostics(MessageTrace(), RecentLog()), "trace", minutes=minutes)


def test_the_log_keeps_short_lines_and_no_sip_messages() -> None:
    recent = RecentLog()
    for name, level in (
        ("gateway.sip.trace", logging.INFO),
        ("gateway.sip.trace", logging.WARNING),
        ("gateway.daemon", logging.INFO),
    ):
        record = {"msg": "x" * 1000, "name": name, "levelno": level, "levelname": "L"}
        recent.handle(logging.makeLogRecord(record))
    assert [len(line) for line in recent.lines()] == [LONGEST_LINE] * 2
