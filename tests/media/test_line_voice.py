"""The voice of a line in a call, without pjsua2 behind the bridge."""

from __future__ import annotations

import pytest

from gateway.line import FRAME_BYTES, SILENCE
from gateway.media.bridge import FALLBACK_AFTER, Bridge
from gateway.media.junction import Junction
from gateway.media.voice import LineVoice
from gateway.toneplan import load_tone_plan


class Network(Bridge):
    """Sends numbered frames, one for each tick."""

    def __init__(self) -> None:
        super().__init__()
        self.junction = Junction()
        self.sent = 0

    def tick(self, clock: object) -> bool:
        if not self.elect(clock):
            return False
        self.sent += 1
        self.junction.said.get()
        self.junction.heard.put(self.frame)
        return True

    @property
    def frame(self) -> bytes:
        """The last that was sent."""
        return self.sent.to_bytes(2, "little") * (FRAME_BYTES // 2)


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("time.monotonic", lambda: self.now)


@pytest.mark.parametrize("pause", [0.02, 0.5 * FALLBACK_AFTER, 2 * FALLBACK_AFTER, 3.0])
def test_a_line_that_was_away_hears_what_is_said_now(
    monkeypatch: pytest.MonkeyPatch, pause: float
) -> None:
    clock = Clock(monkeypatch)
    network = Network()
    voice = LineVoice("line1", load_tone_plan("ru"), network, lambda _digit: None)
    network.junction = voice.junction
    voice.junction.joined = True
    voice.start()
    assert voice.exchange(SILENCE) == network.frame
    clock.now += pause
    if pause > FALLBACK_AFTER:
        for _ in range(Junction.LIMIT + 3):
            network.elect("the software clock")
            network.tick("the software clock")
    network.release("the software clock")
    for _ in range(3):
        assert voice.exchange(SILENCE) == network.frame
        clock.now += 0.02


@pytest.mark.parametrize(
    ("drift", "slides"), [(None, False), (1.5, False), (-1.5, False), (2.0, True), (-150.0, True)]
)
def test_a_line_whose_clock_is_off_says_so_before_its_call(
    drift: float | None, slides: bool
) -> None:
    voice = LineVoice("line1", load_tone_plan("ru"), Network(), lambda _digit: None, lambda: drift)
    voice.start()
    assert voice.junction.slides is slides
