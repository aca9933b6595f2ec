"""A text in both languages of the gateway."""

from __future__ import annotations

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
