from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import settings as property_settings

from gateway.settings.changes import diff
from gateway.settings.declaration import Account, Busy, Line, Log, Network, Settings
from gateway.settings.secret import Secret
from gateway.settings.setting import TakesEffect
from tests.settings.valid import valid_settings

MAIN = Account(number="79261234567", password=Secret("open sesame"))
OFFICE = Account(name="office", number="79267654321", password=Secret("b"))


def told(old: Settings, new: Settings) -> list[tuple[str, object, object, TakesEffect]]:
    return [(c.place, c.old, c.new, c.takes_effect) for c in diff(old, new)]


@given(valid_settings())
@property_settings(deadline=None, max_examples=50)
def test_the_same_settings_do_not_differ(whole: Settings) -> None:
    assert diff(whole, whole) == []


def test_every_changed_setting_is_told_with_when_it_takes_effect() -> None:
    new = Settings(
        log=Log(level="debug"), network=Network(local_sip_port=5062), busy=Busy(howler=30)
    )
    assert told(Settings(), new) == [
        ("busy.howler", 60.0, 30, TakesEffect.AT_ONCE),
        ("network.local_sip_port", 0, 5062, TakesEffect.RESTART),
        ("log.level", "info", "debug", TakesEffect.AT_ONCE),
    ]


def test_an_account_is_told_apart_by_its_name_wherever_it_stands() -> None:
    old = Settings(accounts=(MAIN, OFFICE))
    new = Settings(accounts=(replace(OFFICE, expiry=60), MAIN))
    assert told(old, new) == [
        ("account", ("main", "office"), ("office", "main"), TakesEffect.AT_ONCE),
        ("account.office.expiry", 0, 60, TakesEffect.AT_ONCE),
    ]


def test_a_new_table_is_one_change() -> None:
    new = Settings(lines=(Line(), Line(name="hall", options={"pin": 4})))
    assert told(Settings(), new) == [("line", ("line1",), ("line1", "hall"), TakesEffect.WHEN_IDLE)]


def test_a_changed_password_is_told_but_not_shown() -> None:
    old = Settings(accounts=(MAIN,))
    new = Settings(accounts=(replace(MAIN, password=Secret("other")),))
    (change,) = diff(old, new)
    assert change.place == "account.main.password"
    assert "sesame" not in repr(change)
    assert "other" not in repr(change)


def test_options_differ_by_their_type_too() -> None:
    old, new = (Settings(lines=(Line(options={"a": value}),)) for value in (1, True))
    assert [change.place for change in diff(old, new)] == ["line.line1.options"]


def test_a_whole_number_is_the_number_that_it_was() -> None:
    assert diff(Settings(busy=Busy(howler=30.0)), Settings(busy=Busy(howler=30))) == []
