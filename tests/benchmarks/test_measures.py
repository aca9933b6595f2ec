"""The measuring itself: matched filter, /proc, table."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.chirps import LENGTH, chirp, find, first_above, train
from tests.benchmarks.processes import (
    Meter,
    family,
    memory,
    parse_rollup,
    parse_schedstat,
    spent,
)
from tests.benchmarks.table import BARESIP, GATEWAY, Table
from tests.speech import Samples, through_a_law

ROLLUP = """55d0c0000000-7ffd0a9ff000 ---p 00000000 00:00 0    [rollup]
Rss:               58900 kB
Pss:               42300 kB
Pss_Dirty:         30000 kB
Shared_Clean:      16000 kB
"""


def _noisy(samples: Samples, level: float) -> Samples:
    noise = np.random.default_rng(7).normal(0, level, len(samples))
    return np.clip(samples + noise, -32768, 32767).astype(np.int16)


@pytest.mark.parametrize("position", [0, 1, 4321, 7000])
@pytest.mark.parametrize("falling", [False, True])
def test_a_chirp_is_found_to_the_sample_in_coded_and_noisy_voice(
    position: int, falling: bool
) -> None:
    recording = through_a_law(_noisy(train([position], 8000, falling=falling), 300))
    assert find(recording, 0, 8000 - LENGTH, falling=falling) == position


def test_a_weak_echo_of_a_chirp_is_found() -> None:
    recording = (train([3000], 8000) * 0.25).astype(np.int16)
    assert find(through_a_law(recording), 2500, 5000) == 3000


def test_a_chirp_outside_the_window_is_not_found() -> None:
    assert find(train([4000], 8000), 0, 3000) is None
    assert find(train([1000], 8000), 2000, 7000) is None


def test_the_other_chirp_noise_and_silence_are_no_chirp() -> None:
    assert find(train([3000], 8000, falling=True), 0, 7600) is None
    assert find(_noisy(np.zeros(8000, np.int16), 2000), 0, 7600) is None
    assert find(np.full(8000, 8, np.int16), 0, 7600) is None
    assert find(chirp()[: LENGTH // 2], 0, LENGTH) is None


def test_the_two_chirps_can_sound_at_once() -> None:
    both = train([1000], 4000) + train([1100], 4000, falling=True)
    assert find(both, 0, 3000) == 1000
    assert find(both, 0, 3000, falling=True) == 1100


def test_the_first_loud_sample_is_found_after_a_start() -> None:
    recording = np.array([0, 9, 0, -9, 300, -300], np.int16)
    assert first_above(recording, 0) == 1
    assert first_above(recording, 8, 2) == 3
    assert first_above(recording, 200) == 4
    assert first_above(recording, 300) is None
    assert first_above(np.array([-32768], np.int16), 32767) == 0


def test_schedstat_and_rollup_are_read() -> None:
    assert parse_schedstat("123456789 42 7\n") == 123456789
    found = parse_rollup(ROLLUP)
    assert (found.rss, found.pss) == pytest.approx((60.3136, 43.3152))
    with pytest.raises(ValueError, match="no Rss or no Pss"):
        parse_rollup("Rss:    1 kB\n")


def test_a_family_and_its_processor_time_are_added_up(tmp_path: Path) -> None:
    for process, thread, children, nanoseconds in (
        (10, 10, "20", 5),
        (10, 11, "", 7),
        (20, 20, "", 100),
    ):
        task = tmp_path / str(process) / "task" / str(thread)
        task.mkdir(parents=True)
        (task / "children").write_text(children)
        (task / "schedstat").write_text(f"{nanoseconds} 0 0\n")
        (tmp_path / str(process) / "smaps_rollup").write_text(ROLLUP)
    assert family(10, tmp_path) == [10, 20]
    assert memory(10, tmp_path).rss == pytest.approx(2 * 60.3136)


def test_time_of_a_new_thread_counts_and_of_an_ended_one_does_not() -> None:
    assert spent({"1": 10, "2": 50}, {"1": 15, "3": 4}) == 9


def test_a_busy_process_is_seen_to_be_busy() -> None:
    meter = Meter(os.getpid())
    until = time.thread_time() + 0.05
    while time.thread_time() < until:
        pass
    assert meter.percent() > 0
    used = memory(os.getpid())
    assert 0 < used.pss <= used.rss


def test_the_table_shows_median_worst_failures_and_ratio() -> None:
    table = Table()
    table.declare(["b", "a"])
    for value in (1.0, 2.0, 9.0, None):
        table.add("a", GATEWAY, value)
    table.add("a", BARESIP, 4.0)
    table.add("b", GATEWAY, None)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.lines()]
    assert rows[2] == ["b", "ms", "–", "–", "0 of 1", "–", "–", "–", "–"]
    assert rows[3] == ["a", "ms", "2.0", "9.0", "3 of 4", "4.0", "4.0", "1", "0.50"]
