"""Both ends talk at once, all the time: 60 s of it."""

from __future__ import annotations

import numpy as np
import pytest

from hardware.voice._echo import LineEchoCanceller
from tests.hardware.voice.conversation import (
    cancelled,
    enhancement,
    enhancement_over_time,
    line_noise,
    loudest,
    part,
    quality,
    talk,
)
from tests.hardware.voice.hybrids import EchoPath
from tests.media.signals import RATE, Signal, a_law

DOUBLE = 60.0
AFTER = 3.0
WORST = EchoPath("220+820||115nF", 6.0, 16)
CONVERSATIONS = pytest.mark.parametrize(
    ("path", "near_level"),
    [
        pytest.param(WORST, 6.0, id="6 dB louder"),
        pytest.param(EchoPath("270+750||150nF", 11.0, 400), 0.0, id="as loud, later"),
        pytest.param(EchoPath("900+2.16uF", 6.0, 16), -6.0, id="6 dB quieter"),
        pytest.param(EchoPath("loaded 5 km + phone", 11.0, 16), 3.0, id="long line"),
    ],
)
"""``near_level``: of the near end's speech above the far end's, dB."""


class Talk:
    """Far-end speech on its own for ``alone`` seconds, 60 s of double talk, far-end speech."""

    def __init__(self, path: EchoPath, alone: float, near_level: float) -> None:
        played = part(a_law(talk(66.0, 0)), 0, alone + DOUBLE + AFTER)
        self.echo = path.echo(played)
        self.near = np.zeros(len(played))
        begin, end = round(alone * RATE), round((alone + DOUBLE) * RATE)
        self.near[begin:end] = (talk(66.0, 1) * 10 ** (near_level / 20))[: end - begin]
        self.noise = line_noise(len(played), 1)
        self.captured = self.echo + self.near + self.noise
        self.canceller = LineEchoCanceller()
        self.out = cancelled(self.canceller, self.captured, played)
        self.residue = self.out - self.near - self.noise

    def near_quality(self, heard: Signal, begin: float) -> float:
        end = begin + 8.0
        return quality(part(self.near, begin, end), part(heard, begin, end))


@CONVERSATIONS
def test_a_known_path_is_kept(path: EchoPath, near_level: float) -> None:
    said = Talk(path, 2.0, near_level)
    over_time = enhancement_over_time(said.echo, said.residue, 1.0)
    assert min(over_time[2:62]) >= 30.0
    # Not even for a tenth of a second is anything of the echo louder than a quiet line.
    assert loudest(part(said.residue, 2, 65)) < -55.0
    assert enhancement(part(said.echo, 62, 65), part(said.residue, 62, 65)) >= 40.0
    assert said.canceller.converged
    for begin in (2.0, 54.0):
        assert said.near_quality(said.out, begin) >= 3.8


@CONVERSATIONS
def test_a_path_is_learned_even_if_nobody_is_ever_silent(path: EchoPath, near_level: float) -> None:
    said = Talk(path, 0.0, near_level)
    over_time = enhancement_over_time(said.echo, said.residue, 1.0)
    assert min(over_time[5:60]) >= 20.0
    assert min(over_time[20:60]) >= 30.0
    # While it learns it must not make an echo of its own.
    assert loudest(said.residue) < loudest(said.echo) + 3.0
    assert enhancement(part(said.echo, 60, 63), part(said.residue, 60, 63)) >= 40.0
    for begin in (2.0, 30.0):
        assert said.near_quality(said.out, begin) >= 3.8


def test_without_the_canceller_the_echo_spoils_the_speech() -> None:
    said = Talk(WORST, 2.0, 0.0)
    assert said.near_quality(said.captured, 30.0) < 3.0


def test_a_quiet_talker_is_not_taken_for_echo() -> None:
    said = Talk(WORST, 2.0, -15.0)
    assert min(enhancement_over_time(said.echo, said.residue, 1.0)[2:62]) >= 30.0
    # The noise of the line, 30 dB below this talker, costs most of what is missing.
    assert said.near_quality(said.out, 30.0) > said.near_quality(said.near + said.noise, 30.0) - 0.1


def test_a_talker_on_their_own_is_not_touched() -> None:
    played = np.concatenate([part(a_law(talk(66.0, 0)), 0, 3), np.zeros(5 * RATE)])
    near = np.concatenate([np.zeros(3 * RATE), part(talk(66.0, 1), 0, 5)])
    captured = WORST.echo(played) + near + line_noise(len(near), 1)
    out = cancelled(LineEchoCanceller(), captured, played)
    # Once the last of the echo has died away.
    assert (part(out, 3.1, 8) == np.rint(part(captured, 3.1, 8))).all()
