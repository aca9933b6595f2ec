"""The kinds of telephone and the forms of caller ID: whole, in both languages, and settable."""

from __future__ import annotations

from dataclasses import fields

import pytest

from gateway.line import DigitSource
from gateway.settings.declaration import Line
from gateway.signalling import CallerIdForm, CallerIdScheme, LineSignalling
from gateway.telephones.catalogue import is_same, kinds, schemes_for, shipped_schemes
from gateway.toneplan import load_tone_plan, shipped_countries
from hardware.slic.options import read_options


def test_every_kind_is_named_in_both_languages_and_can_be_set() -> None:
    sources = {source.value for source in DigitSource}
    settings = {field.name for field in fields(Line)}
    assert len({kind["name"] for kind in kinds()}) == len(kinds()) >= 5
    for kind in kinds():
        assert all(kind[key] for key in ("text", "text_ru", "help", "help_ru"))
        assert set(kind["digits"]) <= sources
        assert isinstance(kind["display"], bool)
        assert set(kind["settings"]) <= settings
        read_options("line", kind["options"], LineSignalling())


@pytest.mark.parametrize("country", shipped_countries())
def test_what_is_tried_is_what_its_options_set_whatever_the_country(country: str) -> None:
    signalling = load_tone_plan(country).signalling
    for entry in shipped_schemes():
        set_by_options = read_options("line", entry.options, signalling).signalling.caller_id
        assert is_same(entry.scheme(signalling.caller_id), set_by_options), entry.name


def test_the_countrys_own_form_is_tried_first() -> None:
    assert schemes_for(CallerIdScheme())[0].name == "etsi"
    american = load_tone_plan("us").signalling.caller_id
    assert schemes_for(american)[0].name == "bellcore"
    assert {entry.name for entry in schemes_for(american)} == {
        entry.name for entry in shipped_schemes()
    }


def test_no_two_forms_look_the_same_to_a_display() -> None:
    made = [entry.scheme(CallerIdScheme()) for entry in shipped_schemes()]
    assert not any(is_same(one, other) for place, one in enumerate(made) for other in made[:place])
    none = CallerIdScheme(form=CallerIdForm.NONE)
    assert is_same(none, CallerIdScheme(form=CallerIdForm.NONE, dtmf_start="D"))
