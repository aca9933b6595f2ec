from __future__ import annotations

from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from gateway.call.timers import Timers
from gateway.settings.check import Check
from gateway.settings.declaration import Account, Dialling, Settings
from gateway.settings.secret import Secret
from gateway.settings.setting import Kind, Section, Setting, Shown, sections_of, settings_of
from gateway.words import LANGUAGES


def every() -> Iterator[tuple[Section, Setting]]:
    for section in sections_of(Settings).values():
        for setting in settings_of(section.structure).values():
            yield section, setting


EVERY = list(every())
EVERY_ID = [f"{section.table}.{setting.name}" for section, setting in EVERY]


def test_only_the_number_and_the_password_must_be_given() -> None:
    required = [
        name for name, (_, setting) in zip(EVERY_ID, EVERY, strict=True) if setting.required
    ]
    assert required == ["account.number", "account.password"]


@pytest.mark.parametrize(("section", "setting"), EVERY, ids=EVERY_ID)
def test_every_setting_has_help_in_every_language(section: Section, setting: Setting) -> None:
    for words in (section.help, setting.help):
        texts = [words.of(language) for language in LANGUAGES]
        assert len(set(texts)) == len(LANGUAGES)
        assert all(text.endswith(".") for text in texts)
        assert not words.en.isascii() or any("а" <= letter <= "я" for letter in words.ru)


@pytest.mark.parametrize(("section", "setting"), EVERY, ids=EVERY_ID)
def test_every_default_is_accepted(section: Section, setting: Setting) -> None:
    if setting.required:
        return
    default: Any = list(setting.default) if isinstance(setting.default, tuple) else setting.default
    given: Any = {setting.name: default}
    if section.table == "account":
        given["number"] = "79261234567"
    check = Check()
    check.settings({section.table: [given] if section.repeated else given}, None)
    assert check.problems == []


@pytest.mark.parametrize(("section", "setting"), EVERY, ids=EVERY_ID)
def test_every_number_has_a_range_and_every_text_a_form(section: Section, setting: Setting) -> None:
    del section
    if setting.kind in {Kind.WHOLE, Kind.NUMBER}:
        assert setting.low is not None
        assert setting.high is not None
        assert setting.low < setting.high
    if setting.kind in {Kind.TEXT, Kind.TEXTS}:
        assert (setting.choices is None) != (setting.form is None)


@pytest.mark.parametrize(
    ("timer", "table", "name"),
    [
        ("first_digit", "dialling", "first_digit_timeout"),
        ("inter_digit", "dialling", "inter_digit_timeout"),
        ("no_answer", "ringing", "no_answer_timeout"),
        ("busy", "busy", "busy_tone"),
        ("howler", "busy", "howler"),
        ("released", "busy", "after_call"),
        ("disconnected", "busy", "silence"),
    ],
)
def test_the_ranges_of_times_are_those_of_call_control(timer: str, table: str, name: str) -> None:
    setting = settings_of(sections_of(Settings)[table].structure)[name]
    assert setting.low is not None
    assert setting.high is not None
    assert setting.default == getattr(Timers(), timer)
    for inside in (setting.low, setting.high):
        Timers(**{timer: inside})
    for outside in (setting.low - 0.01, setting.high + 0.01):
        with pytest.raises(ValueError, match=timer):
            Timers(**{timer: outside})


def test_settings_cannot_be_changed_in_place() -> None:
    account = Account(number="79261234567", password=Secret("x"))
    with pytest.raises(FrozenInstanceError):
        account.number = "1"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        Settings().dialling.first_digit_timeout = 1.0  # type: ignore[misc]
    assert Dialling() == Settings().dialling


@pytest.mark.parametrize(("section", "setting"), EVERY, ids=EVERY_ID)
def test_every_setting_has_a_short_title_in_every_language(
    section: Section, setting: Setting
) -> None:
    for words in (section.title, setting.title):
        texts = [words.of(language) for language in LANGUAGES]
        assert len(set(texts)) == len(LANGUAGES)
        assert all(0 < len(text) <= 32 and not text.endswith(".") for text in texts)


def test_a_family_sees_few_settings() -> None:
    few = [setting for _, setting in EVERY if setting.shown is Shown.FEW]
    assert 10 <= len(few) <= 20
