"""The SLIC line with a telephone at its terminals: bell, caller ID, current, faults."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from functools import partial
from importlib import resources
from pathlib import Path

import pytest

from gateway.caller import Caller, Presentation
from gateway.line import (
    Digit,
    LineCleared,
    LineEvent,
    LineFault,
    Measured,
    OffHook,
    OnHook,
    TunesCallerId,
)
from gateway.media._dsp import DtmfDetector
from gateway.signalling import Taps
from gateway.telephones.catalogue import shipped_schemes
from gateway.toneplan import load_tone_plan
from hardware.gpio import Input
from tests.hardware.contract import Exchanged, until
from tests.hardware.slic.house import House, house
from tests.simulators.telephone.aon import AonSettings
from tests.simulators.telephone.call_waiting_set import CallWaitingSettings
from tests.simulators.telephone.decoders import V23
from tests.simulators.telephone.telephone import TelephoneSettings

CALLER = Caller("+74951234567", "Anna")
RUSSIA = load_tone_plan("ru")


class Opened:
    """A line in service, and what it reported."""

    def __init__(self, home: House) -> None:
        self.home = home
        self.line, self.telephone = home.line, home.telephone
        self.events: list[LineEvent] = []
        self.reported: list[float] = []
        """When each event came."""
        self.line.open(self._take)
        until(lambda: home.card.opened, "the sound card's start")

    def _take(self, event: LineEvent) -> None:
        self.reported.append(time.monotonic())
        self.events.append(event)


@pytest.fixture
def opened() -> Iterator[Opened]:
    with house() as home:
        yield Opened(home)
    assert home.slic.violations == []


def test_the_bell_rings_at_25_hertz_in_the_countrys_cadence(opened: Opened) -> None:
    opened.line.start_ringing((0.4, 0.2, 0.4, 2.0), None)
    until(lambda: len(opened.telephone.bursts) >= 3, "three bursts")
    opened.line.stop_ringing()
    first, second = opened.telephone.bursts[:2]
    assert first.end is not None
    assert first.end - first.start == pytest.approx(0.4, abs=0.08)
    assert second.start - first.end == pytest.approx(0.2, abs=0.08)
    assert first.hertz == pytest.approx(25, abs=1)


def test_lifting_ends_the_bell_before_it_is_reported(opened: Opened) -> None:
    opened.line.start_ringing(RUSSIA.ring, CALLER)
    until(lambda: opened.telephone.ringing, "the bell")
    opened.telephone.lift()
    until(lambda: opened.events, "off-hook")
    # The module's side learns of its pins a little later, with the times at which they changed.
    until(lambda: not opened.home.slic.ring_mode, "the end of the bell")
    rung = opened.home.slic.rm_intervals[-1]
    assert rung.end is not None
    assert rung.end <= opened.reported[0]
    assert [type(event) for event in opened.events] == [OffHook]


def test_the_caller_is_shown_after_the_first_ring(opened: Opened) -> None:
    opened.line.start_ringing(RUSSIA.ring, CALLER)
    until(lambda: len(opened.telephone.bursts) >= 2, "the second burst")
    opened.line.stop_ringing()
    shown = opened.telephone.shown
    assert shown is not None
    assert (shown.number or "").endswith("74951234567")
    assert shown.name == "Anna"


def more_bursts(opened: Opened, count: int) -> bool:
    return len(opened.telephone.bursts) >= count


def test_a_form_of_caller_id_is_tried_for_one_ring_and_the_lines_own_comes_back(
    opened: Opened,
) -> None:
    line = opened.line
    assert isinstance(line, TunesCallerId)
    assert line.caller_id == line.country_caller_id
    entry = next(one for one in shipped_schemes() if one.name == "dtmf")
    line.ring_once_with(entry.scheme(line.country_caller_id))
    shown = []
    for _ in range(2):
        bursts = len(opened.telephone.bursts)
        line.start_ringing((0.5, 1.5), CALLER)
        until(partial(more_bursts, opened, bursts + 2), "two bursts")
        line.stop_ringing()
        until(lambda: not opened.telephone.ringing, "silence")
        shown.append(opened.telephone.shown)
    first, second = shown
    assert first is not None
    assert second is not None
    # DTMF has no name.
    assert ((first.number or "")[-11:], first.name) == ("74951234567", None)
    assert second.name == "Anna"


def test_a_withheld_number_is_shown_as_withheld(opened: Opened) -> None:
    withheld = Caller(presentation=Presentation.WITHHELD)
    opened.line.start_ringing(RUSSIA.ring, withheld)
    until(lambda: len(opened.telephone.bursts) >= 2, "the second burst")
    opened.line.stop_ringing()
    shown = opened.telephone.shown
    assert shown is not None
    assert not shown.number


def test_a_russian_aon_telephone_gets_the_number_that_it_asks_for() -> None:
    settings = TelephoneSettings(aon=AonSettings())
    with house(telephone=settings, aon=True) as home:
        opened = Opened(home)
        opened.line.start_ringing(RUSSIA.ring, CALLER)
        until(lambda: opened.telephone.aon_packet is not None, "the packet")
        until(lambda: opened.events, "off-hook")
        packet = opened.telephone.aon_packet
        assert packet is not None
        assert packet.number == "1234567"
        assert [type(event) for event in opened.events] == [OffHook]
    assert home.slic.violations == []


def test_a_waiting_caller_is_shown_in_a_call_and_the_acknowledgement_is_not_heard() -> None:
    settings = TelephoneSettings(call_waiting=CallWaitingSettings(modem=V23))
    with house(telephone=settings, echo_canceller=False) as home:
        opened = Opened(home)
        opened.telephone.lift()
        until(lambda: opened.events, "off-hook")
        said = Exchanged()
        opened.line.voice.start(said)
        until(lambda: len(said.frames) > 5, "voice")
        opened.line.announce_waiting(CALLER)
        until(lambda: opened.telephone.shown is not None, "the display")
        shown = opened.telephone.shown
        assert shown is not None
        assert (shown.number or "").endswith("74951234567")
        # DTMF D is the telephone's to the gateway, not to the far end.
        detector = DtmfDetector()
        assert not any(detector.process(frame) for frame in said.frames)
    assert home.slic.violations == []


def test_the_message_lamp_is_switched_on_an_idle_line(opened: Opened) -> None:
    opened.line.show_messages(waiting=True)
    until(lambda: opened.telephone.lamp, "the lamp")
    assert not opened.telephone.bursts


def test_a_far_end_that_is_gone_is_signalled_by_the_current(opened: Opened) -> None:
    opened.telephone.lift()
    until(lambda: opened.events, "off-hook")
    opened.line.signal_disconnect()
    until(lambda: opened.telephone.line_events, "a change of the current")
    until(lambda: opened.home.slic.feeding, "the current's return")
    opened.telephone.hang_up()
    until(lambda: len(opened.events) == 2, "on-hook")
    assert [type(event) for event in opened.events] == [OffHook, OnHook]


def test_a_chip_that_vanishes_is_a_fault_that_heals(opened: Opened) -> None:
    opened.home.chip.vanish()
    until(lambda: opened.events, "the fault")
    opened.home.chip.come_back()
    until(lambda: len(opened.events) >= 2, "the end of the fault")
    fault, cleared = opened.events
    assert isinstance(fault, LineFault)
    assert isinstance(cleared, LineCleared)
    assert "GPIO" in fault.reason
    assert not cleared.off_hook
    opened.telephone.lift()
    until(lambda: len(opened.events) >= 3, "off-hook on the pins that came back")


def test_a_card_pulled_while_it_rings_silences_the_bell(opened: Opened) -> None:
    opened.line.start_ringing(RUSSIA.ring, None)
    until(lambda: opened.telephone.ringing, "the bell")
    opened.home.card.pull()
    until(lambda: opened.events, "the fault")
    until(lambda: not opened.home.slic.ring_mode, "the end of ringing")
    assert not opened.line.self_test().passed
    opened.home.card.put_back()
    until(lambda: len(opened.events) >= 2, "the end of the fault")
    assert opened.line.self_test().passed


def test_a_board_without_pd_signals_by_reversal(tmp_path: Path) -> None:
    board = resources.files("hardware") / "boards/pi-ag1171.toml"
    own = tmp_path / "own.toml"
    own.write_text(board.read_text(encoding="utf-8").replace("pd_pin = 25", "pd_pin = false"))
    with house(board=str(own)) as home:
        opened = Opened(home)
        opened.telephone.lift()
        until(lambda: opened.events, "off-hook")
        opened.line.signal_disconnect()
        until(lambda: home.slic.reversed, "the reversal")
        until(lambda: not home.slic.reversed, "the normal polarity")
    assert home.slic.violations == []


def test_taps_are_ignored_until_they_are_expected(opened: Opened) -> None:
    opened.telephone.lift()
    until(lambda: opened.events, "off-hook")
    time.sleep(0.4)
    opened.telephone.tap(0.2)
    time.sleep(0.5)
    assert len(opened.events) == 1
    opened.line.expect(Taps.FLASH)
    opened.telephone.tap(0.2)
    until(lambda: len(opened.events) == 2, "the flash")


def test_closed_it_says_which_sound_card_is_missing() -> None:
    with house(sound_card="plughw:CARD=Nowhere") as home:
        found = home.line.self_test()
    assert not found.passed
    assert "The sound card plughw:CARD=Nowhere is not there; plug it in" in found.findings[0].en


def test_measuring_anew_forgets_the_dial_of_another_telephone(opened: Opened) -> None:
    opened.telephone.lift()
    until(lambda: opened.events, "off-hook")
    opened.line.expect(Taps.DIGITS)
    time.sleep(0.4)
    opened.telephone.dial("5")
    until(lambda: len(opened.events) == 2, "the digit")
    assert opened.line.self_test().figures["pulses"] == 5
    opened.line.measure_anew(Measured.HOOK)
    until(lambda: "pulses" not in opened.line.self_test().figures, "figures that begin again")


def test_a_telephone_that_a_busy_computer_holds_up_dials_right(opened: Opened) -> None:
    opened.telephone.lift()
    until(lambda: opened.events, "off-hook")
    opened.line.expect(Taps.DIGITS)
    time.sleep(0.4)
    clock = opened.telephone.clock
    nobody_comes = threading.Event()

    def stall() -> None:
        nobody_comes.wait(0.04)  # half of the lag that the driver allows
        clock.at(clock.now() + 0.02, stall)

    clock.at(clock.now(), stall)
    opened.telephone.dial("8080")
    until(lambda: len(opened.events) == 5, "four digits")
    assert [event.digit for event in opened.events if isinstance(event, Digit)] == list("8080")


def test_digits_are_right_while_the_thread_of_the_edges_gets_no_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turn = threading.Event()
    read = Input._read

    def wait_and_read(line: Input) -> None:
        turn.wait()
        read(line)

    monkeypatch.setattr(Input, "_read", wait_and_read)
    with house() as home, contextlib.ExitStack() as stack:
        stack.callback(turn.set)
        opened = Opened(home)
        opened.telephone.lift()
        until(lambda: opened.events, "off-hook")
        opened.line.expect(Taps.DIGITS)
        time.sleep(0.4)
        opened.telephone.dial("8018")
        until(lambda: len(opened.events) == 5, "four digits")
    assert [event.digit for event in opened.events if isinstance(event, Digit)] == list("8018")
