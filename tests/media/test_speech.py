"""Utterances as the voice thread plays them."""

from __future__ import annotations

from array import array
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from gateway.line import FRAME_BYTES
from gateway.media.speech import SpeechPlayer


def utterance(frames: float, value: int = 1000) -> bytes:
    return array("h", [value] * round(frames * FRAME_BYTES / 2)).tobytes()


def test_an_utterance_is_played_whole_and_its_end_is_told_once() -> None:
    player, ended = SpeechPlayer(), list[int]()
    spoken = utterance(2.5)
    player.say(spoken, lambda: ended.append(1))
    heard = [player.frame() for _ in range(3)]
    assert ended == []
    assert b"".join(frame or b"" for frame in heard) == spoken.ljust(3 * FRAME_BYTES, b"\0")
    assert [player.frame(), player.frame()] == [None, None]
    assert ended == [1]


def test_utterances_follow_each_other() -> None:
    player = SpeechPlayer()
    player.say(utterance(1, 1))
    player.say(utterance(1, 2))
    heard = [player.frame() for _ in range(4)]
    assert heard == [utterance(1, 1), None, utterance(1, 2), None]


def test_a_hushed_utterance_fades_within_a_frame_and_its_end_is_not_told() -> None:
    player, ended = SpeechPlayer(), list[int]()
    player.say(utterance(9), lambda: ended.append(1))
    player.say(utterance(9), lambda: ended.append(2))
    assert player.frame() == utterance(1)
    player.hush()
    last = player.frame()
    assert last is not None
    faded = array("h", last)
    assert faded[0] > 950
    assert faded[-1] < 50
    assert sorted(faded, reverse=True) == list(faded)
    assert [player.frame() for _ in range(20)] == [None] * 20
    assert ended == []


def test_what_is_said_after_a_hush_is_heard() -> None:
    player = SpeechPlayer()
    player.say(utterance(9))
    player.frame()
    player.hush()
    player.say(utterance(1, 7))
    player.frame()
    assert player.frame() == utterance(1, 7)


def test_a_hush_before_anything_is_said_changes_nothing() -> None:
    player = SpeechPlayer()
    player.hush()
    assert player.frame() is None


@given(st.lists(st.one_of(st.floats(0, 3), st.just(None)), max_size=12), st.data())
def test_every_utterance_ends_once_or_is_hushed(
    orders: list[float | None], data: st.DataObject
) -> None:
    player, ended = SpeechPlayer(), list[int]()
    waiting: set[int] = set()
    for number, length in enumerate(orders):
        if length is None:
            player.hush()
            waiting -= {n for n in waiting if n not in ended}
        else:
            player.say(utterance(length), partial(ended.append, number))
            waiting.add(number)
        for _ in range(data.draw(st.integers(0, 4))):
            frame = player.frame()
            assert frame is None or len(frame) == FRAME_BYTES
    for _ in range(60):
        player.frame()
    assert ended == sorted(waiting)
