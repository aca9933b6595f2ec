"""What has to be done so that other settings take effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from gateway.live.plan import EFFECTS, Do, Step, effects_of, in_force, plan
from gateway.settings.changes import diff
from gateway.settings.declaration import Account, Line, Settings
from gateway.settings.proposal import changed
from gateway.settings.secret import Secret
from gateway.settings.setting import Section, Setting, TakesEffect, sections_of, settings_of
from tests.settings.valid import valid_settings

MAIN = Account(number="79261234567", password=Secret("open sesame"))
WORK = Account(name="work", number="79267654321", password=Secret("second"))
HALL, ATTIC = Line(name="hall"), Line(name="attic")
HOME = Settings(accounts=(MAIN, WORK), lines=(HALL, ATTIC))


def every() -> Iterator[tuple[Section, Setting]]:
    for section in sections_of(Settings).values():
        for setting in settings_of(section.structure).values():
            yield section, setting


EVERY = list(every())


def steps(*changes: Any) -> list[tuple[Do, str]]:
    return [(step.do, step.name) for step in plan(HOME, changed(HOME, list(changes)))]


@pytest.mark.parametrize(
    ("section", "setting"), EVERY, ids=[f"{one.table}.{two.name}" for one, two in EVERY]
)
def test_the_declaration_says_what_the_steps_do(section: Section, setting: Setting) -> None:
    does = effects_of(section.table, setting.name)
    if setting.name == "name":
        # Another name is another account, or another line.
        assert setting.takes_effect is section.takes_effect
    elif not does:
        assert setting.takes_effect is TakesEffect.RESTART
    elif Do.REOPEN_LINE in does:
        assert setting.takes_effect is TakesEffect.WHEN_IDLE
    else:
        assert setting.takes_effect is TakesEffect.AT_ONCE


def test_no_effect_is_named_that_no_setting_has() -> None:
    known = {f"{section.table}.{setting.name}" for section, setting in EVERY}
    assert set(EFFECTS) <= known | {section.table for section, _ in EVERY}


@pytest.mark.parametrize(
    ("path", "value", "wanted"),
    [
        ("log.level", "debug", [(Do.LOG, "")]),
        ("records.keep_days", 30, [(Do.RECORDS, "")]),
        ("account.work.expiry", 60, [(Do.REGISTER, "work")]),
        ("account.work.password", "third", [(Do.RENEW, "work")]),
        ("account.main.routing", "both", [(Do.ROUTING, "main")]),
        ("account.main.calls", 3, [(Do.CALL_LIMITS, "")]),
        ("voice.rtp_port_max", 32000, [(Do.REGISTER, "main"), (Do.REGISTER, "work")]),
        ("provider.timeout", 5.0, [(Do.SERVICE, "main"), (Do.SERVICE, "work")]),
        ("line.hall.options.noise", -60.0, [(Do.REOPEN_LINE, "hall")]),
        ("line.hall.call_waiting", False, [(Do.TUNE_LINE, "hall")]),
        ("tones.country", "de", [(Do.REOPEN_LINE, "attic"), (Do.REOPEN_LINE, "hall")]),
        ("busy.howler", 3.0, [(Do.TUNE_LINE, "attic"), (Do.TUNE_LINE, "hall")]),
        ("prompts.language", "en", [(Do.DIAL_CODES, "")]),
        ("network.local_sip_port", 5062, []),
    ],
)
def test_one_change_takes_its_steps_and_no_other(
    path: str, value: Any, wanted: list[tuple[Do, str]]
) -> None:
    assert steps({"set": path, "value": value}) == wanted


def test_what_goes_comes_before_what_comes() -> None:
    found = steps(
        {"remove": "line.hall"},
        {"add": "line", "value": {"name": "cellar"}},
        {"remove": "account.work"},
        {"add": "account", "value": {"name": "shop", "number": "1", "password": "x"}},
    )
    assert found == [
        (Do.REMOVE_ACCOUNT, "work"),
        (Do.REGISTER, "shop"),
        (Do.SERVICE, "shop"),
        (Do.CALL_LIMITS, ""),
        (Do.DIAL_CODES, ""),
        (Do.REMOVE_LINE, "hall"),
        (Do.ADD_LINE, "cellar"),
        (Do.TUNE_LINE, "attic"),
        (Do.NUMBER_LINES, ""),
    ]


def test_an_account_that_registers_anew_takes_its_password_with_it() -> None:
    found = steps(
        {"set": "account.main.password", "value": "x"},
        {"set": "account.main.transport", "value": "tcp"},
    )
    assert found == [(Do.REGISTER, "main")]


def test_everything_comes_from_nothing_as_at_the_start() -> None:
    nothing = Settings(lines=())
    found = {(step.do, step.name) for step in plan(nothing, HOME)}
    assert {(Do.REGISTER, "main"), (Do.REGISTER, "work")} <= found
    assert {(Do.ADD_LINE, "hall"), (Do.ADD_LINE, "attic")} <= found
    assert not {do for do, _ in found} & {Do.REOPEN_LINE, Do.TUNE_LINE, Do.REMOVE_LINE}


def test_what_takes_a_restart_is_not_in_force_and_everything_else_is() -> None:
    new = changed(
        HOME,
        [
            {"set": "network.local_sip_port", "value": 5062},
            {"set": "network.bind_address", "value": "127.0.0.1"},
            {"set": "voice.jitter_buffer_max", "value": 100},
            {"set": "voice.rtp_port_max", "value": 32000},
            {"set": "log.level", "value": "debug"},
        ],
    )
    found = in_force(HOME, new)
    assert found.network == HOME.network
    assert found.voice == replace(HOME.voice, rtp_port_max=32000)
    assert found.log.level == "debug"
    assert {change.place for change in diff(found, new)} == {
        "network.local_sip_port",
        "network.bind_address",
        "voice.jitter_buffer_max",
    }


@settings(max_examples=25)
@given(valid_settings(), valid_settings())
def test_a_plan_is_empty_only_where_nothing_but_a_restart_is_left(
    old: Settings, new: Settings
) -> None:
    found = plan(old, new)
    assert len(set(found)) == len(found)
    forced = in_force(old, new)
    assert not plan(forced, new)
    assert plan(old, forced) == found
    for step in found:
        assert isinstance(step, Step)
        known = {"", *(one.name for one in new.accounts), *(one.name for one in new.lines)}
        gone = step.do in {Do.REMOVE_LINE, Do.REMOVE_ACCOUNT}
        assert gone or step.name in known
