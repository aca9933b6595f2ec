from __future__ import annotations

import pytest

from gateway.handset.playout import (
    CALM_S,
    GROWTH_MS,
    LARGEST_MS,
    LIMIT,
    SHRINKING_MS,
    SMALLEST_MS,
    Playout,
)
from gateway.line import FRAME_BYTES, FRAME_MS, SILENCE

FRAME = FRAME_MS / 1000
BEGIN = 100.0
"""Seconds."""


def frame(number: int) -> bytes:
    """A frame that can be told from others."""
    return (number % 30000 + 1).to_bytes(2, "little") * (FRAME_BYTES // 2)


def play(playout: Playout, delays: list[float], until: int) -> list[bytes]:
    """Frame n is sent at n frames and comes ``delays[n]`` s later; what is taken at each frame."""
    coming = sorted((n * FRAME + late, n) for n, late in enumerate(delays))
    taken = []
    for tick in range(until):
        now = tick * FRAME + 0.010
        while coming and coming[0][0] <= now:
            came, number = coming.pop(0)
            playout.put(frame(number), BEGIN + came)
        taken.append(playout.take(BEGIN + now))
    return taken


def test_frames_that_come_evenly_leave_in_order_and_whole() -> None:
    playout = Playout()
    taken = play(playout, [0.0] * 100, 100)
    said = [one for one in taken if one is not SILENCE]
    assert said == [frame(n) for n in range(len(said))]
    assert len(said) >= 98
    report = playout.report()
    assert (report.underruns, report.overruns) == (0, 0)


@pytest.mark.parametrize("jitter", [0.005, 0.014])
def test_jitter_below_the_margin_costs_nothing(jitter: float) -> None:
    playout = Playout()
    play(playout, [jitter * (n % 3 == 2) for n in range(200)], 200)
    assert playout.report().underruns == 0


def test_the_report_tells_how_close_it_was_and_begins_again() -> None:
    playout = Playout()
    play(playout, [0.0] * 10, 10)
    least = playout.report().least_ms
    assert least is not None
    assert SMALLEST_MS <= least < SMALLEST_MS + FRAME_MS
    assert playout.report().least_ms is None


def test_a_late_frame_is_counted_faded_over_and_makes_the_margin_grow() -> None:
    playout = Playout()
    taken = play(playout, [0.0] * 10 + [0.1] * 30, 45)
    report = playout.report()
    assert report.underruns == 1
    assert report.margin_ms == SMALLEST_MS + GROWTH_MS
    gap = taken.index(frame(9)) + 1
    # The end of what was said, faded out, and then silence: nothing is said twice.
    assert taken[gap][:2] == frame(9)[:2]
    assert taken[gap][-2:] == bytes(2)
    assert taken[gap + 1] == SILENCE
    said = [one for one in taken[gap + 1 :] if one != SILENCE]
    assert said == [frame(n) for n in range(10, 10 + len(said))]


def test_the_margin_never_exceeds_its_largest_and_shrinks_in_calm() -> None:
    playout = Playout()
    for hole in range(40):
        play_a_hole(playout, BEGIN + hole)
    assert playout.report().margin_ms == LARGEST_MS
    calm = Playout()
    play_a_hole(calm, BEGIN)
    grown = calm.report().margin_ms
    now = BEGIN + 0.5
    while now < BEGIN + 0.5 + 2.5 * CALM_S:
        calm.put(frame(1), now)
        calm.take(now + 0.019)
        now += FRAME
    assert calm.report().margin_ms == max(SMALLEST_MS, grown - 2 * SHRINKING_MS)


def play_a_hole(playout: Playout, begin: float) -> None:
    """Enough frames to begin with, and then none in time."""
    for n in range(15):
        playout.put(frame(n), begin - 1.0)
    playout.take(begin)
    for n in range(15):
        playout.put(frame(n), begin)
    for n in range(17):
        playout.take(begin + 0.01 + n * FRAME)


def test_a_burst_is_cut_to_the_margin_and_every_frame_of_it_counted() -> None:
    playout = Playout()
    for n in range(LIMIT + 1):
        playout.put(frame(n), BEGIN)
    kept = 1 + round(SMALLEST_MS / FRAME_MS)
    assert playout.report().overruns == LIMIT + 1 - kept


def test_what_was_said_before_the_voice_began_is_not_heard() -> None:
    playout = Playout()
    for n in range(10):
        playout.put(frame(n), BEGIN + n * FRAME)
    taken = [playout.take(BEGIN + 10 * FRAME + n * FRAME) for n in range(4)]
    assert frame(0) not in taken
    assert frame(9) in taken
