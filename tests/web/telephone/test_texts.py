"""What the page says, in each language, without a browser."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from gateway.call.state import State
from gateway.web.telephone import STATIC
from gateway.web.telephone.socket import CLOSE_CODES, NO_SESSION
from tests.web.telephone.page import served

FOLDER = STATIC.parent.parent
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in STATIC.glob("*.js")}


def messages() -> set[str]:
    found = extract_from_file("jinja2.ext:babel_extract", FOLDER / "templates" / "telephone.html")
    return {str(message) for _, message, _, _ in found}


Shown: TypeAlias = Callable[..., str]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """The page as a browser gets it; there is no gateway."""
    with served(tmp_path_factory.mktemp("nothing")) as port:

        def ask(language: str = "en", query: str = "") -> str:
            address = f"http://127.0.0.1:{port}/telephone{query}"
            request = urllib.request.Request(address, headers={"Accept-Language": language})
            with urllib.request.urlopen(request, timeout=30) as answer:
                return str(answer.read().decode())

        yield ask


def test_every_message_is_translated() -> None:
    with (FOLDER / "locale" / "ru" / "messages.po").open("rb") as file:
        russian = {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}
    russian = {english: russian.get(english, "") for english in messages()}
    assert all(russian.values())
    # What the script fills in has the same names in both.
    for english, translated in russian.items():
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", translated))


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Lift the receiver"), ("ru", "Снять трубку")]
)
def test_the_page_speaks_the_visitors_language(shown: Shown, language: str, words: str) -> None:
    html = shown(language, "?line=hall")
    assert words in html
    assert 'data-line="hall"' in html
    assert "<noscript>" in html


def test_the_page_holds_no_script_and_no_style_of_its_own(shown: Shown) -> None:
    html = shown()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", html)
    assert not re.search(r"(?:src|href)=\"(?!/|data:)", html)


def test_a_line_of_the_address_cannot_bring_markup_into_the_page(shown: Shown) -> None:
    assert "<b>" not in shown(query="?line=%22%3E%3Cb%3E")


def test_every_state_and_every_trouble_that_the_scripts_name_has_a_text(shown: Shown) -> None:
    texts = set(re.findall(r'data-text="([\w-]+)"', shown()))
    states = re.search(r"const STATES = {(.*?)};", SCRIPTS["telephone.js"], re.DOTALL)
    assert states is not None
    known = dict(re.findall(r'"?([\w-]+)"?: "([\w-]+)"', states[1]))
    assert set(known) <= {state.value for state in State}
    assert set(known.values()) | {"off", "connecting", "ended", "muted"} <= texts
    reasons = dict(re.findall(r'(\d{4}): "([\w-]+)"', SCRIPTS["connection.js"]))
    assert reasons == {
        **{str(code): reason for reason, code in CLOSE_CODES.items()},
        str(NO_SESSION): "no-session",
    }
    assert set(reasons.values()) <= texts
    troubles = re.findall(r'(?:Error: |return |\?\? )"([\w-]+)"', SCRIPTS["voice.js"])
    assert len(troubles) > 4
    assert set(troubles) <= texts
