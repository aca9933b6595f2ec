"""Lifting, replacing, tapping the cradle."""

import random

import pytest

from gateway.line import HookFlash, OffHook, OnHook
from gateway.signalling import HookTimes, PulseCount, Taps
from hardware.hook import HookInterpreter
from tests.hardware.hook.countries import COUNTRIES, EUROPE, RUSSIA
from tests.hardware.hook.dials import Contact, Dial, Driver, kinds, movements

WORN = Contact(bounce=4, jitter=0.5)


def telephone(times: HookTimes = RUSSIA, *, lifted: bool, taps: Taps = Taps.IGNORED) -> Driver:
    driver = Driver(HookInterpreter(times, PulseCount.DIRECT))
    driver.begin(10.0, off_hook=lifted)
    driver.interpreter.expect(taps)
    return driver


def test_a_receiver_that_is_lifted_at_the_start_is_off_hook_at_once() -> None:
    interpreter = HookInterpreter(RUSSIA, PulseCount.DIRECT)
    assert interpreter.begin(5.0, True) == [OffHook(5.0)]
    assert interpreter.begin(6.0, False) == []


@pytest.mark.parametrize("seed", range(20))
def test_lifting_and_replacing_are_dated_to_the_first_edge(seed: int) -> None:
    driver = telephone(lifted=False)
    moved = movements((11.0, True), (14.0, False), contact=WORN, seed=seed)
    lift = moved[0][0]
    replace = next(time for time, closed in moved if time > 13 and not closed)
    assert driver.play(moved, 16.0) == [OffHook(lift), OnHook(replace)]


def test_off_hook_and_on_hook_come_once_they_are_certain() -> None:
    interpreter = HookInterpreter(RUSSIA, PulseCount.DIRECT)
    interpreter.begin(10.0, False)
    interpreter.edge(11.0, True)
    assert interpreter.advance(11.079) == []
    assert interpreter.advance(11.081) == [OffHook(11.0)]
    interpreter.edge(13.0, False)
    assert interpreter.advance(13.899) == []
    assert interpreter.advance(13.901) == [OnHook(13.0)]
    assert interpreter.deadline is None


def test_a_short_closure_is_no_off_hook() -> None:
    driver = telephone(lifted=False)
    assert driver.play(movements((11.0, True), (11.045, False), contact=WORN), 13.0) == []


def test_lifting_and_quick_replacing_are_both_reported() -> None:
    driver = telephone(lifted=False, taps=Taps.DIGITS)
    moved = movements((11.0, True), (11.06, False))
    assert driver.play(moved, 13.0) == [OffHook(11.0), OnHook(11.06)]


def test_hanging_up_in_the_blind_time_counts() -> None:
    driver = telephone(lifted=True, taps=Taps.FLASH)
    assert driver.play(movements((10.05, False)), 12.0)[1:] == [OnHook(10.05)]


@pytest.mark.parametrize("taps", Taps)
@pytest.mark.parametrize("pulse", range(6))
def test_hanging_up_while_the_dial_runs_gives_no_digit(taps: Taps, pulse: int) -> None:
    driver = telephone(lifted=True, taps=taps)
    at = 11.03 + pulse / 10  # inside a break
    edges = [edge for edge in Dial().pulses([6], 11.0, random.Random(0)) if edge[0] < at]
    assert kinds(driver.play(edges, 13.0)) == "^_"


