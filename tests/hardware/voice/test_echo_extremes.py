"""What no telephone should send, and what bad wiring adds."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

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
from tests.media.signals import RATE, Signal, a_law, sine

PATH = EchoPath("220+820||115nF", 8.0, 16)
ADDED = {
    "DC": np.full(12 * RATE, 3000.0),
    "hum": sine(50.0, -20.0, 12000) + sine(150.0, -30.0, 12000),
    "loud hum": sine(50.0, -10.0, 12000),
}


def gained(echo: Signal, residue: Signal, begin: float, end: float) -> float:
    return enhancement(part(echo, begin, end), part(residue, begin, end))


@pytest.mark.parametrize("talker", [0, 1])
@pytest.mark.parametrize("what", ADDED)
def test_dc_and_hum_on_the_line_do_not_hide_the_echo(what: str, talker: int) -> None:
    played = a_law(talk(12.0, talker))
    echo, other = PATH.echo(played), line_noise(len(played), 1) + ADDED[what]
    left = cancelled(LineEchoCanceller(), echo + other, played) - other
    assert gained(echo, left, 2, 5) >= 30.0
    assert gained(echo, left, 5, 12) >= 30.0


def test_silence_is_survived_and_forgets_nothing() -> None:
    far = a_law(talk(12.0, 0))
    played = np.concatenate([part(far, 0, 4), np.zeros(60 * RATE), part(far, 4, 6)])
    echo, noise = PATH.echo(played), line_noise(len(played), 1)
    noise[10 * RATE : 50 * RATE] = 0.0
    left = cancelled(LineEchoCanceller(), echo + noise, played) - noise
    assert gained(echo, left, 64, 64.5) >= 40.0
    assert (np.abs(part(left, 5, 64)) < 1.0).all()


def test_clipping_does_not_drive_the_path_away() -> None:
    """Overdriven by 20 dB, an echo is nothing that a filter describes; then all is well again."""
    far = a_law(talk(12.0, 0))
    played = np.clip(np.concatenate([far, far]) * 8.0, -32768, 32767)
    echo = EchoPath(PATH.load, 3.0, 16).echo(played)
    echo[: 12 * RATE] = np.clip(2.0 * echo[: 12 * RATE], -6000.0, 6000.0)
    noise = line_noise(len(played), 1)
    left = cancelled(LineEchoCanceller(), echo + noise, played) - noise
    # There is nothing to win; on the whole the far end hears hardly more than without a canceller,
    # and for a moment at most the sum of the echo and what the path makes of it.
    assert gained(echo, left, 1, 12) > -1.0
    assert loudest(part(left, 1, 12)) < loudest(part(echo, 1, 12)) + 6.0
    assert gained(echo, left, 20, 24) >= 30.0


def test_an_echo_whose_peaks_are_cut_is_cancelled_in_part() -> None:
    played = a_law(talk(12.0, 0))
    echo, noise = PATH.echo(played), line_noise(len(played), 1)
    limit = np.quantile(np.abs(echo), 0.99)
    echo = np.clip(echo, -limit, limit)
    left = cancelled(LineEchoCanceller(), echo + noise, played) - noise
    assert gained(echo, left, 2, 12) >= 8.0


def signal_of(kind: str, length: int, choose: random.Random) -> Signal:
    seed = choose.randrange(1 << 30)
    noise = np.random.default_rng(seed).uniform(-32768, 32767, length)
    kinds: dict[str, Signal] = {
        "silence": np.zeros(length),
        "one": np.ones(length),
        "highest": np.full(length, 32767.0),
        "lowest": np.full(length, -32768.0),
        "square": np.where(np.arange(length) % 2, 32767.0, -32768.0),
        "noise": noise,
        "clicks": np.where(np.abs(noise) > 32500, noise, 0.0),
        "faint": np.sign(noise),
    }
    return kinds[kind]


KINDS = st.sampled_from(
    ["silence", "one", "highest", "lowest", "square", "noise", "clicks", "faint"]
)


@settings(max_examples=20)
@example(parts=[("silence", "highest", 1)], seed=0)
@example(parts=[("square", "square", 5)], seed=0)
@given(
    parts=st.lists(st.tuples(KINDS, KINDS, st.integers(1, 60)), max_size=6),
    seed=st.integers(0, 1 << 30),
)
def test_after_any_signal_speech_is_still_learned(
    parts: list[tuple[str, str, int]], seed: int
) -> None:
    choose = random.Random(seed)
    canceller = LineEchoCanceller()
    for captured, played, blocks in parts:
        length = 160 * blocks
        cancelled(canceller, signal_of(captured, length, choose), signal_of(played, length, choose))
    played_speech = a_law(talk(12.0, 0))
    echo, noise = PATH.echo(played_speech), line_noise(len(played_speech), 1)
    left = cancelled(canceller, echo + noise, played_speech) - noise
    assert gained(echo, left, 9, 12) >= 25.0
    assert canceller.converged
