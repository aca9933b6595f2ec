"""Replaces telephone numbers and names, each by the same stand-in wherever it occurs.  Pure.

A number keeps its length and the prefix that tells its form (``+7``, ``7``, ``8``), so that a
wrong form can still be seen.  Numbers of up to four digits are services and stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST_SERVICE = 4
"""Digits; a longer number may be somebody's."""
_RUSSIAN = re.compile(r"(\+7|7|8)?(\d{10})")
_IN_URI = re.compile(r"\b((?:sips?|tel):)(\+?\d{5,15})(?=[@;>\s\"]|$)", re.IGNORECASE)
_LONG = re.compile(r"(?<![\w.+])\+?\d{11,15}(?![\w.])")
"""Times have ten digits before the point, and session ids ten in all."""
_DISPLAY = re.compile(
    r'^((?:From|To|f|t|P-Asserted-Identity)\s*:\s*)(?:"(?:[^"\\\r\n]|\\.)*"|[^<"\r\n:;]+(?=<))',
    re.IGNORECASE | re.MULTILINE,
)


class Anonymous:
    """One report's stand-ins.  ``numbers`` and ``names`` are those that are known."""

    def __init__(self, numbers: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        self._stand_ins: dict[str, str] = {}
        self._names = {
            name: f"Name {count}"
            for count, name in enumerate(dict.fromkeys(filter(None, names)), 1)
        }
        known = {n for n in numbers if re.fullmatch(r"\+?\d+", n) and len(n) > LONGEST_SERVICE}
        forms = {form for number in known for form in _forms(number)}
        longest_first = sorted(forms, key=len, reverse=True)
        one_of = "|".join(map(re.escape, longest_first))
        self._known = re.compile(rf"(?<![\d+])(?:{one_of})(?!\d)") if forms else None

    def text(self, text: str) -> str:
        text = _DISPLAY.sub(r'\1"Name" ', text)
        text = _IN_URI.sub(lambda found: found[1] + self.number(found[2]), text)
        if self._known is not None:
            text = self._known.sub(lambda found: self.number(found[0]), text)
        text = _LONG.sub(lambda found: self.number(found[0]), text)
        for name in sorted(self._names, key=len, reverse=True):
            text = text.replace(name, self._names[name])
        return text

    def number(self, number: str) -> str:
        """The stand-in of ``number``; a stand-in stays what it is."""
        russian = _RUSSIAN.fullmatch(number)
        prefix, rest = (russian[1] or "", russian[2]) if russian else ("", number)
        if number.startswith("+") and not russian:
            prefix, rest = "+", number[1:]
        if rest in self._stand_ins.values():
            return number
        if rest not in self._stand_ins:
            self._stand_ins[rest] = f"{len(self._stand_ins) + 1:0{len(rest)}d}"
        return prefix + self._stand_ins[rest]


def _forms(number: str) -> Iterable[str]:
    russian = _RUSSIAN.fullmatch(number)
    if russian is None:
        return (number, number.removeprefix("+"))
    return tuple(prefix + russian[2] for prefix in ("+7", "7", "8", ""))
