"""The languages as data: whole, alike, and refused with a sentence where they are not."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from gateway.call.reason import Reason
from gateway.call.service_codes import DEFAULT_CODES
from gateway.dial_codes import Trouble
from gateway.prompts import answers
from gateway.prompts.language import Language, load_language, parse_language, shipped_languages
from gateway.prompts.recordings import PAUSES

LANGUAGES = [load_language(code) for code in shipped_languages()]
SOURCE = (resources.files("gateway.prompts") / "languages" / "en.toml").read_text(encoding="utf-8")
MILLIONS = '1000000 = "< million [and] >"\n1000000000 = "< billion [and] >"\n'
RUSSIAN_VOICE = Path("/usr/share/festival/voices/russian/msu_ru_nsh_clunits")


def test_every_language_has_the_same_phrases() -> None:
    assert len(LANGUAGES) >= 2
    assert {tuple(sorted(language.phrases)) for language in LANGUAGES} == {
        tuple(sorted(LANGUAGES[0].phrases))
    }


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_the_phrases_are_exactly_those_that_can_be_said(language: Language) -> None:
    said = {"one-moment", "service-missing", *(trouble.value for trouble in Trouble)}
    for reason in (None, *Reason):
        said |= {*answers.state(False, reason, "79261234567", language)}
    said |= {*answers.state(True, None, "", language), "balance-is"}
    said |= {*answers.state(False, None, "", language)}
    for mode in answers.MODES.values():
        said |= {*answers.routing_set(mode)}
    said |= {*answers.menu("***0", DEFAULT_CODES, language)}
    said |= {*answers.PROOF_ACCEPTED, *answers.PROOF_REFUSED, *answers.proof("012345", language)}
    said |= {*answers.fingerprint(["0a1b", "2c3d", "4e5f"], language)}
    said |= {*answers.fingerprint([], language)}
    assert said - language.words - {*PAUSES} == {*language.phrases}


def test_every_russian_word_has_its_stress_from_the_voices_dictionary_or_from_us() -> None:
    dictionary = (RUSSIAN_VOICE / "dict" / "msu_ru_nsh_dict.scm").read_text(encoding="utf-8")
    known = set(re.findall(r'^\("([^"]+)"', dictionary, re.MULTILINE))
    vowels = re.compile("[аеёиоуыэюя]")
    words = re.findall(r"[а-яё+-]+", " ".join(load_language("ru").pieces.values()).lower())
    guessed = {
        word
        for word in words
        if word not in known
        and "+" not in word
        and "ё" not in word
        and len(vowels.findall(word)) > 1
    }
    assert guessed == set()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('name = "English"', "", "'name'"),
        ('7 = "seven"', "", r"the numbers cardinal have no rule for \[7\]"),
        ('"< thousand', '"<cardinals thousand', "rule 1000 of cardinal names an unknown set"),
        ('0 = "zero"', '0 = "zero <"', "rule 0 of cardinal has no parts"),
        (MILLIONS, "", "the numbers cardinal end before"),
        ('numbers = "cardinal"\nplus', 'numbers = "counting"\nplus', "no numbers called counting"),
        ("one-moment", "One-moment", "'One-moment' is not named in small Latin letters"),
        ("done =", "seven =", "the phrase 'seven' is called like a word of a number"),
        ("rouble =", "ruble =", "'ruble', which is never said"),
        ('groups = "digits"', 'groups = "pairs"', "'pairs'"),
    ],
)
def test_what_is_wrong_in_a_language_is_told(old: str, new: str, told: str) -> None:
    assert SOURCE.count(old) >= 1
    with pytest.raises(ValueError, match=f"language xx: .*{told}"):
        parse_language("xx", SOURCE.replace(old, new, 1))


def test_an_unknown_language_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="no language 'tlh'; there are: en, ru"):
        load_language("tlh")


def test_the_text_of_pieces_reads_as_a_person_writes() -> None:
    english = load_language("en")
    text = english.text(answers.state(True, None, "112", english))
    assert text == "The line works. Your number is one one two"
