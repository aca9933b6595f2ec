"""AON packets, read by a detector of the tests' own."""

from __future__ import annotations

import random

import numpy as np
import pytest

from hardware.caller_id import aon
from hardware.caller_id.aon_packet import EDGE_SAMPLES, LEVEL, SIGNS, packet
from tests.hardware.caller_id.aon_decoder import FREQUENCIES, numbers, signs
from tests.hardware.caller_id.tones import rises_and_falls_gently
from tests.media.signals import Signal, joined, level_of, noise, silence, unpacked

NUMBERS = ("+74951234567", "74957777777", "1122334", "9999999", "1000000", "0101010", "8121")


def heard(samples: bytes, seed: int = 1, below: float = 20.0) -> Signal:
    line = joined([silence(37 + seed), unpacked(samples), silence(60)])
    return line + noise(LEVEL + 3 - below, len(line), seed)


def read(samples: bytes, seed: int = 1, below: float = 20.0) -> list[tuple[int, str]]:
    return numbers("".join(sign for sign, _ in signs(heard(samples, seed, below))))


def seven(number: str) -> str:
    return number.removeprefix("+")[-7:].rjust(7, "0")


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("category", [0, 1, 7, 9])
def test_category_and_number_are_read_in_every_round(number: str, category: int) -> None:
    assert read(aon(number, category)) == [(category, seven(number))] * 3


def test_a_hundred_random_numbers_are_read_in_noise_20_db_below() -> None:
    choose = random.Random(4)
    for seed in range(100):
        number = "".join(choose.choices("0123456789", k=choose.randint(5, 11)))
        category = choose.randrange(10)
        assert read(aon(number, category, 2), seed) == [(category, seven(number))] * 2


def test_the_order_is_start_category_and_digits_from_the_last_one() -> None:
    assert packet("1234567", 9) == ("start", "9", "7", "6", "5", "4", "3", "2", "1")


def test_the_second_of_two_equal_neighbours_is_the_repeat_sign() -> None:
    assert packet("1222344", 4) == (*("start", "4", "repeat", "4", "3", "2", "repeat", "2", "1"),)


def test_a_long_number_loses_its_first_digits_and_a_short_one_gets_zeros() -> None:
    assert packet("+79161234567", 1) == packet("1234567", 1)
    assert packet("123", 1) == packet("0000123", 1)


def test_a_caller_without_a_number_is_all_zeros() -> None:
    assert packet("", 1) == ("start", "1", *("0", "repeat") * 3, "0")
    assert read(aon("")) == [(1, "0000000")] * 3


def test_each_sign_lasts_40_ms_and_follows_without_a_gap() -> None:
    samples = unpacked(aon("1234567", 9, cycles=2))
    assert len(samples) == (2 * 9 + 1) * 320
    found = signs(joined([silence(40), samples, silence(40)]))
    assert "".join(sign for sign, _ in found) == "S97654321S97654321S"
    for at in range(19):
        middle = samples[at * 320 + EDGE_SAMPLES : (at + 1) * 320 - EDGE_SAMPLES]
        assert level_of(middle) == pytest.approx(LEVEL + 3.01, abs=0.3)


def test_the_signal_is_a_third_of_a_volt() -> None:
    volts = np.sqrt(0.6 * 10 ** (level_of(unpacked(aon("1234567"))) / 10))
    assert volts == pytest.approx(0.33, rel=0.02)


def test_nothing_jumps_between_signs() -> None:
    samples = unpacked(aon("1234567890"))
    for at in range(320, len(samples), 320):
        before, behind = samples[at - 1], samples[at]
        assert behind == 0
        steepest = np.abs(np.diff(samples[at - 100 : at + 100])).max()
        assert abs(behind - before) <= steepest
    rises_and_falls_gently(samples, EDGE_SAMPLES)


def test_all_signs_differ_and_each_is_two_of_the_six_frequencies() -> None:
    assert len(SIGNS) == len(set(SIGNS.values())) == 12
    assert {f for pair in SIGNS.values() for f in pair} == set(FREQUENCIES)


@pytest.mark.parametrize("category", [-1, 10])
def test_a_category_that_does_not_exist_is_refused(category: int) -> None:
    with pytest.raises(ValueError, match="category is 0 to 9"):
        aon("1234567", category)


@pytest.mark.parametrize("number", ["12a", "+", "1+2", "١٢٣", " "])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        aon(number)
