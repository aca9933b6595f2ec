"""A signal is cut into frames, and its end is told with its time."""

from __future__ import annotations

import pytest

from hardware.voice.signal import SignalPlayer

FRAME = bytes(range(256)) + bytes(64)


def never(_: float) -> None:
    raise AssertionError("the end of this signal must not be told")


def waits(player: SignalPlayer) -> bool:
    return player.waiting


def test_frames_come_in_order_and_the_last_is_filled_up() -> None:
    player = SignalPlayer()
    player.send(FRAME + b"\1\2\3\4", None)
    assert waits(player)
    assert player.frame(0.0) == FRAME
    assert player.frame(0.02) == b"\1\2\3\4" + bytes(316)
    assert not waits(player)
    assert player.frame(0.04) is None


def test_the_end_is_told_when_the_last_sample_has_been_heard() -> None:
    told: list[float] = []
    player = SignalPlayer()
    player.send(bytes(320 + 160), told.append)
    player.frame(10.0)
    assert player.due(10.03) is None
    player.frame(10.02)
    assert player.due(10.029) is None
    ended = player.due(10.031)
    assert ended is not None
    assert ended[0] == pytest.approx(10.03)
    assert ended[1] == told.append
    assert player.due(11.0) is None


def test_a_stopped_signal_has_no_end() -> None:
    player = SignalPlayer()
    player.send(FRAME * 2, never)
    player.frame(0.0)
    assert player.stop()
    assert not waits(player)
    assert player.frame(0.02) is None
    assert player.due(100.0) is None
    assert not player.stop()


def test_a_signal_may_sound_until_its_end_was_told() -> None:
    player = SignalPlayer()
    player.send(FRAME, never)
    player.frame(0.0)
    assert not waits(player)
    assert player.stop()
    player.send(FRAME, None)
    player.frame(0.0)
    assert player.due(1.0) is not None
    assert not player.stop()


def test_another_signal_replaces_the_first() -> None:
    player = SignalPlayer()
    player.send(FRAME * 10, never)
    player.frame(0.0)
    player.send(b"\1\1", None)
    assert player.frame(0.02) == b"\1\1" + bytes(318)
    ended = player.due(1.0)
    assert ended is not None
    assert ended[0] == pytest.approx(0.020125)


@pytest.mark.parametrize("samples", [b"", b"odd"])
def test_a_signal_of_no_or_half_samples_is_refused(samples: bytes) -> None:
    with pytest.raises(ValueError, match="16-bit samples"):
        SignalPlayer().send(samples, None)
