"""Spoken numbers and amounts, judged by num2words, which we did not write."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from gateway.prompts.amounts import amount_of_money, whole_number
from gateway.prompts.language import Language, load_language, shipped_languages
from gateway.prompts.spelling import LARGEST

LANGUAGES = {code: load_language(code) for code in shipped_languages()}
languages = st.sampled_from([*LANGUAGES.values()])
# Numbers of every length, and those that end in zeros.
numbers = st.one_of(
    st.integers(0, LARGEST),
    st.integers(0, 12).flatmap(lambda digits: st.integers(0, 10**digits - 1)),
    st.builds(lambda n, zeros: n * 10**zeros, st.integers(0, 999), st.integers(0, 9)),
)
kopecks = numbers.map(lambda number: min(number, 10**13))


def judged(number: object, language: Language, **how: object) -> str:
    """What num2words says, without its commas and hyphens."""
    text: str = num2words(number, lang=language.code, **how)
    return text.replace("-", " ").replace(",", "")


@given(number=numbers, language=languages)
def test_a_whole_number_is_spoken_as_num2words_says(number: int, language: Language) -> None:
    assert " ".join(whole_number(number, language)) == judged(number, language)


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_every_number_up_to_ten_thousand(language: Language) -> None:
    wrong = [n for n in range(10_000) if " ".join(whole_number(n, language)) != judged(n, language)]
    assert wrong == []


# From a million on num2words says "одна миллион".
@given(number=st.integers(0, 999_999))
def test_a_feminine_number_is_spoken_as_num2words_says(number: int) -> None:
    russian = LANGUAGES["ru"]
    said = " ".join(russian.spelling.words(number, "feminine"))
    assert said == judged(number, russian, gender="f")


@given(number=st.integers(1, LARGEST), language=languages)
def test_a_negative_number_has_a_minus_before_it(number: int, language: Language) -> None:
    assert whole_number(-number, language) == (language.minus, *whole_number(number, language))


@given(parts=kopecks, negative=st.booleans(), language=languages)
def test_money_is_spoken_as_num2words_says(parts: int, negative: bool, language: Language) -> None:
    amount = Decimal(-parts if negative else parts) / 100
    said = " ".join(amount_of_money(amount, language))
    judge = judged(amount, language, to="currency", currency="RUB")
    # Its spelling of the English names, and what is nothing, which we leave out.
    judge = judge.replace("ruble", "rouble").replace("kopek", "kopeck")
    nothing = {"ru": ("ноль рублей", "ноль копеек"), "en": ("zero roubles", "zero kopecks")}
    roubles, kopecks_ = nothing[language.code]
    if parts % 100 == 0:
        judge = judge.removesuffix(f" {kopecks_}")
    elif parts < 100:
        judge = judge.replace(f"{roubles} ", "", 1)
    assert said == judge


@pytest.mark.parametrize(
    ("amount", "russian", "english"),
    [
        ("0", "ноль рублей", "zero roubles"),
        ("-0.00", "ноль рублей", "zero roubles"),
        ("-0.001", "ноль рублей", "zero roubles"),
        ("1", "один рубль", "one rouble"),
        ("2.00", "два рубля", "two roubles"),
        ("5", "пять рублей", "five roubles"),
        ("11.11", "одиннадцать рублей одиннадцать копеек", "eleven roubles eleven kopecks"),
        ("0.01", "одна копейка", "one kopeck"),
        ("-12.5", "минус двенадцать рублей пятьдесят копеек", "minus twelve roubles fifty kopecks"),
        ("0.995", "один рубль", "one rouble"),
        (
            "21000.22",
            "двадцать одна тысяча рублей двадцать две копейки",
            "twenty one thousand roubles twenty two kopecks",
        ),
    ],
)
def test_amounts_as_a_person_says_them(amount: str, russian: str, english: str) -> None:
    assert " ".join(amount_of_money(Decimal(amount), LANGUAGES["ru"])) == russian
    assert " ".join(amount_of_money(Decimal(amount), LANGUAGES["en"])) == english


@given(
    amount=st.decimals(allow_nan=True, allow_infinity=True),
    language=languages,
)
def test_any_amount_is_spoken_in_known_pieces_or_refused(
    amount: Decimal, language: Language
) -> None:
    if amount.is_finite() and abs(amount) <= LARGEST:
        assert set(amount_of_money(amount, language)) <= set(language.pieces)
    elif not amount.is_finite() or abs(amount) >= LARGEST + 1:
        with pytest.raises(ValueError, match=r"no amount of money|a spoken number"):
            amount_of_money(amount, language)


def test_a_number_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="a spoken number is from 0"):
        whole_number(LARGEST + 1, LANGUAGES["ru"])
