"""The module's model on the pins of the real RPi.GPIO (rpi-lgpio), over the fake chip."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.hardware.contract import until
from tests.hardware.telephone.loopback import FR, RM, SHK, WIRING
from tests.simulators.telephone.clock import LiveClock, VirtualClock
from tests.simulators.telephone.contacts import CLEAN
from tests.simulators.telephone.fake_chip import FakeChip
from tests.simulators.telephone.fake_lgpio import installed
from tests.simulators.telephone.rotary import Dial
from tests.simulators.telephone.slic import Slic
from tests.simulators.telephone.telephone import Telephone, TelephoneSettings


@dataclass(frozen=True, slots=True)
class Board:
    gpio: Any
    slic: Slic
    telephone: Telephone


@pytest.fixture
def board() -> Iterator[Board]:
    chip = FakeChip()
    with installed(chip), LiveClock() as clock:
        slic = Slic(chip, WIRING, clock)
        telephone = Telephone(slic, clock, TelephoneSettings(cradle=CLEAN))
        gpio = importlib.import_module("RPi.GPIO")
        gpio.setmode(gpio.BCM)
        gpio.setup(RM, gpio.OUT, initial=gpio.LOW)
        gpio.setup(FR, gpio.OUT, initial=gpio.HIGH)
        gpio.setup(SHK, gpio.IN)
        yield Board(gpio, slic, telephone)
        gpio.cleanup()


def test_a_ring_by_gpio_pwm_is_heard_with_its_frequency(board: Board) -> None:
    gpio, telephone = board.gpio, board.telephone
    gpio.output(RM, gpio.HIGH)
    wave = gpio.PWM(FR, 25)
    wave.start(50)
    until(lambda: telephone.bursts and telephone.bursts[-1].half_waves >= 10, "ten half-waves")
    wave.stop()
    gpio.output(FR, gpio.HIGH)
    held = threading.Event()
    held.wait(0.03)
    gpio.output(RM, gpio.LOW)
    assert not telephone.ringing
    # Where the library's thread was held up the wave has a gap, and the burst is two.
    burst = max(telephone.bursts, key=lambda one: one.half_waves)
    assert burst.hertz == pytest.approx(25.0, rel=0.1)
    (interval,) = board.slic.rm_intervals
    assert interval.held is not None
    assert interval.held >= 0.01
    assert board.slic.violations == []


def test_dialled_pulses_come_as_edges_of_shk(board: Board) -> None:
    gpio, telephone = board.gpio, board.telephone
    edges: list[int] = []
    gpio.add_event_detect(SHK, gpio.BOTH, callback=edges.append)
    telephone.lift()
    telephone.dial("4", Dial(pps=10, contacts=CLEAN))
    telephone.hang_up()
    # Off-hook, four breaks of two edges each, on-hook.
    until(lambda: len(edges) >= 10, "ten edges")
    assert edges == [SHK] * 10
    assert not gpio.input(SHK)


def test_a_level_that_is_read_is_not_older_than_a_planned_edge() -> None:
    chip = FakeChip()
    clock = VirtualClock()
    with installed(chip):
        gpio: Any = importlib.import_module("RPi.GPIO")
        gpio.setmode(gpio.BCM)
        gpio.setup(SHK, gpio.IN)
        due = clock.now()
        clock.at(due, lambda: chip.drive(SHK, high=True, at=due))
        assert not gpio.input(SHK)
        chip.settled_by(SHK, clock.settle)
        assert gpio.input(SHK)
        gpio.cleanup()
