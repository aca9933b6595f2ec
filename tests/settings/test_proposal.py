"""Changes that a program proposes: all of them or none, and everything that is wrong at once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from gateway.settings import emit
from gateway.settings.declaration import Account, Line, Settings
from gateway.settings.load import SettingsError
from gateway.settings.proposal import changed
from gateway.settings.secret import Secret
from gateway.settings.tables import passwords_of, plain, settings_from, tables_of
from tests.settings.valid import valid_settings

MAIN = Account(number="79261234567", password=Secret("open sesame"))
WHOLE = Settings(accounts=(MAIN,), lines=(Line(name="hall", account="main", rings_for=("main",)),))


def refused(changes: Any, settings: Settings = WHOLE) -> list[tuple[str, str]]:
    with pytest.raises(SettingsError) as error:
        changed(settings, changes)
    return [(problem.place, problem.code) for problem in error.value.problems]


@given(valid_settings())
def test_settings_and_their_tables_say_the_same(settings: Settings) -> None:
    again = settings_from(tables_of(settings), passwords_of(settings))
    assert emit.settings(again) == emit.settings(settings)
    assert again.accounts == settings.accounts


def test_values_are_set_and_go_back_to_their_defaults() -> None:
    new = changed(
        WHOLE,
        [
            {"set": "log.level", "value": "debug"},
            {"set": "account.main.expiry", "value": 60},
            {"set": "dialling.inter_digit_timeout", "value": 3},
            {"set": "line.hall.options.noise", "value": -60.0},
            {"unset": "line.hall.account"},
        ],
    )
    assert (new.log.level, new.accounts[0].expiry) == ("debug", 60)
    assert new.dialling.inter_digit_timeout == 3.0
    assert new.lines[0].options == {"noise": -60.0}
    assert new.lines[0].account == ""
    back = changed(new, [{"unset": "log.level"}, {"unset": "line.hall.options.noise"}])
    assert (back.log.level, back.lines[0].options) == ("info", {})


def test_an_account_comes_with_its_password_and_goes_with_it() -> None:
    work = {"name": "work", "number": "79267654321", "password": "another"}
    new = changed(WHOLE, [{"add": "account", "value": work}])
    assert new.accounts[1].password.reveal() == "another"
    left = changed(new, [{"remove": "account.work"}])
    assert left == WHOLE
    renewed = changed(new, [{"set": "account.work.password", "value": "third"}])
    assert renewed.accounts[1].password.reveal() == "third"


def test_a_renamed_account_keeps_its_password_and_its_lines() -> None:
    new = changed(WHOLE, [{"set": "account.main.name", "value": "home"}])
    assert new.accounts[0].password.reveal() == "open sesame"
    assert (new.lines[0].account, new.lines[0].rings_for) == ("home", ("home",))


def test_the_line_that_is_there_by_default_can_be_changed_and_removed() -> None:
    new = changed(Settings(), [{"set": "line.line1.call_waiting", "value": False}])
    assert new.lines == (Line(call_waiting=False),)
    assert changed(Settings(), [{"remove": "line.line1"}]).lines == ()


def test_everything_that_is_wrong_is_told_at_once_by_name() -> None:
    changes = [
        {"set": "account.main.expiry", "value": 5},
        {"set": "log.levle", "value": "debug"},
        {"set": "account.nobody.number", "value": "1"},
        {"set": "account.main.password", "value": ""},
        {"add": "line", "value": {"name": "hall"}},
        {"add": "account", "value": {"name": "work"}},
        {"remove": "log"},
        {"turn": "log.level"},
    ]
    found = refused(changes)
    assert ("account.main.expiry", "out-of-range") in found
    assert ("log.levle", "no-such-path") in found
    assert ("account.nobody.number", "no-such-path") in found
    assert ("account.main.password", "bad-password") in found
    assert ("line[1].name", "duplicate-name") in found
    assert ("account.work.number", "missing") in found
    assert ("account.work.password", "no-password") in found
    assert ("log", "no-such-path") in found
    assert ("changes", "no-change") in found


def test_an_account_that_lines_call_by_cannot_be_removed_alone() -> None:
    assert refused([{"remove": "account.main"}]) == [
        ("line.hall.account", "no-accounts"),
        ("line.hall.rings_for", "no-accounts"),
    ]


@pytest.mark.parametrize("changes", [None, [], {}, "log.level", [1], [{"set": 3}], [None]])
def test_what_is_no_list_of_changes_is_refused(changes: Any) -> None:
    assert refused(changes)


@pytest.mark.parametrize("value", [None, 3, [], {"a": {}}, "debug\n", True])
@pytest.mark.parametrize("path", ["log.level", "account.main.number", "line.hall.options"])
def test_a_value_of_a_strange_kind_never_gets_through_unchecked(path: str, value: Any) -> None:
    try:
        new = changed(WHOLE, [{"set": path, "value": value}])
    except SettingsError:
        return
    assert path == "line.hall.options"
    assert new.lines[0].options == {"a": {}}


def test_a_secret_is_stars_to_a_program() -> None:
    assert plain({"password": Secret("x"), "nan": float("nan")}) == {
        "password": "*****",
        "nan": "nan",
    }
