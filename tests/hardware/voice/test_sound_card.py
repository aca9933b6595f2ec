"""The door to ALSA on real ALSA: a private PulseAudio stands for the card."""

from __future__ import annotations

import errno
import threading
import time
from array import array
from collections.abc import Iterator
from typing import Any

import alsaaudio
import pytest

from gateway.line import FRAME_BYTES, FRAME_SAMPLES, SAMPLE_RATE, SILENCE
from hardware.sound_card import NO_SOUND_AFTER, SoundCard, sound_cards
from tests.hardware.contract import PATIENCE, until
from tests.hardware.voice.pulse import FAR, NEAR, TWO_CHANNELS, PrivatePulse
from tests.simulators.telephone.alsa_end import AlsaEnd

ROUND = 30_000
"""The markers count from 1 to this and begin again."""
LOSSLESS = 3 * SAMPLE_RATE


class Markers:
    """Frames of samples that count, so that a lost, doubled or changed one shows."""

    def __init__(self) -> None:
        self._next = 0

    def frame(self) -> bytes:
        count = range(self._next, self._next + FRAME_SAMPLES)
        self._next += FRAME_SAMPLES
        return array("h", (1 + n % ROUND for n in count)).tobytes()


class Counting:
    """Takes frames of markers; ``run`` samples in a row have been right, ``best`` at most."""

    def __init__(self) -> None:
        self.run = self.best = 0
        self._last = 0

    def take(self, frame: bytes) -> None:
        for sample in array("h", frame):
            right = self._last != 0 and sample == self._last % ROUND + 1
            self.run = self.run + 1 if right else 0
            self.best = max(self.best, self.run)
            self._last = sample


@pytest.fixture
def card(pulse: PrivatePulse) -> Iterator[SoundCard]:  # noqa: ARG001
    opened = SoundCard(NEAR)
    yield opened
    opened.close()


def read_on(card: SoundCard) -> None:
    """Nothing but reading is safe while the server is stopped."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        card.read()


def carry_on(card: SoundCard) -> None:
    """Keep ``card`` going until it raises, or for ``PATIENCE``."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if card.read() is not None:
            card.write(SILENCE)


def answers(card: SoundCard) -> bool:
    """A frame is read and its answer is played; a busy machine may be late."""
    return card.read() is not None and card.write(SILENCE)


def test_samples_pass_both_ways_unchanged_and_without_loss(pulse: PrivatePulse) -> None:
    """A busy machine may have an xrun; three seconds without one must come all the same."""
    near, far = Markers(), Markers()
    said, heard = Counting(), Counting()

    def telephone(frame: bytes) -> bytes:
        heard.take(frame)
        return far.frame()

    assert pulse.config.exists()
    card = SoundCard(NEAR)
    with AlsaEnd(FAR, telephone):
        deadline = time.monotonic() + 6 * PATIENCE
        while min(said.best, heard.best) < LOSSLESS:
            assert time.monotonic() < deadline, f"{said.best} and {heard.best} samples in a row"
            frame = card.read()
            if frame is not None:
                said.take(frame)
                card.write(near.frame())
        card.close()


def test_its_answers_are_heard_two_frames_after_the_question(card: SoundCard) -> None:
    assert card.latency_s == pytest.approx(0.040)
    frames = [card.read() for _ in range(5)]
    assert {len(frame) for frame in frames if frame is not None} == {FRAME_BYTES}


def test_an_underrun_is_told_and_both_directions_begin_anew(card: SoundCard) -> None:
    deadline = time.monotonic() + PATIENCE
    while card.write(SILENCE):
        # 20 ms of sound for 100 ms.
        time.sleep(0.1)
        assert time.monotonic() < deadline
    assert card.xruns == 1
    while (frame := card.read()) is not None:
        # What was captured before is not lost, but cannot be answered any more.
        assert len(frame) == FRAME_BYTES
        assert not card.write(SILENCE)
        assert time.monotonic() < deadline
    assert card.xruns == 1
    until(lambda: answers(card), "a frame played after the restart")


class Overrunning:
    """A real capture whose next read tells of an overrun, which PulseAudio hides."""

    def __init__(self, capture: Any) -> None:
        self._capture = capture
        self.overruns = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._capture, name)

    def read(self) -> tuple[int, bytes]:
        if not self.overruns:
            self.overruns += 1
            return -errno.EPIPE, b""
        answer: tuple[int, bytes] = self._capture.read()
        return answer


def test_an_overrun_begins_both_directions_anew(
    card: SoundCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert card.read() is not None
    capture = Overrunning(card._capture)
    monkeypatch.setattr(card, "_capture", capture)
    until(lambda: card.read() is None, "the restart")
    assert (capture.overruns, card.xruns) == (1, 1)
    until(lambda: answers(card), "a frame played after the restart")


def test_flush_from_another_thread_begins_anew(card: SoundCard) -> None:
    def read_until_flushed() -> None:
        while (frame := card.read()) is not None:
            card.write(frame)

    reader = threading.Thread(target=read_until_flushed, daemon=True)
    reader.start()
    card.flush()
    reader.join(PATIENCE)
    assert not reader.is_alive()
    until(lambda: answers(card), "a frame played after the restart")


def test_a_closed_card_is_let_go(pulse: PrivatePulse) -> None:
    assert pulse.config.exists()
    card = SoundCard(NEAR)
    card.close()
    card.close()
    card.flush()
    again = SoundCard(NEAR)
    assert again.read() is not None
    again.close()


@pytest.mark.parametrize("device", ["plughw:CARD=Nowhere", "hw:17,0", "plughw:17", "nowhere"])
def test_a_card_that_is_not_there_is_refused_with_a_sentence(device: str) -> None:
    with pytest.raises(OSError, match=rf"The sound card {device} is not there; plug it in"):
        SoundCard(device)


def test_a_card_is_looked_for_without_noise_in_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="is not there"):
        SoundCard("plughw:CARD=Nowhere")
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("pulse")
def test_a_card_that_does_no_mono_is_refused_with_a_sentence() -> None:
    with pytest.raises(OSError, match="write plughw: instead of hw:"):
        SoundCard(TWO_CHANNELS)


def test_a_wrong_frame_is_refused(card: SoundCard) -> None:
    with pytest.raises(ValueError, match="320 bytes, not 4"):
        card.write(b"1234")


def test_a_card_that_goes_away_is_told_and_opens_again_when_it_is_back(
    pulse: PrivatePulse, card: SoundCard
) -> None:
    pulse.kill()
    with pytest.raises(OSError, match=r"The sound card near_end went away in use .* plug it in"):
        carry_on(card)
    card.close()
    with pytest.raises(OSError, match="does not open"):
        SoundCard(NEAR)
    pulse.start()
    again = SoundCard(NEAR)
    assert again.read() is not None
    again.close()


def test_a_card_that_gives_no_sound_is_told(pulse: PrivatePulse, card: SoundCard) -> None:
    pulse.stall()
    began = time.monotonic()
    try:
        with pytest.raises(OSError, match="gives no sound any more"):
            read_on(card)
    finally:
        pulse.resume()
    assert time.monotonic() - began >= NO_SOUND_AFTER


def test_the_cards_of_this_computer_are_those_that_the_library_names() -> None:
    found = sound_cards()
    assert [card.identity for card in found] == alsaaudio.cards()
    assert all(card.device == f"plughw:CARD={card.identity}" for card in found)
