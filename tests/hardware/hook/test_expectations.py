"""Call control changes what it expects in the middle of a digit."""

import random

import pytest

from gateway.line import Digit, LineEvent
from gateway.signalling import PulseCount, Taps
from hardware.hook import HookInterpreter
from tests.hardware.hook.countries import EUROPE, RUSSIA
from tests.hardware.hook.dials import Contact, Dial, Driver, digits, kinds

DIAL = Dial(10, 60, Contact(bounce=3))


def run(first: Taps, then: Taps, count: int, after: float, dial: Dial = DIAL) -> str:
    """Dial ``count`` pulses at 12.0 s; ``then`` is expected ``after`` seconds of it."""
    driver = Driver(HookInterpreter(EUROPE, PulseCount.DIRECT))
    driver.begin(10.0, off_hook=True)
    driver.interpreter.expect(first)
    edges = dial.pulses([count], 12.0, random.Random(count))
    driver.play([edge for edge in edges if edge[0] < 12.0 + after], 12.0 + after)
    driver.interpreter.expect(then, 12.0 + after)
    return kinds(driver.play([edge for edge in edges if edge[0] >= 12.0 + after], 15.0))


@pytest.mark.parametrize("first", [Taps.DIGITS, Taps.FLASH])
@pytest.mark.parametrize("then", Taps)
@pytest.mark.parametrize("count", [2, 3, 10])
def test_a_digit_is_neither_lost_nor_doubled(first: Taps, then: Taps, count: int) -> None:
    for step in range(1, 130):
        assert run(first, then, count, step / 100) == f"^{count % 10}", step


@pytest.mark.parametrize("then", Taps)
def test_a_one_begun_while_dialling_is_a_one(then: Taps) -> None:
    for step in range(1, 60):
        assert run(Taps.DIGITS, then, 1, step / 100) == "^1", step


def test_a_one_that_ends_while_dialling_is_a_one() -> None:
    for step in range(16):
        assert run(Taps.FLASH, Taps.DIGITS, 1, step / 100) == "^1", step


def test_a_break_of_an_r_key_begun_in_a_call_stays_a_flash() -> None:
    r_key = Dial(10, 95)
    for step in range(1, 20):
        assert run(Taps.FLASH, Taps.DIGITS, 1, step / 100, r_key) == "^F", step


@pytest.mark.parametrize("then", [Taps.DIGITS, Taps.FLASH])
def test_a_digit_begun_unheeded_is_whole_or_nothing(then: Taps) -> None:
    for step in range(100):
        assert run(Taps.IGNORED, then, 5, step / 100) in ("^", "^5"), step


@pytest.mark.parametrize("taps", [Taps.DIGITS, Taps.FLASH])
@pytest.mark.parametrize("speed", [8, 10, 20])
def test_call_control_may_answer_each_digit_with_another_state(taps: Taps, speed: int) -> None:
    interpreter = HookInterpreter(RUSSIA, PulseCount.DIRECT)

    def answer(event: LineEvent) -> None:
        if isinstance(event, Digit):
            interpreter.expect(taps)

    driver = Driver(interpreter, answer=answer)
    driver.begin(10.0, off_hook=True)
    interpreter.expect(Taps.DIGITS)
    edges = Dial(speed, 60, Contact(bounce=3), pause=0.25).pulses(
        [4, 9, 5, 2, 10, 7], 12.0, random.Random(speed)
    )
    assert digits(driver.play(edges, edges[-1][0] + 1)) == "495207"
