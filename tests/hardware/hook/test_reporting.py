"""What counts is the stamp of an edge, not how and when it is reported."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.line import LineEvent, OffHook, OnHook
from gateway.signalling import HookTimes, PulseCount, Taps
from hardware.hook import HookInterpreter
from tests.hardware.hook.countries import COUNTRIES, RUSSIA
from tests.hardware.hook.dials import Contact, Dial, Driver, Edges, digits, kinds, movements

CONTACTS = st.builds(Contact, bounce=st.floats(0, 4), jitter=st.floats(0, 0.5))
DIALS = st.builds(
    Dial,
    speed=st.one_of(st.floats(8, 12), st.just(20.0)),
    ratio=st.floats(33, 75),
    contact=CONTACTS,
    pause=st.floats(0.25, 0.6),
)
TIMES = st.sampled_from(list(COUNTRIES.values()))
NUMBERS = st.lists(st.integers(1, 10), min_size=1, max_size=4)


@st.composite
def calls(draw: st.DrawFn) -> Edges:
    """Somebody lifts, dials, taps, and hangs up."""
    source = random.Random(draw(st.integers(0, 2**32)))
    contact = draw(CONTACTS)
    edges = movements((11.0, True), contact=contact, seed=source.randrange(2**32))
    edges += draw(DIALS).pulses(draw(NUMBERS), 12.0, source)
    at = edges[-1][0] + 0.5
    for length in draw(st.lists(st.integers(20, 1500), max_size=3)):
        tap = [(at, False), (at + length / 1000, True)]
        edges += movements(*tap, contact=contact, seed=source.randrange(2**32))
        at += length / 1000 + draw(st.floats(0.02, 0.6))
    edges += movements((at + 0.3, False), contact=contact, seed=source.randrange(2**32))
    return edges


def played(driver: Driver, edges: Edges, taps: Taps) -> list[LineEvent]:
    driver.begin(10.0, off_hook=False)
    driver.interpreter.expect(taps)
    return driver.play(edges, edges[-1][0] + 2.0)


def new(times: HookTimes) -> HookInterpreter:
    return HookInterpreter(times, PulseCount.DIRECT)


def stalls_off_hook(
    events: list[LineEvent], end: float, times: HookTimes, source: random.Random
) -> list[tuple[float, float]]:
    """Times of 80 ms in which nothing runs; none while the receiver is on the hook."""
    hook = [event.time for event in events if isinstance(event, OffHook | OnHook)]
    spans = zip(hook[::2], hook[1::2], strict=True)
    off_hook = [(lifted + 0.2, replaced + times.on_hook / 1000) for lifted, replaced in spans]
    starts = sorted(source.uniform(11.0, end) for _ in range(12))
    apart = [start for start, after in pairwise(starts) if start + 0.08 < after]
    return [
        (start, start + 0.08)
        for start in apart
        if any(begin <= start and start + 0.08 <= over for begin, over in off_hook)
    ]


@settings(max_examples=120)
@given(calls(), TIMES, st.sampled_from(Taps), st.randoms(use_true_random=False), st.booleans())
def test_late_batched_swapped_and_doubled_reports_change_nothing(
    edges: Edges, times: HookTimes, taps: Taps, source: random.Random, reads: bool
) -> None:
    prompt = played(Driver(new(times)), edges, taps)
    unruly = Driver(
        new(times),
        delay=lambda: source.choice((0.0, 0.001, source.uniform(0, 0.015))),
        stalls=stalls_off_hook(prompt, edges[-1][0], times, source),
        twice=frozenset(source.sample(range(len(edges)), len(edges) // 3)),
        reading=source.uniform(0.1, 0.5),
        reads_at_deadline=reads,
    )
    assert played(unruly, edges, taps) == prompt


@settings(max_examples=100)
@given(CONTACTS, st.lists(st.floats(10.9, 15.5), max_size=6), st.integers(0, 2**32))
def test_no_stall_loses_or_invents_a_lift(contact: Contact, starts: list[float], seed: int) -> None:
    edges = movements((11.0, True), (13.0, False), (15.0, True), contact=contact, seed=seed)
    driver = Driver(new(RUSSIA), stalls=[(start, start + 0.08) for start in starts])
    assert kinds(played(driver, edges, Taps.DIGITS)) == "^_^"


@settings(max_examples=100)
@given(calls(), TIMES, st.sampled_from(Taps))
def test_events_come_in_the_order_of_their_times(
    edges: Edges, times: HookTimes, taps: Taps
) -> None:
    events = played(Driver(new(times)), edges, taps)
    assert [event.time for event in events] == sorted(event.time for event in events)
    hook = [type(event) for event in events if isinstance(event, OffHook | OnHook)]
    assert hook == [OffHook, OnHook] * (len(hook) // 2)


@settings(max_examples=100)
@given(DIALS, NUMBERS, TIMES, st.integers(0, 2**32))
def test_any_dial_within_reach_is_read_exactly(
    dial: Dial, counts: list[int], times: HookTimes, seed: int
) -> None:
    driver = Driver(new(times))
    driver.begin(10.0, off_hook=True)
    driver.interpreter.expect(Taps.DIGITS)
    edges = dial.pulses(counts, 11.0, random.Random(seed))
    events = driver.play(edges, edges[-1][0] + 1)
    assert digits(events) == "".join(str(count % 10) for count in counts)


@pytest.mark.parametrize("speed", [8, 10, 12])
@pytest.mark.parametrize("ratio", [40, 60, 75])
def test_a_missed_edge_of_a_pulse_heals_by_reading(speed: float, ratio: float) -> None:
    edges = Dial(speed, ratio).pulses([4, 1, 3], 11.0, random.Random(0))
    for missed in range(len(edges)):
        driver = Driver(new(RUSSIA), missed=frozenset({missed}), reading=0.007)
        driver.begin(10.0, off_hook=True)
        driver.interpreter.expect(Taps.DIGITS)
        assert digits(driver.play(edges, edges[-1][0] + 1)) == "413", missed


@settings(max_examples=60)
@given(st.floats(0.1, 0.5), st.sampled_from(Taps))
def test_missed_edges_of_the_cradle_heal_by_reading(reading: float, taps: Taps) -> None:
    driver = Driver(new(RUSSIA), missed=frozenset({0, 1}), reading=reading)
    events = played(driver, [(11.0, True), (15.0, False)], taps)
    assert kinds(events) == "^_"
    lifted, replaced = events
    assert 11.0 <= lifted.time <= 11.0 + reading
    assert 15.0 <= replaced.time <= 15.0 + reading


def test_a_missed_make_heals_and_the_next_tap_counts() -> None:
    """Hook detection that stops after quick taps is the common fault of such programs."""
    driver = Driver(new(RUSSIA), missed=frozenset({1}), reading=0.2)
    driver.begin(10.0, off_hook=True)
    driver.interpreter.expect(Taps.FLASH)
    edges = movements((12.0, False), (12.3, True), (14.0, False), (14.3, True))
    assert kinds(driver.play(edges, 16.0)) == "^FF"


def test_a_reading_does_not_move_an_edge_that_is_reported_later() -> None:
    interpreter = new(RUSSIA)
    interpreter.begin(10.0, False)
    interpreter.level(11.02, True)
    interpreter.edge(11.0, True)
    assert interpreter.advance(12.0) == [OffHook(11.0)]


def test_a_reader_that_was_held_up_does_not_date_the_edge() -> None:
    """It took the time at 11.0, the loop closed at 11.01, then it read the level."""
    interpreter = new(RUSSIA)
    interpreter.begin(10.0, False)
    interpreter.level(11.0, True)
    interpreter.edge(11.01, True)
    assert interpreter.advance(12.0) == [OffHook(11.01)]


def test_an_edge_later_than_promised_still_sets_the_level() -> None:
    interpreter = new(RUSSIA)
    interpreter.begin(10.0, False)
    interpreter.advance(12.0)
    interpreter.edge(11.0, True)
    assert interpreter.advance(12.0) == [OffHook(11.0)]
    interpreter.edge(13.0, False)
    assert interpreter.advance(14.0) == [OnHook(13.0)]
    interpreter.edge(13.5, True)
    (event,) = interpreter.advance(15.0)
    assert isinstance(event, OffHook)
    assert event.time == pytest.approx(13.8)


def test_an_edge_later_than_promised_does_not_undo_a_newer_one() -> None:
    interpreter = new(RUSSIA)
    interpreter.begin(10.0, False)
    interpreter.edge(11.0, True)
    assert interpreter.advance(12.0) == [OffHook(11.0)]
    interpreter.edge(10.99, False)
    assert interpreter.advance(14.0) == []


def test_a_quiet_line_needs_no_attention() -> None:
    interpreter = new(RUSSIA)
    assert interpreter.deadline is None
    interpreter.begin(10.0, True)
    for step in range(20):
        interpreter.level(10.0 + step / 4, True)
        assert interpreter.deadline is None
