from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
import pytest

from tests.hardware.telephone.loopback import PD, Line
from tests.hardware.telephone.senders import pcm
from tests.media.signals import multimon_digits
from tests.simulators.telephone.clock import LiveClock
from tests.simulators.telephone.contacts import CLEAN, NORMAL, ContactModel
from tests.simulators.telephone.hybrid import OPEN, TBR21, Hybrid
from tests.simulators.telephone.keypad import Keypad, white_noise
from tests.simulators.telephone.rotary import Count, Dial
from tests.simulators.telephone.sound import (
    from_bytes,
    level,
    share,
    sine,
)
from tests.simulators.telephone.telephone import TelephoneSettings

ANECHOIC = Hybrid("no echo", TBR21.load, return_loss=90.0)
QUIET = TelephoneSettings(cradle=CLEAN, hybrid=ANECHOIC, clicks=False, ring_leak=None)


def lifted(settings: TelephoneSettings = QUIET) -> Line:
    line = Line(settings)
    line.telephone.lift()
    return line


def breaks(line: Line, since: float) -> list[float]:
    """Lengths of the times with SHK low between two with SHK high, after ``since``."""
    edges = [edge for edge in line.pins.edges if edge.time > since]
    return [after.time - edge.time for edge, after in pairwise(edges) if not edge.high]


# Hook and dial


def test_lifting_and_hanging_up_move_shk() -> None:
    line = Line(QUIET)
    seen = []
    for move in (line.telephone.lift, line.telephone.hang_up):
        move()
        seen.append((line.pins.shk, line.telephone.lifted))
    assert seen == [(True, True), (False, False)]


def test_a_tap_opens_the_loop_for_its_time() -> None:
    line = lifted()
    begun = line.clock.now()
    line.telephone.tap(0.1)
    assert breaks(line, begun) == [pytest.approx(0.1)]


def test_dialled_pulses_come_out_of_the_module_with_their_times() -> None:
    line = lifted()
    begun = line.clock.now()
    line.telephone.dial("30", Dial(pps=10, break_ratio=0.6, contacts=CLEAN))
    pulses = breaks(line, begun)
    assert len(pulses) == 13
    assert all(pulse == pytest.approx(0.06) for pulse in pulses)


def test_a_swedish_dial_sends_one_pulse_more() -> None:
    line = lifted()
    begun = line.clock.now()
    line.telephone.dial("4", Dial(contacts=CLEAN, count=Count.SWEDISH))
    assert len(breaks(line, begun)) == 5


def test_a_bouncing_cradle_chatters_on_shk() -> None:
    bouncing = TelephoneSettings(cradle=ContactModel(make_bounce=20.0, break_bounce=20.0))
    line = lifted(bouncing)
    assert len(line.pins.edges) > 4


def test_dirt_interrupts_the_loop_of_a_lifted_receiver_only() -> None:
    line = lifted(TelephoneSettings(cradle=ContactModel(drop_outs=10.0, drop_out=(1.0, 2.0))))
    begun = line.clock.now()
    line.clock.sleep(10.0)
    lengths = breaks(line, begun)
    assert 60 < len(lengths) < 140
    assert max(lengths) < 0.0021
    line.telephone.hang_up()
    count = len(line.pins.edges)
    line.clock.sleep(10.0)
    assert len(line.pins.edges) == count


def test_a_telephone_in_its_cradle_cannot_dial() -> None:
    line = Line(QUIET)
    with pytest.raises(RuntimeError, match="Lift the receiver before you dial"):
        line.telephone.dial("1")
    with pytest.raises(RuntimeError, match="Lift the receiver before you tap"):
        line.telephone.tap()


