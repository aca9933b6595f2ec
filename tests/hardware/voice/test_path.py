"""The voice path on the fake sound card, whose telephone says and hears what a test wants."""

from __future__ import annotations

import logging
import threading
import time
from array import array
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from gateway.line import FRAME_BYTES, SILENCE
from hardware.voice.card import Card
from hardware.voice.options import VoiceOptions
from hardware.voice.path import VoicePath
from tests.hardware.contract import (
    A_FEW_FRAMES,
    PATIENCE,
    Blocking,
    Exchanged,
    until,
)
from tests.media.signals import Signal, frames, pcm, sine, unpacked
from tests.simulators.telephone.fake_card import FakeSoundCard

TONE = list(frames(pcm(sine(1000.0, -6.0, 100.0))))
"""Five frames, 100 whole periods: repeated, they are one tone."""
STEEPEST = float(np.max(np.abs(np.diff(unpacked(TONE[0])))))
SIGNAL = pcm(sine(700.0, -10.0, 190.0))
PLAIN = VoiceOptions(echo_canceller=False)


class Telephone:
    """Says ``says`` round and round, keeps what it heard."""

    def __init__(self, says: Sequence[bytes] = (SILENCE,)) -> None:
        self.says = says
        self.heard: list[bytes] = []

    def exchange(self, heard: bytes) -> bytes:
        self.heard.append(heard)
        return self.says[len(self.heard) % len(self.says)]


class Rig:
    """A path on a card with a telephone, and what the path told."""

    def __init__(
        self,
        telephone: Telephone | None = None,
        options: VoiceOptions = PLAIN,
        *,
        patience: float = 0.5,
    ) -> None:
        self.telephone = telephone or Telephone()
        self.card = FakeSoundCard(self.telephone.exchange, patience=patience)
        self.told: list[str] = []
        self.path = VoicePath(
            "test", self.card.open, options, self.told.append, lambda: self.told.append("cleared")
        )

    def run(self, count: int = 3) -> None:
        """Let the card run for some frames."""
        start = self.frames()
        until(lambda: self.frames() >= start + count, f"{count} frames")

    def frames(self) -> float:
        return self.path.figures["frames"]

    def close(self) -> None:
        self.path.close()
        self.card.close()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hardware.voice.path.RETRY", 0.05)


@pytest.fixture
def rigs() -> Iterator[Callable[..., Rig]]:
    made: list[Rig] = []

    def make(*arguments: Telephone | VoiceOptions, patience: float = 0.5) -> Rig:
        telephone = next((a for a in arguments if isinstance(a, Telephone)), None)
        options = next((a for a in arguments if isinstance(a, VoiceOptions)), PLAIN)
        made.append(rig := Rig(telephone, options, patience=patience))
        rig.path.open()
        rig.run()
        return rig

    yield make
    for rig in made:
        rig.close()


class Player:
    """An exchange that plays ``TONE`` and keeps what was said."""

    def __init__(self) -> None:
        self.said: list[bytes] = []

    def __call__(self, frame: bytes) -> bytes:
        self.said.append(frame)
        return TONE[len(self.said) % len(TONE)]

    def until(self, count: int) -> None:
        until(lambda: len(self.said) >= count, f"{count} frames of voice")


def samples(heard: Sequence[bytes]) -> Signal:
    return unpacked(b"".join(heard))


def steepest(heard: Sequence[bytes]) -> float:
    return float(np.max(np.abs(np.diff(samples(heard)))))


# What passes


def test_frames_pass_both_ways_unchanged_and_in_order(rigs: Callable[..., Rig]) -> None:
    numbered = [array("h", [n] * 160).tobytes() for n in range(1, 200)]
    rig = rigs(Telephone(numbered))
    said: list[bytes] = []

    def exchange(frame: bytes) -> bytes:
        said.append(frame)
        return numbered[len(said) % len(numbered)]

    rig.path.start(exchange)
    until(lambda: len(said) >= 30, "thirty frames")
    rig.path.stop()
    rig.run()
    # The first frame of each direction is faded in.
    first = numbered.index(said[1])
    assert said[1:] == numbered[first : first + len(said) - 1]
    heard = [frame for frame in rig.telephone.heard if frame in numbered]
    assert len(heard) >= len(said) - 2
    first = numbered.index(heard[0])
    assert heard == numbered[first : first + len(heard)]


def test_the_answer_to_a_frame_is_heard_as_late_as_the_card_says(
    rigs: Callable[..., Rig],
) -> None:
    click = array("h", [0] * 10 + [20000] + [0] * 149).tobytes()
    rig = rigs(Telephone([click, *[SILENCE] * 24]))
    rig.path.start(lambda frame: frame)
    heard = rig.telephone.heard
    until(lambda: sum(click == frame for frame in heard) >= 2, "two clicks")
    at = [n for n, frame in enumerate(heard) if frame == click]
    # It is said in every frame whose number is a multiple of 25, counted from 1.
    assert {(n + 1) % 25 for n in at} == {round(rig.path.figures["card_latency_ms"] / 20)}


