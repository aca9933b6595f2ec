"""Calls of handsets, between the driver's state machine and the simulated module."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.caller import Caller, Presentation
from gateway.line import Refusal
from hardware.dect.cvm.call_state import CallState
from hardware.dect.interface import (
    Alerting,
    AnnounceWaiting,
    Answered,
    Locate,
    Located,
    OfferCall,
    Pressed,
    Refused,
    Release,
    Released,
    Seized,
)
from tests.hardware.dect.bench import DectBench
from tests.simulators.dect.handset import Display, Phase
from tests.simulators.dect.module import ModuleSettings

ANNA = Caller("+74951234567", "Анна")


@pytest.fixture
def bench() -> DectBench:
    return DectBench(ModuleSettings(handsets=2)).started()


def at_rest(bench: DectBench) -> None:
    """Nothing is left of any call, on either side, and the module has nothing to complain of."""
    bench.run(30)
    assert bench.module.formats == {}
    assert bench.module.state()["calls"] == 0
    assert {handset.phase for handset in bench.module.handsets.values()} == {Phase.IDLE}
    assert bench.module.violations == []
    assert {call.state for call in bench.host._calls.values()} == {CallState.IDLE}


def ring(bench: DectBench, caller: Caller | None = ANNA, handset: int = 1) -> None:
    bench.order(OfferCall(handset, caller))
    bench.until(lambda: bench.of(Alerting), 5)


def talk(bench: DectBench) -> None:
    ring(bench)
    bench.module.lift(1)
    bench.until(lambda: bench.of(Answered), 5)
    bench.run(0.1)


@pytest.mark.parametrize(
    ("caller", "shown"),
    [
        (ANNA, Display("+74951234567", "Анна", 0)),
        (Caller("100"), Display("100", "", 0)),
        (Caller(presentation=Presentation.WITHHELD), Display("", "", 1)),
        (Caller(presentation=Presentation.UNAVAILABLE), Display("", "", 2)),
        (Caller("1", "Ж" * 40), Display("1", "Ж" * 16, 0)),
        (None, None),
    ],
)
def test_a_handset_rings_and_shows_who_calls(
    bench: DectBench, caller: Caller | None, shown: Display | None
) -> None:
    ring(bench, caller)
    handset = bench.module.handsets[1]
    assert handset.ringing
    assert handset.signal == 0x41
    assert handset.display == shown
    bench.order(Release(1))
    at_rest(bench)
    assert not bench.of(Refused)


def test_a_handset_answers_and_its_channel_is_open_from_before_the_connection(
    bench: DectBench,
) -> None:
    talk(bench)
    assert bench.module.handsets[1].phase is Phase.TALKING
    assert bench.module.formats == {0: 1}
    bench.module.hang_up(1)
    bench.until(lambda: bench.of(Released), 5)
    at_rest(bench)


def test_the_base_hangs_up(bench: DectBench) -> None:
    talk(bench)
    bench.order(Release(1))
    bench.until(lambda: bench.of(Released), 5)
    at_rest(bench)


def test_both_hang_up_at_the_same_moment(bench: DectBench) -> None:
    talk(bench)
    bench.order(Release(1))
    bench.module.hang_up(1)
    at_rest(bench)
    assert len(bench.of(Released)) == 1


def test_the_handset_answers_just_when_the_caller_gives_up(bench: DectBench) -> None:
    ring(bench)
    bench.order(Release(1))
    bench.module.lift(1)
    at_rest(bench)
    assert not bench.of(Answered)


def test_a_call_is_withdrawn_before_the_module_has_confirmed_it(bench: DectBench) -> None:
    bench.order(OfferCall(1, ANNA))
    bench.order(Release(1))
    at_rest(bench)
    assert not bench.of(Refused)


def test_a_call_that_is_offered_while_the_last_is_being_released_rings_after_it(
    bench: DectBench,
) -> None:
    ring(bench)
    bench.order(Release(1))
    bench.order(OfferCall(1, Caller("200")))
    bench.until(lambda: len(bench.of(Alerting)) == 2, 5)
    assert bench.module.handsets[1].display == Display("200", "", 0)
    bench.order(Release(1))
    at_rest(bench)


def test_ringing_anew_shows_the_new_caller(bench: DectBench) -> None:
    ring(bench)
    bench.order(OfferCall(1, Caller("200")))
    bench.run(1)
    assert bench.module.handsets[1].display == Display("200", "", 0)
    bench.order(Release(1))
    at_rest(bench)


def test_a_handset_refuses(bench: DectBench) -> None:
    ring(bench)
    bench.module.reject(1)
    bench.until(lambda: bench.of(Refused), 5)
    assert bench.of(Refused) == [Refused(1, Refusal.REJECTED)]
    at_rest(bench)


def test_a_handset_out_of_range_is_unreachable(bench: DectBench) -> None:
    bench.module.leave(1)
    bench.order(OfferCall(1, ANNA))
    bench.until(lambda: bench.of(Refused), 10)
    assert bench.of(Refused) == [Refused(1, Refusal.UNREACHABLE)]
    at_rest(bench)


def test_a_handset_that_does_not_exist_is_unreachable(bench: DectBench) -> None:
    bench.order(OfferCall(4, ANNA))
    bench.until(lambda: bench.of(Refused), 10)
    assert bench.of(Refused) == [Refused(4, Refusal.UNREACHABLE)]


def test_a_handset_leaves_in_a_call(bench: DectBench) -> None:
    talk(bench)
    bench.module.leave(1)
    bench.until(lambda: bench.of(Released), 5)
    at_rest(bench)


def test_a_handset_takes_the_line_and_dials_key_by_key(bench: DectBench) -> None:
    bench.module.lift(1)
    bench.until(lambda: bench.of(Seized), 5)
    assert bench.of(Seized) == [Seized(1, "")]
    bench.run(0.1)
    handset = bench.module.handsets[1]
    assert (handset.phase, handset.progress) == (Phase.TALKING, 0x08)
    bench.module.press(1, "8*#")
    bench.until(lambda: len(bench.of(Pressed)) == 3, 5)
    assert bench.of(Pressed) == [Pressed(1, "8"), Pressed(1, "*"), Pressed(1, "#")]
    bench.module.hang_up(1)
    at_rest(bench)


def test_a_handset_takes_the_line_with_a_whole_number(bench: DectBench) -> None:
    bench.module.lift(1, "89161234567")
    bench.until(lambda: bench.of(Seized), 5)
    assert bench.of(Seized) == [Seized(1, "89161234567")]
    bench.run(0.1)
    assert bench.module.requests["CALL_PROC_REQ"] == 1
    assert bench.module.requests["SETUP_ACK_REQ"] == 0
    bench.module.hang_up(1)
    at_rest(bench)


def test_the_key_r_is_told_as_such_in_a_call(bench: DectBench) -> None:
    talk(bench)
    bench.module.press(1, "R")
    bench.until(lambda: bench.of(Pressed), 5)
    assert bench.of(Pressed) == [Pressed(1, "R")]


def test_a_waiting_caller_is_shown_in_the_call(bench: DectBench) -> None:
    talk(bench)
    bench.order(AnnounceWaiting(1, Caller("200", "Boris")))
    bench.run(1)
    assert bench.module.handsets[1].waiting == Display("200", "Boris", 0)
    assert bench.module.handsets[1].phase is Phase.TALKING


def test_a_caller_who_waits_before_the_module_is_ready_is_shown_as_soon_as_it_is(
    bench: DectBench,
) -> None:
    bench.module.lift(1)
    for _ in range(200):
        if bench.of(Seized):
            break
        bench.run(0.005)
    bench.order(AnnounceWaiting(1, Caller("200", "Boris")))
    bench.run(1)
    assert bench.module.handsets[1].waiting == Display("200", "Boris", 0)


def test_a_handset_that_hangs_up_at_once_leaves_nothing(bench: DectBench) -> None:
    bench.module.lift(1)
    bench.module.hang_up(1)
    at_rest(bench)
    assert len(bench.of(Seized)) == len(bench.of(Released)) == 1


def test_a_handset_without_a_line_is_turned_away() -> None:
    bench = DectBench(ModuleSettings(handsets=5)).started()
    bench.module.lift(5)
    bench.run(1)
    assert bench.module.handsets[5].log == ["refused 0x1a"]
    assert not bench.of(Seized)


def test_a_handset_that_is_looked_for_rings_until_it_is_found(bench: DectBench) -> None:
    bench.order(Locate(1, on=True))
    bench.run(1)
    handset = bench.module.handsets[1]
    assert handset.ringing
    assert handset.display == Display("", "", 3)
    bench.module.lift(1)
    bench.until(lambda: bench.of(Located), 5)
    at_rest(bench)
    assert not bench.of(Answered)
    bench.order(Locate(1, on=True))
    bench.run(1)
    bench.order(Locate(1, on=False))
    at_rest(bench)
    assert len(bench.of(Located)) == 2


def test_four_handsets_talk_at_once_each_on_its_channel() -> None:
    bench = DectBench(ModuleSettings(handsets=4)).started()
    for handset in range(1, 5):
        bench.order(OfferCall(handset, ANNA))
    bench.until(lambda: len(bench.of(Alerting)) == 4, 10)
    for handset in range(1, 5):
        bench.module.lift(handset)
    bench.until(lambda: len(bench.of(Answered)) == 4, 10)
    bench.run(0.1)
    assert bench.module.formats == {0: 1, 1: 1, 2: 1, 3: 1}
    assert [bench.module.handsets[n].channel for n in range(1, 5)] == [0, 1, 2, 3]
    for handset in range(1, 5):
        bench.module.hang_up(handset)
    at_rest(bench)


IN_A_CALL = (
    "SETUP_REQ",
    "SET_AUDIO_FORMAT_REQ",
    "SETUP_ACK_REQ",
    "CONNECT_REQ",
    "RELEASE_REQ",
)


@pytest.mark.parametrize("name", IN_A_CALL)
@pytest.mark.parametrize("status", [0x12, 0x1A, None], ids=["busy", "no resource", "no answer"])
def test_a_wrong_or_missing_answer_ends_the_call_in_order(
    bench: DectBench, name: str, status: int | None
) -> None:
    """An incoming and an outgoing call, each of whose requests goes wrong once."""
    beginnings: tuple[Callable[[], None], ...] = (
        lambda: bench.order(OfferCall(1, ANNA)),
        lambda: bench.module.lift(2),
    )
    for begin in beginnings:
        bench.told.clear()
        if status is None:
            bench.module.fault.silent[name] = 1
        else:
            bench.module.fault.statuses[name] = [status]
        begin()
        bench.run(2)
        if bench.module.handsets[1].ringing:
            bench.module.lift(1)
        bench.run(60)
        for handset in (1, 2):
            bench.order(Release(handset))
        bench.run(60)
        told = [type(what) for _, what in bench.told]
        begun = told.count(Answered) + told.count(Seized)
        assert told.count(Released) == begun
        assert begun or told.count(Refused) == 1
        bench.module.fault.silent.clear()
        bench.module.fault.statuses.clear()
        bench.run(20)
    bench.told.clear()
    talk(bench)
