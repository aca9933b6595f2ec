"""Speech on both sides of a line, and measures of what an echo canceller makes of it."""

from __future__ import annotations

import functools
import random
import tempfile
from pathlib import Path
from typing import Protocol

import numpy as np
from pesq import pesq

from tests.media.signals import RATE, Signal, frames, noise, pcm, prose, unpacked
from tests.speech import read, speak

FRAME = 160
SPEECH_LEVEL = -20.0
"""dBm0 while the talker talks (ITU-T P.56)."""
LINE_NOISE = -65.0
"""dBm0."""
TALKERS = ("ru", "en-gb", "ru+f3", "en-us+f2", "ru+m3", "en-gb-scotland")


def active_level(signal: Signal) -> float:
    """Level in dBm0 of the frames of 20 ms that are at most 15.9 dB below it (after P.56)."""
    powers = np.mean(signal[: len(signal) // FRAME * FRAME].reshape(-1, FRAME) ** 2, axis=1)
    active = powers
    for _ in range(20):
        active = powers[powers > np.mean(active) * 10**-1.59]
    return float(10.0 * np.log10(2.0 * np.mean(active) / 32768.0**2) + 3.14)


@functools.cache
def talk(seconds: float, talker: int, level: float = SPEECH_LEVEL) -> Signal:
    """``seconds`` of speech of one of the ``TALKERS``, the first word at the beginning.

    Made once a run of the tests; not to be written to.
    """
    voice = TALKERS[talker % len(TALKERS)]
    choose = random.Random(talker)
    said: list[Signal] = []
    with tempfile.TemporaryDirectory(prefix="talk-") as folder:
        while sum(map(len, said)) < seconds * RATE:
            path = Path(folder, f"{len(said)}.wav")
            spoken = read(speak(prose(voice[:2], 4, choose), path, voice)).astype(np.float64)
            said.append(spoken[int(np.argmax(np.abs(spoken) > 500)) :])
    signal: Signal = np.concatenate(said)[: round(seconds * RATE)]
    signal *= 10 ** ((level - active_level(signal)) / 20)
    signal.flags.writeable = False
    return signal


def part(signal: Signal, begin: float, end: float) -> Signal:
    """From the second ``begin`` to the second ``end``."""
    return signal[round(begin * RATE) : round(end * RATE)]


def line_noise(length: int, seed: int, level: float = LINE_NOISE) -> Signal:
    return noise(level, length, seed)


class Canceller(Protocol):
    """As in ``hardware.voice._echo``."""

    def process(self, captured: bytes, played: bytes, /) -> bytes: ...


def cancelled(canceller: Canceller, captured: Signal, played: Signal) -> Signal:
    """What the canceller makes of ``captured``, a frame of 20 ms at a time."""
    pairs = zip(frames(pcm(captured)), frames(pcm(played)), strict=True)
    return unpacked(b"".join(canceller.process(*pair) for pair in pairs))


def in_db(ratio: float) -> float:
    return float(10.0 * np.log10(max(ratio, 1e-12)))


def enhancement(echo: Signal, residue: Signal) -> float:
    """Echo return loss enhancement in dB: how much weaker the residue is than the echo."""
    return in_db(float(np.mean(echo**2)) / max(float(np.mean(residue**2)), 1e-9))


def enhancement_over_time(echo: Signal, residue: Signal, seconds: float = 0.5) -> list[float]:
    """The same for every window of ``seconds``."""
    step = round(seconds * RATE)
    return [
        enhancement(echo[at : at + step], residue[at : at + step])
        for at in range(0, len(echo) - step + 1, step)
    ]


def loudest(signal: Signal, seconds: float = 0.1) -> float:
    """Level in dBm0 of the loudest window of ``seconds``."""
    step = round(seconds * RATE)
    windows = signal[: len(signal) // step * step].reshape(-1, step)
    return in_db(2.0 * float(np.max(np.mean(windows**2, axis=1))) / 32768.0**2) + 3.14


def quality(spoken: Signal, heard: Signal) -> float:
    """MOS-LQO of PESQ (ITU-T P.862.1), narrow band, 1 to 4.5."""
    return float(pesq(RATE, spoken.astype(np.int16), heard.astype(np.int16), "nb"))