def test_gains_are_applied_each_way(rigs: Callable[..., Rig]) -> None:
    rig = rigs(Telephone(TONE), VoiceOptions(-6.0, 6.0, echo_canceller=False))
    player = Player()
    rig.path.start(player)
    player.until(5)
    rig.run()
    peak = float(np.max(np.abs(unpacked(TONE[0]))))
    assert np.max(np.abs(unpacked(player.said[-1]))) == pytest.approx(peak / 1.995, rel=1e-3)
    assert np.max(np.abs(unpacked(rig.telephone.heard[-1]))) == pytest.approx(
        peak * 1.995, rel=1e-3
    )


def test_the_tap_hears_the_line_without_an_exchange(rigs: Callable[..., Rig]) -> None:
    rig = rigs(Telephone(TONE))
    tapped: list[bytes] = []
    rig.path.listen(tapped.append)
    until(lambda: len(tapped) >= 5, "five frames")
    rig.path.listen(None)
    rig.run(2)
    count = len(tapped)
    rig.run(3)
    assert len(tapped) == count
    assert tapped[-1] in TONE


def test_a_tap_that_raises_is_logged_once_and_not_called_again(
    rigs: Callable[..., Rig], caplog: pytest.LogCaptureFixture
) -> None:
    rig = rigs()

    def broken(_: bytes) -> None:
        raise RuntimeError("a fault of the test")

    rig.path.listen(broken)
    rig.run(5)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "what listens to the line failed" in caplog.text


def test_the_figures_are_numbers(rigs: Callable[..., Rig]) -> None:
    rig = rigs(VoiceOptions())
    rig.path.start(Exchanged())
    rig.run()
    figures = rig.path.figures
    assert {"frames", "late", "xruns", "outages", "card_latency_ms"} <= set(figures)
    assert all(isinstance(value, float) for value in figures.values())
    assert figures["card_latency_ms"] == 40.0


# Without a click


def test_voice_starts_and_stops_without_a_click(rigs: Callable[..., Rig]) -> None:
    rig = rigs()
    for _ in range(5):
        player = Player()
        rig.path.start(player)
        player.until(3)
        rig.path.stop()
        rig.run(4)
    assert max(map(max, map(unpacked, rig.telephone.heard))) > 10_000
    assert steepest(rig.telephone.heard) < 1.2 * STEEPEST


def test_muting_makes_no_click_and_lets_nothing_through(rigs: Callable[..., Rig]) -> None:
    rig = rigs(Telephone(TONE))
    player = Player()
    rig.path.start(player)
    player.until(5)
    rig.path.mute(on=True)
    rig.run(3)
    muted_from = len(player.said)
    rig.run(5)
    assert set(player.said[muted_from:]) == {SILENCE}
    rig.path.mute(on=False)
    until(lambda: player.said[-1] in TONE, "voice after the muting")
    assert steepest(player.said[1:]) < 1.2 * STEEPEST


def test_speech_fades_before_a_signal_and_comes_back_after_it(rigs: Callable[..., Rig]) -> None:
    rig = rigs(Telephone(TONE))
    player = Player()
    rig.path.start(player)
    player.until(5)
    rig.path.send(SIGNAL)
    until(lambda: player.said[-1] == SILENCE, "silence for the far end")
    until(lambda: player.said[-1] in TONE, "voice after the signal")
    rig.run(5)
    assert steepest(player.said[1:]) < 1.2 * STEEPEST
    assert steepest(rig.telephone.heard) < 1.2 * STEEPEST


# Signals


def test_a_signal_is_heard_exactly_and_alone_at_rest_and_in_a_call(
    rigs: Callable[..., Rig],
) -> None:
    rig = rigs(VoiceOptions(ear_gain=10.0))
    ended: list[float] = []
    rig.path.send(SIGNAL, ended.append)
    until(lambda: ended, "the end of the signal")
    rig.path.start(Player())
    rig.run()
    began = time.monotonic()
    rig.path.send(SIGNAL, ended.append)
    until(lambda: len(ended) == 2, "the end of the second signal")
    rig.run(4)
    assert b"".join(rig.telephone.heard).count(SIGNAL) == 2
    assert began + len(SIGNAL) / 16000 < ended[1] < time.monotonic()


def test_the_far_end_hears_silence_while_a_signal_is_sent(rigs: Callable[..., Rig]) -> None:
    rig = rigs(Telephone(TONE))
    player, tapped, ended = Player(), list[bytes](), list[float]()
    rig.path.start(player)
    rig.path.listen(tapped.append)
    player.until(5)
    rig.path.send(SIGNAL * 3, ended.append)
    until(lambda: ended, "the end of the signal")
    # 570 ms are 29 frames.
    assert player.said.count(SILENCE) == 29
    assert tapped[5:].count(SILENCE) == 0


