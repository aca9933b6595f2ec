"""Several lines on one module, a port that vanishes, and a bad serial line, in real time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.caller import Caller
from gateway.handset_base import BaseEvent, BaseEventKind, RegistrationOutcome
from gateway.line import (
    Digit,
    LineCleared,
    LineEvent,
    LineFault,
    OffHook,
    OnHook,
    Refusal,
    RingingRefused,
)
from gateway.words import same
from hardware.dect import DectLine
from tests.hardware.contract import CADENCE, ignore, until
from tests.hardware.dect.house import House, house
from tests.simulators.dect.serial_line import Spoiling


def opened(home: House) -> list[list[LineEvent]]:
    """Open every line; what each posts."""
    posted: list[list[LineEvent]] = [[] for _ in home.lines]
    for line, events in zip(home.lines, posted, strict=True):
        line.open(events.append)
    home.until_ready()
    return posted


def test_the_lines_of_a_module_share_one_thread_until_the_last_is_closed(tmp_path: Path) -> None:
    with house(tmp_path, handsets=3) as home:
        opened(home)
        names = [thread.name for thread in threading.enumerate()]
        assert names.count("dect-ttyDECT") == 1
        assert len({line.base for line in home.lines}) == 1
        for line in home.lines[:2]:
            line.close()
        home.module.operate(lambda module: module.lift(3))
        assert home.lines[2].base.status().fault is None
        home.lines[2].close()
        names = [thread.name for thread in threading.enumerate()]
        assert "dect-ttyDECT" not in names


def test_each_line_gets_what_its_handset_does(tmp_path: Path) -> None:
    with house(tmp_path, handsets=2) as home:
        first, second = opened(home)
        home.module.operate(lambda module: module.lift(2, "12"))
        until(lambda: len(second) == 3, "off-hook and two digits")
        assert [type(event) for event in second] == [OffHook, Digit, Digit]
        assert first == []
        home.lines[1].signal_disconnect()
        until(lambda: isinstance(second[-1], OnHook), "the release")
        home.lines[0].start_ringing(CADENCE, Caller("100"))
        until(lambda: home.module.module.handsets[1].ringing, "ringing")
        home.module.operate(lambda module: module.reject(1))
        until(lambda: first, "the refusal")
        (refused,) = first
        assert isinstance(refused, RingingRefused)
        assert refused.why is Refusal.REJECTED


def test_two_lines_for_one_handset_are_refused(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        opened(home)
        other = DectLine("other", {"port": str(home.module.path), "handset": 1, "pin": "1234"})
        with pytest.raises(OSError, match="line1 and other both serve handset 1"):
            other.open(ignore)
        other.close()


def test_two_lines_on_one_voice_channel_are_refused(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        opened(home)
        options = {"port": str(home.module.path), "handset": 2, "pin": "1234", "channel": 0}
        other = DectLine("other", options)
        with pytest.raises(OSError, match="both use voice channel 0"):
            other.open(ignore)
        other.close()


def test_lines_that_disagree_about_their_module_are_refused(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        opened(home)
        other = DectLine("other", {"port": str(home.module.path), "handset": 2, "pin": "9999"})
        with pytest.raises(OSError, match="gives other settings"):
            other.open(ignore)
        other.close()


def test_a_port_that_is_not_there_is_a_fault_until_it_comes(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.module.vanish()
        events: list[LineEvent] = []
        home.lines[0].open(events.append)
        until(lambda: events, "the fault")
        (fault,) = events
        assert isinstance(fault, LineFault)
        assert "is not there" in fault.reason
        assert home.lines[0].self_test().findings == (same(fault.reason),)
        home.module.come_back()
        until(lambda: len(events) == 2, "the end of the fault")
        assert isinstance(events[1], LineCleared)


def test_a_port_that_vanishes_in_a_call_is_a_fault_and_heals(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        (events,) = opened(home)
        home.module.operate(lambda module: module.lift(1))
        until(lambda: events, "off-hook")
        home.module.vanish()
        until(lambda: len(events) == 2, "the fault")
        home.module.come_back()
        until(lambda: len(events) == 3, "the end of the fault")
        assert isinstance(events[1], LineFault)
        assert events[2] == LineCleared(events[2].time, off_hook=False)
        home.module.operate(lambda module: module.lift(1))
        until(lambda: isinstance(events[-1], OffHook), "the next call")


@pytest.mark.parametrize("spoiling", [Spoiling(loss=0.01), Spoiling(delay=0.3, piece=1)], ids=str)
def test_a_call_comes_about_over_a_bad_line(tmp_path: Path, spoiling: Spoiling) -> None:
    with house(tmp_path, spoiling=spoiling) as home:
        events: list[LineEvent] = []
        home.lines[0].open(events.append)
        home.lines[0].start_ringing(CADENCE, Caller("+74951234567", "Anna"))
        _patiently(lambda: home.module.module.handsets[1].ringing)
        home.module.operate(lambda module: module.lift(1))
        _patiently(lambda: any(isinstance(event, OffHook) for event in events))


def _patiently(wanted: Callable[[], object]) -> None:
    """A bad line takes longer than ``until`` waits."""
    deadline = time.monotonic() + 60.0
    while not wanted():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_base_tells_what_happens_to_it(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        told: list[BaseEvent] = []
        home.lines[0].base.watch(told.append)
        opened(home)
        base = home.lines[0].base
        base.register(30)
        until(lambda: home.module.module.registering, "the registration")
        left = base.status().registration_s
        assert left is not None
        assert 0 < left <= 30
        with pytest.raises(ValueError, match="already"):
            base.register(30)
        home.module.operate(lambda module: module.register("1234"))
        until(lambda: any(event.outcome for event in told), "the end of the registration")
        ended = next(event for event in told if event.outcome)
        assert (ended.kind, ended.handset, ended.outcome) == (
            BaseEventKind.REGISTRATION_ENDED,
            2,
            RegistrationOutcome.REGISTERED,
        )
        assert [handset.number for handset in base.status().handsets] == [1, 2]
        assert [handset.line for handset in base.status().handsets] == ["line1", None]
        base.page(on=True)
        assert base.status().paging
        base.locate(1, on=True)
        until(lambda: home.module.module.handsets[1].ringing, "locating")
        base.delete(2)
        until(lambda: len(base.status().handsets) == 1, "the deletion")
        with pytest.raises(ValueError, match="There is no handset 9"):
            base.delete(9)
        with pytest.raises(ValueError, match="10 to 600 seconds"):
            base.register(1)
