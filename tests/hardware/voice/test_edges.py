"""Sounds begin and end without a click."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.line import FRAME_BYTES, SILENCE
from hardware.voice.edges import Gate, ring_out
from tests.media.signals import frames, pcm, sine, unpacked

TONE = list(frames(pcm(sine(1000.0, -6.0, 100.0, 1.0))))


def test_a_gate_is_closed_at_first_and_opens_within_a_frame() -> None:
    gate = Gate()
    assert gate.process(TONE[0], wanted=False) is SILENCE
    opened = gate.process(TONE[1], wanted=True)
    assert abs(unpacked(opened)[0]) < abs(unpacked(TONE[1])[0]) / 50
    assert gate.process(TONE[2], wanted=True) is TONE[2]


def test_a_gate_closes_within_a_frame() -> None:
    gate = Gate()
    gate.open = True
    closed = gate.process(TONE[1], wanted=False)
    assert abs(unpacked(closed)[-1]) < abs(unpacked(TONE[1])[-1]) / 50
    assert gate.process(TONE[2], wanted=False) is SILENCE


@pytest.mark.parametrize("last", TONE)
def test_a_sound_that_is_cut_off_rings_out_where_it_was(last: bytes) -> None:
    sound = unpacked(last + ring_out(last) + SILENCE)
    steepest = np.max(np.abs(np.diff(unpacked(last))))
    assert len(sound) == 3 * FRAME_BYTES // 2
    assert np.max(np.abs(np.diff(sound))) < 1.2 * steepest
    assert np.all(sound[160 + 40 :] == 0.0)