def test_a_signal_that_is_stopped_is_cut_off_in_the_buffer_too(rigs: Callable[..., Rig]) -> None:
    rig = rigs()
    ended: list[float] = []
    rig.path.send(SIGNAL * 20, ended.append)
    heard = rig.telephone.heard
    until(lambda: SILENCE not in heard[-3:], "the signal")
    rig.path.stop_sending()
    # One frame may be on its way in the fake card.
    count = len(heard)
    rig.run(8)
    assert set(heard[count + 1 :]) == {SILENCE}
    assert ended == []
    assert rig.path.figures["xruns"] == 0.0


def test_stopping_no_signal_changes_nothing(rigs: Callable[..., Rig]) -> None:
    rig = rigs(Telephone(TONE))
    player = Player()
    rig.path.start(player)
    player.until(3)
    rig.path.stop_sending()
    rig.run(5)
    assert SILENCE not in player.said
    assert steepest(rig.telephone.heard) < 1.2 * STEEPEST


def test_the_next_signal_may_be_sent_when_the_last_has_ended(rigs: Callable[..., Rig]) -> None:
    rig = rigs()
    ended: list[float] = []

    def again(at: float) -> None:
        ended.append(at)
        if len(ended) < 3:
            rig.path.send(SIGNAL, again)

    rig.path.send(SIGNAL, again)
    until(lambda: len(ended) == 3, "three signals")
    assert ended == sorted(ended)
    assert b"".join(rig.telephone.heard).count(SIGNAL) == 3


# Threads


def test_one_thread_exchanges_from_open_to_close(rigs: Callable[..., Rig]) -> None:
    rig = rigs()
    first, second = Exchanged(), Exchanged()
    rig.path.start(first)
    until(lambda: first.frames, "voice")
    rig.path.stop()
    rig.path.start(second)
    until(lambda: len(second.frames) >= 3, "voice after the pause")
    assert first.threads == second.threads
    assert [thread.name for thread in first.threads] == ["voice-test"]
    assert {len(frame) for frame in first.frames + second.frames} == {FRAME_BYTES}
    (thread,) = first.threads
    rig.path.close()
    until(lambda: not thread.is_alive(), "the end of the thread")
    assert not rig.card.opened


def test_no_frame_is_exchanged_after_stop(rigs: Callable[..., Rig]) -> None:
    rig = rigs()
    exchange = Exchanged()
    rig.path.start(exchange)
    until(lambda: exchange.frames, "voice")
    rig.path.stop()
    count = len(exchange.frames)
    rig.run(5)
    assert len(exchange.frames) == count


def test_the_voice_can_be_stopped_from_within_the_exchange(rigs: Callable[..., Rig]) -> None:
    rig = rigs()
    calls: list[bytes] = []

    def once(frame: bytes) -> bytes:
        calls.append(frame)
        rig.path.stop()
        return SILENCE

    rig.path.start(once)
    rig.run(5)
    assert len(calls) == 1


@pytest.mark.parametrize(
    "method", ["start", "stop", "close", "send", "stop_sending", "listen", "mute", "figures"]
)
def test_no_method_waits_for_a_blocked_exchange(rigs: Callable[..., Rig], method: str) -> None:
    path = rigs().path
    calls: dict[str, Callable[[], object]] = {
        "start": lambda: path.start(Exchanged()),
        "stop": path.stop,
        "close": path.close,
        "send": lambda: path.send(SIGNAL),
        "stop_sending": path.stop_sending,
        "listen": lambda: path.listen(None),
        "mute": lambda: path.mute(on=True),
        "figures": lambda: path.figures,
    }
    exchange = Blocking()
    path.start(exchange)
    assert exchange.entered.wait(PATIENCE)
    caller = threading.Thread(target=calls[method], daemon=True)
    caller.start()
    try:
        caller.join(PATIENCE / 2)
        assert not caller.is_alive(), f"{method} waits for the exchange"
    finally:
        exchange.release.set()


def test_a_path_that_is_closed_in_a_blocked_exchange_opens_again(
    rigs: Callable[..., Rig],
) -> None:
    rig = rigs()
    blocking, exchange = Blocking(), Exchanged()
    rig.path.start(blocking)
    assert blocking.entered.wait(PATIENCE)
    rig.path.close()
    rig.path.open()
    rig.path.start(exchange)
    # The old thread still holds the card.
    until(lambda: rig.told, "the fault")
    assert "in use" in rig.told[0]
    blocking.release.set()
    until(lambda: exchange.frames, "voice on the card that was let go")
    assert rig.told[1:] == ["cleared"]
    assert blocking.calls == 1


