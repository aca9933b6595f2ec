"""Off-hook while the bell rings: SHK shows pulses of the ring current."""

import pytest

from gateway.line import OffHook
from gateway.signalling import HookTimes, PulseCount, Taps
from hardware.hook import HookInterpreter
from tests.hardware.hook.dials import Contact, Driver, Edges, kinds, movements


def ringing_line(**times: int) -> Driver:
    driver = Driver(HookInterpreter(HookTimes(**times), PulseCount.DIRECT))
    driver.begin(10.0, off_hook=False)
    driver.interpreter.ringing(10.0, True)
    return driver


def ring_current(start: float, hertz: float, closed_ms: float, seconds: float) -> Edges:
    """SHK while current flows for a part of each period."""
    edges: Edges = []
    for period in range(int(seconds * hertz)):
        at = start + period / hertz
        edges += [(at, True), (at + closed_ms / 1000, False)]
    return edges


@pytest.mark.parametrize("hertz", [20, 25])
@pytest.mark.parametrize("closed_ms", [1, 4, 6, 9])
def test_the_current_through_the_bell_is_no_answer(hertz: float, closed_ms: float) -> None:
    driver = ringing_line()
    assert driver.play(ring_current(10.1, hertz, closed_ms, 2.0), 13.0) == []


@pytest.mark.parametrize("hertz", [20, 25])
def test_half_a_period_of_loop_current_is_the_answer(hertz: float) -> None:
    driver = ringing_line()
    edges = ring_current(10.1, hertz, 6, 1.0) + ring_current(11.11, hertz, 500 / hertz, 0.2)
    driver.play(edges, 11.15)
    assert driver.events == [OffHook(11.11)]


def test_the_ring_trip_is_reported_without_delay() -> None:
    interpreter = HookInterpreter(HookTimes(), PulseCount.DIRECT)
    interpreter.begin(10.0, False)
    interpreter.ringing(10.0, True)
    interpreter.edge(11.0, True)
    assert interpreter.deadline == pytest.approx(11.01)
    assert interpreter.advance(11.009) == []
    assert interpreter.advance(11.01) == [OffHook(11.0)]


def test_the_persistence_of_the_settings_is_kept() -> None:
    driver = ringing_line(off_hook_ringing=25)
    assert driver.play(ring_current(10.1, 25, 20, 1.0), 12.0) == []


def test_a_closure_begun_before_the_bell_trips_it() -> None:
    driver = Driver(HookInterpreter(HookTimes(), PulseCount.DIRECT))
    driver.begin(10.0, off_hook=False)
    driver.play([(10.995, True)], 11.0)
    driver.interpreter.ringing(11.0, True)
    assert driver.play([], 11.006) == [OffHook(10.995)]


def test_after_the_bell_a_short_closure_is_no_answer() -> None:
    driver = ringing_line()
    driver.play([], 11.0)
    driver.interpreter.ringing(11.0, False)
    assert driver.play(movements((11.1, True), (11.14, False)), 12.0) == []


@pytest.mark.parametrize("taps", Taps)
@pytest.mark.parametrize("seed", range(5))
def test_the_rest_of_the_ring_current_is_no_tap(taps: Taps, seed: int) -> None:
    """The bell goes on for some 90 ms after the answer, the loop settles, the cradle bounces."""
    driver = ringing_line(blind=100)
    driver.interpreter.expect(taps)
    edges = ring_current(11.0, 25, 20, 0.1)
    driver.play(edges, 11.095)
    driver.interpreter.ringing(11.095, False)
    settling = movements(
        (11.1, True), (11.13, False), (11.15, True), contact=Contact(bounce=3), seed=seed
    )
    assert kinds(driver.play(settling, 13.0)) == "^"


def test_pulses_are_read_after_a_trip() -> None:
    driver = ringing_line()
    driver.play([(11.0, True)], 11.05)
    driver.interpreter.ringing(11.05, False)
    driver.interpreter.expect(Taps.DIGITS)
    edges = movements((12.0, False), (12.06, True), (12.1, False), (12.16, True))
    assert kinds(driver.play(edges, 13.0)) == "^2"


def test_a_reading_shows_that_the_current_has_ended_though_its_edge_is_late() -> None:
    interpreter = HookInterpreter(HookTimes(), PulseCount.DIRECT)
    interpreter.begin(10.0, False)
    interpreter.ringing(10.0, True)
    interpreter.edge(11.0, True)
    assert interpreter.level(11.012, False) == []
    assert interpreter.edge(11.008, False) == []
    assert interpreter.advance(12.0) == []
    interpreter.edge(12.0, True)
    assert interpreter.level(12.012, True) == [OffHook(12.0)]


def test_an_answer_whose_edge_was_missed_is_found_by_reading() -> None:
    driver = ringing_line()
    driver.missed, driver.reading = frozenset({0}), 0.1
    (event,) = driver.play([(11.05, True)], 12.0)
    assert isinstance(event, OffHook)
    assert event.time == pytest.approx(11.1)
