"""Every digit of every dial, with the windows of every country."""

import itertools
import random

import pytest

from gateway.line import Digit, DigitSource
from gateway.signalling import HookTimes, PulseCount, Taps
from hardware.hook import HookInterpreter
from tests.hardware.hook.countries import COUNTRIES, RUSSIA, US
from tests.hardware.hook.dials import Contact, Dial, Driver, digits, kinds, movements

RATIOS = (33, 40, 50, 60, 67, 75)
CONTACTS = (Contact(), Contact(bounce=2, jitter=0.2), Contact(bounce=4, jitter=0.6))
MEANINGS = {
    PulseCount.DIRECT: "1234567890",
    PulseCount.SWEDISH: "0123456789",
    PulseCount.NEW_ZEALAND: "9876543210",
}
"""The digits of 1, 2 ... 10 pulses."""


def off_hook(
    times: HookTimes, taps: Taps = Taps.DIGITS, count: PulseCount = PulseCount.DIRECT
) -> Driver:
    driver = Driver(HookInterpreter(times, count))
    driver.begin(10.0, off_hook=True)
    driver.interpreter.expect(taps)
    return driver


def dialled(driver: Driver, dial: Dial, counts: list[int], seed: object = 0) -> str:
    edges = dial.pulses(counts, 11.0, random.Random(str(seed)))
    return digits(driver.play(edges, edges[-1][0] + 1.0))


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("speed", [8, 9, 10, 11, 12, 20])
def test_every_dial_is_read_without_an_error(country: str, speed: int) -> None:
    for (ratio, contact), count in zip(
        itertools.product(RATIOS, CONTACTS), itertools.cycle(PulseCount)
    ):
        seed = f"{country}{speed}{ratio}{contact}"
        counts = list(range(1, 11))
        random.Random(seed).shuffle(counts)
        driver = off_hook(COUNTRIES[country], count=count)
        meant = "".join(MEANINGS[count][pulses - 1] for pulses in counts)
        assert dialled(driver, Dial(speed, ratio, contact), counts, seed) == meant, seed


@pytest.mark.parametrize("count", PulseCount)
def test_each_count_of_pulses_has_its_digit(count: PulseCount) -> None:
    driver = off_hook(RUSSIA, count=count)
    assert dialled(driver, Dial(), list(range(1, 11))) == MEANINGS[count]


@pytest.mark.parametrize("ratio", [33, 75])
@pytest.mark.parametrize("seed", range(10))
def test_a_fast_dial_is_read_with_worn_contacts_and_late_stamps(ratio: int, seed: int) -> None:
    dial = Dial(20, ratio, Contact(bounce=4, jitter=1.5), pause=0.3)
    assert dialled(off_hook(RUSSIA), dial, [10, 1, 2, 9, 5], seed) == "01295"


def test_a_detector_that_shortens_the_breaks_of_a_fast_dial_loses_none() -> None:
    """SHK falls 4 ms after the contact and rises 1 ms after it: 13.5 ms are left of 16.5."""
    edges = Dial(20, 33).pulses([7], 11.0, random.Random(0))
    seen = [(time + (0.001 if closed else 0.004), closed) for time, closed in edges]
    assert digits(off_hook(RUSSIA).play(seen, 13.0)) == "7"


def test_digits_may_follow_each_other_after_the_shortest_pause_of_the_norm() -> None:
    dial = Dial(10, 60, Contact(bounce=3), pause=0.180)  # and 40 ms of the last period
    assert dialled(off_hook(RUSSIA), dial, [1, 1, 10, 2]) == "1102"


def test_a_digit_is_dated_to_its_last_make() -> None:
    driver = off_hook(RUSSIA)
    driver.play(Dial(10, 60).pulses([3], 11.0, random.Random(1)), 13.0)
    (digit,) = driver.events[1:]
    assert isinstance(digit, Digit)
    assert digit.time == pytest.approx(11.26)
    assert digit.source is DigitSource.PULSE


def test_more_than_ten_pulses_are_no_digit() -> None:
    driver = off_hook(RUSSIA)
    assert dialled(driver, Dial(), [11, 4, 15]) == "4"
    assert driver.interpreter.figures["spoilt_digits"] == 2


def test_a_crackle_is_no_pulse_and_does_not_cut_one() -> None:
    """Worn contacts open for 8 ms inside a make and before a break."""
    driver = off_hook(RUSSIA)
    edges = movements(
        *((11.0, False), (11.06, True), (11.08, False), (11.088, True)),
        *((11.1, False), (11.16, True), (11.3, False), (11.308, True)),
    )
    assert digits(driver.play(edges, 12.0)) == "2"


def test_a_break_longer_than_any_pulse_spoils_its_digit() -> None:
    driver = off_hook(RUSSIA)
    edges = Dial().pulses([3], 11.0, random.Random(0)) + movements((11.32, False), (11.5, True))
    edges += Dial().pulses([5], 13.0, random.Random(0))
    assert kinds(driver.play(edges, 15.0)) == "^5"
    assert driver.interpreter.figures["spoilt_digits"] == 1
    assert driver.interpreter.figures["last_refused_pulse_ms"] == 180


def test_a_wider_window_of_the_settings_reads_a_slower_dial() -> None:
    slow = Dial(5, 70, Contact(bounce=3))
    assert dialled(off_hook(RUSSIA), slow, [3, 1]) == ""
    wide = HookTimes(break_max=160)
    assert dialled(off_hook(wide), slow, [3, 1]) == "31"


def test_no_break_while_dialling_is_a_hook_flash() -> None:
    for length in range(10, 1100, 10):
        driver = off_hook(US)
        edges = movements((11.0, False), (11.0 + length / 1000, True))
        assert "F" not in kinds(driver.play(edges, 13.0)), length


def test_what_is_ignored_is_neither_digit_nor_flash() -> None:
    driver = off_hook(RUSSIA, Taps.IGNORED)
    edges = Dial().pulses([7, 1], 11.0, random.Random(0)) + movements((13.0, False), (13.3, True))
    assert kinds(driver.play(edges, 16.0)) == "^"


def test_breaks_soon_after_off_hook_are_the_cradle() -> None:
    driver = off_hook(RUSSIA)
    edges = movements((10.1, False), (10.16, True), (10.2, False), (10.26, True))
    assert kinds(driver.play(edges, 12.0)) == "^"


def test_a_break_that_begins_in_the_blind_time_is_no_pulse() -> None:
    driver = off_hook(RUSSIA)
    edges = movements((10.24, False), (10.3, True), (10.34, False), (10.4, True))
    assert kinds(driver.play(edges, 12.0)) == "^1"
