"""The contract of ``gateway/line.py`` that every line driver passes.

A driver's test module subclasses ``LineDriverContract`` and overrides the fixture ``rig``, which
gives the driver, closed, and a bench that operates the other side of the line: a simulated
telephone, GPIO edges, bytes on a serial port, or a person with a telephone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import pytest

from gateway.caller import Caller
from gateway.line import (
    FRAME_BYTES,
    SILENCE,
    Digit,
    DigitSource,
    HookFlash,
    LineCleared,
    LineDriver,
    LineEvent,
    LineFault,
    Measured,
    OffHook,
    OnHook,
    SelfTest,
)
from gateway.signalling import Taps

PATIENCE = 10.0
"""Seconds after which something that should happen has not happened."""
A_FEW_FRAMES = 0.1
"""Seconds in which something that should not happen would have happened."""
CADENCE = (1.0, 4.0)


class Bench(Protocol):
    """Operates the other side of the line.  Methods return when the thing is done."""

    can_fault: bool
    """``cause_fault`` and ``end_fault`` work here."""
    lifts_while_closed: bool
    """The telephone can be lifted while nobody has opened its line; a cordless one finds no
    base.
    """

    def lift(self) -> None: ...

    def hang_up(self) -> None: ...

    def flash(self) -> None: ...

    def dial_pulse(self, digit: str) -> None: ...

    def bell_is_rung(self) -> bool:
        """The line is ringing now, be it in the silence of the cadence."""

    def cause_fault(self) -> None: ...

    def end_fault(self) -> None: ...


class Rig(NamedTuple):
    driver: LineDriver
    bench: Bench


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for ``condition``; fail, saying ``what`` was awaited, when it does not come true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE:g} s"
        time.sleep(0.005)


class Exchanged:
    """An exchange function that keeps what it was called with and by whom."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.threads: set[threading.Thread] = set()

    def __call__(self, frame: bytes) -> bytes:
        self.frames.append(frame)
        self.threads.add(threading.current_thread())
        return SILENCE


