"""Which clock ticks the bridge.  That it really ticks is shown by every call of the scenarios."""

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
