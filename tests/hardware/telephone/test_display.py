from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from tests.hardware.telephone.loopback import FR, PD, Line
from tests.hardware.telephone.senders import alert, aon, fsk, mdmf, pcm, with_checksum
from tests.simulators.telephone.caller_id_message import Shown, find
from tests.simulators.telephone.decoders import BELL_202, V23, Modem, fsk_bytes
from tests.simulators.telephone.display import dtmf_shown
from tests.simulators.telephone.keypad import Keypad, white_noise
from tests.simulators.telephone.sound import Signal, silence
from tests.simulators.telephone.telephone import TelephoneSettings
from tests.simulators.telephone.two_wires import OnHookPath

IVANOV = Shown(number="74951234567", name="IVANOV", time="03151805")


# Messages


def test_the_published_bellcore_example_is_read() -> None:
    raw = bytes.fromhex("0412303933303132323436303935353531323132") + b"\x51"
    message = find(raw)
    assert message is not None
    assert message.raw == raw
    assert message.shown == Shown(number="6095551212", time="09301224")


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"\x80\x0d\x01\x0803151805\x04\x01P", Shown(time="03151805", reason="private")),
        (b"\x80\x06\x04\x01O\x08\x01P", Shown(reason="unavailable", no_name="private")),
        (b"\x04\x0903151805O", Shown(time="03151805", reason="unavailable")),
        (b"\x82\x03\x0b\x01\xff", Shown(lamp=True)),
        (b"\x82\x03\x0b\x01\x00", Shown(lamp=False)),
        (b"\x06\x03\x42\x42\x42", Shown(lamp=True)),
        (b"\x06\x03\x6f\x6f\x6f", Shown(lamp=False)),
    ],
)
def test_messages_are_shown_as_they_say(content: bytes, shown: Shown) -> None:
    message = find(b"\x55\xd5\x80" + with_checksum(content) + b"\xff")
    assert message is not None
    assert message.shown == shown


def test_a_wrong_checksum_shows_nothing() -> None:
    wrong = bytearray(mdmf())
    wrong[8] ^= 1
    assert find(bytes(wrong)) is None


def test_a_message_that_is_cut_short_shows_nothing() -> None:
    assert find(mdmf()[:-1]) is None
    assert find(with_checksum(b"\x80\x04\x02\x09123"[:6])) is None


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        ("A74951234567C", Shown(number="74951234567")),
        ("D4951234567C", Shown(number="4951234567")),
        ("A12345678#", Shown(number="12345678")),
        ("74951234567", Shown(number="74951234567")),
        ("B10C", Shown(reason="private")),
        ("B00C", Shown(reason="unavailable")),
        ("C", None),
    ],
)
def test_the_dtmf_forms_are_understood(digits: str, shown: Shown | None) -> None:
    assert dtmf_shown(digits) == shown


# The modem, from signals of the test's own sender


@pytest.mark.parametrize("modem", [BELL_202, V23])
def test_messages_are_read_through_noise_at_20_db(modem: Modem) -> None:
    signal = fsk(mdmf(), modem)
    for seed in range(20):
        random = np.random.default_rng(seed)
        noisy = signal + white_noise(-34.0, len(signal), random)
        message = find(fsk_bytes(noisy, modem))
        assert message is not None
        assert message.shown == IVANOV


# The display at the end of the line


@dataclass
class Call:
    """A burst of the bell, a silence, a signal, and the next burst if there is one."""

    line: Line
    gap: float = 0.6
    to_ring: float = 0.3

    def send(self, signal: Signal, *, ring_again: bool = True) -> None:
        self.line.pins.ring(1.0)
        self.line.quiet(self.gap)
        self.line.voice(pcm([signal]))
        self.line.quiet(self.to_ring)
        if ring_again:
            self.line.pins.ring(1.0)


@pytest.mark.parametrize("modem", [BELL_202, V23])
def test_a_call_after_the_first_ring_is_shown_without_complaint(modem: Modem) -> None:
    line = Line(TelephoneSettings(modem=modem, line_noise=-40.0))
    line.quiet(0.2)
    Call(line).send(fsk(mdmf(), modem))
    (told,) = line.telephone.told()
    assert told.shown == IVANOV
    assert told.raw == mdmf()
    assert told.how == "FSK, after a ring"
    assert told.complaints == ()
    assert told.level == pytest.approx(-14.0, abs=0.3)
    assert line.telephone.shown == IVANOV
    assert not line.telephone.lamp


@pytest.mark.parametrize(
    ("gap", "to_ring", "level", "complaint"),
    [
        (0.2, 0.3, -14.0, "From the ring to the data"),
        (2.5, 0.3, -14.0, "From the ring to the data"),
        (0.6, 0.04, -14.0, "after the data; 0.2 s are needed"),
        (0.6, 0.3, -0.5, "The level of the data"),
        (0.6, 0.3, -38.0, "The level of the data"),
    ],
)
def test_what_a_display_may_not_bear_is_told(
    gap: float, to_ring: float, level: float, complaint: str
) -> None:
    line = Line(TelephoneSettings(modem=V23, on_hook_path=OnHookPath.RESISTOR_20K))
    Call(line, gap, to_ring).send(fsk(mdmf(), V23, dbm0=level))
    (told,) = line.telephone.told(slack=0.021)
    (wrong,) = told.complaints
    assert complaint in wrong


