"""The line echo canceller as an object: frames, errors, threads, state."""

from __future__ import annotations

import threading

import pytest

from hardware.voice._echo import LineEchoCanceller
from tests.hardware.voice.conversation import cancelled, line_noise, part, talk
from tests.hardware.voice.hybrids import EchoPath
from tests.media.signals import RATE, pcm, unpacked

PATH = EchoPath("220+820||115nF", 10.0, 400)
FRAME = bytes(320)


def test_nothing_played_leaves_what_is_captured_untouched() -> None:
    spoken = pcm(part(talk(12.0, 1), 0, 5))
    assert LineEchoCanceller().process(spoken, bytes(len(spoken))) == spoken


@pytest.mark.parametrize(("captured", "played"), [(320, 640), (640, 320), (0, 320)])
def test_unequal_lengths_are_refused(captured: int, played: int) -> None:
    with pytest.raises(ValueError, match="do not belong to"):
        LineEchoCanceller().process(bytes(captured), bytes(played))


@pytest.mark.parametrize("length", [1, 2, 318, 321, 480])
def test_what_is_no_whole_frame_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="no whole frames of 320 bytes"):
        LineEchoCanceller().process(bytes(length), bytes(length))


def test_no_frame_is_no_work() -> None:
    assert LineEchoCanceller().process(b"", b"") == b""


def test_nothing_is_known_before_anything_was_heard() -> None:
    canceller = LineEchoCanceller()
    assert canceller.echo_return_loss_db is None
    assert canceller.erle_db is None
    assert canceller.delay_samples is None
    assert not canceller.converged
    assert canceller.resets == 0


def test_what_it_tells_of_the_path_is_so() -> None:
    played = part(talk(12.0, 0), 0, 6)
    canceller = LineEchoCanceller()
    cancelled(canceller, PATH.echo(played) + line_noise(len(played), 1), played)
    peak = PATH.bulk + abs(PATH.response).argmax()
    assert canceller.delay_samples == peak
    # Speech hardly excites the upper end of the band, where a little of the loss is.
    assert canceller.echo_return_loss_db == pytest.approx(PATH.loss, abs=1.5)
    assert canceller.erle_db is not None
    # The echo is at -30 dBm0, the noise of the line at -65: that much weaker it gets, not more.
    assert 20.0 < canceller.erle_db < 40.0


def test_one_long_call_gives_what_many_short_ones_give() -> None:
    played = part(talk(12.0, 0), 0, 5)
    captured = PATH.echo(played) + line_noise(len(played), 1)
    whole = unpacked(LineEchoCanceller().process(pcm(captured), pcm(played)))
    assert (whole == cancelled(LineEchoCanceller(), captured, played)).all()


def test_a_reset_canceller_is_like_a_new_one() -> None:
    played = part(talk(12.0, 0), 0, 3)
    captured = PATH.echo(played) + line_noise(len(played), 1)
    used = LineEchoCanceller()
    cancelled(used, captured[::-1], played[::-1])
    used.reset()
    assert used.resets == 1
    assert not used.converged
    assert (used.delay_samples, used.erle_db, used.echo_return_loss_db) == (None, None, None)
    again = cancelled(used, captured, played)
    assert (again == cancelled(LineEchoCanceller(), captured, played)).all()


def test_two_threads_are_not_served_at_once() -> None:
    canceller = LineEchoCanceller()
    played = part(talk(12.0, 0), 0, 6)
    long_work = (pcm(PATH.echo(played)) * 10, pcm(played) * 10)
    began = threading.Event()
    results: list[bytes] = []

    def work() -> None:
        began.set()
        results.append(canceller.process(*long_work))

    worker = threading.Thread(target=work)
    worker.start()
    began.wait(10)
    refusals = set()
    while worker.is_alive():
        try:
            canceller.process(FRAME, FRAME)
        except RuntimeError as error:
            refusals.add(str(error))
    worker.join()
    assert refusals == {"an echo canceller serves one thread at a time"}
    assert len(canceller.process(FRAME, FRAME)) == 320
    assert len(results[0]) == 2 * 60 * RATE
