"""Collects the page's messages from code and templates into the catalogues.

``python -m gateway.web.extraction`` adds what is new to every catalogue, with an empty translation,
and drops what nothing says any more.  Translations are written by hand.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from gateway.web.language import FOLDER

_PAGE = Path(__file__).parent
_PYTHON = {"N_": None}
_TEMPLATES = {"_": None, "_n": (1, 2)}


def messages() -> Iterator[str | tuple[str, ...]]:
    """Every message of the page; one with a plural as a pair."""
    for path in sorted(_PAGE.rglob("*.py")):
        with path.open("rb") as file:
            for found in extract("python", file, keywords=_PYTHON):
                yield _plain(found[1])
    for path in sorted((_PAGE / "templates").rglob("*.html")):
        options = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
        with path.open("rb") as file:
            for _line, function, text, _comments in babel_extract(
                file, list(_TEMPLATES), [], options
            ):
                if function == "_n":
                    assert isinstance(text, tuple)
                    yield tuple(str(part) for part in text[:2])
                elif _plain(text) != "None":  # not a variable
                    yield _plain(text)


def _plain(text: object) -> str:
    return str(text[0]) if isinstance(text, tuple) else str(text)


def updated(path: Path) -> Catalog:
    """The catalogue of a language with exactly the page's messages, old translations kept."""
    language = path.parent.name
    with path.open("rb") as file:
        old = read_po(file, locale=language)
    new = Catalog(locale=language, project="MultiFon gateway", fuzzy=False, charset="utf-8")
    for text in messages():
        key = text if isinstance(text, str) else text[0]
        before = old.get(key)
        new.add(text, before.string if before is not None else None)
    return new


def as_file(catalogue: Catalog) -> bytes:
    """The catalogue as it is stored: no dates, so that only messages change it."""
    written = io.BytesIO()
    write_po(written, catalogue, width=110, no_location=True, omit_header=True, sort_output=True)
    header = (
        f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {catalogue.locale}\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    return header.encode() + written.getvalue()


if __name__ == "__main__":
    for entry in sorted(FOLDER.glob("*/messages.po")):
        entry.write_bytes(as_file(updated(entry)))