def test_the_dial_silences_the_receiver_and_the_microphone() -> None:
    line = lifted()
    line.telephone.say(sine(1000.0, -10.0, 10.0))
    said: list[float] = []

    def sample() -> None:
        frame = line.telephone.exchange(bytes(320))
        said.append(level(from_bytes(frame)))

    begun = line.clock.now()
    for number in range(100):
        line.clock.at(begun + 0.1 + 0.02 * number, sample)
    line.clock.at(begun + 0.5, lambda: None)
    line.telephone.dial("5", Dial(contacts=CLEAN))
    line.clock.sleep(2.2)
    assert min(said) < -60.0
    assert said[-1] == pytest.approx(-10.0, abs=0.5)


# Sound


def test_pressed_digits_are_decoded_by_multimon_ng() -> None:
    line = lifted()
    line.telephone.press("0123456789*#ABCD", wait=False)
    assert multimon_digits(line.quiet(2.6)) == "0123456789*#ABCD"


def test_twist_level_and_error_of_the_keypad_are_as_asked_for() -> None:
    keypad = Keypad(on=0.5, low=-16.0, twist=-4.0, error=0.015)
    line = lifted()
    line.telephone.press("1", keypad, wait=False)
    said = from_bytes(line.quiet(0.5))
    low, high = share(said, 697.0 * 1.015), share(said, 1209.0 * 1.015)
    assert low + high == pytest.approx(1.0, abs=0.02)
    assert 10 * np.log10(high / low) == pytest.approx(-4.0, abs=0.1)
    assert level(said) == pytest.approx(-16.0 + 10 * np.log10(1 + 10**-0.4), abs=0.1)


def test_a_keypad_with_noise_is_noisy() -> None:
    quiet, noisy = Keypad().digits("5"), Keypad(noise=-30.0).digits("5")
    assert level(noisy - quiet) == pytest.approx(-30.0, abs=1.0)


def test_what_is_on_no_keypad_is_refused() -> None:
    with pytest.raises(ValueError, match="a keypad has"):
        Keypad().digits("1E")


def test_speech_is_said_sample_for_sample_and_waits_for_nobody() -> None:
    line = lifted()
    signal = np.rint(white_noise(-20.0, 1600, np.random.default_rng(3)))
    playing = line.telephone.say(signal)
    said = from_bytes(line.quiet(0.22))
    assert np.max(np.abs(said[:1600] - signal)) <= 1
    assert playing.done.is_set()


def test_nothing_is_said_on_hook_and_the_speaker_does_not_wait() -> None:
    line = Line(QUIET)
    playing = line.telephone.say(sine(1000.0, -10.0, 0.1))
    assert not any(line.quiet(0.2))
    assert playing.done.is_set()


def test_nothing_is_said_or_heard_without_power() -> None:
    line = lifted()
    line.pins.put(PD, False)
    line.clock.settle()
    line.telephone.say(sine(1000.0, -10.0, 1.0))
    since = line.clock.now()
    said = line.voice(pcm([sine(500.0, -10.0, 0.5)]))
    assert not any(line.telephone.heard(since))
    # The hybrid's echo is the module's own; what the telephone said is not in it.
    assert share(from_bytes(said), 1000.0) < 0.01


@pytest.mark.parametrize("hybrid", [TBR21, Hybrid("at 6 dB", TBR21.load, return_loss=6.0)])
def test_what_is_played_returns_through_the_hybrid(hybrid: Hybrid) -> None:
    line = lifted(TelephoneSettings(cradle=CLEAN, hybrid=hybrid, clicks=False))
    played = np.rint(white_noise(-15.0, 16000, np.random.default_rng(5)))
    said = from_bytes(line.voice(pcm([played])))
    expected = np.convolve(played, hybrid.response())[:16000]
    assert np.max(np.abs(said - expected)) <= 1.0


def test_a_line_with_its_receiver_down_is_open() -> None:
    line = Line(TelephoneSettings(clicks=False))
    played = np.rint(white_noise(-15.0, 8000, np.random.default_rng(5)))
    said = from_bytes(line.voice(pcm([played])))
    assert np.max(np.abs(said - np.convolve(played, OPEN.response())[:8000])) <= 1.0


