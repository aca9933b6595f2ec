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


def test_a_card_with_a_fast_clock_carries_more_frames(cards: list[LoopbackCard]) -> None:
    steady, fast = cards
    fast.set_clock(100_000)
    deadline = time.monotonic() + LONG
    try:
        with AlsaEnd(steady.gateway, echo) as slow_end, AlsaEnd(fast.gateway, echo) as fast_end:
            while min(slow_end.frames, fast_end.frames) < 10:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            from_slow, from_fast = slow_end.frames, fast_end.frames
            while slow_end.frames < from_slow + 250:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            ratio = (fast_end.frames - from_fast) / (slow_end.frames - from_slow)
    finally:
        fast.set_clock(0)
    assert 1.07 < ratio < 1.13


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
