"""Settings on the page: shown, searched, changed, what is wrong, undone."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.control.protocol import RefusalError
from gateway.web import typed
from tests.web.visit import EVERYDAY, Visit, visiting


def setting(name: str, kind: str, **about: Any) -> Mapping[str, Any]:
    words = {"en": f"Title of {name}", "ru": f"Заголовок {name}"}
    return {
        "name": name, "title": words, "help": {"en": f"Help of {name}.", "ru": "Помощь."},
        "shown": "few", "kind": kind, "default": None, "required": False, "low": None,
        "high": None, "unit": None, "choices": None, "accepted": None, "empty": None,
        "takes_effect": "at once", "takes_effect_words": {"en": "at once", "ru": "сразу"}, **about,
    }  # fmt: skip


def table(name: str, *settings: Mapping[str, Any], repeated: bool = False) -> Mapping[str, Any]:
    words = {"en": f"Section {name}", "ru": f"Раздел {name}"}
    return {
        "name": name, "title": words, "help": words, "shown": "few", "repeated": repeated,
        "takes_effect": "at once", "takes_effect_words": words, "settings": list(settings),
    }  # fmt: skip


DECLARED = {
    "sections": [
        table("account", setting("number", "text"), setting("password", "secret"), repeated=True),
        table(
            "log",
            setting("level", "text", choices=["info", "debug"]),
            setting("keep", "whole", shown="more"),
            setting("sip_trace", "flag"),
        ),
    ]
}
READ = {
    "revision": "r1",
    "values": {
        "account": [{"name": "main", "number": "79261234567", "password": "set"}],
        "log": {"level": "info", "keep": 5, "sip_trace": True},
    },
    "pending": {"restart": [], "lines": []},
    "problems": [],
}
SAVED = {
    "saved": True,
    "revision": "r2",
    "changes": [{"path": "log.level", "old": "info", "new": "debug", "takes_effect": "at once"}],
    "pending": {"restart": [], "lines": []},
}
ANSWERS = {
    **EVERYDAY,
    "settings.declaration": DECLARED,
    "settings.read": READ,
    "settings.change": SAVED,
}


def test_only_what_was_changed_is_sent_with_the_revision_that_was_seen(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        fields = {"revision": "r1", "level": "debug", "keep": "5", "sip_trace": "yes"}
        answer = await visit.post("/settings/log", "/settings/log", **fields)
        assert answer.status_code == 303
        (sent,) = visit.called("settings.change")
        assert sent["changes"] == [{"set": "log.level", "value": "debug"}]
        assert sent["revision"] == "r1"
        assert "in force already" in (await visit.get("/settings/log")).text

    visiting(tmp_path, story, ANSWERS)


def test_a_box_that_is_not_ticked_is_a_flag_that_is_off(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        fields = {"revision": "r1", "level": "info", "keep": "5"}
        await visit.post("/settings/log", "/settings/log", **fields)
        (sent,) = visit.called("settings.change")
        assert sent["changes"] == [{"set": "log.sip_trace", "value": False}]

    visiting(tmp_path, story, ANSWERS)


def test_a_secret_is_never_shown_and_stays_when_its_field_is_empty(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        shown = (await visit.get("/settings/account/main")).text
        assert 'type="password" value=""' in shown
        fields = {"revision": "r1", "number": "79261234567", "password": ""}
        await visit.post("/settings/account/main", "/settings/account/main", **fields)
        assert visit.called("settings.change") == []
        fields["password"] = "another"
        await visit.post("/settings/account/main", "/settings/account/main", **fields)
        (sent,) = visit.called("settings.change")
        assert sent["changes"] == [{"set": "account.main.password", "value": "another"}]
        audit = (tmp_path / "state" / "audit.log").read_text()
        assert "another" not in audit

    visiting(tmp_path, story, ANSWERS)


def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(tmp_path: Path) -> None:
    def refuse(_params: object) -> object:
        problem = {"path": "log.level", "en": "There is no such level.", "ru": "Такого нет."}
        raise RefusalError("The settings are wrong.", [problem])

    async def story(visit: Visit) -> None:
        await visit.sign_in()
        fields = {"revision": "r1", "level": "loud", "keep": "7", "sip_trace": "yes"}
        answer = await visit.post("/settings/log", "/settings/log", **fields)
        assert answer.status_code == 422
        assert "There is no such level." in answer.text
        assert 'value="7"' in answer.text
        fields["keep"] = "many"
        answer = await visit.post("/settings/log", "/settings/log", **fields)
        assert answer.status_code == 422
        assert "This is to be a whole number." in answer.text
        assert 'value="many"' in answer.text

    visiting(tmp_path, story, {**ANSWERS, "settings.change": refuse})


def test_settings_are_found_in_both_languages(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        for words in ("title KEEP", "заголовок keep"):
            found = (await visit.get("/settings", params={"q": words})).text
            assert "/settings/log#f-keep" in found
            assert "#f-level" not in found
        assert "No setting fits." in (await visit.get("/settings", params={"q": "zzz"})).text

    visiting(tmp_path, story, ANSWERS)


@pytest.mark.parametrize(
    "path",
    ["/settings/nothing", "/settings/account", "/settings/log/main", "/settings/account/nobody"],
)
def test_a_place_that_is_not_there_is_not_found(tmp_path: Path, path: str) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        assert (await visit.get(path)).status_code == 404

    visiting(tmp_path, story, ANSWERS)


def test_a_change_is_undone_with_one_click(tmp_path: Path) -> None:
    changes = [{"path": "log.level", "old": "info", "new": "debug"}]
    entry = {"id": 3, "time": 1795000000.0, "by": "page", "changes": changes}

    async def story(visit: Visit) -> None:
        await visit.sign_in()
        assert "log.level" in (await visit.get("/settings/history")).text
        await visit.post("/settings/undo", "/settings/history", id="3")
        assert visit.called("settings.undo")[0]["id"] == 3

    answers = {**ANSWERS, "settings.history": [entry], "settings.undo": {**SAVED, "stays": []}}
    visiting(tmp_path, story, answers)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("whole", " 1 200 ", 1200),
        ("number", "0,5", 0.5),
        ("flag", "", False),
        ("texts", "one, two,,", ["one", "two"]),
        ("table", 'board = "pi"\ntelephone.loss = 3', {"board": "pi", "telephone": {"loss": 3}}),
        ("text", " a ", "a"),
    ],
)
def test_what_is_typed_becomes_a_value_and_back(kind: str, text: str, value: object) -> None:
    assert typed.value(kind, text) == value
    assert typed.value(kind, typed.shown(kind, value)) == value


@given(st.sampled_from(["whole", "number", "flag", "texts", "table", "text"]), st.text())
def test_nothing_that_is_typed_breaks_it(kind: str, text: str) -> None:
    with contextlib.suppress(typed.TypedError):
        value = typed.value(kind, text)
        assert isinstance(value, int | float | bool | list | dict | str)