@pytest.mark.parametrize("taps", Taps)
@pytest.mark.parametrize("seed", range(10))
def test_a_cradle_that_bounces_for_long_only_hangs_up(taps: Taps, seed: int) -> None:
    driver = telephone(lifted=True, taps=taps)
    moved = [(11.0, False), (11.04, True), (11.055, False), (11.07, True), (11.09, False)]
    assert kinds(driver.play(movements(*moved, contact=WORN, seed=seed), 13.0)) == "^_"


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_break_in_a_call_is_a_flash_on_hook_or_nothing_by_its_length(country: str) -> None:
    times = COUNTRIES[country]
    for length in range(10, 1301, 5):
        driver = telephone(times, lifted=True, taps=Taps.FLASH)
        end = 12.0 + length / 1000
        events = driver.play(movements((12.0, False), (end, True)), 15.0)[1:]
        if length >= times.on_hook:
            assert events == [OnHook(12.0), OffHook(end)], length
        elif times.flash_min <= length <= times.flash_max:
            assert events == [HookFlash(end)], length
        else:
            assert events == [], length


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("length", [80, 85, 90, 95, 100, 105, 110, 115, 120])
def test_a_bouncing_r_key_is_a_flash_with_the_windows_of_europe(length: int, seed: int) -> None:
    driver = telephone(EUROPE, lifted=True, taps=Taps.FLASH)
    moved = movements((12.0, False), (12.0 + length / 1000, True), contact=WORN, seed=seed)
    assert kinds(driver.play(moved, 13.0)) == "^F"


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_slow_one_in_a_call_is_a_flash_at_most(country: str) -> None:
    for speed in (7, 8, 9, 10, 11, 12, 20):
        for ratio in (33, 50, 60, 67, 75):
            driver = telephone(COUNTRIES[country], lifted=True, taps=Taps.FLASH)
            edges = Dial(speed, ratio, WORN).pulses([1], 12.0, random.Random(ratio))
            assert kinds(driver.play(edges, 13.0)) in ("^", "^F"), (speed, ratio)


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_train_in_a_call_is_a_digit(country: str) -> None:
    for speed in (8, 9, 10, 11, 12, 20):
        for ratio in (33, 50, 60, 75):
            driver = telephone(COUNTRIES[country], lifted=True, taps=Taps.FLASH)
            edges = Dial(speed, ratio, WORN).pulses([2, 10, 3, 7], 12.0, random.Random(ratio))
            assert kinds(driver.play(edges, 18.0)) == "^2037", (speed, ratio)


def test_two_presses_of_the_r_key_are_two_flashes() -> None:
    driver = telephone(EUROPE, lifted=True, taps=Taps.FLASH)
    moved = movements((12.0, False), (12.1, True), (12.25, False), (12.35, True), contact=WORN)
    assert kinds(driver.play(moved, 14.0)) == "^FF"


def test_a_cradle_that_bounces_around_a_tap_is_one_flash() -> None:
    driver = telephone(lifted=True, taps=Taps.FLASH)
    moved = movements(
        *((12.0, False), (12.03, True), (12.05, False), (12.3, True)),
        *((12.32, False), (12.35, True), (12.38, False), (12.4, True)),
    )
    assert driver.play(moved, 14.0)[1:] == [HookFlash(12.3)]


def test_a_long_flash_does_not_wait_for_a_second_break() -> None:
    interpreter = HookInterpreter(RUSSIA, PulseCount.DIRECT)
    interpreter.begin(10.0, True)
    interpreter.expect(Taps.FLASH)
    interpreter.edge(12.0, False)
    interpreter.edge(12.3, True)
    assert interpreter.advance(12.406) == [HookFlash(12.3)]


def test_without_a_flash_window_no_break_is_a_flash() -> None:
    times = HookTimes(flash_max=0, on_hook=400)
    for length in range(10, 400, 10):
        driver = telephone(times, lifted=True, taps=Taps.FLASH)
        moved = movements((12.0, False), (12.0 + length / 1000, True))
        assert kinds(driver.play(moved, 14.0)) == "^", length


def test_noise_without_end_says_nothing() -> None:
    """An open input: a module without its supply."""
    driver = telephone(lifted=True, taps=Taps.DIGITS)
    noise = [(11.0 + number / 500, number % 2 == 1) for number in range(1000)]
    assert kinds(driver.play(noise, 13.5)) == "^"


@pytest.mark.parametrize("seed", range(10))
def test_a_line_without_its_feed_says_nothing(seed: int) -> None:
    driver = telephone(EUROPE, lifted=True, taps=Taps.FLASH)
    driver.play([], 12.0)
    driver.interpreter.feed(12.0, False)
    moved = movements((12.003, False), (12.62, True), contact=WORN, seed=seed)
    driver.play(moved[:1], 12.6)
    driver.interpreter.feed(12.6, True)
    assert kinds(driver.play(moved[1:], 15.0)) == "^"


def test_a_receiver_replaced_while_the_line_has_no_feed_is_on_hook_afterwards() -> None:
    driver = telephone(EUROPE, lifted=True, taps=Taps.FLASH)
    driver.reading = 0.25
    driver.play([], 12.0)
    driver.interpreter.feed(12.0, False)
    driver.play(movements((12.003, False)), 12.6)
    driver.interpreter.feed(12.6, True)
    assert kinds(driver.play([], 15.0)) == "^_"


def test_a_break_that_lasts_over_a_loss_of_feed_is_on_hook() -> None:
    driver = telephone(EUROPE, lifted=True)
    driver.play(movements((11.9, False)), 12.1)
    driver.interpreter.feed(12.1, False)
    driver.interpreter.feed(12.7, True)
    assert driver.play([], 15.0)[1:] == [OnHook(12.7)]