class Blocking:
    """An exchange function that stays in its first call until it is released."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.release = threading.Event()
        self.calls = 0

    def __call__(self, _: bytes) -> bytes:
        self.calls += 1
        self.entered.set()
        self.release.wait(PATIENCE)
        return SILENCE


def ignore(_: LineEvent) -> None:
    """A ``post`` for tests that look at something else."""


class LineDriverContract:
    """What call control, media and the exchange rely on."""

    @pytest.fixture
    def rig(self) -> Iterator[Rig]:
        raise NotImplementedError("a driver's test class overrides the fixture rig")

    @pytest.fixture
    def events(self, rig: Rig) -> Iterator[list[LineEvent]]:
        """The driver, opened: what it posted."""
        posted: list[LineEvent] = []
        rig.driver.open(posted.append)
        yield posted
        rig.driver.close()

    # Opening and closing

    def test_close_without_open_is_harmless(self, rig: Rig) -> None:
        rig.driver.close()
        rig.driver.close()

    def test_close_is_idempotent(self, rig: Rig, events: list[LineEvent]) -> None:
        rig.driver.close()
        rig.driver.close()
        assert events == []

    def test_open_twice_is_refused_with_a_sentence(self, rig: Rig, events: list[LineEvent]) -> None:
        with pytest.raises(OSError, match=r"\w+ \w+ .*\w") as refused:
            rig.driver.open(events.append)
        assert str(refused.value).endswith(".")

    def test_a_closed_driver_opens_again(self, rig: Rig, events: list[LineEvent]) -> None:
        rig.driver.close()
        again: list[LineEvent] = []
        rig.driver.open(again.append)
        rig.bench.lift()
        until(lambda: again, "an event after the second open")
        assert isinstance(again[0], OffHook)
        assert events == []

    def test_no_thread_is_left_after_close(self, rig: Rig) -> None:
        before = set(threading.enumerate())
        rig.driver.open(ignore)
        exchange = Exchanged()
        rig.driver.voice.start(exchange)
        until(lambda: exchange.frames, "a voice frame")
        rig.driver.start_ringing(CADENCE, None)
        rig.driver.close()
        until(lambda: set(threading.enumerate()) <= before, "the end of the driver's threads")

    def test_nothing_is_posted_after_close(self, rig: Rig, events: list[LineEvent]) -> None:
        rig.driver.close()
        rig.bench.lift()
        rig.bench.hang_up()
        time.sleep(A_FEW_FRAMES)
        assert events == []

    # Events

    def test_a_receiver_lifted_before_open_is_reported_by_open(self, rig: Rig) -> None:
        if not rig.bench.lifts_while_closed:
            pytest.skip("this telephone needs the driver to be lifted at all")
        rig.bench.lift()
        posted: list[LineEvent] = []
        rig.driver.open(posted.append)
        assert [type(event) for event in posted] == [OffHook]

    def test_hook_events_come_in_order_with_the_time_of_the_edge(
        self, rig: Rig, events: list[LineEvent]
    ) -> None:
        began = time.monotonic()
        rig.bench.lift()
        until(lambda: len(events) == 1, "off-hook")
        rig.bench.hang_up()
        until(lambda: len(events) == 2, "on-hook")
        ended = time.monotonic()
        assert [type(event) for event in events] == [OffHook, OnHook]
        assert began <= events[0].time <= events[1].time <= ended

    def test_a_flash_is_one_event_and_not_a_hang_up(
        self, rig: Rig, events: list[LineEvent]
    ) -> None:
        rig.bench.lift()
        until(lambda: events, "off-hook")
        rig.driver.expect(Taps.FLASH)
        rig.bench.flash()
        until(lambda: len(events) >= 2, "the flash")
        assert [type(event) for event in events] == [OffHook, HookFlash]

    def test_pulse_digits_come_as_dialled(self, rig: Rig, events: list[LineEvent]) -> None:
        if DigitSource.PULSE not in rig.driver.capabilities.digit_sources:
            pytest.skip("this driver reports no pulses")
        rig.bench.lift()
        until(lambda: events, "off-hook")
        rig.driver.expect(Taps.DIGITS)
        for digit in "190":
            rig.bench.dial_pulse(digit)
        until(lambda: len(events) >= 4, "three digits")
        digits = [event for event in events if isinstance(event, Digit)]
        assert [digit.digit for digit in digits] == ["1", "9", "0"]
        assert {digit.source for digit in digits} == {DigitSource.PULSE}
        times = [event.time for event in events]
        assert times == sorted(times)
        assert time.monotonic() - PATIENCE < times[0] <= times[-1] <= time.monotonic()

    def test_a_fault_and_its_end_are_reported(self, rig: Rig, events: list[LineEvent]) -> None:
        if not rig.bench.can_fault:
            pytest.skip("this bench cannot break the line")
        rig.bench.cause_fault()
        until(lambda: events, "the fault")
        rig.bench.end_fault()
        until(lambda: len(events) >= 2, "the end of the fault")
        fault, cleared = events
        assert isinstance(fault, LineFault)
        assert " " in fault.reason
        assert fault.reason.endswith(".")
        assert isinstance(cleared, LineCleared)
        assert not cleared.off_hook

    # Voice

    def test_voice_frames_are_whole_and_come_from_one_thread(
        self, rig: Rig, events: list[LineEvent]
    ) -> None:
        exchange = Exchanged()
        rig.bench.lift()
        rig.driver.voice.start(exchange)
        until(lambda: len(exchange.frames) >= 5, "five voice frames")
        rig.driver.voice.stop()
        assert {len(frame) for frame in exchange.frames} == {FRAME_BYTES}
        assert len(exchange.threads) == 1
        assert threading.current_thread() not in exchange.threads
        assert len(events) == 1

    @pytest.mark.usefixtures("events")
    def test_the_same_thread_exchanges_after_a_pause(self, rig: Rig) -> None:
        first, second = Exchanged(), Exchanged()
        rig.driver.voice.start(first)
        until(lambda: first.frames, "voice")
        rig.driver.voice.stop()
        rig.driver.voice.start(second)
        until(lambda: second.frames, "voice after the pause")
        assert first.threads == second.threads

    @pytest.mark.usefixtures("events")
    def test_a_second_start_replaces_the_function(self, rig: Rig) -> None:
        first, second = Exchanged(), Exchanged()
        rig.driver.voice.start(first)
        until(lambda: first.frames, "a frame of the first")
        rig.driver.voice.start(second)
        until(lambda: second.frames, "a frame of the second")
        count = len(first.frames)
        until(lambda: len(second.frames) >= 5, "five frames of the second")
        assert len(first.frames) == count

    @pytest.mark.usefixtures("events")
    def test_no_frame_is_exchanged_after_stop(self, rig: Rig) -> None:
        exchange = Exchanged()
        rig.driver.voice.start(exchange)
        until(lambda: exchange.frames, "a voice frame")
        rig.driver.voice.stop()
        count = len(exchange.frames)
        time.sleep(A_FEW_FRAMES)
        assert len(exchange.frames) == count

    @pytest.mark.usefixtures("events")
    def test_stop_is_idempotent(self, rig: Rig) -> None:
        rig.driver.voice.stop()
        rig.driver.voice.start(Exchanged())
        rig.driver.voice.stop()
        rig.driver.voice.stop()

    @pytest.mark.usefixtures("events")
    def test_the_voice_can_be_stopped_from_within_the_exchange(self, rig: Rig) -> None:
        calls: list[bytes] = []

        def once(frame: bytes) -> bytes:
            calls.append(frame)
            rig.driver.voice.stop()
            return SILENCE

        rig.driver.voice.start(once)
        until(lambda: calls, "a voice frame")
        time.sleep(A_FEW_FRAMES)
        assert len(calls) == 1

    @pytest.mark.parametrize(
        "method", ["stop", "start", "start_ringing", "stop_ringing", "self_test", "close"]
    )
    @pytest.mark.usefixtures("events")
    def test_no_method_waits_for_a_blocked_exchange(self, rig: Rig, method: str) -> None:
        driver = rig.driver
        calls: dict[str, Callable[[], object]] = {
            "stop": driver.voice.stop,
            "start": lambda: driver.voice.start(Exchanged()),
            "start_ringing": lambda: driver.start_ringing(CADENCE, None),
            "stop_ringing": driver.stop_ringing,
            "self_test": driver.self_test,
            "close": driver.close,
        }
        exchange = Blocking()
        driver.voice.start(exchange)
        assert exchange.entered.wait(PATIENCE)
        caller = threading.Thread(target=calls[method], daemon=True)
        caller.start()
        try:
            caller.join(PATIENCE / 2)
            assert not caller.is_alive(), f"{method} waits for the exchange"
        finally:
            exchange.release.set()
        driver.voice.stop()
        caller.join(PATIENCE)
        assert exchange.calls >= 1

    @pytest.mark.usefixtures("events")
    def test_a_blocked_exchange_is_its_last_call_when_stopped(self, rig: Rig) -> None:
        exchange = Blocking()
        rig.driver.voice.start(exchange)
        assert exchange.entered.wait(PATIENCE)
        rig.driver.voice.stop()
        exchange.release.set()
        time.sleep(A_FEW_FRAMES)
        assert exchange.calls == 1

    # Bell

    def test_the_bell_is_rung_until_stopped(self, rig: Rig, events: list[LineEvent]) -> None:
        rig.driver.start_ringing(CADENCE, Caller("+74951234567"))
        until(rig.bench.bell_is_rung, "ringing")
        rig.driver.stop_ringing()
        until(lambda: not rig.bench.bell_is_rung(), "the end of ringing")
        rig.driver.stop_ringing()
        assert events == []

    @pytest.mark.usefixtures("events")
    def test_ringing_anew_replaces_the_ringing(self, rig: Rig) -> None:
        rig.driver.start_ringing(CADENCE, None)
        rig.driver.start_ringing((0.4, 0.2, 0.4, 2.0), Caller("100", "Anna"))
        until(rig.bench.bell_is_rung, "ringing")
        rig.driver.stop_ringing()
        until(lambda: not rig.bench.bell_is_rung(), "the end of ringing")

    @pytest.mark.usefixtures("events")
    def test_the_bell_is_silent_after_close(self, rig: Rig) -> None:
        rig.driver.start_ringing(CADENCE, None)
        until(rig.bench.bell_is_rung, "ringing")
        rig.driver.close()
        assert not rig.bench.bell_is_rung()

    def test_lifting_a_ringing_telephone_is_off_hook(
        self, rig: Rig, events: list[LineEvent]
    ) -> None:
        rig.driver.start_ringing(CADENCE, None)
        until(rig.bench.bell_is_rung, "ringing")
        rig.bench.lift()
        until(lambda: events, "off-hook")
        rig.driver.stop_ringing()
        assert [type(event) for event in events] == [OffHook]

    # What it says of itself

    @pytest.mark.parametrize("what", Measured)
    def test_measuring_anew_leaves_the_line_as_it_is(
        self, rig: Rig, events: list[LineEvent], what: Measured
    ) -> None:
        rig.bench.lift()
        until(lambda: events, "off-hook")
        rig.driver.expect(Taps.DIGITS)
        rig.bench.dial_pulse("5")
        until(lambda: len(events) == 2, "a digit")
        rig.driver.measure_anew(what)
        if what is Measured.HOOK:
            until(lambda: not rig.driver.self_test().figures.get("pulses"), "no pulses measured")
        rig.bench.dial_pulse("6")
        until(lambda: len(events) == 3, "another digit")
        digits = [event.digit for event in events if isinstance(event, Digit)]
        assert digits == ["5", "6"]
        pulses = rig.driver.self_test().figures.get("pulses")
        assert pulses in {None, 6 if what is Measured.HOOK else 11}

    def test_measuring_anew_without_open_is_harmless(self, rig: Rig) -> None:
        for what in Measured:
            rig.driver.measure_anew(what)

    def test_the_self_test_gives_a_result_open_and_closed(self, rig: Rig) -> None:
        closed = rig.driver.self_test()
        rig.driver.open(ignore)
        opened = rig.driver.self_test()
        rig.driver.close()
        for result in (closed, opened):
            assert isinstance(result, SelfTest)
            assert all(text.endswith(".") for one in result.findings for text in (one.en, one.ru))
            assert result.passed or result.findings

    def test_the_capabilities_agree_with_the_driver(self, rig: Rig) -> None:
        capabilities = rig.driver.capabilities
        assert capabilities.description
        assert "\n" not in capabilities.description
        assert capabilities.handset == (rig.driver.handset is not None)
        # Tones in the voice are detected by media, the same for every line.
        if DigitSource.TONE in capabilities.digit_sources:
            assert capabilities.digit_sources != {DigitSource.TONE}
