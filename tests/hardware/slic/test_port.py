"""The pins of a module: the real door on a fake chip, and the simulated module as the judge."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import pytest

from hardware.slic.board import Board, load_board
from hardware.slic.port import SlicPort
from hardware.slic.ring_guard import GuardedPins
from tests.simulators.telephone.clock import LiveClock
from tests.simulators.telephone.fake_chip import PULL_DOWN
from tests.simulators.telephone.fake_lgpio import FakeChip, installed
from tests.simulators.telephone.pins import Wiring
from tests.simulators.telephone.slic import Slic

PATIENCE = 10.0
AG1171 = load_board("pi-ag1171")
RM, FR, SHK, PD = 16, 12, 24, 25


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE:g} s"
        time.sleep(0.002)


class KeptGuard:
    """A guard that keeps what it is told, and what RM was at that time."""

    def __init__(self, chip: FakeChip) -> None:
        self.told: list[tuple[str, bool | None]] = []
        self.until = 0.0
        self.pins: GuardedPins | None = None
        self._chip = chip

    def start(self, pins: GuardedPins) -> KeptGuard:
        self.pins = pins
        return self

    def rm_high(self, until: float) -> None:
        self.until = until
        self.told.append(("high", self._chip.level(RM)))

    def rm_low(self) -> None:
        self.told.append(("low", self._chip.level(RM)))

    def farewell(self) -> None:
        self.told.append(("farewell", self._chip.level(RM)))

    def abandon(self) -> None:
        self.told.append(("abandon", self._chip.level(RM)))


@dataclass
class Bench:
    """A port on a board, with the simulated module behind its pins."""

    chip: FakeChip
    clock: LiveClock
    slic: Slic
    guard: KeptGuard
    port: SlicPort
    edges: list[tuple[float, bool]]

    def open(self) -> None:
        self.port.open(lambda at, off_hook: self.edges.append((at, off_hook)))

    def settle(self) -> None:
        until(lambda: time.monotonic() >= self.port.settled, "a valid SHK")

    def loop(self, *, closed: bool) -> float:
        """The telephone closes or opens the loop; gives when."""
        now = self.clock.now()
        self.clock.at(now, lambda: self.slic.loop(closed, now))
        return now

    def reversed(self) -> bool:
        self.clock.settle()
        return self.slic.reversed

    def off_hook(self) -> bool:
        return self.port.off_hook

    def violations(self) -> list[str]:
        """Without those that a late thread of the fake causes."""
        return [told for told in self.slic.violations if "frozen" not in told]


@contextmanager
def fitted(board: Board) -> Iterator[Bench]:
    chip = FakeChip()
    wiring = Wiring(board.rm_pin, board.fr_pin, board.shk_pin, board.pd_pin)
    with installed(chip), LiveClock() as clock:
        slic = Slic(chip, wiring, clock)
        guard = KeptGuard(chip)
        port = SlicPort(board, guard.start)
        yield Bench(chip, clock, slic, guard, port, [])
        port.close()


@pytest.fixture
def bench() -> Iterator[Bench]:
    with fitted(AG1171) as bench:
        bench.open()
        bench.settle()
        yield bench


# Opening and closing


def test_rm_is_low_and_fr_idle_from_the_beginning() -> None:
    with fitted(AG1171) as bench:
        seen: list[tuple[int, bool | None]] = []
        bench.chip.watch([RM, FR, PD], lambda pin, level, _: seen.append((pin, level)))
        bench.open()
        assert seen == [(RM, False), (FR, True)]
        assert bench.guard.pins == GuardedPins(0, RM, FR, fr_idle_high=True)


def test_closing_leaves_the_pins_free_and_rm_pulled_down(bench: Bench) -> None:
    bench.port.start_ring_burst(25.0, 1.0)
    bench.port.close()
    bench.port.close()
    assert [bench.chip.owner(pin) for pin in (RM, FR, SHK, PD)] == [None] * 4
    assert bench.chip.pull(RM) == PULL_DOWN
    assert [told for told, _ in bench.guard.told] == ["high", "low", "farewell"]
    assert bench.violations() == []


def test_a_port_opens_again(bench: Bench) -> None:
    with pytest.raises(OSError, match="open already"):
        bench.open()
    bench.port.close()
    bench.open()
    assert bench.chip.level(RM) is False


def test_a_closed_port_refuses_with_a_sentence() -> None:
    with fitted(AG1171) as bench:
        port = bench.port
        uses: list[Callable[[], object]] = [
            lambda: port.off_hook,
            lambda: port.start_ring_burst(25.0, 1.0),
            port.stop_ring_burst,
            lambda: port.reverse(True),
            lambda: port.power(False),
        ]
        for use in uses:
            with pytest.raises(OSError, match="not open"):
                use()


@pytest.mark.parametrize("pin", [RM, FR, SHK, PD])
def test_a_pin_in_use_leaves_nothing_behind(pin: int) -> None:
    with fitted(AG1171) as bench:
        before = set(threading.enumerate())
        bench.chip.take(pin)
        with pytest.raises(OSError, match=f"GPIO {pin} is in use"):
            bench.open()
        assert set(threading.enumerate()) == before
        bench.chip.give_back(pin)
        bench.open()


def test_a_guard_that_cannot_start_leaves_nothing_behind() -> None:
    def refuse(_: GuardedPins) -> KeptGuard:
        raise OSError("no more processes")

    with fitted(AG1171) as bench:
        port = SlicPort(AG1171, refuse)
        with pytest.raises(OSError, match="no more processes"):
            port.open(lambda *_: None)
        bench.open()


# Hook


def test_the_hook_is_read_and_reported_with_the_time_of_the_edge(bench: Bench) -> None:
    assert not bench.off_hook()
    closed = bench.loop(closed=True)
    until(lambda: bench.edges, "off-hook")
    assert bench.off_hook()
    (at, off_hook), *_ = bench.edges
    assert off_hook
    assert closed <= at <= time.monotonic()
    bench.loop(closed=False)
    until(lambda: len(bench.edges) == 2, "on-hook")
    assert not bench.edges[1][1]
    assert not bench.off_hook()


def test_shk_is_not_believed_while_the_module_wakes_up() -> None:
    with fitted(AG1171) as bench:
        bench.loop(closed=True)
        bench.open()
        # The module lies for 50 ms: it shows high, then low, then what is true.
        bench.settle()
        until(bench.off_hook, "a valid off-hook")
        assert all(at >= bench.port.settled for at, _ in bench.edges)


def test_an_inverted_shk_is_read_inverted() -> None:
    with fitted(replace(AG1171, shk_off_hook_high=False, pd_pin=None)) as bench:
        bench.open()
        assert bench.off_hook()
        bench.chip.drive(SHK, True)
        assert not bench.off_hook()
        until(lambda: bench.edges, "an edge")
        assert bench.edges[0][1] is False


def test_a_chip_that_went_away_is_an_error_of_the_hook(bench: Bench) -> None:
    bench.chip.vanish()
    with pytest.raises(OSError, match="has gone"):
        _ = bench.off_hook()
    bench.port.close()
    bench.chip.come_back()
    bench.open()
    bench.settle()
    assert not bench.off_hook()


# Ringing


def test_a_burst_rings_with_the_frequency_asked_for(bench: Bench) -> None:
    assert bench.port.start_ring_burst(20.0, 1.0) == 1.0
    assert bench.port.in_burst
    until(lambda: len(bench.slic.rm_intervals[0].toggles) >= 20, "ten periods")
    bench.port.stop_ring_burst()
    (interval,) = bench.slic.rm_intervals
    assert interval.hertz == pytest.approx(20.0, abs=2.0)
    assert not bench.port.in_burst


def test_a_burst_ends_in_the_order_of_the_data_sheet(bench: Bench) -> None:
    for _ in range(3):
        bench.port.start_ring_burst(25.0, 1.0)
        count = len(bench.slic.rm_intervals)
        until(lambda: len(bench.slic.rm_intervals[-1].toggles) >= 3, "a ring wave")
        bench.port.stop_ring_burst()
        assert len(bench.slic.rm_intervals) == count
        interval = bench.slic.rm_intervals[-1]
        assert interval.held is not None
        assert interval.held > 0.010
        assert interval.driven_low
        assert interval.idle_at_end
    assert bench.violations() == []


def test_stopping_without_a_burst_does_nothing(bench: Bench) -> None:
    bench.port.stop_ring_burst()
    assert bench.guard.told == []
    assert bench.slic.rm_intervals == ()


def test_a_frequency_that_the_module_does_not_make_is_clamped_and_told(bench: Bench) -> None:
    assert not list(bench.port.findings)
    bench.port.start_ring_burst(50.0, 1.0)
    until(lambda: len(bench.slic.rm_intervals[0].toggles) >= 10, "a ring wave")
    bench.port.stop_ring_burst()
    assert bench.slic.rm_intervals[0].hertz == pytest.approx(25.0, abs=2.0)
    findings = " ".join(one.en for one in bench.port.findings)
    assert "50 Hz" in findings
    assert "25 Hz" in findings


def test_the_guard_knows_of_a_burst_before_rm_rises_and_after_it_fell(bench: Bench) -> None:
    began = time.monotonic()
    granted = bench.port.start_ring_burst(25.0, 0.5)
    assert began + granted <= bench.guard.until <= time.monotonic() + granted
    bench.port.stop_ring_burst()
    assert bench.guard.told == [("high", False), ("low", False)]


def test_a_burst_beyond_the_duty_is_shortened_and_then_refused(bench: Bench) -> None:
    now = time.monotonic()
    bench.port.duty.high(now - 9.0)
    bench.port.duty.low(now)
    granted = bench.port.start_ring_burst(25.0, 2.0)
    assert 0.0 < granted < 0.9
    bench.port.stop_ring_burst()


def test_a_burst_without_an_allowance_is_refused(bench: Bench) -> None:
    now = time.monotonic()
    bench.port.duty.high(now - 15.0)
    bench.port.duty.low(now)
    assert bench.port.start_ring_burst(25.0, 2.0) == 0.0
    assert not bench.port.in_burst
    assert bench.chip.level(RM) is False


def test_no_burst_is_longer_than_the_longest(bench: Bench) -> None:
    assert bench.port.start_ring_burst(25.0, 60.0) < 3.01


def ring_once(port: SlicPort) -> None:
    port.start_ring_burst(25.0, 1.0)
    port.stop_ring_burst()


def test_rm_is_low_when_the_ring_wave_cannot_be_made(bench: Bench) -> None:
    bench.chip.break_pin(FR)
    with pytest.raises(OSError, match=f"GPIO {FR} of chip 0 does not work"):
        ring_once(bench.port)
    assert bench.chip.level(RM) is False
    assert not bench.port.in_burst
    assert bench.guard.told[-1] == ("low", False)


def test_an_rm_that_cannot_be_taken_low_is_not_told_to_be_low(bench: Bench) -> None:
    bench.port.start_ring_burst(25.0, 1.0)
    bench.chip.break_pin(RM)
    with pytest.raises(OSError, match=f"GPIO {RM}"):
        bench.port.stop_ring_burst()
    assert [told for told, _ in bench.guard.told] == ["high"]
    bench.chip.break_pin(RM, False)
    bench.port.close()
    assert bench.chip.level(RM) is None
    assert [told for told, _ in bench.guard.told] == ["high", "abandon"]
    assert bench.port.duty.allowance(time.monotonic() + 60.0) == bench.port.duty.longest


# Polarity and power


def test_a_reversal_is_seen_on_the_line_and_masks_the_hook(bench: Bench) -> None:
    bench.port.reverse(True)
    assert bench.reversed()
    masked = bench.port.settled
    assert masked > time.monotonic() - PATIENCE
    bench.port.reverse(True)
    assert bench.port.settled == masked
    bench.port.reverse(False)
    assert not bench.reversed()


def test_edges_of_a_reversal_are_not_reported(bench: Bench) -> None:
    bench.loop(closed=True)
    until(bench.off_hook, "off-hook")
    bench.edges.clear()
    bench.port.reverse(True)
    bench.chip.drive(SHK, False)
    bench.chip.drive(SHK, True)
    settled = bench.port.settled
    assert bench.off_hook()
    bench.settle()
    assert bench.off_hook()
    assert [at for at, _ in bench.edges if at < settled] == []


def test_a_burst_after_a_reversal_ends_with_normal_polarity(bench: Bench) -> None:
    bench.port.reverse(True)
    bench.port.start_ring_burst(25.0, 0.5)
    bench.port.stop_ring_burst()
    assert not bench.reversed()
    bench.port.reverse(True)
    assert bench.reversed()


def test_the_loop_is_cut_and_fed_and_pd_never_driven_high(bench: Bench) -> None:
    levels: list[bool | None] = []
    bench.chip.watch([PD], lambda _, level, __: levels.append(level))
    bench.port.power(False)
    bench.port.power(False)
    until(lambda: not bench.slic.feeding, "the feed to be cut")
    assert not bench.off_hook()
    assert bench.port.settled == float("inf")
    assert bench.port.start_ring_burst(25.0, 1.0) == 0.0
    bench.port.power(True)
    until(lambda: bench.slic.feeding, "the feed")
    assert bench.port.settled != float("inf")
    bench.settle()
    assert levels == [False, None]
    assert bench.violations() == []


def test_power_and_reversal_end_a_burst_first(bench: Bench) -> None:
    bench.port.start_ring_burst(25.0, 0.5)
    bench.port.power(False)
    assert not bench.port.in_burst
    bench.port.power(True)
    bench.port.start_ring_burst(25.0, 0.5)
    bench.port.reverse(True)
    assert not bench.port.in_burst
    assert bench.violations() == []


def test_without_pd_the_loop_cannot_be_cut() -> None:
    with fitted(replace(AG1171, pd_pin=None)) as bench:
        bench.open()
        assert not bench.port.can_cut_power
        with pytest.raises(OSError, match="PD is not wired on the board pi-ag1171"):
            bench.port.power(False)
        assert bench.port.settled <= time.monotonic()


# Threads


def test_no_thread_is_left_after_close(bench: Bench) -> None:
    bench.port.close()
    before = set(threading.enumerate())
    bench.open()
    bench.port.start_ring_burst(25.0, 1.0)
    bench.port.close()
    assert set(threading.enumerate()) == before


def test_close_does_not_wait_for_an_edge_that_waits_for_the_port(bench: Bench) -> None:
    bench.port.close()
    entered, ended = threading.Event(), threading.Event()

    def read_again(_: float, __: bool) -> None:
        entered.set()
        with suppress(OSError):
            _ = bench.off_hook()
        ended.set()

    bench.port.open(read_again)
    bench.settle()
    bench.loop(closed=True)
    assert entered.wait(PATIENCE)
    bench.port.close()
    assert ended.wait(PATIENCE)
