"""What becomes of sound on the voice path: echo, digits, and a real ALSA device."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from gateway.line import FRAME_BYTES, SILENCE
from hardware.sound_card import SoundCard
from hardware.voice.options import VoiceOptions
from hardware.voice.path import VoicePath
from tests.hardware.contract import Exchanged, until
from tests.hardware.voice.pulse import FAR, NEAR, PrivatePulse
from tests.media.signals import (
    RATE,
    Dtmf,
    Signal,
    frames,
    level_of,
    multimon_digits,
    noise,
    pcm,
    speech,
    unpacked,
)
from tests.simulators.telephone.alsa_end import AlsaEnd
from tests.simulators.telephone.fake_card import FakeSoundCard

HYBRID = np.concatenate([np.zeros(5), [0.15, -0.22, 0.12, 0.05, -0.04, 0.02, -0.01]])
"""A hybrid with some 10 dB of return loss."""
CONVERTER_DELAY = 37


class HybridTelephone:
    """Says ``says``, and what its hybrid returns of what it hears."""

    def __init__(self, says: Signal) -> None:
        self._says = says
        self._heard = np.zeros(len(HYBRID) - 1)
        self._position = 0
        self.echo: list[Signal] = []

    def exchange(self, heard: bytes) -> bytes:
        self._heard = np.concatenate([self._heard, unpacked(heard)])
        echo = np.convolve(self._heard, HYBRID, "valid")
        self._heard = self._heard[-(len(HYBRID) - 1) :]
        self.echo.append(echo)
        own = self._says[self._position : self._position + len(echo)]
        self._position += len(echo)
        return pcm(echo + np.pad(own, (0, len(echo) - len(own))))


class Script:
    """An exchange that plays ``plays`` and keeps what is said, until it is over."""

    def __init__(self, plays: Signal) -> None:
        self.over = threading.Event()
        self.said: list[bytes] = []
        self._frames = iter([f for f in frames(pcm(plays)) if len(f) == FRAME_BYTES])

    def __call__(self, frame: bytes) -> bytes:
        if self.over.is_set():
            return SILENCE
        self.said.append(frame)
        heard = next(self._frames, None)
        if heard is None:
            self.over.set()
            return SILENCE
        return heard


def carried(
    telephone: HybridTelephone, plays: Signal, options: VoiceOptions
) -> tuple[Signal, dict[str, float]]:
    """What the far end hears while ``plays`` is played to the telephone, in accelerated time."""
    card = FakeSoundCard(telephone.exchange, converter_delay=CONVERTER_DELAY, paced=False)
    told: list[str] = []
    path = VoicePath("test", card.open, options, told.append, lambda: None)
    script = Script(plays)
    path.start(script)
    path.open()
    until(script.over.is_set, "the end of the script")
    figures = dict(path.figures)
    path.close()
    card.close()
    assert told == []
    return unpacked(b"".join(script.said)), figures


@pytest.fixture(scope="module")
def far_speech() -> Signal:
    spoken = np.concatenate(list(speech(12.0, seed=11)))[: 12 * RATE]
    at_level: Signal = spoken * 0.3
    return at_level


def test_the_far_end_does_not_hear_its_own_echo(far_speech: Signal) -> None:
    telephone = HybridTelephone(noise(-65.0, 14 * RATE, 5))
    said, figures = carried(telephone, far_speech, VoiceOptions())
    echo = np.concatenate(telephone.echo)
    assert level_of(echo[6 * RATE : 12 * RATE]) - level_of(said[6 * RATE :]) > 20.0
    # Aligned with what is written, the echo comes as late as the converters let it, and 2 ms.
    assert figures["echo_delay_ms"] == pytest.approx((CONVERTER_DELAY + 6) / 8, abs=0.5)


def test_without_the_canceller_the_echo_comes_back(far_speech: Signal) -> None:
    telephone = HybridTelephone(noise(-65.0, 14 * RATE, 5))
    said, figures = carried(telephone, far_speech, VoiceOptions(echo_canceller=False))
    echo = np.concatenate(telephone.echo)
    assert level_of(said[6 * RATE :]) == pytest.approx(
        level_of(echo[6 * RATE : 12 * RATE]), abs=1.0
    )
    assert "echo_delay_ms" not in figures


@pytest.mark.parametrize("automatic", [False, True])
def test_digits_dialled_under_dial_tone_and_speech_are_decoded_by_others(
    far_speech: Signal,
    automatic: bool,
) -> None:
    digits = "0123456789*#ABCD" * 2
    dialled = Dtmf(70.0, 70.0, -13.0, twist=2.0, offset_ms=1000.0).digits(digits)
    telephone = HybridTelephone(dialled + noise(-60.0, len(dialled), 7))
    options = VoiceOptions(microphone_automatic=automatic, ear_automatic=automatic)
    said, _ = carried(telephone, far_speech[: len(dialled)] * 0.3, options)
    assert multimon_digits(pcm(said)) == digits


@pytest.fixture
def ends(pulse: PrivatePulse) -> Iterator[Callable[[VoicePath], None]]:  # noqa: ARG001
    opened: list[VoicePath] = []

    def until_the_test_ends(path: VoicePath) -> None:
        opened.append(path)
        path.open()

    yield until_the_test_ends
    for path in opened:
        path.close()
    until(
        lambda: not any(thread.name == "voice-test" for thread in threading.enumerate()),
        "the end of the voice threads",
    )


def test_voice_and_signals_pass_over_alsa(ends: Callable[[VoicePath], None]) -> None:
    """The signal is compared to the sample; a busy machine may need another attempt."""
    heard = bytearray()
    signal = pcm(noise(-20.0, RATE // 2, 1))
    said = array_of(1234)

    def telephone(frame: bytes) -> bytes:
        heard.extend(frame)
        return said

    told: list[str] = []
    path = VoicePath(
        "test",
        lambda: SoundCard(NEAR),
        VoiceOptions(echo_canceller=False),
        told.append,
        lambda: None,
    )
    with AlsaEnd(FAR, telephone):
        ends(path)
        exchange = Exchanged()
        path.start(exchange)
        until(lambda: said in exchange.frames, "the voice of the telephone")
        until(lambda: arrives(path, signal, heard), "the signal, whole")
        path.close()
    assert told == []


def arrives(path: VoicePath, signal: bytes, heard: bytearray) -> bool:
    """``signal`` was sent, and is in what was heard 200 ms later."""
    sent: list[float] = []
    path.send(signal, sent.append)
    until(lambda: sent, "the end of the signal")
    count = len(heard)
    until(lambda: len(heard) > count + 3200, "200 ms after the signal")
    return signal in heard


def array_of(value: int) -> bytes:
    """A frame that is a constant."""
    return value.to_bytes(2, "little", signed=True) * 160


def test_a_card_that_goes_and_comes_back_carries_the_call_on(
    pulse: PrivatePulse,
    ends: Callable[[VoicePath], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hardware.voice.path.RETRY", 0.1)
    told: list[str] = []
    path = VoicePath(
        "test",
        lambda: SoundCard(NEAR),
        VoiceOptions(),
        told.append,
        lambda: told.append("cleared"),
    )
    exchange = Exchanged()
    with AlsaEnd(FAR, lambda heard: heard):
        ends(path)
        path.start(exchange)
        until(lambda: exchange.frames, "voice")
        pulse.kill()
        until(lambda: told, "the fault")
        assert "plug it in again" in told[0]
        count = len(exchange.frames)
        pulse.start()
        until(lambda: len(exchange.frames) > count + 5, "voice on the card that is back")
        assert told[1:] == ["cleared"]
        path.close()
