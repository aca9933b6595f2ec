"""Which clock ticks the bridge.  That it really ticks is shown by every call of the scenarios."""

import threading
import time

import pytest

from gateway.media.bridge import TAKE_OVER_AFTER, Bridge


class Clock:
    """A monotonic clock that the test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    turned = Clock()
    monkeypatch.setattr(time, "monotonic", turned.monotonic)
    return turned


def test_the_first_line_that_runs_is_the_clock(clock: Clock) -> None:
    del clock
    bridge = Bridge()
    assert bridge.elect("line1")
    assert not bridge.elect("line2")
    assert bridge.elect("line1")


def test_another_line_takes_over_when_the_clock_falls_silent(clock: Clock) -> None:
    bridge = Bridge()
    bridge.elect("line1")
    clock.now += TAKE_OVER_AFTER / 2
    assert not bridge.elect("line2")
    clock.now += TAKE_OVER_AFTER
    assert bridge.elect("line2")
    assert not bridge.elect("line1")


def test_a_line_that_stops_hands_over_at_once(clock: Clock) -> None:
    del clock
    bridge = Bridge()
    bridge.elect("line1")
    bridge.release("line1")
    assert bridge.elect("line2")


def test_a_line_that_is_not_the_clock_cannot_release_it(clock: Clock) -> None:
    del clock
    bridge = Bridge()
    bridge.elect("line1")
    bridge.release("line2")
    assert not bridge.elect("line2")


def test_a_closed_bridge_does_not_tick() -> None:
    bridge = Bridge()
    assert not bridge.tick("line1")
    bridge.close()
    assert not bridge.tick("line1")
    assert bridge.ticks == 0


class Ticking(Bridge):
    """A bridge without pjsua2 behind it, that counts."""

    def __init__(self) -> None:
        super().__init__()
        self.ticked = threading.Semaphore(0)
        self._get_frame = self._count

    def _count(self) -> int:
        self.ticked.release()
        return 0

    def _adopt_thread(self) -> None:
        pass

    def guard_until_it_ticks(self, count: int) -> None:
        deadline = time.monotonic() + 10
        while count:
            assert time.monotonic() < deadline, "the software clock does not tick"
            self.guard(calls_up=True)
            count -= self.ticked.acquire(timeout=0.02)


def test_the_software_clock_ticks_while_a_call_is_up_and_no_line_runs() -> None:
    bridge = Ticking()
    bridge.guard_until_it_ticks(5)
    bridge.guard(calls_up=False)
    bridge.close()


def test_a_line_that_runs_again_takes_over_from_the_software_clock_at_once() -> None:
    bridge = Ticking()
    bridge.tick("line1")
    bridge.guard_until_it_ticks(5)
    assert bridge.elect("line1")
    assert not bridge.elect("line2")
    bridge.close()


def test_without_a_call_no_clock_is_needed() -> None:
    bridge = Ticking()
    threads = threading.active_count()
    bridge.guard(calls_up=False)
    assert threading.active_count() == threads
    bridge.close()
