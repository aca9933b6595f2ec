"""A text in both languages of the gateway."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["en", "ru"]
LANGUAGES: tuple[Language, ...] = ("en", "ru")


@dataclass(frozen=True, slots=True)
class Words:
    """The same text in every language."""

    en: str
    ru: str

    def of(self, language: Language) -> str:
        return self.ru if language == "ru" else self.en

    def format(self, **values: object) -> Words:
        """With ``values`` put in; one that is ``Words`` itself goes in by its language."""
        return Words(*(_filled(self.of(language), values, language) for language in LANGUAGES))


def same(text: str) -> Words:
    """``text`` in every language: what nobody has translated, such as an error of the system."""
    return Words(text, text)


def told(findings: Iterable[Words]) -> dict[str, list[str]]:
    """Sentences as the control socket tells them: ``findings`` and ``findings_ru``."""
    found = tuple(findings)
    return {"findings": [one.en for one in found], "findings_ru": [one.ru for one in found]}


def _filled(text: str, values: Mapping[str, object], language: Language) -> str:
    return text.format(
        **{
            name: value.of(language) if isinstance(value, Words) else value
            for name, value in values.items()
        }
    )
