from __future__ import annotations

import numpy as np
import pytest

from tests.hardware.telephone.loopback import Line
from tests.hardware.telephone.senders import aon, pcm
from tests.simulators.telephone.aon import (
    AonSettings,
    Packet,
    best,
    packets,
    read_signs,
)
from tests.simulators.telephone.contacts import CLEAN
from tests.simulators.telephone.hybrid import Hybrid, resistor
from tests.simulators.telephone.keypad import white_noise
from tests.simulators.telephone.sound import RATE, Signal, from_bytes, share, silence
from tests.simulators.telephone.telephone import TelephoneSettings

ANECHOIC = Hybrid("no echo", resistor(600.0), return_loss=80.0)
# 495 12 33, category 1, units first; the second 3 is replaced by Repeat.
CYCLE = "S13R21594"
PACKET = Packet("1", "4951233")


def signs_in(signal: Signal) -> str:
    return "".join(sign.sign for sign in read_signs(signal))


def test_every_sign_is_read_with_its_length() -> None:
    row = "1234567890SR10"
    signs = read_signs(np.concatenate([silence(0.1), aon(row), silence(0.1)]))
    assert "".join(sign.sign for sign in signs) == row
    assert all(sign.seconds == pytest.approx(0.04, abs=0.0051) for sign in signs)


def test_signs_are_read_through_noise_at_20_db() -> None:
    for seed in range(20):
        signal = np.concatenate([silence(0.03), aon(CYCLE * 2), silence(0.1)])
        signal += white_noise(-24.5, len(signal), np.random.default_rng(seed))
        assert CYCLE in signs_in(signal)


@pytest.mark.parametrize("offset", range(0, 320, 37))
def test_a_packet_is_read_wherever_it_begins(offset: int) -> None:
    signal = np.concatenate([np.zeros(offset), aon(CYCLE * 3), silence(0.1)])
    assert best(packets(signs_in(signal))) == Packet("1", "4951233", 3)


def test_a_packet_that_is_cut_is_none() -> None:
    assert packets("13R2159") == []
    assert packets(CYCLE[:-1]) == []
    assert packets(CYCLE + "S13R") == [PACKET]


def test_repeat_stands_for_the_sign_before_it_also_twice() -> None:
    assert packets("S5R5R5R5R") == [Packet("5", "5555555")]


def rung(listen: float = 1.1) -> Line:
    """A telephone with AON that has just been rung."""
    line = Line(
        TelephoneSettings(
            cradle=CLEAN,
            hybrid=ANECHOIC,
            clicks=False,
            ring_leak=None,
            aon=AonSettings(listen=listen),
        )
    )
    line.pins.ring(0.6)
    return line


def test_the_set_takes_the_line_by_itself_and_asks_with_500_hz() -> None:
    line = rung()
    assert line.telephone.lifted
    assert line.pins.shk
    said = from_bytes(line.quiet(0.6))
    loud = np.flatnonzero(np.abs(said) > 500)
    begin, end = loud[0] / RATE, (loud[-1] + 1) / RATE
    assert 0.2 <= begin <= 0.275
    assert end - begin == pytest.approx(0.1, abs=0.002)
    assert share(said[loud[0] : loud[-1]], 500.0) > 0.99
    assert line.slic.violations == []


def test_the_answer_is_shown_and_the_caller_hears_ringback() -> None:
    line = rung()
    line.voice(pcm([silence(0.36), aon(CYCLE * 3), silence(1.0)]))
    assert line.telephone.aon_packet == Packet("1", "4951233", 3)
    assert line.telephone.aon is not None
    assert line.telephone.aon.complaints == []
    said = from_bytes(line.quiet(5.0))
    loud = np.flatnonzero(np.abs(said) > 500)
    assert share(said[loud[0] :][:2000], 425.0) > 0.99


def test_a_set_that_hears_nothing_asks_again_and_then_gives_up() -> None:
    line = rung(listen=0.5)
    line.quiet(4.0)
    assert line.telephone.aon is not None
    assert line.telephone.aon.requests == 4
    assert line.telephone.aon_packet is None


def test_the_second_request_is_served_too() -> None:
    line = rung(listen=0.8)
    line.quiet(1.5)
    line.voice(pcm([aon(CYCLE * 2), silence(0.5)]))
    assert line.telephone.aon_packet == Packet("1", "4951233", 2)


def test_signs_that_are_too_long_or_have_gaps_are_told() -> None:
    line = rung()
    assert line.telephone.aon is not None
    line.voice(pcm([silence(0.36), aon(CYCLE * 2, seconds=0.044), silence(1.0)]))
    assert "The AON signs last 43.8" in line.telephone.aon.complaints[0]
    line = rung()
    assert line.telephone.aon is not None
    gap = np.concatenate([np.concatenate([aon(sign), silence(0.008)]) for sign in CYCLE * 2])
    line.voice(pcm([silence(0.36), gap, silence(1.0)]))
    assert "There was a gap within the AON packet." in line.telephone.aon.complaints


def test_a_person_takes_the_call_from_the_set() -> None:
    line = rung()
    line.voice(pcm([silence(0.36), aon(CYCLE * 2), silence(1.0)]))
    line.telephone.lift()
    line.telephone.press("5", wait=False)
    said = from_bytes(line.quiet(0.2))
    assert share(said[:500], 770.0, 1336.0) > 0.9
    line.telephone.hang_up()
    line.clock.sleep(0.1)
    assert not line.pins.shk
