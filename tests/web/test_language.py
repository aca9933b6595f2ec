"""The page in the visitor's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.web.extraction import as_file, messages, updated
from gateway.web.language import FOLDER, Tongue, chosen, languages
from tests.web.visit import EVERYDAY, Visit, visiting

CATALOGUES = sorted(FOLDER.glob("*/messages.po"))
_PLACE = re.compile(r"%\(\w+\)s")


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.name)
def test_every_message_is_translated_with_the_same_places(path: Path) -> None:
    catalogue = updated(path)
    for message in catalogue:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(texts), message.id
        one = message.id if isinstance(message.id, str) else message.id[-1]
        for text in texts:
            assert set(_PLACE.findall(str(text))) == set(_PLACE.findall(one)), message.id


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.name)
def test_a_catalogue_holds_the_pages_messages_and_no_others(path: Path) -> None:
    assert path.read_bytes() == as_file(updated(path)), "run: python -m gateway.web.extraction"


def test_no_template_says_what_is_in_no_catalogue() -> None:
    known = {text if isinstance(text, str) else text[0] for text in messages()}
    for path in Path("gateway/web/templates").glob("**/*.html"):
        text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<[^>]*>", "\n", path.read_text(), flags=re.DOTALL)
        for line in text.splitlines():
            words = re.findall(r"[A-Za-zА-Яа-я]{3,}", line)
            assert not words or line.strip() in known, (path.name, line)


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        ("", "", "ru"),
        ("", "de-DE,de;q=0.9,en;q=0.8,ru;q=0.1", "en"),
        ("", "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("", "tt", "ru"),
        ("en", "ru", "en"),
        ("../../etc", "en;q=0", "ru"),
        ("", ",,;q=x," + "a," * 1000, "ru"),
    ],
)
def test_the_language_is_the_visitors(cookie: str, accepted: str, language: str) -> None:
    assert chosen(cookie, accepted) == language
    assert {"en", "ru"} <= set(languages())


def test_a_visitor_changes_the_language_and_it_stays(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        assert "Nobody answered." in (await visit.get("/calls")).text
        await visit.post("/language", "/more", language="ru", next="/calls")
        russian = (await visit.get("/calls")).text
        assert '<html lang="ru">' in russian
        assert "Никто не ответил." in russian

    visiting(tmp_path, story, EVERYDAY)


def test_numbers_times_and_money_are_written_as_in_the_language() -> None:
    russian, english = Tongue("ru", "Europe/Moscow"), Tongue("en", "Europe/Moscow")
    assert russian.roubles(1234.5).replace("\xa0", " ") == "1 234,50 ₽"
    assert english.number(4.37) == "4.37"
    assert russian.moment(1795000000, now=1795000060) == "14:06"
    assert russian.duration(3725) == "1:02:05"
    assert russian.count("%(n)s call", "%(n)s calls", 1) == "1 call"
    assert english.text("Since %(when)s: %(why)s", when="now", why="%(when)s") == (
        "Since now: %(when)s"
    )


def test_countries_and_languages_are_called_by_their_names() -> None:
    russian = Tongue("ru")
    assert russian.choice("country", "de") == "Германия"
    assert Tongue("en").choice("language", "ru") == "Russian"
    assert russian.choice("level", "info") == "info"
    assert russian.choice("country", "xx") == "xx"
