"""The base itself: its start with its checks, registration, and what is asked of all handsets."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from gateway.handset_base import RegistrationOutcome
from hardware.dect.cvm.module import CvmModule
from hardware.dect.cvm.start_up import StartSettings, access_code
from hardware.dect.interface import (
    CloseRegistration,
    DeleteHandset,
    Down,
    HandsetDeleted,
    HandsetPresent,
    HandsetsKnown,
    OfferCall,
    OpenRegistration,
    OperationFailed,
    Page,
    Ready,
    RegistrationEnded,
    RegistrationOpened,
    SetClock,
    ShowMessages,
    ShowMissedCalls,
)
from hardware.dect.options import PcmClock
from tests.hardware.dect.bench import PIN, DectBench
from tests.simulators.dect.module import ModuleSettings


@pytest.fixture
def bench() -> DectBench:
    return DectBench(ModuleSettings(handsets=2)).started()


# The start.


def test_a_module_that_was_just_powered_starts_without_another_reset(bench: DectBench) -> None:
    (ready,) = bench.of(Ready)
    found = ready.information
    assert (found.firmware, found.identity, found.capacity) == ("12.26", "0123456789", 7)
    assert found.handsets == {1: "0011223301", 2: "0011223302"}
    assert bench.module.resets == 1
    assert bench.module.radio
    assert bench.module.pin == access_code(PIN) == bytes.fromhex("FFFF1234")


def test_a_module_that_runs_already_is_reset_first(bench: DectBench) -> None:
    bench.host = CvmModule(StartSettings(PIN, PcmClock.COMPUTER))
    bench._take(bench.host.opened(bench.now))
    bench.until(lambda: len(bench.of(Ready)) == 2, 10)
    assert bench.module.resets == 2


def test_a_module_without_an_identity_never_switches_its_radio_on() -> None:
    for rfpi in (bytes(5), b"\xff" * 5):
        bench = DectBench(ModuleSettings(rfpi=rfpi))
        bench.start()
        bench.until(lambda b=bench: b.of(Down), 30)  # type: ignore[misc]
        bench.run(60)
        assert "identity" in bench.of(Down)[0].reason
        assert not bench.module.radio
        assert bench.module.violations == []


def test_a_module_with_american_frequencies_is_set_to_europe_before_it_sends_anything() -> None:
    bench = DectBench(ModuleSettings(mode=1)).started()
    assert bench.module.settings.mode == 0
    assert bench.module.violations == []
    assert bench.module.resets == 2


def test_a_module_that_keeps_american_frequencies_stays_silent() -> None:
    bench = DectBench(ModuleSettings(mode=1, mode_can_be_set=False))
    bench.start()
    bench.until(lambda: bench.of(Down), 60)
    bench.run(120)
    assert "Usa" in bench.of(Down)[0].reason
    assert not bench.module.radio
    assert bench.module.requests["PROD_TEST_REQ"] == 1
    assert not bench.of(Ready)


def test_a_module_that_does_not_know_its_frequencies_is_asked_in_another_way() -> None:
    bench = DectBench(ModuleSettings(mode=0xFF))
    bench.start()
    bench.until(lambda: bench.of(Ready), 60)
    assert bench.module.settings.mode == 0


STEPS = (
    "GET_FW_VERSION_REQ",
    "GET_ID_REQ",
    "CC_SET_FEATURES_REQ",
    "INIT_PCM_REQ",
    "SET_ACCESS_CODE_REQ",
    "GET_REGISTRATION_COUNT_REQ",
    "GET_HANDSET_IPUI_REQ",
)


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("status", [0x23, None])
def test_a_start_that_fails_says_why_and_is_tried_again(name: str, status: int | None) -> None:
    bench = DectBench()
    if status is None:
        bench.module.fault.silent[name] = 1
    else:
        bench.module.fault.statuses[name] = [status]
    bench.start()
    bench.until(lambda: bench.of(Ready), 60)
    (down,) = bench.of(Down)
    assert ("failed" if status else "did not answer") in down.reason
    assert down.reason.endswith(".")


def test_a_port_without_a_module_is_told_once() -> None:
    bench = DectBench()
    bench.module.link.mute = True
    bench._take(bench.host.opened(0.0))
    bench.run(300)
    (down,) = bench.of(Down)
    assert "TX and RX" in down.reason


def test_a_call_that_is_offered_while_the_module_starts_rings_when_it_has() -> None:
    bench = DectBench()
    bench.start()
    bench.order(OfferCall(1, None))
    bench.until(lambda: bench.module.handsets[1].ringing, 10)


# Registration.


def opened(bench: DectBench, seconds: float = 60) -> None:
    bench.order(OpenRegistration(seconds))
    bench.until(lambda: bench.of(RegistrationOpened), 5)


def closed(bench: DectBench, outcome: RegistrationOutcome, handset: int | None = None) -> None:
    bench.until(lambda: bench.of(RegistrationEnded), 120)
    assert bench.of(RegistrationEnded) == [RegistrationEnded(outcome, handset)]
    assert bench.module.registering == 0


def test_a_handset_is_registered_and_known(bench: DectBench) -> None:
    opened(bench)
    assert bench.module.register(PIN) == 3
    closed(bench, RegistrationOutcome.REGISTERED, 3)
    assert bench.of(HandsetsKnown)[-1].handsets[3] == "0011223303"
    bench.run(1)
    assert bench.of(HandsetPresent) == [HandsetPresent(3)]


def test_a_handset_with_a_wrong_pin_is_told(bench: DectBench) -> None:
    opened(bench)
    assert bench.module.register("0000") is None
    closed(bench, RegistrationOutcome.WRONG_PIN)


def test_a_full_base_is_told() -> None:
    bench = DectBench(ModuleSettings(handsets=2, most=2)).started()
    opened(bench)
    assert bench.module.register(PIN) is None
    closed(bench, RegistrationOutcome.TABLE_FULL)


def test_a_registration_that_nobody_uses_ends_by_itself(bench: DectBench) -> None:
    began = bench.now
    opened(bench, 60)
    closed(bench, RegistrationOutcome.TIMED_OUT)
    assert bench.now - began == pytest.approx(60, abs=0.1)


def test_a_registration_is_stopped(bench: DectBench) -> None:
    opened(bench)
    bench.order(CloseRegistration())
    closed(bench, RegistrationOutcome.STOPPED)


def test_a_second_registration_is_refused_and_the_first_goes_on(bench: DectBench) -> None:
    opened(bench)
    bench.order(OpenRegistration(60))
    assert len(bench.of(OperationFailed)) == 1
    bench.module.register(PIN)
    closed(bench, RegistrationOutcome.REGISTERED, 3)


@pytest.mark.parametrize("name", ["SET_ACCESS_CODE_REQ", "SET_REGISTRATION_MODE_REQ"])
def test_a_registration_that_the_module_refuses_is_told(bench: DectBench, name: str) -> None:
    bench.module.fault.statuses[name] = [0x23]
    bench.order(OpenRegistration(60))
    bench.until(lambda: bench.of(OperationFailed), 10)
    assert bench.of(OperationFailed)[0].reason.endswith("failed.")
    bench.order(OpenRegistration(60))
    bench.until(lambda: bench.of(RegistrationOpened), 5)


# Handsets.


def test_a_handset_is_deleted(bench: DectBench) -> None:
    bench.order(DeleteHandset(2))
    bench.until(lambda: bench.of(HandsetsKnown), 30)
    bench.until(lambda: bench.of(HandsetDeleted), 5)
    assert bench.of(HandsetsKnown) == [HandsetsKnown({1: "0011223301"})]


def test_a_handset_that_is_not_there_cannot_be_deleted(bench: DectBench) -> None:
    bench.order(DeleteHandset(9))
    bench.until(lambda: bench.of(OperationFailed), 30)
    assert bench.of(OperationFailed)[0].reason == (
        "The DECT module refused delete registration: not found."
    )


def test_all_handsets_sound_for_half_a_minute_at_most(bench: DectBench) -> None:
    bench.order(Page(on=True))
    bench.run(1)
    sounds = [handset.sounds_of_base for handset in bench.module.handsets.values()]
    assert sounds == [2, 2]
    bench.run(30)
    sounds = [handset.sounds_of_base for handset in bench.module.handsets.values()]
    assert sounds == [0x0F, 0x0F]


def test_the_clock_is_shown_with_its_zone(bench: DectBench) -> None:
    moscow = timezone(timedelta(hours=3))
    bench.order(SetClock(datetime(2026, 11, 27, 18, 5, 9, tzinfo=moscow)))
    bench.run(1)
    assert bench.module.handsets[1].clock == (3, 0, 126, 11, 27, 18, 5, 9, 12)


def test_messages_and_missed_calls_are_shown_to_the_handset_that_is_meant(
    bench: DectBench,
) -> None:
    bench.order(ShowMessages(2, 3))
    bench.order(ShowMissedCalls(2, 1))
    bench.run(1)
    first, second = bench.module.handsets[1], bench.module.handsets[2]
    assert (first.messages, first.missed) == (0, 0)
    assert (second.messages, second.missed) == (3, 1)
    bench.order(ShowMessages(2, 0))
    bench.run(1)
    assert second.messages == 0


def test_messages_are_shown_when_a_handset_comes_back(bench: DectBench) -> None:
    bench.module.leave(2)
    bench.order(ShowMessages(2, 1))
    bench.run(1)
    assert bench.module.handsets[2].messages == 0
    bench.module.come_back(2)
    bench.run(1)
    assert bench.module.handsets[2].messages == 1


def test_missed_calls_are_shown_when_a_handset_comes_back(bench: DectBench) -> None:
    bench.module.leave(2)
    bench.order(ShowMissedCalls(2, 4))
    bench.run(1)
    assert bench.module.handsets[2].missed == 0
    bench.module.come_back(2)
    bench.run(1)
    assert bench.module.handsets[2].missed == 4


def test_an_operation_without_a_module_is_refused_with_a_sentence() -> None:
    bench = DectBench()
    bench.order(Page(on=True))
    (failed,) = bench.of(OperationFailed)
    assert failed.reason.endswith(".")


@pytest.mark.parametrize("pin", ["", "12a4", "123456789", "١٢٣٤"])
def test_a_pin_is_up_to_eight_digits(pin: str) -> None:
    with pytest.raises(ValueError, match="1 to 8 digits"):
        access_code(pin)
