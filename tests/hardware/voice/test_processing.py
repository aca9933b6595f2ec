"""What the voice thread does to each frame, without a thread."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.line import SILENCE
from gateway.media import _dsp
from hardware.voice._echo import LineEchoCanceller
from hardware.voice.options import VoiceOptions
from hardware.voice.processing import EARLY_SAMPLES, VoiceProcessing
from tests.media.signals import frames, noise, pcm, unpacked

NOISE = [frame for frame in frames(pcm(noise(-20.0, 8000, 1))) if len(frame) == 320]
PLAYED = [array.tobytes() for array in np.arange(1, 1601, dtype=np.int16).reshape(-1, 160)]


class Played:
    """A canceller that keeps what it is shown as played."""

    def __init__(self) -> None:
        self.played: list[bytes] = []
        self.resets = 0

    def process(self, captured: bytes, played: bytes) -> bytes:
        self.played.append(played)
        return captured

    def reset(self) -> None:
        self.resets += 1


def carry(processing: VoiceProcessing, heard: bytes, captured: bytes = SILENCE) -> bytes:
    """One frame of a call; what the far end hears."""
    clean = processing.captured(captured, muted=False, in_use=True)
    said = processing.said(clean, passing=True)
    processing.written(processing.heard(heard, passing=True))
    return said


@pytest.mark.parametrize("delay_ms", [40, 25, 60])
def test_the_canceller_is_shown_what_sounds_when_a_frame_is_captured(delay_ms: int) -> None:
    canceller = Played()
    processing = VoiceProcessing(VoiceOptions(), canceller)
    processing.restarted(delay_ms / 1000, same_echo=False)
    for frame in PLAYED:
        carry(processing, frame)
    shown = unpacked(b"".join(canceller.played))
    # The first frame is faded in; the counting begins at 1 and so tells where a sample came from.
    late = delay_ms * 8 - EARLY_SAMPLES
    assert np.all(shown[:late] == 0.0)
    assert list(shown[late + 160 :]) == list(range(161, 1601 - late))


def test_a_restart_forgets_the_echo_but_not_if_nothing_was_lost() -> None:
    canceller = LineEchoCanceller()
    processing = VoiceProcessing(VoiceOptions(), canceller)
    processing.restarted(0.04, same_echo=False)
    before = canceller.resets
    processing.restarted(0.04, same_echo=True)
    assert canceller.resets == before
    processing.restarted(0.04, same_echo=False)
    assert canceller.resets == before + 1


def test_on_hook_and_muted_the_canceller_rests() -> None:
    canceller = Played()
    processing = VoiceProcessing(VoiceOptions(), canceller)
    processing.restarted(0.04, same_echo=False)
    processing.captured(NOISE[0], muted=False, in_use=False)
    processing.captured(NOISE[1], muted=True, in_use=True)
    processing.captured(NOISE[2], muted=True, in_use=True)
    assert canceller.played == []


def test_the_frame_under_way_when_muting_ends_is_still_muted() -> None:
    processing = VoiceProcessing(VoiceOptions(), None)
    processing.restarted(0.04, same_echo=False)
    processing.captured(NOISE[0], muted=True, in_use=False)
    assert processing.captured(NOISE[1], muted=False, in_use=False) is SILENCE
    faded = processing.captured(NOISE[2], muted=False, in_use=False)
    assert -30.0 < _dsp.level(faded) < _dsp.level(NOISE[2])
    assert processing.captured(NOISE[3], muted=False, in_use=False) is NOISE[3]


def test_the_far_end_gets_silence_while_a_signal_is_sent() -> None:
    processing = VoiceProcessing(VoiceOptions(), None)
    processing.restarted(0.04, same_echo=False)
    carry(processing, SILENCE, NOISE[0])
    assert carry(processing, SILENCE, NOISE[1]) is NOISE[1]
    processing.said(NOISE[2], passing=False)
    assert processing.said(NOISE[3], passing=False) is SILENCE


def test_without_an_exchange_and_a_past_there_is_silence() -> None:
    processing = VoiceProcessing(VoiceOptions(), None)
    processing.restarted(0.04, same_echo=False)
    assert processing.heard(None, passing=True) is SILENCE
    carry(processing, NOISE[0])
    carry(processing, NOISE[1])
    ringing_out = processing.heard(None, passing=True)
    assert abs(unpacked(ringing_out)[0]) > 0.5 * abs(unpacked(NOISE[1])[-1])
    assert processing.heard(None, passing=True) is SILENCE
