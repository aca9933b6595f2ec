from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest

from tests.simulators.telephone.clock import LiveClock, VirtualClock


@pytest.fixture
def live() -> Iterator[LiveClock]:
    with LiveClock() as clock:
        yield clock


def test_actions_are_done_in_the_order_of_their_times() -> None:
    clock = VirtualClock(100.0)
    done: list[str] = []
    clock.at(102.0, lambda: done.append("second"))
    clock.at(101.0, lambda: done.append("first"))
    clock.at(104.0, lambda: done.append("later"))
    clock.sleep(3.0)
    assert done == ["first", "second"]
    assert clock.now() == 103.0


def test_actions_of_one_time_are_done_in_the_order_in_which_they_were_asked_for() -> None:
    clock = VirtualClock()
    done: list[int] = []
    for number in range(5):
        clock.at(clock.now(), partial(done.append, number))
    clock.settle()
    assert done == [0, 1, 2, 3, 4]


def test_a_cancelled_action_is_not_done() -> None:
    clock = VirtualClock()
    done: list[str] = []
    clock.at(clock.now() + 1, lambda: done.append("never")).cancel()
    clock.sleep(2.0)
    assert done == []


def test_the_live_clock_does_an_action_in_its_own_thread_and_not_before_its_time(
    live: LiveClock,
) -> None:
    seen: list[tuple[threading.Thread, float]] = []
    moment = live.now() + 0.02
    live.at(moment, lambda: seen.append((threading.current_thread(), time.monotonic())))
    live.sleep_until(moment)
    ((thread, when),) = seen
    assert thread is not threading.current_thread()
    assert when >= moment


def test_settle_returns_when_what_is_due_was_done_also_from_an_action(live: LiveClock) -> None:
    done: list[str] = []

    def action() -> None:
        live.settle()
        done.append("done")

    live.at(live.now(), action)
    live.settle()
    assert done == ["done"]


def test_an_error_in_an_action_stops_nothing_and_is_raised_by_close() -> None:
    clock = LiveClock()
    done: list[str] = []

    def fail() -> None:
        raise ValueError("the contact is gone")

    clock.at(clock.now(), fail)
    clock.at(clock.now(), lambda: done.append("after"))
    clock.settle()
    assert done == ["after"]
    with pytest.raises(ValueError, match="the contact is gone"):
        clock.close()
    clock.close()


def test_a_sleeper_is_released_when_the_clock_is_closed() -> None:
    clock = LiveClock()
    sleeper = threading.Thread(target=lambda: clock.sleep_until(clock.now() + 3600), daemon=True)
    sleeper.start()
    clock.close()
    sleeper.join(10)
    assert not sleeper.is_alive()
