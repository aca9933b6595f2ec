"""Whole calls, and every race that a telephone can be part of, each named in a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.call.actions import Answer, PlaceCall, StartTimer, StartVoice, StopRinging
from gateway.call.dialling import MAX_DIGITS
from gateway.call.events import (
    AccountWarning,
    Answered,
    CallId,
    Ended,
    Incoming,
    MessagesWaiting,
    Progress,
    Timer,
)
from gateway.call.internal_numbers import with_internal_numbers
from gateway.call.reason import Reason
from gateway.call.state import (
    ASKS,
    CALLED,
    EVERY,
    HAS_CALL,
    IN_CALL,
    LEFT,
    LIFTED,
    RINGS,
    TWO_CALLS,
    State,
)
from gateway.caller import Caller, Presentation
from gateway.line import DigitSource
from gateway.signalling import Taps
from gateway.toneplan import Tone
from tests.call.model_line import ALICE, BORIS, MOSCOW, MULTIFON, STRICT, ModelLine, line_in

OUR_CALL = "boot7-hall-out-1"

# Dialling.


def test_an_internal_number_is_called_at_once_and_as_it_was_dialled() -> None:
    line = ModelLine.new(with_internal_numbers(MULTIFON, ["61"]))
    line.lift()
    step = line.dial("61", DigitSource.PULSE)
    assert step.actions[-1] == PlaceCall(OUR_CALL, "61", inside=True)
    assert line.session.caller == Caller("61", inside=True)


def test_an_internal_number_is_called_without_registration() -> None:
    line = ModelLine.new(with_internal_numbers(MULTIFON, ["61"]), registered=False)
    line.lift()
    assert line.hears() is Tone.CONGESTION
    line.dial("61")
    assert line.placed == [(OUR_CALL, "61")]


def test_a_call_from_lifting_the_receiver_to_replacing_it() -> None:
    line = ModelLine.new()
    line.lift()
    assert line.hears() is Tone.DIAL
    line.dial(MOSCOW)
    assert line.placed == [("boot7-hall-out-1", "74951234567")]
    line.progress()
    assert line.hears() is Tone.RINGBACK
    line.answer()
    assert line.hears() is None
    line.replace()
    assert line.hung_up == ["boot7-hall-out-1"]
    assert line.state is State.IDLE


def test_the_first_digit_silences_the_dial_tone() -> None:
    line = line_in(State.DIAL_TONE)
    line.dial("8")
    assert line.hears() is None


def test_every_digit_gives_the_next_one_the_whole_time() -> None:
    line = line_in(State.DIALLING)
    assert line.dial("4").actions == (StartTimer(Timer.INTER_DIGIT, 4.0),)


def test_a_complete_number_is_called_with_its_last_digit() -> None:
    line = line_in(State.DIAL_TONE)
    line.dial(MOSCOW[:-1])
    assert not line.placed
    assert isinstance(line.dial(MOSCOW[-1]).actions[-1], PlaceCall)


def test_tones_pulses_and_keys_make_up_one_number() -> None:
    line = line_in(State.DIAL_TONE)
    line.dial("8495", DigitSource.PULSE)
    line.dial("123", DigitSource.TONE)
    line.dial("4567", DigitSource.KEYPAD)
    assert line.placed[0][1] == "74951234567"


def test_hash_sends_a_number_that_could_go_on() -> None:
    line = line_in(State.DIAL_TONE)
    line.dial("0500#")
    assert line.placed[0][1] == "0500"


def test_a_pause_sends_a_number_that_could_go_on() -> None:
    line = line_in(State.DIAL_TONE)
    line.dial("0500")
    line.wait()
    assert line.placed[0][1] == "0500"


def test_hash_behind_a_complete_number_is_harmless() -> None:
    line = line_in(State.DIAL_TONE)
    line.dial(MOSCOW)
    step = line.dial("#")
    assert step.expected
    assert not step.actions


def test_hash_is_a_digit_where_it_comes_first() -> None:
    line = line_in(State.DIAL_TONE)
    line.dial("#31#89161234567#")
    assert line.placed[0][1] == "#31#89161234567"


def test_hash_is_a_digit_where_the_number_plan_has_it() -> None:
    line = line_in(State.DIAL_TONE)
    line.dial("*100#")
    assert line.placed[0][1] == "*100#"


def test_hash_first_is_a_wrong_number_where_the_number_plan_has_no_such_code() -> None:
    line = line_in(State.DIAL_TONE, STRICT)
    line.dial("#")
    assert line.session.reason is Reason.WRONG_NUMBER


def test_hash_behind_too_few_digits_gives_the_wrong_number_tone() -> None:
    line = line_in(State.DIAL_TONE, STRICT)
    line.dial("22#")
    assert line.state is State.BUSY
    assert line.hears() is Tone.SIT
    assert not line.placed


def test_a_digit_with_which_no_number_goes_on_gives_the_wrong_number_tone_at_once() -> None:
    line = line_in(State.DIAL_TONE, STRICT)
    line.dial("9")
    assert line.hears() is Tone.SIT


def test_more_digits_than_any_number_has_give_the_wrong_number_tone() -> None:
    line = line_in(State.DIAL_TONE)
    line.dial("0" * 32)
    assert line.state is State.DIALLING
    line.dial("0")
    assert line.session.reason is Reason.WRONG_NUMBER
    assert line.hears() is Tone.SIT


def test_the_longest_number_can_still_be_sent_with_hash() -> None:
    line = line_in(State.DIAL_TONE)
    line.dial("5" * MAX_DIGITS + "#")
    assert line.placed[0][1] == "5" * MAX_DIGITS


def test_calls_of_one_line_have_different_ids_and_those_of_the_next_start_others() -> None:
    line = line_in(State.TALKING)
    line.replace()
    line.lift()
    line.dial("112")
    assert [call for call, _ in line.placed] == ["boot7-hall-out-1", "boot7-hall-out-2"]
    restarted = replace(line.session, id_prefix="boot8", placed=0)
    assert restarted.next_call == "boot8-hall-out-1"


# A receiver that is left lifted.


def test_a_receiver_left_lifted_hears_busy_the_howler_and_then_nothing() -> None:
    line = line_in(State.DIAL_TONE)
    heard = []
    for _ in range(3):
        line.wait()
        heard.append(line.hears())
    assert heard == [Tone.BUSY, Tone.HOWLER, None]
    assert line.timer is None
    assert line.session.reason is Reason.NO_DIGITS
    line.replace()
    line.lift()
    assert line.hears() is Tone.DIAL


def test_a_receiver_left_lifted_after_a_call_hears_a_silence_before_the_howler() -> None:
    line = line_in(State.TALKING)
    line.end()
    heard = [line.hears()]
    for _ in range(3):
        line.wait()
        heard.append(line.hears())
    assert heard == [Tone.BUSY, None, Tone.HOWLER, None]
    assert line.timer is None


def test_the_current_tells_machines_once_of_the_end_of_a_call_and_never_of_a_wrong_number() -> None:
    line = line_in(State.TALKING)
    line.end()
    assert line.disconnects == 0
    while line.timer is not None:
        line.wait()
    assert line.disconnects == 1
    line = line_in(State.LOCKOUT)
    assert line.disconnects == 0


def test_a_receiver_replaced_before_the_silence_makes_no_signal() -> None:
    line = line_in(State.RELEASED)
    line.replace()
    assert line.disconnects == 0
    assert line.state is State.IDLE


@pytest.mark.parametrize("reason", Reason)
def test_the_tone_behind_a_call_is_that_of_its_reason(reason: Reason) -> None:
    line = line_in(State.CALLING)
    line.end(reason)
    assert line.hears() is reason.tone
    assert line.session.reason is reason


# Without registration.


def test_without_registration_the_receiver_hears_congestion_until_service_returns() -> None:
    line = line_in(State.NO_SERVICE)
    assert line.hears() is Tone.CONGESTION
    line.register()
    assert line.hears() is Tone.DIAL
    line.lose_registration()
    assert line.hears() is Tone.CONGESTION
    assert line.timer is None


@pytest.mark.parametrize("number", ["112", "101", "102", "103", "104"])
def test_without_registration_an_emergency_number_is_tried(number: str) -> None:
    line = line_in(State.NO_SERVICE)
    line.dial(number)
    assert line.placed[0][1] == number


@pytest.mark.parametrize("digits", [MOSCOW, "0500#", "A", "5" * (MAX_DIGITS + 1)])
def test_without_registration_any_other_number_gives_congestion(digits: str) -> None:
    line = line_in(State.NO_SERVICE)
    line.dial(digits)
    assert not line.placed
    assert line.session.reason is Reason.NOT_REGISTERED
    assert line.hears() is Tone.CONGESTION


def test_a_number_begun_without_registration_is_called_if_service_returns_in_time() -> None:
    line = line_in(State.NO_SERVICE)
    line.dial(MOSCOW[:5])
    line.register()
    assert line.state is State.DIALLING
    line.dial(MOSCOW[5:])
    assert line.placed[0][1] == "74951234567"


def test_registration_lost_while_dialling_counts_when_the_number_is_sent() -> None:
    line = line_in(State.DIALLING)
    line.lose_registration()
    assert line.state is State.DIALLING
    line.wait()
    assert line.session.reason is Reason.NOT_REGISTERED


@pytest.mark.parametrize("state", [*IN_CALL, State.RINGING])
def test_a_call_goes_on_without_registration(state: State) -> None:
    line = line_in(state)
    line.lose_registration()
    line.register()
    line.lose_registration()
    assert line.state is state


def test_the_reason_for_the_lost_registration_is_remembered_until_it_returns() -> None:
    line = line_in(State.TALKING)
    line.lose_registration()
    assert line.session.down is Reason.NO_ROUTE
    line.register()
    assert line.session.down is None


def test_registration_that_changed_during_a_call_decides_what_the_next_lift_hears() -> None:
    line = line_in(State.TALKING)
    line.lose_registration()
    line.replace()
    line.lift()
    assert line.state is State.NO_SERVICE


# Ringback and early media.


def test_the_networks_own_sound_replaces_ringback_and_ringback_returns_with_the_alerting() -> None:
    line = line_in(State.CALLING)
    heard = []
    for early_media in (False, True, True, False):
        line.progress(early_media=early_media)
        heard.append(line.hears())
    assert heard == [Tone.RINGBACK, None, None, Tone.RINGBACK]


def test_pulses_go_into_early_media_so_that_an_announcement_can_be_answered() -> None:
    line = line_in(State.CALLING)
    line.progress(early_media=True)
    line.dial("1", DigitSource.PULSE)
    line.dial("2", DigitSource.TONE)
    assert line.sent == "1"


# Talking.


def test_in_a_call_only_digits_that_made_no_sound_are_put_into_the_voice() -> None:
    line = line_in(State.TALKING)
    line.dial("1", DigitSource.TONE)
    line.dial("2", DigitSource.PULSE)
    line.dial("#", DigitSource.KEYPAD)
    assert line.sent == "2#"


@pytest.mark.parametrize("state", [s for s in EVERY if s not in {*TWO_CALLS, *LEFT}])
def test_a_hook_flash_is_expected_and_ignored_where_there_is_no_other_call(state: State) -> None:
    line = line_in(state)
    before = line.session
    step = line.flash()
    assert step.expected
    assert step.session == before
    assert not step.actions


@pytest.mark.parametrize("state", EVERY)
def test_taps_are_digits_while_a_number_is_dialled_and_a_flash_while_there_is_a_call(
    state: State,
) -> None:
    dials = {State.DIAL_TONE, State.NO_SERVICE, State.DIALLING, *ASKS, State.EXAMINED_DIGITS}
    wanted = Taps.DIGITS if state in dials else Taps.IGNORED
    flashes = {*IN_CALL, *LEFT, State.EXAMINED_SOUND}
    assert line_in(state).taps is (Taps.FLASH if state in flashes else wanted)


# An incoming call.


def test_an_incoming_call_from_the_first_ring_to_the_far_ends_hang_up() -> None:
    line = ModelLine.new()
    line.incoming("in-1", ALICE)
    assert line.shown == ALICE
    assert line.alerted == ["in-1"]
    step = line.lift()
    stopped, lifted, answered = (
        step.actions.index(action) for action in (StopRinging(), StartVoice(), Answer("in-1"))
    )
    assert stopped < lifted < answered, "the bell is off before the voice starts"
    assert line.answer().expected
    line.end()
    assert line.hears() is Tone.BUSY
    line.replace()
    assert line.state is State.IDLE


def test_a_caller_without_a_number_rings_too() -> None:
    line = ModelLine.new()
    withheld = Caller(presentation=Presentation.WITHHELD)
    line.incoming("in-1", withheld)
    assert line.shown == withheld


def test_a_call_that_comes_in_without_registration_rings() -> None:
    line = ModelLine.new(registered=False)
    line.incoming()
    assert line.state is State.RINGING


def test_a_call_that_nobody_answers_is_rejected() -> None:
    line = line_in(State.RINGING)
    line.wait()
    assert line.rejected == [("in-1", Reason.NO_ANSWER)]
    assert line.state is State.IDLE
    assert line.session.reason is Reason.NO_ANSWER


@pytest.mark.parametrize("state", [*LIFTED, *RINGS])
def test_a_call_too_many_is_rejected_as_busy_and_the_line_does_not_notice(state: State) -> None:
    line = line_in(state)
    line.session = replace(line.session, call_waiting=state is not State.TALKING)
    before = line.session
    line.incoming("in-3")
    assert line.rejected == [("in-3", Reason.BUSY)]
    assert line.session == before


def test_a_call_to_a_line_with_a_fault_is_rejected_as_unreachable() -> None:
    line = line_in(State.OUT_OF_SERVICE)
    line.incoming("in-2")
    assert line.rejected == [("in-2", Reason.UNREACHABLE)]


# A second call.


def test_a_waiting_call_is_announced_answered_by_a_flash_and_swapped_by_further_ones() -> None:
    line = line_in(State.TALKING)
    line.second(BORIS)
    assert line.hears() is Tone.CALL_WAITING
    assert line.announced == [BORIS]
    assert line.alerted == ["in-2"]
    assert line.joined == OUR_CALL
    line.flash()
    assert line.hears() is None
    assert (line.joined, line.on_hold) == ("in-2", {OUR_CALL})
    assert line.answered == ["in-2"]
    line.flash()
    assert (line.joined, line.on_hold) == (OUR_CALL, {"in-2"})
    line.flash()
    assert (line.joined, line.on_hold) == ("in-2", {OUR_CALL})
    assert line.answered == ["in-2"]


def test_a_withheld_caller_waits_like_any_other() -> None:
    withheld = Caller(presentation=Presentation.WITHHELD)
    line = line_in(State.TALKING)
    line.second(withheld)
    assert line.announced == [withheld]


def test_a_waiting_call_that_is_not_taken_is_rejected_and_the_talk_goes_on() -> None:
    line = line_in(State.CALL_WAITING)
    line.wait()
    assert line.rejected == [("in-2", Reason.NO_ANSWER)]
    assert line.state is State.TALKING
    assert line.hears() is None
    assert line.joined == OUR_CALL


def test_a_waiting_caller_who_gives_up_leaves_the_talk_as_it_was() -> None:
    line = line_in(State.CALL_WAITING)
    line.feed(Ended("in-2", Reason.CANCELLED))
    assert line.joined == OUR_CALL
    assert line.hears() is None
    line.incoming("in-3")
    assert line.state is State.CALL_WAITING


def test_the_receiver_replaced_while_a_call_waits_rings_and_lifting_it_answers() -> None:
    line = line_in(State.CALL_WAITING)
    line.replace()
    assert line.hung_up == [OUR_CALL]
    assert line.shown == BORIS
    line.lift()
    assert line.answered == ["in-2"]
    assert line.state is State.TALKING


def test_a_waiting_call_is_not_answered_unasked_when_the_far_end_hangs_up() -> None:
    line = line_in(State.CALL_WAITING)
    line.end()
    assert line.hears() is Tone.BUSY
    assert not line.answered
    line.flash()
    assert line.joined == "in-2"
    assert line.state is State.TALKING


def test_a_call_left_waiting_behind_the_first_rings_when_the_receiver_is_replaced() -> None:
    line = line_in(State.STILL_WAITING)
    line.replace()
    assert line.shown == BORIS
    assert not line.hung_up


def test_the_receiver_replaced_with_a_call_on_hold_rings_and_lifting_it_returns_to_that() -> None:
    line = line_in(State.RINGING)
    line.lift()
    line.second()
    line.flash()
    line.replace()
    assert line.hung_up == ["in-2"]
    assert line.shown == ALICE
    assert line.on_hold == {"in-1"}
    line.lift()
    assert line.joined == "in-1"
    assert line.answered == ["in-1", "in-2"]


@pytest.mark.parametrize(("number", "shown"), [(MOSCOW, "74951234567"), ("*100#", None)])
def test_a_call_of_ours_that_rings_back_shows_its_number_if_it_is_one(
    number: str, shown: str | None
) -> None:
    line = line_in(State.DIAL_TONE)
    line.dial(number)
    line.answer()
    line.second()
    line.flash()
    line.replace()
    assert line.rings
    assert line.shown == (Caller(shown) if shown else None)


def test_a_call_on_hold_that_nobody_returns_to_is_hung_up() -> None:
    line = line_in(State.RINGING_BACK)
    line.wait()
    assert line.hung_up == ["in-2", OUR_CALL]
    assert line.state is State.IDLE


@pytest.mark.parametrize("flash", [True, False])
def test_when_the_far_end_hangs_up_the_call_on_hold_comes_back(flash: bool) -> None:
    line = line_in(State.CALL_ON_HOLD)
    line.end()
    assert line.hears() is Tone.BUSY
    if flash:
        line.flash()
    else:
        line.wait()
    assert line.joined == OUR_CALL
    assert line.hears() is None
    assert line.state is State.TALKING


def test_a_call_on_hold_that_ends_leaves_the_other_one_alone() -> None:
    line = line_in(State.CALL_ON_HOLD)
    line.feed(Ended(OUR_CALL, Reason.COMPLETED))
    assert line.joined == "in-2"
    assert not line.on_hold
    line.end()
    assert line.state is State.RELEASED


def test_both_far_ends_hang_up_and_the_receiver_hears_the_reason_of_the_last() -> None:
    line = line_in(State.STILL_ON_HOLD)
    line.end(Reason.NETWORK_LOST)
    assert line.state is State.RELEASED
    assert line.hears() is Tone.CONGESTION


def test_keys_that_make_no_sound_speak_to_the_call_that_is_joined() -> None:
    line = line_in(State.CALL_ON_HOLD)
    line.dial("5", DigitSource.PULSE)
    line.dial("6", DigitSource.TONE)
    assert line.sent == "5"


def test_without_call_waiting_a_second_call_is_busy() -> None:
    line = ModelLine.new(call_waiting=False)
    line.incoming("in-1")
    line.lift()
    line.second()
    assert line.rejected == [("in-2", Reason.BUSY)]
    assert line.state is State.TALKING


@pytest.mark.parametrize("state", [*CALLED, State.DIAL_TONE, State.DIALLING, State.RELEASED])
def test_no_call_waits_while_nobody_speaks(state: State) -> None:
    line = line_in(state)
    line.second()
    assert line.rejected == [("in-2", Reason.BUSY)]


def test_an_answer_confirmed_only_after_the_call_was_put_on_hold_is_not_a_stray() -> None:
    line = line_in(State.RINGING)
    line.lift()
    line.second()
    line.flash()
    line.feed(Answered("in-1"))
    assert line.on_hold == {"in-1"}
    assert not line.hung_up


def test_a_call_that_is_offered_twice_is_not_refused() -> None:
    line = line_in(State.CALL_WAITING)
    assert not line.feed(Incoming("in-2", BORIS)).expected
    assert not line.rejected


# Messages.


def test_the_dial_tone_tells_of_messages_and_the_lamp_is_lit_until_there_are_none() -> None:
    line = ModelLine.new()
    line.messages(True)
    line.lift()
    lit, heard = [line.lamp], [line.hears()]
    line.messages(False)
    assert [*lit, line.lamp] == [True, False]
    assert [*heard, line.hears()] == [Tone.MESSAGE_WAITING, Tone.DIAL]


def test_messages_that_arrive_in_a_call_are_told_at_once_and_heard_with_the_next_lift() -> None:
    line = line_in(State.TALKING)
    line.messages(True)
    assert line.lamp
    assert line.hears() is None
    line.replace()
    line.lift()
    assert line.hears() is Tone.MESSAGE_WAITING


def test_without_service_the_congestion_tone_is_heard_whatever_waits() -> None:
    line = line_in(State.NO_SERVICE)
    line.messages(True)
    assert line.hears() is Tone.CONGESTION


def test_the_dial_tone_stutters_for_messages_or_the_account_and_the_lamp_is_for_messages() -> None:
    line = ModelLine.new()
    line.lift()
    heard = []
    for event in (
        AccountWarning(True),
        MessagesWaiting(True),
        AccountWarning(False),
        MessagesWaiting(False),
    ):
        line.feed(event)
        heard.append((line.hears(), line.lamp))
    stutter = Tone.MESSAGE_WAITING
    assert heard == [(stutter, False), (stutter, True), (stutter, True), (Tone.DIAL, False)]


# Races.


def test_the_receiver_is_lifted_before_the_caller_gives_up_and_hears_busy_tone() -> None:
    line = line_in(State.RINGING)
    call = line.call
    line.lift()
    line.feed(Ended(call, Reason.CANCELLED))
    assert line.state is State.RELEASED
    assert line.hears() is Tone.BUSY


def test_the_caller_gives_up_before_the_receiver_is_lifted_and_it_hears_dial_tone() -> None:
    line = line_in(State.RINGING)
    line.feed(Ended(line.call, Reason.CANCELLED))
    line.lift()
    assert line.hears() is Tone.DIAL
    assert not line.answered


def late(state: State) -> tuple[ModelLine, CallId]:
    """A line that has just hung up its call."""
    line = line_in(state)
    call = line.call
    line.replace()
    return line, call


def test_the_far_end_answers_after_we_hung_up_and_no_orphan_call_lives() -> None:
    line, call = late(State.RINGBACK)
    line.feed(Answered(call))
    assert line.hung_up == [call, call]
    assert line.state is State.IDLE


def test_the_far_end_answers_our_last_call_while_the_next_one_is_dialled() -> None:
    line, call = late(State.CALLING)
    line.lift()
    line.dial("8495")
    line.feed(Answered(call))
    assert line.hung_up == [call, call]
    assert line.session.digits == "8495"


def test_the_far_end_answers_our_last_call_during_the_next_one() -> None:
    line, old = late(State.CALLING)
    line.lift()
    line.dial("112")
    line.feed(Answered(old))
    assert line.state is State.CALLING
    assert line.hung_up == [old, old]
    assert line.call != old


@pytest.mark.parametrize("state", [*CALLED, State.TALKING])
def test_the_end_of_a_call_that_we_hung_up_is_expected_and_changes_nothing(state: State) -> None:
    line, call = late(state)
    before = line.session
    step = line.feed(Ended(call, Reason.CANCELLED))
    assert step.expected
    assert not step.actions
    assert step.session == before


def test_the_end_of_the_last_call_does_not_end_the_next_one() -> None:
    line, old = late(State.TALKING)
    line.lift()
    line.dial("112")
    line.feed(Ended(old, Reason.COMPLETED))
    assert line.state is State.CALLING


def test_the_end_of_a_rejected_second_call_does_not_end_the_first() -> None:
    line = line_in(State.CALL_WAITING)
    line.incoming("in-3")
    line.feed(Ended("in-3", Reason.BUSY))
    assert line.state is State.CALL_WAITING


def test_late_progress_of_a_call_that_we_hung_up_makes_no_sound() -> None:
    line, call = late(State.CALLING)
    step = line.feed(Progress(call, early_media=False))
    assert step.expected
    assert not step.actions


def test_the_far_end_hangs_up_just_before_the_receiver_is_replaced() -> None:
    line = line_in(State.TALKING)
    line.end()
    line.replace()
    assert line.state is State.IDLE
    assert not line.hung_up


def test_the_caller_gives_up_just_when_nobody_answers_and_only_one_end_is_told() -> None:
    line = line_in(State.RINGING)
    call = line.call
    line.wait()
    assert line.feed(Ended(call, Reason.CANCELLED)).expected
    assert line.rejected == [(call, Reason.NO_ANSWER)]


def test_a_call_comes_in_just_when_the_receiver_is_lifted_and_is_rejected_as_busy() -> None:
    line = ModelLine.new()
    line.lift()
    line.incoming()
    assert line.rejected == [("in-1", Reason.BUSY)]
    assert line.hears() is Tone.DIAL


def test_a_call_comes_in_just_after_the_receiver_was_replaced_and_rings() -> None:
    line, _ = late(State.TALKING)
    line.incoming("in-2")
    assert line.shown == ALICE


def test_the_level_read_again_as_on_hook_does_not_silence_the_bell() -> None:
    line = line_in(State.RINGING)
    step = line.replace()
    assert step.expected
    assert not step.actions
    assert line.shown == ALICE


@pytest.mark.parametrize("state", LIFTED)
def test_the_level_read_again_as_off_hook_changes_nothing(state: State) -> None:
    line = line_in(state)
    before = line.session
    step = line.lift()
    assert step.expected
    assert not step.actions
    assert line.session == before


# Faults.


@pytest.mark.parametrize("state", HAS_CALL)
def test_a_fault_ends_every_call_of_the_line(state: State) -> None:
    line = line_in(state)
    calls = set(line.session.calls)
    already = set(line.hung_up)
    line.break_down()
    rejected = {call for call, _ in line.rejected}
    assert {*line.hung_up, *rejected} - already == calls
    assert {reason for _, reason in line.rejected} <= {Reason.LINE_FAULT}
    assert line.session.reason is Reason.LINE_FAULT


def test_a_fault_under_the_ringing_bell_silences_it_and_rejects_the_call() -> None:
    line = line_in(State.RINGING)
    line.break_down()
    assert not line.rings
    assert line.rejected == [("in-1", Reason.LINE_FAULT)]


def test_a_repaired_line_with_the_receiver_lifted_is_like_one_just_lifted() -> None:
    line = line_in(State.TALKING)
    line.break_down()
    line.repair(off_hook=True)
    assert line.hears() is Tone.DIAL
    line.break_down()
    line.lose_registration()
    line.repair(off_hook=True)
    assert line.state is State.NO_SERVICE


def test_a_repaired_line_with_the_receiver_on_the_hook_is_idle() -> None:
    line = line_in(State.OUT_OF_SERVICE)
    line.repair(off_hook=False)
    assert line.state is State.IDLE


@pytest.mark.parametrize("lifted", [False, True])
def test_the_hook_is_not_believed_while_the_line_has_a_fault(lifted: bool) -> None:
    line = line_in(State.OUT_OF_SERVICE)
    assert (line.lift() if lifted else line.replace()).expected
    assert line.state is State.OUT_OF_SERVICE


# Reasons and settings.


def test_a_call_hung_up_by_us_leaves_its_reason() -> None:
    for state, reason in ((State.CALLING, Reason.CANCELLED), (State.TALKING, Reason.COMPLETED)):
        line = line_in(state)
        line.replace()
        assert line.session.reason is reason


def test_new_timers_and_numbers_take_effect_without_losing_the_call() -> None:
    line = line_in(State.TALKING)
    timers = replace(line.session.timers, released=5.0)
    line.session = replace(line.session, timers=timers, plan=MULTIFON)
    step = line.end()
    assert step.actions[-1] == StartTimer(Timer.RELEASED, 5.0)
