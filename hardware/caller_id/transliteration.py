"""Names in the letters that the displays of telephones have: ASCII.

Cyrillic is written as in Russian, Ukrainian and Belarusian passports (ICAO Doc 9303 part 3,
section 6, table B).  The other published table, GOST 7.79 system B, needs grave accents and
apostrophes, which displays show as rubbish, and spells names as nobody does.
"""

from __future__ import annotations

import unicodedata

_PASSPORT = {
    **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziiklmnoprstufye", strict=True)),
    "ё": "e",
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ъ": "ie",
    "ь": "",
    "ю": "iu",
    "я": "ia",
    "і": "i",
    "ї": "i",
    "є": "ie",
    "ґ": "g",
    "ў": "u",
}
_LATIN = {
    # No decomposition in Unicode; the values are those of Doc 9303, table A.
    "ß": "ss", "æ": "ae", "ø": "oe", "œ": "oe", "ð": "d", "þ": "th", "ł": "l", "đ": "d", "ı": "i",
}  # fmt: skip
_SIGNS = {
    **dict.fromkeys("«»„“”", '"'),
    **dict.fromkeys("‘’‚`´", "'"),
    **dict.fromkeys("‐‑‒–—−", "-"),
    "№": "No",
    "…": "...",
}
_LETTERS = _PASSPORT | _LATIN
_UNKNOWN = "?"
"""For a sign in no table: something was there."""


def _in_ascii(letter: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if part.isascii())


def to_ascii(text: str) -> str:
    """``text`` in printable ASCII; capitals stay capitals, white space becomes single blanks."""
    composed = unicodedata.normalize("NFC", text)
    written = []
    for at, letter in enumerate(composed):
        small = _LETTERS.get(letter.lower())
        if letter.isascii():
            written.append(letter if letter.isprintable() else " ")
        elif letter.isspace():
            written.append(" ")
        elif letter in _SIGNS:
            written.append(_SIGNS[letter])
        elif small is None:
            written.append(_in_ascii(letter) or _UNKNOWN)
        elif not letter.isupper():
            written.append(small)
        else:
            beside = composed[max(0, at - 1) : at] + composed[at + 1 : at + 2]
            shouted = any(near.isupper() for near in beside)
            written.append(small.upper() if shouted else small.capitalize())
    return " ".join("".join(written).split())
