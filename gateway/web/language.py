"""The page's languages: catalogues of messages, and how numbers and times are written."""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta, get_timezone
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from gateway.words import Words

FOLDER = Path(__file__).with_name("locale")
COOKIE = "language"
SOURCE = "en"
"""The language in which messages stand in the code."""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Marks a message of the catalogue; it is translated where it is shown."""
    return message


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are: the source's, and one a catalogue."""
    return (SOURCE, *sorted(path.parent.name for path in FOLDER.glob("*/messages.po")))


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The messages of a language."""
    path = FOLDER / language / "messages.po"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def chosen(cookie: str, accepted: str) -> str:
    """The language of a visitor: chosen on the page, else the browser's, else Russian."""
    if cookie in languages():
        return cookie
    wishes = []
    for part in accepted.split(",")[:20]:
        name, _, quality = part.partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        wishes.append((weight, name.strip().lower().partition("-")[0]))
    for weight, name in sorted(wishes, key=lambda wish: -wish[0]):
        if weight > 0 and name in languages():
            return name
    return "ru" if "ru" in languages() else SOURCE


_FIELD = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Tongue:
    """Says things in one language.  ``zone`` is that of the adapter."""

    language: str
    zone: str = ""

    @property
    def locale(self) -> Locale:
        return Locale.parse(self.language)

    def text(self, message: str, **values: object) -> str:
        """A message of the catalogue, with ``%(name)s`` filled in."""
        found = catalogue(self.language).gettext(message) if message else ""
        return _FIELD.sub(lambda m: str(values.get(m[1], m[0])), found) if values else found

    def count(self, one: str, many: str, n: int) -> str:
        """A message with a number, in the right plural."""
        return catalogue(self.language).ngettext(one, many, n).replace("%(n)s", str(n))

    def of(self, told: Mapping[str, Any] | None, name: str = "text") -> str:
        """What the gateway says in ``text`` and ``text_ru`` (or other names in the same way)."""
        if not told:
            return ""
        return str(told.get(f"{name}_{self.language}") or told.get(name) or "")

    def findings(self, told: Mapping[str, Any]) -> list[str]:
        """The sentences that the gateway tells as ``findings`` and ``findings_ru``."""
        return list(told.get(f"findings_{self.language}") or told.get("findings") or ())

    def words(self, told: Mapping[str, str] | None) -> str:
        """A text that the gateway gives as ``{"en": ..., "ru": ...}``."""
        return "" if not told else told.get(self.language) or told.get(SOURCE, "")

    def both(self, words: Words) -> str:
        """A text that the code has in both languages."""
        return words.of("ru" if self.language == "ru" else "en")

    def choice(self, setting: str, choice: object) -> str:
        """A choice of a setting as people call it: countries and languages have names."""
        names = {"country": self.locale.territories, "language": self.locale.languages}
        text = str(choice)
        known: Mapping[str, str] = names.get(setting, {})
        return str(known.get(text.upper() if setting == "country" else text, text))

    def number(self, value: float) -> str:
        return str(format_decimal(value, locale=self.locale))

    def roubles(self, value: float) -> str:
        return str(format_currency(value, "RUB", locale=self.locale))

    def _local(self, seconds: float) -> datetime:
        return datetime.fromtimestamp(seconds, UTC).astimezone(self._zone())

    def _zone(self) -> Any:
        try:
            return ZoneInfo(self.zone) if self.zone else get_timezone()
        except (ZoneInfoNotFoundError, ValueError):
            return UTC

    def moment(self, seconds: float, now: float | None = None) -> str:
        """A time of day today, a date with it before."""
        then = self._local(seconds)
        today = self._local(now if now is not None else datetime.now(UTC).timestamp())
        if then.date() == today.date():
            return str(format_time(then, "short", tzinfo=then.tzinfo, locale=self.locale))
        if then.year == today.year:
            skeleton = "d MMM, HH:mm"
            return str(format_datetime(then, skeleton, tzinfo=then.tzinfo, locale=self.locale))
        return str(format_datetime(then, "short", tzinfo=then.tzinfo, locale=self.locale))

    def date(self, seconds: float) -> str:
        return str(format_date(self._local(seconds), "long", locale=self.locale))

    def iso(self, seconds: float) -> str:
        """For the machine-readable side of a time."""
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")

    def duration(self, seconds: float) -> str:
        """A length such as 3:07 or 1:02:03."""
        whole = round(seconds)
        hours, minutes = whole // 3600, whole % 3600 // 60
        if hours:
            return f"{hours}:{minutes:02}:{whole % 60:02}"
        return f"{minutes}:{whole % 60:02}"

    def ago(self, seconds: float) -> str:
        """A rough length in words: 5 minutes."""
        return str(format_timedelta(timedelta(seconds=seconds), locale=self.locale))
