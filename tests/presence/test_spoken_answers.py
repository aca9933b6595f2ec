"""What the telephone says of a code and of a certificate, in both languages."""

from __future__ import annotations

import pytest

from gateway.prompts import answers
from gateway.prompts.language import load_language, shipped_languages
from gateway.prompts.recordings import archive_of, samples_of


def test_a_code_is_told_twice_digit_by_digit() -> None:
    said = load_language("ru").text(answers.proof("048159", load_language("ru")))
    once = "ноль четыре восемь. один пять девять"
    assert said == f"Код для страницы настройки. {once}. Ещё раз:. {once}"


def test_a_fingerprint_is_told_sign_by_sign_in_its_groups() -> None:
    english = load_language("en")
    said = english.text(answers.fingerprint(["0a1b", "c2d3"], english))
    assert said == ("The fingerprint of the certificate begins with. zero A one B. C two D three")


@pytest.mark.parametrize("code", shipped_languages())
def test_every_piece_was_recorded(code: str) -> None:
    language = load_language(code)
    for pieces in (
        answers.proof("0123456789", language),
        answers.fingerprint(["0123", "4567", "89ab", "cdef"], language),
        answers.fingerprint([], language),
        answers.PROOF_ACCEPTED,
        answers.PROOF_REFUSED,
    ):
        assert samples_of(pieces, archive_of(code))
