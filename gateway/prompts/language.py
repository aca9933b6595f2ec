"""A language: its voice, its phrases and how its numbers are made, as data (``languages/*.toml``).

A new language is one more file.  Its tables:

``voice``
    The synthesiser and its voice that make the sounds when the gateway is built.
``plural``, ``numbers``
    How numbers are made of words: ``gateway.prompts.spelling``.  ``like`` takes the rules of
    another set over.
``money``
    The word for a minus; the words for roubles and kopecks, each with the set of numbers they need.
``telephone``
    Whether the groups of a telephone number are read as numbers or digit by digit, and the words
    for the signs of a telephone.
``phrases``
    Whole sentences or parts of one, by a name that is the same in every language.
``spoken``
    What the synthesiser is told instead of a word, in small letters, that it would say wrongly.

A *piece* is what is recorded by itself: a phrase, or a word of a number.  The word is the piece's
name, so no phrase may be called like one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from gateway.prompts.spelling import LARGEST, PluralForm, Spelling

SHORT_PAUSE: Final = ","
"""As a piece: the silence between the groups of a telephone number."""
LONG_PAUSE: Final = "."
"""As a piece: the silence between sentences."""

_WORD = re.compile(r"[^\W\d_]+")
_PHRASE = re.compile(r"[a-z]+(-[a-z]+)*")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of money: the set of numbers that counts it, and the forms of its name."""

    numbers: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """One language, read and found whole."""

    code: str
    """ISO 639-1."""
    name: str
    """In the language itself."""
    synthesiser: str
    voice: str
    spelling: Spelling
    minus: str
    whole: Unit
    part: Unit
    reads_digits: bool
    """The groups of a telephone number are read digit by digit."""
    counting: str
    """The set of numbers that counts nothing in particular."""
    signs: Mapping[str, str]
    """The words for ``+``, ``*`` and ``#``."""
    phrases: Mapping[str, str]
    spoken: Mapping[str, str]

    @property
    def words(self) -> frozenset[str]:
        """The pieces that are words."""
        units = (*self.whole.forms, *self.part.forms)
        return frozenset({*self.spelling.vocabulary(), *units, self.minus, *self.signs.values()})

    @property
    def pieces(self) -> Mapping[str, str]:
        """What the synthesiser says for each piece, by the name of the piece, in order."""
        texts = {word: word for word in self.words} | dict(self.phrases)
        return {piece: _WORD.sub(self._told, texts[piece]) for piece in sorted(texts)}

    def _told(self, word: re.Match[str]) -> str:
        return self.spoken.get(word[0].lower(), word[0])

    def text(self, pieces: Iterable[str]) -> str:
        """What ``pieces`` say, for people to read."""
        words = " ".join(self.phrases.get(piece, piece) for piece in pieces)
        return re.sub(r" ([,.])", r"\1", words).replace("..", ".")


def parse_language(code: str, text: str) -> Language:
    """Read a language; ``ValueError`` says what is missing or wrong in it."""
    data = tomllib.loads(text)
    try:
        language = _language(code, data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"language {code}: {error!r} is missing or wrong") from error
    problems = [*_problems(language)]
    if problems:
        raise ValueError(f"language {code}: {'; '.join(problems)}")
    return language


def _language(code: str, data: Mapping[str, Any]) -> Language:
    plural = tuple(
        PluralForm(
            frozenset(form.get("ends", ())),
            frozenset(form.get("but_not", ())),
            frozenset(form.get("is", ())),
        )
        for form in data["plural"]["forms"]
    )
    telephone = data["telephone"]
    return Language(
        code=code,
        name=data["name"],
        synthesiser=data["voice"]["synthesiser"],
        voice=data["voice"]["name"],
        spelling=Spelling(
            {name: _rules(data["numbers"], name) for name in data["numbers"]}, plural
        ),
        minus=data["money"]["minus"],
        whole=_unit(data["money"]["whole"]),
        part=_unit(data["money"]["part"]),
        reads_digits={"digits": True, "numbers": False}[telephone["groups"]],
        counting=telephone["numbers"],
        signs={"+": telephone["plus"], "*": telephone["star"], "#": telephone["hash"]},
        phrases=data["phrases"],
        spoken=data.get("spoken", {}),
    )


def _rules(sets: Mapping[str, Mapping[str, str]], name: str) -> Mapping[int, tuple[str, ...]]:
    own = {int(key): tuple(rule.split()) for key, rule in sets[name].items() if key != "like"}
    like = sets[name].get("like")
    return own if like is None else {**_rules(sets, like), **own}


def _unit(table: Mapping[str, str]) -> Unit:
    return Unit(table["numbers"], tuple(table["forms"].split("/")))


def _problems(language: Language) -> Iterable[str]:
    """Sentences about what would fail only when it is spoken."""
    sets = language.spelling.sets
    for name, rules in sets.items():
        missing = [number for number in range(20) if number not in rules]
        if missing:
            yield f"the numbers {name} have no rule for {missing}"
        for number, signs in rules.items():
            named = {sign[1:] or name for sign in signs if sign.startswith("<")}
            if named - set(sets):
                yield f"rule {number} of {name} names an unknown set"
            if number == 0 and {*signs} & {"<", ">"}:
                yield f"rule 0 of {name} has no parts"
        largest = max(rules)
        if LARGEST // largest >= largest:
            yield f"the numbers {name} end before {LARGEST}"
    for used in {language.whole.numbers, language.part.numbers, language.counting}:
        if used not in sets:
            yield f"there are no numbers called {used}"
    for phrase in language.phrases:
        if not _PHRASE.fullmatch(phrase):
            yield f"the phrase {phrase!r} is not named in small Latin letters and hyphens"
    for piece in {*language.phrases} & language.words:
        yield f"the phrase {piece!r} is called like a word of a number"
    said = " ".join((*language.words, *language.phrases.values())).lower()
    for word in {*language.spoken} - {*_WORD.findall(said)}:
        yield f"[spoken] has {word!r}, which is never said"


def load_language(code: str) -> Language:
    """The shipped language ``code``; ``ValueError`` lists those that there are."""
    source = resources.files("gateway.prompts") / "languages" / f"{code}.toml"
    if not source.is_file():
        known = ", ".join(shipped_languages())
        raise ValueError(f"there is no language {code!r}; there are: {known}")
    return parse_language(code, source.read_text(encoding="utf-8"))


def shipped_languages() -> tuple[str, ...]:
    """The codes of the languages that are shipped, in order."""
    folder = resources.files("gateway.prompts") / "languages"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))
