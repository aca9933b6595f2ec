from __future__ import annotations

from itertools import pairwise

from tests.hardware.contract import Bench
from tests.hardware.telephone.loopback import RM, Line
from tests.simulators.telephone.bench import TelephoneBench
from tests.simulators.telephone.contacts import CLEAN
from tests.simulators.telephone.telephone import TelephoneSettings


class Card:
    def __init__(self) -> None:
        self.plugged = True

    def pull(self) -> None:
        self.plugged = False

    def put_back(self) -> None:
        self.plugged = True


def bench_of(line: Line, card: Card | None = None) -> Bench:
    return TelephoneBench(line.telephone, card)


def quick() -> Line:
    return Line(TelephoneSettings(cradle=CLEAN))


def test_the_hand_takes_its_time_between_two_movements() -> None:
    line = quick()
    bench = bench_of(line)
    bench.lift()
    bench.dial_pulse("2")
    bench.flash()
    bench.hang_up()
    edges = line.pins.edges[1:]
    lengths = [round(after.time - edge.time, 2) for edge, after in pairwise(edges)]
    first, *_, before_flash, flash, last = lengths
    assert edges[0].high
    assert not edges[-1].high
    assert min(first, before_flash, last) >= 0.45
    assert flash == 0.35


def test_the_line_is_rung_in_a_burst_and_in_the_silence_of_the_cadence() -> None:
    line = quick()
    bench = bench_of(line)
    assert not bench.bell_is_rung()
    line.pins.put(RM, True)
    line.pins.toggle(0.5)
    assert bench.bell_is_rung()
    line.pins.toggle(0.5)
    line.pins.put(RM, False)
    line.clock.sleep(3.9)
    assert bench.bell_is_rung()
    line.clock.sleep(1.0)
    assert not bench.bell_is_rung()


def test_a_burst_that_was_cut_short_ends_the_ringing_at_once() -> None:
    line = quick()
    bench = bench_of(line)
    line.pins.ring(0.24)
    line.clock.sleep(0.02)
    assert not bench.bell_is_rung()
    line.clock.sleep(1.0)
    line.pins.ring(0.4)
    assert bench.bell_is_rung()


def test_a_fault_is_a_pulled_sound_card() -> None:
    line, card = quick(), Card()
    bench = bench_of(line, card)
    assert bench.can_fault
    seen = []
    for move in (bench.cause_fault, bench.end_fault):
        move()
        seen.append(card.plugged)
    assert seen == [False, True]
    assert not bench_of(line).can_fault
