"""The path changes in a call: another telephone is lifted, buffers move, a frame is lost."""

from __future__ import annotations

import numpy as np
import pytest

from hardware.voice._echo import LineEchoCanceller
from tests.hardware.voice.conversation import (
    cancelled,
    enhancement,
    line_noise,
    loudest,
    part,
    talk,
)
from tests.hardware.voice.hybrids import EchoPath
from tests.media.signals import RATE, a_law

FIRST = EchoPath("220+820||115nF", 8.0, 100)
OTHER_LINES = [
    EchoPath("370+620||310nF", 8.0, 100),
    EchoPath("loaded 5 km + phone", 8.0, 130),
    EchoPath("900+2.16uF", 20.0, 100),
]
OTHER_DELAYS = [
    (FIRST, EchoPath(FIRST.load, FIRST.loss, 400)),
    (EchoPath(FIRST.load, FIRST.loss, 900), FIRST),
]
CHANGE = 6
"""Seconds."""


def changed(first: EchoPath, then: EchoPath, talker: int, learned_after: float) -> None:
    played = part(a_law(talk(20.0, talker)), 0, CHANGE + learned_after + 3)
    at = CHANGE * RATE
    echo = np.concatenate([first.echo(played)[:at], then.echo(played)[at:]])
    noise = line_noise(len(played), 1)
    canceller = LineEchoCanceller()
    left = cancelled(canceller, echo + noise, played) - noise
    learned = CHANGE + learned_after
    assert enhancement(part(echo, 3, CHANGE), part(left, 3, CHANGE)) >= 40.0
    assert enhancement(part(echo, learned, learned + 3), part(left, learned, learned + 3)) >= 30.0
    # The old path and the new echo add up at worst; nothing grows beyond that.
    assert loudest(left) < loudest(echo) + 6.0
    assert canceller.converged


@pytest.mark.parametrize("talker", [0, 1])
@pytest.mark.parametrize("then", OTHER_LINES, ids=lambda path: path.load)
def test_another_line_is_learned_within_three_seconds(then: EchoPath, talker: int) -> None:
    changed(FIRST, then, talker, 3.0)


@pytest.mark.parametrize("talker", [0, 1])
@pytest.mark.parametrize(("first", "then"), OTHER_DELAYS, ids=["later", "earlier"])
def test_another_delay_is_found_within_six_seconds(
    first: EchoPath, then: EchoPath, talker: int
) -> None:
    changed(first, then, talker, 6.0)


@pytest.mark.parametrize("moved", [-250, 1, 160, 333])
def test_after_a_reset_it_converges_within_a_second_again(moved: int) -> None:
    """What an xrun of the card leads to: the delay is another one."""
    played = part(a_law(talk(20.0, 0)), 0, 6)
    path = EchoPath(FIRST.load, FIRST.loss, 300)
    canceller = LineEchoCanceller()
    cancelled(canceller, path.echo(played) + line_noise(len(played), 1), played)
    assert canceller.converged
    before = canceller.delay_samples
    assert before is not None

    canceller.reset()
    after = EchoPath(path.load, path.loss, path.bulk + moved)
    echo, noise = after.echo(played), line_noise(len(played), 2)
    left = cancelled(canceller, echo + noise, played) - noise
    assert enhancement(part(echo, 1, 1.5), part(left, 1, 1.5)) >= 30.0
    assert canceller.delay_samples == before + moved


def test_a_line_without_echo_stays_as_it_is() -> None:
    """After an echo, too: a matched line has none."""
    played = part(a_law(talk(20.0, 1)), 0, 12)
    echo = FIRST.echo(played)
    echo[CHANGE * RATE :] = 0.0
    noise = line_noise(len(played), 1)
    left = cancelled(LineEchoCanceller(), echo + noise, played) - noise
    assert loudest(part(left, 9, 12)) < -60.0
    never = cancelled(LineEchoCanceller(), noise, played) - noise
    assert loudest(never) < -55.0
