"""How late a voice thread is beside busy programs: with real-time priority, and as an ordinary one.

``python -m tests.benchmarks.real_time [--seconds S] [--busy N]``

The thread is that of the simulated line, a frame every 20 ms; the two take turns, so that both see
the same computer.  Needs the permission for real-time priority (root, or ``ulimit -r``).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from gateway.line import SILENCE
from gateway.real_time import PRIORITY
from hardware.simulated import clock as simulated
from hardware.simulated.clock import LATE, VoiceClock

ROUNDS = 4


class Lateness:
    """Frames of a voice thread, over several rounds."""

    def __init__(self) -> None:
        self.frames = self.late = 0
        self.worst = 0.0

    def measure(self, seconds: float) -> None:
        """Let a voice thread run so long."""
        voice = VoiceClock("benchmark", 0.0, lambda exchange: void(exchange(SILENCE)), void)
        voice.open()
        voice.start(lambda frame: frame)
        time.sleep(seconds)
        voice.close()
        self.frames += voice.counters.frames
        self.late += voice.counters.late
        self.worst = max(self.worst, voice.counters.worst_late_ms)


def void(*_: object) -> None:
    """Nothing."""


@contextmanager
def busy(count: int) -> Iterator[None]:
    """So many programs that do nothing but count."""
    with ExitStack() as stack:
        for _ in range(count):
            program = stack.enter_context(
                subprocess.Popen([sys.executable, "-c", "while True: pass"])
            )
            stack.callback(program.kill)
        time.sleep(1.0)
        yield


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.real_time")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each round")
    parser.add_argument("--busy", type=int, default=3 * (os.cpu_count() or 1))
    options = parser.parse_args(arguments)
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRIORITY))
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    except PermissionError:
        print("This user may have no real-time priority: run it as root.", file=sys.stderr)
        return 1
    first, ordinary = Lateness(), Lateness()
    with busy(options.busy):
        for _ in range(ROUNDS):
            first.measure(options.seconds)
            with patch.object(simulated, "claim_real_time", void):
                ordinary.measure(options.seconds)
    print(f"{options.busy} busy programs, {os.cpu_count()} processors\n")
    print(f"{'':12}{'frames':>10}{f'> {LATE * 1000:g} ms late':>16}{'worst, ms':>12}")
    for name, found in (("real-time", first), ("ordinary", ordinary)):
        print(f"{name:12}{found.frames:10}{found.late:16}{found.worst:12.2f}")
    ratio = ordinary.worst / max(first.worst, 0.001)
    print(f"\nThe worst of the ordinary thread is {ratio:.0f} times that of the other.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