def test_the_wrong_modem_is_told() -> None:
    line = Line(TelephoneSettings(modem=V23))
    Call(line).send(fsk(mdmf(), BELL_202))
    (told,) = line.telephone.told()
    assert any("The mark is at 1200 Hz; V.23 has 1300" in wrong for wrong in told.complaints)


def test_a_ring_during_the_data_is_told() -> None:
    line = Line()
    line.pins.ring(1.0)
    line.quiet(0.6)
    data = pcm([fsk(mdmf(), V23)])
    line.voice(data[:6400])
    line.pins.ring(0.2)
    line.voice(data[6400:])
    assert any("The bell rang while" in wrong for told in line.telephone.told()
               for wrong in told.complaints)  # fmt: skip


def test_data_after_a_reversal_and_an_alerting_signal_is_shown() -> None:
    line = Line(TelephoneSettings(modem=V23))
    line.quiet(0.2)
    line.pins.put(FR, False)
    line.quiet(0.3)
    line.voice(pcm([alert(0.1), silence(0.15), fsk(mdmf(), V23)]))
    line.quiet(0.4)
    line.pins.put(FR, True)
    line.pins.ring(1.0)
    (told,) = line.telephone.told()
    assert (told.shown, told.how, told.complaints) == (IVANOV, "FSK, DT-AS, reversal", ())


def test_an_alerting_signal_of_a_wrong_length_or_too_early_is_told() -> None:
    line = Line(TelephoneSettings(modem=V23))
    line.quiet(0.2)
    line.pins.put(FR, False)
    line.quiet(0.04)
    line.voice(pcm([alert(0.06), silence(0.6), fsk(mdmf(), V23)]))
    (told,) = line.telephone.told()
    assert [wrong.split(":")[0].split(" it took")[0] for wrong in told.complaints] == [
        "DT-AS",
        "From DT-AS to the data",
        "From the reversal to the next signal",
    ]


def test_data_after_a_ring_pulse_is_shown() -> None:
    line = Line(TelephoneSettings(modem=V23))
    line.pins.ring(0.24)
    line.quiet(0.5)
    line.voice(pcm([fsk(mdmf(), V23)]))
    line.quiet(0.3)
    line.pins.ring(1.0)
    (told,) = line.telephone.told()
    assert (told.shown, told.how, told.complaints) == (IVANOV, "FSK, ring pulse", ())


def test_digits_before_the_ring_are_shown() -> None:
    line = Line()
    line.pins.put(FR, False)
    line.quiet(0.14)
    line.voice(pcm([Keypad(low=-10.0).digits("A74951234567C")]))
    line.pins.put(FR, True)
    line.quiet(0.3)
    line.pins.ring(1.0)
    (told,) = line.telephone.told()
    assert (told.shown, told.raw) == (Shown(number="74951234567"), b"A74951234567C")
    assert (told.how, told.complaints) == ("DTMF, reversal", ())


def test_digits_of_a_wrong_length_are_told() -> None:
    line = Line()
    line.voice(pcm([Keypad(on=0.2).digits("A12C")]))
    (told,) = line.telephone.told()
    assert all(wrong.startswith("A digit: 0.2") for wrong in told.complaints)
    assert len(told.complaints) == 4


def test_the_message_lamp_goes_on_and_off_without_a_ring() -> None:
    line = Line()
    for content, lamp in ((b"\x82\x03\x0b\x01\xff", True), (b"\x82\x03\x0b\x01\x00", False)):
        line.voice(pcm([silence(0.5), fsk(with_checksum(content), V23)]))
        line.quiet(0.5)
        assert line.telephone.lamp is lamp
    assert line.telephone.shown is None


def test_without_the_resistor_on_hook_data_does_not_get_through() -> None:
    line = Line(TelephoneSettings(modem=V23, on_hook_path=OnHookPath.NONE))
    Call(line).send(fsk(mdmf(), V23))
    assert line.telephone.shown is None


def test_without_power_nothing_is_heard() -> None:
    line = Line(TelephoneSettings(modem=V23))
    line.pins.put(PD, False)
    line.clock.settle()
    line.voice(pcm([fsk(mdmf(), V23)]))
    assert line.telephone.told() == []


def test_what_is_heard_off_hook_is_not_for_this_display() -> None:
    line = Line(TelephoneSettings(modem=V23))
    line.telephone.lift()
    line.voice(pcm([fsk(mdmf(), V23)]))
    assert line.telephone.told() == []


def test_aon_signs_are_no_caller_id_message() -> None:
    line = Line()
    line.voice(pcm([aon("S1234567R" * 3)]))
    assert line.telephone.shown is None
