"""The modulator against its mathematical definition."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest

from hardware.caller_id import fsk
from hardware.caller_id.fsk import BELL_202, OFF_HOOK, ON_HOOK, V23, Frame, Modem, modulate
from tests.hardware.caller_id import windows
from tests.media.signals import Signal, amplitude, level_of, unpacked

MESSAGE = bytes(range(256)) * 3
"""Longer than any message, so that drift would show."""
modems = pytest.mark.parametrize("modem", [BELL_202, V23])
kinds = pytest.mark.parametrize("frame", [ON_HOOK, OFF_HOOK])
EDGE = fsk.EDGE_SAMPLES


def bits_of(message: bytes, frame: Frame) -> str:
    data = "".join("0" + f"{byte:08b}"[::-1] + "1" for byte in message)
    return "01" * (frame.seizure // 2) + "1" * frame.mark + data + "1" * frame.trailing


def defined(bits: str, modem: Modem) -> Signal:
    """A sine whose phase is the integral of the frequency; exact bit boundaries."""
    bit = Fraction(8000, 1200)
    starts = [bit * n for n in range(len(bits) + 1)]
    frequencies = [modem.mark if one == "1" else modem.space for one in bits]
    turns = [Fraction(0), *itertools.accumulate(Fraction(f, 1200) for f in frequencies)]
    phases = []
    for n in range(int(-(-starts[-1] // 1))):
        at = int(n / bit)
        turn = turns[at] + (n - starts[at]) * frequencies[at] / 8000
        phases.append(float(turn % 1))
    return amplitude(fsk.LEVEL) * np.sin(2 * np.pi * np.array(phases))


@modems
@kinds
def test_every_sample_is_that_of_a_phase_continuous_signal_of_exactly_1200_baud(
    modem: Modem, frame: Frame
) -> None:
    sent = unpacked(modulate(MESSAGE, modem, frame))
    wanted = defined(bits_of(MESSAGE, frame), modem)
    assert len(sent) == len(wanted)
    assert np.abs(sent - wanted)[EDGE:-EDGE].max() <= 0.51


@modems
def test_the_level_is_minus_14_dbm0(modem: Modem) -> None:
    sent = unpacked(modulate(MESSAGE, modem, ON_HOOK))
    assert level_of(sent[EDGE:-EDGE]) == pytest.approx(-14.0, abs=0.05)


@modems
@kinds
def test_nothing_clicks_at_the_edges(modem: Modem, frame: Frame) -> None:
    sent = np.abs(unpacked(modulate(b"\x80", modem, frame)))
    highest = sent.max()
    for edge in (sent[:EDGE], sent[: -EDGE - 1 : -1]):
        envelope = [edge[n : n + 8].max() for n in range(0, EDGE, 8)]
        assert edge[0] <= 0.002 * highest
        assert envelope == sorted(envelope)
        assert envelope[0] <= 0.1 * highest


@kinds
def test_the_edges_leave_the_data_and_two_more_stop_bits_alone(frame: Frame) -> None:
    bit = 20 / 3
    assert (frame.seizure + frame.mark) * bit >= EDGE
    assert (frame.trailing - 2) * bit >= EDGE


def test_the_bits_before_a_message_are_those_of_the_norms() -> None:
    assert windows.SEIZURE[0] <= ON_HOOK.seizure <= windows.SEIZURE[1]
    assert OFF_HOOK.seizure == 0
    for frame, name in ((ON_HOOK, "on-hook"), (OFF_HOOK, "off-hook")):
        least, most = windows.MARK[name]
        assert least <= frame.mark <= most


@modems
def test_all_energy_is_in_the_telephone_band(modem: Modem) -> None:
    sent = unpacked(modulate(MESSAGE, modem, ON_HOOK))
    power = np.abs(np.fft.rfft(sent)) ** 2
    frequency = np.fft.rfftfreq(len(sent), 1 / 8000)
    outside = power[(frequency < 200) | (frequency > 3600)].sum()
    assert 10 * np.log10(outside / power.sum()) < -20


@pytest.mark.parametrize("bits", [(1, 10, 10), (-2, 10, 10), (0, 0, 10), (0, 10, 0)])
def test_a_frame_that_cannot_be_sent_is_refused(bits: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="even number of bits"):
        Frame(*bits)
