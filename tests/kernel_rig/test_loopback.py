"""snd-aloop with the gateway's sound card on one end and the telephone on the other."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from hardware.sound_card import SoundCard
from tests.simulators.telephone.aloop import LoopbackCard
from tests.simulators.telephone.alsa_end import FRAME_BYTES, AlsaEnd

LONG = 60.0
"""Seconds to wait for what must come."""
MARKER = (12345).to_bytes(2, "little", signed=True)
EVERY = 10
"""Frames from marker to marker."""


def echo(heard: bytes) -> bytes:
    return heard


def await_frames(end: AlsaEnd, count: int) -> None:
    deadline = time.monotonic() + LONG
    while end.frames < count:
        assert time.monotonic() < deadline, f"{end.frames} frames of {count}"
        time.sleep(0.01)


def read_on(gateway: SoundCard) -> None:
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        gateway.read()


def test_samples_go_to_the_telephone_and_back_without_loss(card: LoopbackCard) -> None:
    deadline = time.monotonic() + LONG
    found: list[int] = []
    heard = said = 0
    with AlsaEnd(card.telephone, echo):
        gateway = SoundCard(card.gateway)
        try:
            while len(found) < 30:
                assert time.monotonic() < deadline, f"{len(found)} markers in {heard} frames"
                frame = gateway.read()
                if frame is None:
                    continue
                if (at := frame.find(MARKER)) >= 0:
                    found.append(heard * FRAME_BYTES + at)
                heard += 1
                gateway.write((b"" if said % EVERY else MARKER).ljust(FRAME_BYTES, b"\0"))
                said += 1
        finally:
            gateway.close()
    # A busy computer makes either end start anew now and then, which costs a distance or two.
    distances = [after - before for before, after in pairwise(found)]
    assert distances.count(EVERY * FRAME_BYTES) > len(distances) / 2


@pytest.mark.parametrize("ppm", [100_000, -100_000])
def test_a_card_whose_clock_is_wrong_carries_another_number_of_frames(
    cards: list[LoopbackCard], ppm: float
) -> None:
    steady, wrong, *_ = cards
    wrong.set_clock(ppm)
    try:
        with AlsaEnd(steady.gateway, echo) as right_end, AlsaEnd(wrong.gateway, echo) as wrong_end:
            await_frames(right_end, 10)
            await_frames(wrong_end, 10)
            before = right_end.frames, wrong_end.frames
            await_frames(right_end, before[0] + 250)
            ratio = (wrong_end.frames - before[1]) / (right_end.frames - before[0])
    finally:
        wrong.set_clock(0)
    # Each end loses some frames when the computer is late.
    assert (ratio - 1) * 1e6 / ppm > 0.3


def test_a_card_knows_whether_the_gateway_plays(card: LoopbackCard) -> None:
    with AlsaEnd(card.telephone, echo) as end:
        assert end.connected.wait(LONG)
        assert not card.is_played()
        gateway = SoundCard(card.gateway)
        assert card.is_played()
        gateway.close()
        assert not card.is_played()


def test_a_pulled_card_is_an_error_until_it_is_back(card: LoopbackCard) -> None:
    gateway = SoundCard(card.gateway)
    card.pull()
    with pytest.raises(OSError, match=r"\.$"):
        read_on(gateway)
    with pytest.raises(OSError, match=r"\.$"):
        SoundCard(card.gateway)
    gateway.close()
    card.put_back()
    again = SoundCard(card.gateway)
    assert again.read()
    again.close()
