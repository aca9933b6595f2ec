"""How a method of the control socket says no, in both languages."""

from __future__ import annotations

from gateway.control.protocol import RefusalError
from gateway.words import Words


def refusal(words: Words, **values: object) -> RefusalError:
    """To be raised: the sentence in English, and in Russian as ``text_ru`` of its data."""
    said = words.format(**values)
    return RefusalError(said.en, {"text_ru": said.ru})
