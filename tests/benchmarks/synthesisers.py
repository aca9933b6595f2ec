"""Synthesisers of Debian beside each other, by a recogniser that none of them was made for.

``python -m tests.benchmarks.synthesisers``

Each voice speaks every word of the spoken numbers by itself, in the band of a telephone, and
PocketSphinx says which of them it heard.  For Russian it has no model: the words are described in
English phones, so that only the comparison means something.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from gateway.prompts.language import load_language
from gateway.prompts.levelling import levelled
from gateway.prompts.synthesis import speak
from tests.prompts.recogniser import Listener

VOICES = {
    "en": [
        ("festival", "voice_cmu_us_slt_arctic_hts"),
        ("espeak-ng", "en-us"),
        ("espeak-ng", "en-us+f3"),
        ("espeak-ng", "en-gb"),
    ],
    "ru": [
        ("festival", "voice_msu_ru_nsh_clunits"),
        ("espeak-ng", "ru"),
        ("espeak-ng", "ru+f2"),
        ("espeak-ng", "ru+m3"),
    ],
}

_RUSSIAN = """
н+оль од+ин одн+а дв+а дв+е тр+и чет+ыре п+ять ш+есть с+емь в+осемь д+евять д+есять од+иннадцать
двен+адцать трин+адцать чет+ырнадцать пятн+адцать шестн+адцать семн+адцать восемн+адцать
девятн+адцать дв+адцать тр+идцать с+орок пятьдес+ят шестьдес+ят с+емьдесят в+осемьдесят девян+осто
ст+о дв+ести тр+иста чет+ыреста пятьс+от шестьс+от семьс+от восемьс+от девятьс+от т+ысяча т+ысячи
т+ысяч милли+он р+убль рубл+я рубл+ей коп+ейка коп+ейки коп+еек м+инус
"""
RUSSIAN = _RUSSIAN.split()
"""With the stress before its vowel."""

_LETTERS = """
бB вV гG дD жZH зZ йY кK лL мM нN пP рR сS тT фF хHH цTS чCH шSH щSH
"""
_CONSONANTS = {pair[0]: pair[1:] for pair in _LETTERS.split()}
_VOWELS = """
аAA-AH оAO-AH иIY-IH ыIH-IH уUW-UH еEH-IH яAA-IH юUW-UH эEH-EH
"""
_STRESSED = {pair[0]: pair[1:3] for pair in _VOWELS.split()}
_OTHER = {pair[0]: pair[4:] for pair in _VOWELS.split()}


def phones(word: str) -> str:
    """A Russian word in the phones of the English model, roughly."""
    found: list[str] = []
    stress = False
    text = word.replace("дц", "ц").replace("тьс", "ц")
    for letter in text:
        if letter == "+":
            stress = True
        elif letter in _CONSONANTS:
            found += ["T", "S"] if letter == "ц" else [_CONSONANTS[letter]]
        elif letter in _OTHER:
            if letter in "яю" and stress:
                found.append("Y")
            found.append((_STRESSED if stress else _OTHER)[letter])
            stress = False
    if found[-1] == "B":
        found[-1] = "P"
    return " ".join(found)


def understood(language: str, synthesiser: str, voice: str, words: Iterable[str]) -> float:
    """Share of ``words`` that are heard as what they are."""
    names = {word: word if language == "en" else f"w{n}" for n, word in enumerate(words)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dictionary = None
        if language == "ru":
            dictionary = folder / "words.dict"
            dictionary.write_text("".join(f"{n} {phones(w)}\n" for w, n in names.items()))
        listener = Listener(names.values(), folder, dictionary)
        spoken = speak(synthesiser, voice, [word.replace("+", "") for word in names], folder)
        heard = [listener.hears(np.array(levelled(sound))) for sound in spoken]
    return float(np.mean([h == n for h, n in zip(heard, names.values(), strict=True)]))


def main() -> int:
    known = load_language("en")
    english = [w for w in known.spelling.vocabulary() if w.isascii()]
    for language, words in (("en", dict.fromkeys(english)), ("ru", RUSSIAN)):
        print(f"| {language}: {len(words)} words | understood | ratio to the first |")
        print("| --- | --- | --- |")
        first = 0.0
        for synthesiser, voice in VOICES[language]:
            share = understood(language, synthesiser, voice, words)
            first = first or share
            print(f"| {synthesiser} {voice} | {share:.0%} | {share / first:.2f} |")
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
