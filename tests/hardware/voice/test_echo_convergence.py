"""How fast and how far the line echo canceller learns a path from far-end speech.

The measure is the echo return loss enhancement (ITU-T G.168): the power of the echo against that
of its residue.  Echo and line noise are known here, so the residue is what is left of the output
without the noise, and the noise does not bound the figure.
"""

from __future__ import annotations

import numpy as np
import pytest

from hardware.voice._echo import LineEchoCanceller
from tests.hardware.voice.conversation import (
    LINE_NOISE,
    TALKERS,
    cancelled,
    enhancement,
    line_noise,
    part,
    talk,
)
from tests.hardware.voice.hybrids import LOADS, EchoPath
from tests.media.signals import Signal, a_law, level_of

CODED = [a_law(talk(12.0, talker)) for talker in range(len(TALKERS))]
"""The far end comes through G.711."""


def residue(path: EchoPath, played: Signal, seed: int = 1) -> tuple[Signal, Signal]:
    """The echo of ``played``, and what a new canceller leaves of it."""
    echo, noise = path.echo(played), line_noise(len(played), seed)
    return echo, cancelled(LineEchoCanceller(), echo + noise, played) - noise


def gained(path: EchoPath, played: Signal, begin: float, end: float) -> float:
    echo, left = residue(path, played)
    return enhancement(part(echo, begin, end), part(left, begin, end))


@pytest.mark.parametrize("talker", range(len(TALKERS)), ids=TALKERS)
@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize("loss", [6.0, 12.0])
def test_after_one_second_of_speech_the_echo_is_30_db_weaker(
    load: str, loss: float, talker: int
) -> None:
    path = EchoPath(load, loss, bulk=16)
    assert gained(path, part(CODED[talker], 0, 1.5), 1.0, 1.5) >= 30.0


@pytest.mark.parametrize("talker", range(len(TALKERS)), ids=TALKERS)
@pytest.mark.parametrize("load", LOADS)
def test_a_weak_echo_is_learned_too(load: str, talker: int) -> None:
    """Of a well matched line: it lies only some 20 dB above the noise."""
    assert gained(EchoPath(load, 20.0, bulk=16), part(CODED[talker], 0, 5), 2.0, 5.0) >= 30.0


@pytest.mark.parametrize("bulk", [0, 1, 31, 32, 33, 400, 1000, 2040])
def test_the_delay_of_the_buffers_is_found(bulk: int) -> None:
    path = EchoPath("220+820||115nF", 10.0, bulk)
    for talker in (0, 1):
        assert gained(path, part(CODED[talker], 0, 1.5), 1.0, 1.5) >= 30.0


@pytest.mark.parametrize("bulk", [0, 400])
def test_the_whole_tail_is_cancelled(bulk: int) -> None:
    """Reflections up to 31 ms behind the peak."""
    direct, late = EchoPath("220+820||115nF", 10.0, bulk), EchoPath("900+2.16uF", 22.0, bulk + 248)
    played = part(CODED[0], 0, 8)
    echo, noise = direct.echo(played) + late.echo(played), line_noise(len(played), 1)
    left = cancelled(LineEchoCanceller(), echo + noise, played) - noise
    assert enhancement(part(echo, 4, 8), part(left, 4, 8)) >= 30.0


def test_what_is_left_is_the_noise_of_the_line() -> None:
    path = EchoPath("270+750||150nF", 11.0, bulk=16)
    _, left = residue(path, CODED[0])
    assert level_of(part(left, 5, 12)) < LINE_NOISE - 5.0


def test_a_louder_line_is_learned_as_far_as_it_can_be_heard() -> None:
    path = EchoPath("220+820||115nF", 10.0, bulk=16)
    played = CODED[0]
    echo, noise = path.echo(played), line_noise(len(played), 1, level=-50.0)
    left = cancelled(LineEchoCanceller(), echo + noise, played) - noise
    assert enhancement(part(echo, 5, 12), part(left, 5, 12)) >= 30.0


@pytest.mark.parametrize("level", [-35.0, -9.0])
def test_quiet_and_loud_talkers_teach_it(level: float) -> None:
    path = EchoPath("370+620||310nF", 8.0, bulk=16)
    played = a_law(np.clip(CODED[1] * 10 ** ((level + 20.0) / 20), -32768, 32767))
    assert gained(path, part(played, 0, 6), 3.0, 6.0) >= 30.0
