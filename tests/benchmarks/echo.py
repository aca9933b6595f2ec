"""Our line echo canceller beside speexdsp's and spandsp's on the same signals in the same run.

``python -m tests.benchmarks.echo [--talkers N] [--loss DB] [--noise DBM0]``

The first table gives the echo return loss enhancement in dB that each has after so much far-end
speech, over the half second from there on: median and least of N talkers (6).  The second gives
60 s of double talk after 2 s of far-end speech on its own: the loudest tenth of a second of the
residue of the echo, in dBm0, the enhancement over the 3 s of far-end speech that follow, and the
PESQ of the near end's speech.  The third gives the processor time of a frame of 20 ms.

Echo and noise are known, so the residue is measured without the noise, which does not bound the
figures.  The echo comes DB (10) below what is played, 2 ms later: neither peer looks for a delay.
Each peer has a tail of 32 ms, its defaults, and no suppressor; ours has none.  The tables go to
stderr, since spandsp writes to stdout.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping

import numpy as np

from hardware.voice._echo import LineEchoCanceller
from tests.benchmarks.echo_peers import Spandsp, Speex
from tests.hardware.voice.conversation import (
    TALKERS,
    Canceller,
    cancelled,
    enhancement,
    line_noise,
    loudest,
    part,
    quality,
    talk,
)
from tests.hardware.voice.hybrids import LOADS, EchoPath
from tests.media.signals import RATE, a_law, frames, pcm

CANCELLERS: Mapping[str, Callable[[], Canceller]] = {
    "gateway": LineEchoCanceller,
    "speexdsp": Speex,
    "spandsp": Spandsp,
}
MOMENTS = (0.25, 0.5, 1.0, 2.0, 5.0)
WINDOW = 0.5
BULK = 16
ALONE, DOUBLE, AFTER = 2.0, 60.0, 3.0
PESQ_AT = (2.0, 54.0)
PESQ_SECONDS = 8.0
ROUNDS = 5


def write(*cells: str) -> None:
    first, *others = cells
    sys.stderr.write(f"{first:34}" + "".join(f"{cell:>14}" for cell in others) + "\n")


def compare_convergence(paths: list[EchoPath], talkers: int, noise_level: float) -> None:
    write("ERLE, dB: median (least)", *(f"{moment} s" for moment in MOMENTS))
    gains: dict[str, list[list[float]]] = {name: [] for name in CANCELLERS}
    for path in paths:
        for name, make in CANCELLERS.items():
            rows = []
            for talker in range(talkers):
                played = part(a_law(talk(6.0, talker)), 0, MOMENTS[-1] + WINDOW)
                echo, noise = path.echo(played), line_noise(len(played), talker, noise_level)
                left = cancelled(make(), echo + noise, played) - noise
                ends = [(moment, moment + WINDOW) for moment in MOMENTS]
                rows.append([enhancement(part(echo, *end), part(left, *end)) for end in ends])
            gains[name] += rows
            write_gains(f"{path.load}, {name}", rows)
    for name in CANCELLERS:
        write_gains(f"all, {name}", gains[name])
    for name in CANCELLERS:
        if name != "gateway":
            more = np.median(np.array(gains["gateway"]) - np.array(gains[name]), axis=0)
            write(f"gateway above {name}, median", *(f"{value:+.1f}" for value in more))


def write_gains(name: str, rows: list[list[float]]) -> None:
    columns = list(zip(*rows, strict=True))
    write(name, *(f"{statistics.median(c):.1f} ({min(c):.1f})" for c in columns))


def compare_double_talk(paths: list[EchoPath], noise_level: float) -> None:
    write(
        "\n60 s of double talk", "echo, dBm0", "residue", "ERLE after", "PESQ, least", "difference"
    )
    played = part(a_law(talk(66.0, 0)), 0, ALONE + DOUBLE + AFTER)
    near = np.zeros(len(played))
    begin, end = round(ALONE * RATE), round((ALONE + DOUBLE) * RATE)
    near[begin:end] = talk(66.0, 1)[: end - begin]
    noise = line_noise(len(played), 1, noise_level)
    # speexdsp takes DC out of what is captured: what that changes is no residue of an echo.
    without_echo = {
        name: cancelled(make(), near + noise, np.zeros(len(near)))
        for name, make in CANCELLERS.items()
    }
    for path in paths:
        echo = path.echo(played)
        ours = 0.0
        for name, make in CANCELLERS.items():
            out = cancelled(make(), echo + near + noise, played)
            left = out - without_echo[name]
            residue = loudest(part(left, ALONE, ALONE + DOUBLE))
            after = (ALONE + DOUBLE, ALONE + DOUBLE + AFTER)
            heard = [
                quality(part(near, at, at + PESQ_SECONDS), part(out, at, at + PESQ_SECONDS))
                for at in PESQ_AT
            ]
            ours = residue if name == "gateway" else ours
            write(
                f"{path.load}, {name}",
                f"{loudest(part(echo, ALONE, ALONE + DOUBLE)):.1f}",
                f"{residue:.1f}",
                f"{enhancement(part(echo, *after), part(left, *after)):.1f}",
                f"{min(heard):.2f}",
                f"{ours - residue:+.1f}" if name != "gateway" else "",
            )


def microseconds(make: Callable[[], Canceller], captured: bytes, played: bytes) -> float:
    """Processor time a frame, median of some rounds."""
    took = []
    pairs = list(zip(frames(captured), frames(played), strict=True))
    for _ in range(ROUNDS):
        canceller = make()
        began = time.thread_time()
        for pair in pairs:
            canceller.process(*pair)
        took.append((time.thread_time() - began) / len(pairs) * 1e6)
    return statistics.median(took)


def compare_cost(path: EchoPath, noise_level: float) -> None:
    write("\nprocessor time a frame, us", *CANCELLERS, "of speexdsp", "of spandsp")
    played = part(a_law(talk(66.0, 0)), 0, 6)
    both = part(talk(66.0, 1), 0, 6)
    noise = line_noise(len(played), 1, noise_level)
    captured = {
        "far-end speech": path.echo(played) + noise,
        "double talk from the start": path.echo(played) + both + noise,
    }
    for situation, signal in captured.items():
        costs = {
            name: microseconds(make, pcm(signal), pcm(played)) for name, make in CANCELLERS.items()
        }
        ratios = [costs["gateway"] / costs[name] for name in ("speexdsp", "spandsp")]
        write(
            situation,
            *(f"{cost:.0f}" for cost in costs.values()),
            *(f"{ratio:.2f}" for ratio in ratios),
        )
    write("(spandsp's includes 160 calls from Python and as many lines that it prints)")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--talkers", type=int, default=len(TALKERS), help="1 to 6 (6)")
    options.add_argument("--loss", type=float, default=10.0, help="return loss in dB (10)")
    options.add_argument("--noise", type=float, default=-65.0, help="of the line, dBm0 (-65)")
    chosen = options.parse_args()
    # Debian's build of spandsp prints two lines a sample.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    paths = [EchoPath(load, chosen.loss, BULK) for load in LOADS]
    compare_convergence(paths, chosen.talkers, chosen.noise)
    compare_double_talk(paths, chosen.noise)
    compare_cost(paths[0], chosen.noise)


if __name__ == "__main__":
    main()