def test_closing_is_idempotent_and_harmless_before_opening() -> None:
    rig = Rig()
    rig.path.close()
    rig.path.open()
    rig.path.open()
    rig.run()
    rig.path.close()
    rig.path.close()
    rig.card.close()


def test_an_exchange_that_raises_is_logged_and_the_next_start_works(
    rigs: Callable[..., Rig], caplog: pytest.LogCaptureFixture
) -> None:
    rig = rigs()
    rig.path.start(lambda _: b"short")
    until(lambda: caplog.records, "the error")
    exchange = Exchanged()
    rig.path.start(exchange)
    until(lambda: exchange.frames, "a frame after the error")
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "a voice frame has 320 bytes, not 5" in caplog.text
    assert rig.told == []


# A card that comes and goes


def test_a_missing_card_is_told_once_and_its_return_too() -> None:
    rig = Rig()
    rig.card.pull()
    exchange = Exchanged()
    rig.path.start(exchange)
    rig.path.open()
    until(lambda: rig.told, "the fault")
    time.sleep(A_FEW_FRAMES)
    assert rig.told == ["The fake sound card is not there; put it back."]
    assert exchange.frames == []
    rig.card.put_back()
    until(lambda: exchange.frames, "voice on the card that came")
    assert rig.told[1:] == ["cleared"]
    rig.close()


@pytest.mark.parametrize("in_a_call", [False, True])
def test_a_card_that_is_pulled_out_is_told_and_its_return_too(
    rigs: Callable[..., Rig],
    in_a_call: bool,
) -> None:
    rig = rigs()
    exchange = Exchanged()
    if in_a_call:
        rig.path.start(exchange)
        until(lambda: exchange.frames, "voice")
    rig.card.pull()
    until(lambda: rig.told, "the fault")
    assert "was pulled out" in rig.told[0]
    count = len(exchange.frames)
    rig.card.put_back()
    until(lambda: rig.told[1:] == ["cleared"], "the end of the fault")
    rig.run()
    assert (len(exchange.frames) > count) == in_a_call
    assert len(rig.told) == 2
    assert rig.path.figures["outages"] == 1.0


def test_a_card_that_gives_no_sound_is_told(rigs: Callable[..., Rig]) -> None:
    rig = rigs()
    rig.card.stall()
    until(lambda: rig.told, "the fault")
    assert "gives no sound" in rig.told[0]
    rig.card.resume()
    until(lambda: rig.told[1:] == ["cleared"], "the end of the fault")


def test_a_signal_is_forgotten_when_the_card_is_lost(rigs: Callable[..., Rig]) -> None:
    rig = rigs()
    ended: list[float] = []
    rig.path.send(SIGNAL * 100, ended.append)
    rig.run()
    rig.card.pull()
    until(lambda: rig.told, "the fault")
    rig.path.send(SIGNAL, ended.append)
    rig.card.put_back()
    until(lambda: len(rig.told) == 2, "the end of the fault")
    count = len(rig.telephone.heard)
    rig.run(5)
    assert set(rig.telephone.heard[count:]) == {SILENCE}
    assert ended == []


def test_closing_ends_the_wait_for_a_missing_card() -> None:
    rig = Rig()
    rig.card.pull()
    rig.path.open()
    until(lambda: rig.told, "the fault")
    before = set(threading.enumerate())
    rig.path.close()
    until(
        lambda: not any(thread.name == "voice-test" for thread in threading.enumerate()),
        "the end of the thread",
    )
    assert {thread.name for thread in before} > {"voice-test"}
    rig.card.close()
    assert len(rig.told) == 1


def test_after_an_underrun_voice_goes_on(rigs: Callable[..., Rig]) -> None:
    rig = rigs(Telephone(TONE), patience=0.0)
    blocking = Blocking()
    rig.path.start(blocking)
    assert blocking.entered.wait(PATIENCE)
    until(lambda: rig.card.underruns, "an underrun")
    player = Player()
    rig.path.start(player)
    blocking.release.set()
    player.until(30)
    assert rig.path.figures["xruns"] >= 1.0
    assert player.said[-1] in TONE
    assert rig.told == []


def test_an_error_in_the_card_is_a_fault_and_not_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rig = Rig()
    broken = [True]

    def open_card() -> Card:
        if broken:
            raise RuntimeError("a fault of the test")
        return rig.card.open()

    told: list[str] = []
    path = VoicePath("test", open_card, PLAIN, told.append, lambda: told.append("cleared"))
    path.open()
    until(lambda: told, "the fault")
    assert told == ["The voice of line test failed (a fault of the test); see the log."]
    assert "the voice failed" in caplog.text
    broken.clear()
    until(lambda: told[1:] == ["cleared"], "the end of the fault")
    path.close()
    rig.card.close()
