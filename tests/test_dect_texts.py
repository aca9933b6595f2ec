from __future__ import annotations

import pytest

from gateway.dect_texts import KINDS, OUTCOMES, words_of
from gateway.handset_base import BaseEvent, BaseEventKind, RegistrationOutcome
from gateway.words import Words


def test_every_event_and_every_outcome_has_words() -> None:
    assert set(KINDS) | {BaseEventKind.REGISTRATION_ENDED} == set(BaseEventKind)
    assert set(OUTCOMES) == set(RegistrationOutcome)


@pytest.mark.parametrize("words", [*KINDS.values(), *OUTCOMES.values()])
def test_words_are_sentences_in_both_languages(words: Words) -> None:
    english, russian = words.en, words.ru
    assert english.endswith(".")
    assert english.isascii()
    assert russian.endswith(".")
    assert any("а" <= letter <= "я" for letter in russian)
    assert ("{handset}" in english) == ("{handset}" in russian)


def test_a_handset_is_called_by_its_name_and_a_reason_comes_last() -> None:
    present = BaseEvent(BaseEventKind.HANDSET_PRESENT, 2)
    assert words_of(present, "Kitchen").en == "Handset Kitchen is in range."
    down = BaseEvent(BaseEventKind.DOWN, reason="Plug it in.")
    assert words_of(down, "").ru == "База не работает. Plug it in."
