"""gpio-sim with the gateway's door on one side and the telephone's attachment on the other."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from hardware.gpio import Bias, Chip, Edge
from tests.kernel_rig.conftest import RESULTS
from tests.simulators.telephone.gpio_sim import GpioSim

RM, FR, SHK = 16, 12, 24
LONG = 30.0
"""Seconds to wait for what must come."""

HOLDER = """
import sys, RPi.GPIO as GPIO
GPIO.setmode(GPIO.BCM)
GPIO.setup(16, GPIO.OUT, initial=True)
print("claimed", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def chip(header: GpioSim) -> Iterator[Chip]:
    chip = Chip()
    assert chip.number == header.number
    yield chip
    chip.close()


class Watcher:
    """What the far side is told."""

    def __init__(self, header: GpioSim, *pins: int) -> None:
        self._changes: queue.SimpleQueue[tuple[int, bool | None, float]] = queue.SimpleQueue()
        header.watch(pins, lambda *change: self._changes.put(change))

    def next(self) -> tuple[int, bool | None]:
        pin, level, _ = self._changes.get(timeout=LONG)
        return pin, level

    def times(self, count: int) -> list[float]:
        return [self._changes.get(timeout=LONG)[2] for _ in range(count)]


def test_edges_arrive_in_order_with_the_time_at_which_the_telephone_made_them(
    header: GpioSim, chip: Chip
) -> None:
    arrived: queue.SimpleQueue[tuple[Edge, float]] = queue.SimpleQueue()
    chip.input(SHK, Bias.NONE, lambda edge: arrived.put((edge, time.monotonic())))
    late = []
    for index in range(400):
        before = time.monotonic()
        header.drive(SHK, index % 2 == 0)
        after = time.monotonic()
        edge, taken = arrived.get(timeout=LONG)
        assert edge.high == (index % 2 == 0)
        assert before <= edge.time <= after
        late.append(1000 * (taken - edge.time))
    late.sort()
    (RESULTS / "edges.json").write_text(
        json.dumps(
            {"unit": "ms", "p50": late[200], "p90": late[360], "p99": late[396], "max": late[-1]}
        )
    )
    assert arrived.empty()


def test_a_bias_counts_where_the_telephone_drives_nothing(header: GpioSim, chip: Chip) -> None:
    header.drive(SHK, False)
    hook = chip.input(SHK, Bias.PULL_UP, lambda _: None)
    free = chip.input(FR, Bias.PULL_UP, lambda _: None)
    deadline = time.monotonic() + LONG
    while hook.high:
        assert time.monotonic() < deadline, "the bias is stronger than the telephone"
    assert free.high


def test_the_telephone_sees_what_the_gateway_drives_and_that_it_let_go(
    header: GpioSim, chip: Chip
) -> None:
    seen = Watcher(header, RM, FR)
    assert header.level(RM) is None
    assert header.user(RM) is None
    ring_mode = chip.output(RM, high=False)
    assert header.level(RM) is False
    assert header.user(RM)
    chip.output(FR, high=True)
    ring_mode.set(True)
    assert header.level(RM) is True
    ring_mode.close()
    assert header.level(RM) is None
    assert [seen.next() for _ in range(4)] == [(RM, False), (FR, True), (RM, True), (RM, None)]


def test_the_ring_wave_reaches_the_telephone_edge_by_edge(header: GpioSim, chip: Chip) -> None:
    wave = chip.output(FR, high=True)
    seen = Watcher(header, FR)
    wave.oscillate(25.0)
    times = seen.times(101)
    wave.set(True)
    # The middle half-wave tells the frequency, also where a busy computer delays some.
    halves = sorted(after - before for before, after in pairwise(times))
    assert 20 < 0.5 / halves[50] < 30


def test_a_gateway_that_is_killed_lets_go_of_its_pins(header: GpioSim) -> None:
    seen = Watcher(header, RM)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"claimed\n"
        assert header.level(RM) is True
        holder.kill()
        assert seen.next() == (RM, True)
        assert seen.next() == (RM, None)
    assert header.level(RM) is None


def test_a_chip_that_goes_away_is_an_error_and_comes_back_with_its_levels() -> None:
    with GpioSim("other", label="other", lines=8) as other:
        other.drive(3, True)
        chip = Chip(other.number)
        hook = chip.input(3, Bias.NONE, lambda _: None)
        assert hook.high
        other.vanish()
        assert other.level(3) is None
        with pytest.raises(OSError, match="has gone"):
            hook.high  # noqa: B018 - reading is what is tested
        chip.close()
        other.come_back()
        again = Chip(other.number)
        assert again.input(3, Bias.NONE, lambda _: None).high
        again.close()
