"""The fake sound card keeps what the door to a real one promises."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from hardware.voice.card import Card
from tests.hardware.contract import PATIENCE, until
from tests.simulators.telephone.fake_card import FRAME_BYTES, SILENCE, FakeSoundCard, FakeStreams


class Loop:
    """A telephone that says what it hears, in the frame in which it hears it."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def exchange(self, heard: bytes) -> bytes:
        self.heard.append(heard)
        return heard


def numbered(number: int) -> bytes:
    return number.to_bytes(2, "little") * 160


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def card(loop: Loop) -> Iterator[FakeSoundCard]:
    with FakeSoundCard(loop.exchange) as made:
        yield made


def carry(streams: FakeStreams, count: int) -> list[bytes | None]:
    """Answer ``count`` frames with numbered ones; what was read."""
    read = []
    for number in range(1, count + 1):
        read.append(streams.read())
        streams.write(numbered(number))
    return read


def test_it_is_a_card_for_the_voice_path(card: FakeSoundCard) -> None:
    streams: Card = card.open()
    assert streams.latency_s == pytest.approx(0.04)
    assert streams.xruns == 0


@pytest.mark.parametrize("paced", [True, False])
@pytest.mark.parametrize("prefill", [2, 3])
def test_an_answer_is_heard_as_late_as_promised(loop: Loop, prefill: int, *, paced: bool) -> None:
    with FakeSoundCard(loop.exchange, prefill=prefill, paced=paced) as card:
        streams = card.open()
        read = carry(streams, 12)
        assert read == [*[SILENCE] * prefill, *map(numbered, range(1, 13 - prefill))]
        assert streams.latency_s == pytest.approx(prefill * 0.02)
        assert (streams.xruns, card.underruns, card.overruns) == (0, 0, 0)


def test_the_converters_delay_what_is_heard(loop: Loop) -> None:
    with FakeSoundCard(loop.exchange, converter_delay=3, paced=False) as card:
        carry(card.open(), 6)
    assert loop.heard[2] == bytes(6) + numbered(1)[:-6]
    assert loop.heard[3] == numbered(1)[-6:] + numbered(2)[:-6]


@pytest.mark.parametrize("ppm", [-500.0, 500.0])
def test_its_clock_is_fast_or_slow(loop: Loop, ppm: float) -> None:
    with FakeSoundCard(loop.exchange, ppm=ppm) as card:
        assert 0.02 / card.period - 1 == pytest.approx(ppm / 1e6)


def test_the_telephone_lives_without_a_computer(loop: Loop, card: FakeSoundCard) -> None:
    until(lambda: card.frames >= 3, "three frames")
    assert set(loop.heard) == {SILENCE}


def test_a_computer_that_writes_nothing_has_an_underrun(loop: Loop) -> None:
    with FakeSoundCard(loop.exchange, paced=False) as card:
        streams = card.open()
        for _ in range(3):
            streams.read()
        assert card.underruns == 1
        assert not streams.write(numbered(1))
        # Nothing is left that was captured before it, so both directions begin anew.
        assert streams.read() is None
        assert streams.xruns == 1
        assert carry(streams, 5) == [SILENCE, SILENCE, *map(numbered, (1, 2, 3))]


def test_a_computer_that_reads_nothing_has_an_overrun(loop: Loop) -> None:
    with FakeSoundCard(loop.exchange, patience=0.0, buffer=4) as card:
        streams = card.open()
        until(lambda: card.overruns, "an overrun")
        assert not streams.write(numbered(1))
        assert streams.read() is None
        assert streams.xruns == 1


def test_a_busy_computer_is_waited_for(loop: Loop) -> None:
    with FakeSoundCard(loop.exchange, patience=PATIENCE) as card:
        streams = card.open()
        threading.Event().wait(0.2)
        read = carry(streams, 5)
        assert read == [SILENCE, SILENCE, *map(numbered, (1, 2, 3))]
        assert (card.underruns, card.overruns) == (0, 0)


def test_flush_begins_anew_without_an_xrun(card: FakeSoundCard) -> None:
    streams = card.open()
    carry(streams, 5)
    streams.flush()
    assert streams.read() is None
    assert streams.xruns == 0
    assert carry(streams, 3) == [SILENCE, SILENCE, numbered(1)]


def test_a_pulled_card_is_gone_until_it_is_put_back(card: FakeSoundCard) -> None:
    streams = card.open()
    carry(streams, 2)
    card.pull()
    with pytest.raises(OSError, match="was pulled out"):
        streams.read()
    with pytest.raises(OSError, match="was pulled out"):
        streams.write(SILENCE)
    with pytest.raises(OSError, match="is not there"):
        card.open()
    streams.close()
    card.put_back()
    with pytest.raises(OSError, match="was pulled out"):
        streams.read()
    assert card.open().read() is not None


def test_a_card_is_opened_once_at_a_time(card: FakeSoundCard) -> None:
    streams = card.open()
    with pytest.raises(OSError, match="in use"):
        card.open()
    streams.close()
    card.open().close()
    assert not card.opened


@pytest.mark.parametrize("paced", [True, False])
def test_a_card_that_stands_still_gives_no_sound(loop: Loop, *, paced: bool) -> None:
    with FakeSoundCard(loop.exchange, paced=paced) as card:
        streams = card.open()
        carry(streams, 3)
        card.stall()
        with pytest.raises(OSError, match="no sound"):
            carry(streams, 10)
        card.resume()
        assert streams.read() is not None


def test_an_error_of_the_telephone_is_raised_at_the_end() -> None:
    def broken(_: bytes) -> bytes:
        raise RuntimeError("a fault of the test")

    card = FakeSoundCard(broken)
    assert card.open().read() == SILENCE
    with pytest.raises(RuntimeError, match="a fault of the test"):
        card.close()


def test_a_wrong_frame_is_refused(card: FakeSoundCard) -> None:
    with pytest.raises(ValueError, match=f"{FRAME_BYTES} bytes"):
        card.open().write(b"short")