def test_the_loop_clicks_and_the_ring_leaks_into_the_sound_card() -> None:
    line = Line(TelephoneSettings(cradle=CLEAN, hybrid=ANECHOIC))
    assert not any(line.quiet(0.1))
    line.telephone.lift()
    assert level(from_bytes(line.quiet(0.02))) > -40.0
    line.telephone.hang_up()
    line.quiet(0.1)
    line.pins.put(16, True)
    line.pins.toggle(0.3)
    assert level(from_bytes(line.telephone.exchange(bytes(320)))) == pytest.approx(-20.0, abs=5)


def test_the_line_s_noise_is_heard_and_the_room_s_noise_is_said() -> None:
    line = lifted(
        TelephoneSettings(
            cradle=CLEAN, hybrid=ANECHOIC, clicks=False, line_noise=-50.0, room_noise=-40.0
        )
    )
    since = line.clock.now()
    said = line.quiet(1.0)
    assert level(from_bytes(said)) == pytest.approx(-40.0, abs=0.5)
    assert level(from_bytes(line.telephone.heard(since))) == pytest.approx(-50.0, abs=0.5)


def test_on_hook_sound_is_limited_by_the_resistor() -> None:
    line = Line(QUIET)
    line.voice(pcm([sine(1000.0, 0.0, 0.2)]))
    assert level(from_bytes(line.telephone.heard())) < -3.0
    line = Line(QUIET)
    line.voice(pcm([sine(1000.0, -8.0, 0.2)]))
    assert level(from_bytes(line.telephone.heard())) == pytest.approx(-8.0, abs=0.05)


def test_a_tone_is_named_after_lifting() -> None:
    line = Line(QUIET)
    line.voice(pcm([sine(425.0, -10.0, 2.0)]))
    line.telephone.lift()
    assert line.telephone.hearing() == "unclear"
    line.voice(pcm([sine(425.0, -10.0, 2.0)]))
    assert line.telephone.hearing() == "dial"


def test_pressing_keys_that_no_sound_card_takes_fails_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests.simulators.telephone import telephone

    monkeypatch.setattr(telephone, "NO_CARD_AFTER", 0.01)
    with pytest.raises(TimeoutError, match="No sound card took the sound"):
        lifted().telephone.press("1", Keypad(on=0.001, off=0.0))


def test_say_returns_when_the_sound_card_took_the_last_sample() -> None:
    line = lifted()
    over = threading.Event()
    taken: list[bytes] = []

    def card() -> None:
        while not over.wait(0.001):
            taken.append(line.telephone.exchange(bytes(320)))

    thread = threading.Thread(target=card)
    thread.start()
    line.telephone.say(np.full(1200, 3000.0), wait=True)
    over.set()
    thread.join()
    said = from_bytes(b"".join(taken))
    assert np.count_nonzero(np.abs(said - 3000) <= 1) == 1200


def test_methods_may_be_called_from_many_threads() -> None:
    from tests.hardware.telephone.loopback import SHK, WIRING
    from tests.simulators.telephone.fake_chip import FakeChip
    from tests.simulators.telephone.slic import Slic
    from tests.simulators.telephone.telephone import Telephone

    chip = FakeChip()
    with LiveClock() as clock:
        slic = Slic(chip, WIRING, clock)
        telephone = Telephone(slic, clock, TelephoneSettings(cradle=NORMAL))
        over = threading.Event()

        def talk() -> None:
            while not over.is_set():
                assert len(telephone.exchange(bytes(320))) == 320

        def look() -> None:
            while not over.is_set():
                assert slic.violations == []
                assert telephone.bursts == []
                telephone.hearing()

        threads = [threading.Thread(target=one) for one in (talk, look)]
        for thread in threads:
            thread.start()
        for _ in range(5):
            telephone.lift()
            assert chip.line(SHK).high
            telephone.hang_up()
            assert not chip.line(SHK).high
        over.set()
        for thread in threads:
            thread.join()
