"""The line's clock: its pace with times given, and its thread."""

from __future__ import annotations

import logging
import threading
from itertools import pairwise

import pytest

from gateway.line import SILENCE, VoiceExchange
from hardware.simulated.clock import Pace, VoiceClock
from tests.hardware.contract import Exchanged, until
from tests.hardware.handset import Telephone


@pytest.mark.parametrize("ppm", [-500.0, 0.0, 100.0, 500.0])
def test_the_clock_error_is_kept_for_hours(ppm: float) -> None:
    pace = Pace(ppm)
    pace.begin(1000.0)
    frames = 180_000
    for _ in range(frames):
        pace.frame(pace.due)
    lasted = pace.due - 1000.0 - pace.period
    assert frames * 0.02 / lasted - 1 == pytest.approx(ppm / 1e6, abs=1e-8)
    assert pace.counters.late == 0


def test_a_late_frame_is_counted_and_the_next_is_due_as_before() -> None:
    pace = Pace(0.0)
    pace.begin(0.0)
    due = pace.due
    pace.frame(due + 0.015)
    assert pace.due == pytest.approx(due + 0.02)
    assert (pace.counters.frames, pace.counters.late) == (1, 1)
    assert pace.counters.worst_late_ms == pytest.approx(15.0)
    pace.frame(pace.due + 0.005)
    assert (pace.counters.frames, pace.counters.late, pace.counters.stalls) == (2, 1, 0)


def test_after_a_stall_there_is_no_burst() -> None:
    pace = Pace(0.0)
    pace.begin(0.0)
    now = pace.due + 0.201
    pace.frame(now)
    assert pace.due == pytest.approx(now + 0.02)
    assert (pace.counters.stalls, pace.counters.late) == (1, 1)


def test_a_shorter_delay_is_made_up_for() -> None:
    pace = Pace(0.0)
    pace.begin(0.0)
    now = pace.due + 0.195
    at = []
    for _ in range(20):
        now = max(now, pace.due)
        pace.frame(now)
        at.append(now)
    assert sum(second - first < 0.001 for first, second in pairwise(at)) == 9
    assert at[-1] == pytest.approx(20 * 0.02)
    assert pace.counters.stalls == 0


def test_a_pause_of_the_voice_is_no_lateness() -> None:
    pace = Pace(0.0)
    pace.begin(0.0)
    pace.frame(pace.due)
    pace.begin(1000.0)
    assert pace.due == pytest.approx(1000.02)
    pace.frame(pace.due)
    assert (pace.counters.late, pace.counters.stalls) == (0, 0)


def one_frame(exchange: VoiceExchange) -> None:
    exchange(SILENCE)


def test_the_clock_of_a_line_that_rests_does_not_tick() -> None:
    clock = VoiceClock("rest", 0.0, one_frame, lambda: None)
    clock.open()
    exchange = Exchanged()
    clock.start(exchange)
    until(lambda: clock.counters.frames >= 2, "two frames")
    clock.stop()
    count = clock.counters.frames
    assert not clock.running
    clock.start(exchange)
    until(lambda: clock.counters.frames > count, "a frame after the pause")
    clock.close()


def test_voice_started_before_open_begins_with_open() -> None:
    exchange = Exchanged()
    clock = VoiceClock("early", 0.0, one_frame, lambda: None)
    clock.start(exchange)
    assert not clock.running
    clock.open()
    until(lambda: exchange.frames, "a frame")
    clock.close()


def test_an_exchange_that_raises_is_logged_and_the_next_start_works(
    caplog: pytest.LogCaptureFixture,
) -> None:
    telephone = Telephone()

    def broken(_: bytes) -> bytes:
        raise RuntimeError("a fault of the test")

    telephone.line.voice.start(broken)
    telephone.until("voice", value=False)
    exchange = Exchanged()
    telephone.line.voice.start(exchange)
    until(lambda: exchange.frames, "a frame after the error")
    telephone.close()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "line test: the voice was stopped by an error" in caplog.text


def test_a_frame_of_another_length_is_an_error_of_the_exchange(
    caplog: pytest.LogCaptureFixture,
) -> None:
    telephone = Telephone()
    telephone.line.voice.start(lambda _: b"short")
    telephone.until("voice", value=False)
    telephone.close()
    assert "a voice frame has 320 bytes, not 5" in caplog.text


def test_a_thread_that_is_still_blocked_ends_with_its_exchange() -> None:
    telephone = Telephone()
    entered, release = threading.Event(), threading.Event()
    threads: list[threading.Thread] = []

    def blocking(_: bytes) -> bytes:
        threads.append(threading.current_thread())
        entered.set()
        release.wait(10)
        return SILENCE

    telephone.line.voice.start(blocking)
    assert entered.wait(10)
    telephone.close()
    assert threads[0].is_alive()
    release.set()
    until(lambda: not threads[0].is_alive(), "the end of the thread")
    assert len(threads) == 1
