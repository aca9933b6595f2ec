"""Plays edges to a gpio-sim line with the timing of a C program (``dialer.c``)."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.simulators.telephone.contacts import Edge

SOURCE = Path(__file__).with_name("dialer.c")
_COMPILING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Played:
    """Times of ``CLOCK_MONOTONIC``, s.  ``fifo``: it ran with a real-time priority."""

    fifo: bool
    wanted: tuple[float, ...]
    written: tuple[float, ...]
    """When the write of each edge returned."""

    @property
    def worst_delay(self) -> float:
        return max(after - before for before, after in zip(self.wanted, self.written, strict=True))


def build(folder: Path, compiler: str = "cc") -> Path:
    """Compile the program into ``folder``; ``OSError`` says what the compiler said."""
    program = folder / "dialer"
    words = [compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(program), str(SOURCE)]
    done = subprocess.run(
        words, check=False, capture_output=True, text=True, timeout=_COMPILING_SECONDS
    )
    if done.returncode:
        raise OSError(f"{compiler} could not build {SOURCE.name}: {done.stderr.strip()}")
    return program


def play(program: Path, attribute: Path, edges: Sequence[Edge]) -> Played:
    """Play ``edges`` (times from 0, in order) and return when the last one was written.

    A closed contact is ``pull-up``: SHK is high off-hook.  ``OSError`` when the attribute cannot
    be written, ``ValueError`` when there is nothing to play.
    """
    if not edges:
        raise ValueError("There are no edges to play.")
    text = "".join(f"{edge.time:.9f} {edge.closed:d}\n" for edge in edges)
    done = subprocess.run(
        [str(program), str(attribute)],
        check=False,
        capture_output=True,
        text=True,
        input=text,
        timeout=edges[-1].time + 30,
    )
    if done.returncode:
        raise OSError(f"The dialer could not play the edges: {done.stderr.strip()}")
    first, *lines = done.stdout.splitlines()
    times = [tuple(map(float, line.split())) for line in lines]
    return Played(
        first == "fifo 1",
        tuple(wanted for wanted, _ in times),
        tuple(written for _, written in times),
    )
