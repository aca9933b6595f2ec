"""The commands of the handset that are about hook, dial, tones and bell."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator

import pytest

from gateway.caller import Caller, Presentation
from gateway.line import Digit, DigitSource, HookFlash, LineCleared, LineFault, OffHook, OnHook
from gateway.signalling import Taps
from hardware.simulated import SimulatedLine
from tests.hardware.contract import until
from tests.hardware.handset import Far, Telephone, all_played, opened
from tests.media.signals import joined, multimon_digits, silence, sine

CADENCE = (0.2, 0.3)


@pytest.fixture
def telephone() -> Iterator[Telephone]:
    yield from opened()


def refused(telephone: Telephone, name: str, /, **arguments: object) -> str:
    with pytest.raises(ValueError, match=r"\w") as error:
        telephone(name, **arguments)
    return str(error.value)


# Hook and plug


def test_lift_flash_and_hang_up_are_reported_at_their_time(telephone: Telephone) -> None:
    telephone.line.expect(Taps.FLASH)
    times = [telephone(name)["time"] for name in ("lift", "flash", "hang-up")]
    assert telephone.events == [OffHook(times[0]), HookFlash(times[1]), OnHook(times[2])]
    assert times == sorted(times)


def test_the_hook_moves_only_where_it_is_not(telephone: Telephone) -> None:
    assert "on-hook already" in refused(telephone, "hang-up")
    telephone("lift")
    assert "lifted already" in refused(telephone, "lift")
    assert len(telephone.events) == 1


def test_a_pulled_plug_is_a_fault_until_it_is_put_back(telephone: Telephone) -> None:
    telephone("unplug")
    assert "unplugged already" in refused(telephone, "unplug")
    telephone("lift")
    assert "unplugged" in refused(telephone, "dial", digits="1", by="keypad")
    telephone("plug")
    assert "plugged in already" in refused(telephone, "plug")
    fault, cleared = telephone.events
    assert isinstance(fault, LineFault)
    assert "plug it in" in fault.reason
    assert isinstance(cleared, LineCleared)
    assert cleared.off_hook


def test_a_telephone_that_is_unplugged_when_the_line_opens_is_a_fault() -> None:
    line = SimulatedLine("test", {})
    asyncio.run(line.handset.command("unplug", {}))
    events: list[object] = []
    line.open(events.append)
    assert not line.self_test().passed
    line.close()
    assert [type(event) for event in events] == [LineFault]


def test_nothing_can_be_dialled_on_a_line_that_is_not_open() -> None:
    line = SimulatedLine("test", {})
    asyncio.run(line.handset.command("lift", {}))
    with pytest.raises(ValueError, match="not in service"):
        asyncio.run(line.handset.command("dial", {"digits": "1"}))


# Dial


def test_tones_are_dialled_into_the_voice(telephone: Telephone) -> None:
    far = telephone.answer(Far())
    result = telephone("dial", digits="159d*0#", on_ms=60, off_ms=60)
    until(lambda: len(far.said) >= 46, "the silence after the digits")
    assert result["digits"] == "159D*0#"
    assert multimon_digits(far.voice) == "159D*0#"
    assert result["seconds"] > 0
    # Media detects tones in the voice; the driver does not report them.
    assert len(telephone.events) == 1


def test_a_rotary_dial_reports_each_digit_when_its_last_pulse_ended(telephone: Telephone) -> None:
    telephone.line.expect(Taps.DIGITS)
    telephone("lift")
    began = time.monotonic()
    result = telephone("dial", digits="30", by="pulse", pps=20)
    digits = [event for event in telephone.events if isinstance(event, Digit)]
    assert [digit.digit for digit in digits] == ["3", "0"]
    assert {digit.source for digit in digits} == {DigitSource.PULSE}
    assert digits[0].time - began >= 3 / 20
    assert digits[1].time - digits[0].time >= 10 / 20
    assert time.monotonic() - began >= 13 / 20 + 2 * 0.3
    assert result["digits"] == "30"


def test_keys_that_make_no_sound_are_reported_at_once(telephone: Telephone) -> None:
    far = telephone.answer(Far())
    telephone("dial", digits="12A#", by="keypad")
    until(lambda: len(far.said) >= 5, "five frames")
    digits = [event for event in telephone.events if isinstance(event, Digit)]
    assert "".join(digit.digit for digit in digits) == "12A#"
    assert {digit.source for digit in digits} == {DigitSource.KEYPAD}
    assert not any(far.voice)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"digits": "12x"}, "'X' is not on a keypad"),
        ({"digits": "1*", "by": "pulse"}, "'*' is not on a rotary dial"),
        ({"digits": ""}, "digits is empty"),
        ({"digits": "1", "by": "hand"}, "by is one of tone, pulse, keypad"),
        ({"digits": "1", "by": "pulse", "level": -9}, "level means nothing when dialling by pulse"),
        ({"digits": "1", "pps": 20}, "pps means nothing when dialling by tone"),
        ({"digits": "1", "by": "keypad", "on_ms": 50}, "on_ms means nothing"),
        ({"digits": "1", "on_ms": 1}, "on_ms is a number from 5 to 10000 ms"),
        ({"digits": "1", "twit": 1}, "did you mean 'twist'?"),
        ({}, "digits is missing"),
    ],
)
def test_what_cannot_be_dialled_is_said(
    telephone: Telephone, arguments: dict[str, object], complaint: str
) -> None:
    telephone("lift")
    assert complaint in refused(telephone, "dial", **arguments)


def test_nobody_dials_on_hook(telephone: Telephone) -> None:
    assert refused(telephone, "dial", digits="1") == "the receiver is on-hook: lift it first"


@pytest.mark.parametrize("by", ["tone", "pulse"])
def test_hanging_up_ends_the_dialling(telephone: Telephone, by: str) -> None:
    telephone.answer(Far())
    dialling = telephone.begin("dial", digits="1234567890", by=by)
    telephone.until("dialling", value=True)
    assert "dialling already" in refused(telephone, "dial", digits="1", by="keypad")
    telephone("hang-up")
    with pytest.raises(ValueError, match="the receiver is on-hook"):
        dialling.result(timeout=10)
    assert not telephone("state")["dialling"]


def test_without_a_voice_tones_are_not_dialled_for_ever(telephone: Telephone) -> None:
    telephone("lift")
    assert "taken no voice" in refused(telephone, "dial", digits="1")


def test_a_cancelled_dial_sends_no_more(telephone: Telephone) -> None:
    far = telephone.answer(Far())

    async def give_up() -> None:
        async with asyncio.timeout(0.5):
            await telephone.command("dial", digits="1111111111", on_ms=200, off_ms=200)

    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
    count = len(far.said)
    until(lambda: len(far.said) >= count + 15, "fifteen frames")
    # The frame under way when it was cancelled was sent to its end.
    assert not any(b"".join(far.said[count + 2 :]))
    assert telephone("dial", digits="2")["digits"] == "2"


# Tones


def test_a_tone_is_waited_for_and_described(telephone: Telephone) -> None:
    telephone.answer(Far(joined([sine(425, -12, 360), silence(340)]), repeat=True))
    heard = telephone("hear", tone="busy", timeout=8)
    assert heard["tone"] == "busy"
    assert heard["frequencies"] == pytest.approx([425], abs=1)
    assert heard["cadence"] == pytest.approx([0.35, 0.35], abs=0.03)
    assert heard["level"] == pytest.approx(-12, abs=0.5)
    assert heard["took"] >= 1.0
    assert telephone("hear")["tone"] == "busy"
    assert telephone("state")["hearing"] == "busy"


def test_a_tone_that_does_not_come_is_reported_with_what_was_heard(telephone: Telephone) -> None:
    telephone.answer(Far(sine(425, -10, 1000), repeat=True))
    telephone("hear", tone="dial")
    message = refused(telephone, "hear", tone="busy", timeout=0.1)
    assert message == (
        "busy was not heard within 0.1 s; what is heard is dial (425 Hz, continuous, -10 dBm0)"
    )


def test_a_tone_can_be_asked_to_have_lasted(telephone: Telephone) -> None:
    telephone.answer(Far(sine(425, -10, 1000), repeat=True))
    assert telephone("hear", tone="dial", lasting=1.2)["lasted"] >= 1.2


def test_silence_of_a_length_may_be_the_pause_of_a_tone(telephone: Telephone) -> None:
    telephone.answer(Far(joined([sine(425, -10, 1000), silence(4000)]), repeat=True))
    telephone("hear", tone="ringback")
    assert telephone("hear", tone="silence", lasting=0.6)["lasted"] >= 0.6
    assert telephone("hear")["tone"] == "ringback"


def test_without_a_voice_nothing_is_heard(telephone: Telephone) -> None:
    telephone("lift")
    assert telephone("hear")["tone"] is None
    for tone in ("dial", "silence"):
        message = refused(telephone, "hear", tone=tone, lasting=0, timeout=0.05)
        assert "has not started the line's voice" in message


def test_what_was_heard_before_the_voice_stopped_is_not_heard_after(telephone: Telephone) -> None:
    telephone.answer(Far(sine(425, -10, 1000), repeat=True))
    telephone("hear", tone="dial")
    telephone.line.voice.stop()
    assert telephone("hear")["tone"] is None
    telephone.line.voice.start(Far())
    assert telephone("hear")["tone"] is None


def test_hanging_up_ends_the_waiting_for_a_tone(telephone: Telephone) -> None:
    telephone.answer(Far())
    waiting = telephone.begin("hear", tone="dial", timeout=60)
    telephone("hear", tone="silence")
    telephone("hang-up")
    with pytest.raises(ValueError, match="on-hook"):
        waiting.result(timeout=10)


def test_an_unknown_tone_is_refused(telephone: Telephone) -> None:
    telephone("lift")
    assert "tone is one of dial, ringback, busy" in refused(telephone, "hear", tone="buzz")


# Bell


def test_ringing_is_seen_with_its_bursts_and_the_caller(telephone: Telephone) -> None:
    assert telephone("ringing") == {
        "ringing": False,
        "started": None,
        "bursts": [],
        "caller": None,
    }
    waiting = telephone.begin("ringing", wait=True)
    telephone.line.start_ringing(CADENCE, Caller("+74951234567", "Anna"))
    first = waiting.result(timeout=10)
    assert first["ringing"]
    assert first["bursts"][0][0] == 0
    third = telephone("ringing", wait=True, bursts=3)
    assert third["bursts"][:2] == [[0.0, 0.2], [0.5, 0.7]]
    assert third["caller"] == {
        "number": "+74951234567",
        "name": "Anna",
        "presentation": "shown",
    }
    telephone.line.stop_ringing()
    assert not telephone("ringing")["ringing"]


def test_the_display_can_be_waited_for(telephone: Telephone) -> None:
    telephone.line.start_ringing(CADENCE, Caller(presentation=Presentation.WITHHELD))
    shown = telephone("ringing", wait=True, shown=True)
    assert shown["caller"] == {"number": "", "name": "", "presentation": "withheld"}
    assert shown["bursts"][0] == [0.0, 0.2]


def test_a_telephone_that_does_not_ring_is_reported(telephone: Telephone) -> None:
    assert refused(telephone, "ringing", wait=True, timeout=0.05) == (
        "the telephone did not ring once within 0.05 s; it does not ring"
    )
    telephone.line.start_ringing((5.0, 5.0), None)
    message = refused(telephone, "ringing", wait=True, shown=True, timeout=0.05)
    assert message == "the telephone did not show a caller within 0.05 s; it rang once"
    assert "whole number" in refused(telephone, "ringing", bursts=1.5)


def test_the_end_of_ringing_can_be_waited_for(telephone: Telephone) -> None:
    assert not telephone("silent")["ringing"]
    telephone.line.start_ringing((5.0, 5.0), None)
    assert refused(telephone, "silent", timeout=0.05) == "the telephone still rings after 0.05 s"
    waiting = telephone.begin("silent", timeout=60)
    telephone.line.stop_ringing()
    assert len(waiting.result(timeout=10)["bursts"]) == 1


def test_lifting_the_receiver_ends_the_ringing_for_the_telephone(telephone: Telephone) -> None:
    telephone.line.start_ringing((5.0, 5.0), None)
    telephone("lift")
    assert not telephone("ringing")["ringing"]


# About itself


def test_the_state_tells_everything(telephone: Telephone) -> None:
    state = telephone("state")
    assert (state["open"], state["hook"], state["plugged"]) == (True, "on-hook", True)
    assert not any(state[key] for key in ("ringing", "dialling", "speaking", "voice"))
    far = telephone.answer(Far(silence(40)))
    all_played(far)
    state = telephone("state")
    assert (state["hook"], state["voice"]) == ("off-hook", True)
    assert state["clock"]["frames"] >= 2
    assert set(state["clock"]) == {"frames", "late", "worst_late_ms", "stalls", "last_frame"}


def test_every_result_is_json(telephone: Telephone) -> None:
    telephone.line.start_ringing(CADENCE, Caller("100"))
    results = [telephone("ringing"), telephone("help"), telephone("state"), telephone("lift")]
    telephone.line.voice.start(Far(sine(425, -10, 1000)))
    results += [telephone("hear", tone="dial"), telephone("heard-frames"), telephone("silence")]
    for result in results:
        assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_help_declares_every_command(telephone: Telephone) -> None:
    declared = telephone("help")
    assert set(declared) == set(telephone.line.handset.commands)
    assert declared["lift"]["arguments"] == {}
    assert declared["dial"]["arguments"]["by"] == {
        "kind": "text",
        "help": "tones in the voice, a rotary dial, or keys that make no sound",
        "default": "tone",
        "choices": ["tone", "pulse", "keypad"],
    }
    assert all(command["help"] for command in declared.values())


def test_an_unknown_command_and_unknown_arguments_are_refused(telephone: Telephone) -> None:
    assert refused(telephone, "lft") == "'lft' is not a command, did you mean 'lift'?"
    assert "there is nothing to set" in refused(telephone, "lift", hand="left")
