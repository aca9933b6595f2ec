"""The gateway beside baresip: reaction times, voice delay, processor time, memory.

``python -m tests.benchmarks.calls [--runs N] [--seconds S] [--long]``

Both are subscribers of one local MultiFon network and are measured in turn, or at the same time
where it is processor time.  One table: median, worst and number of values of each, and the ratio
of the medians.  ``--seconds`` is the length of one measurement of processor time; there are three
for each number of calls.  ``--long`` adds a call of two minutes.  What the figures include, and
what cannot be compared, is in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import load, reactions, voice_delay
from tests.benchmarks.long_call import long_call
from tests.benchmarks.side_by_side import SideBySide
from tests.benchmarks.table import Table

ROUNDS = 3
"""Measurements of processor time for each number of calls."""


async def run(runs: int, seconds: float, *, long: bool) -> Table:
    """Measure; what takes long is told on the standard error."""
    table = Table()
    table.declare(
        (
            reactions.DIAL_TONE, reactions.LAST_DIGIT_BEGIN, reactions.LAST_DIGIT_END,
            reactions.LAST_KEY, reactions.CREDENTIALS, reactions.BELL, reactions.RINGING,
            reactions.ANSWER, reactions.ANSWER_VOICE, reactions.VOICE_AFTER_ANSWER,
            reactions.EAR, reactions.EAR_OWN,
            voice_delay.FROM_LINE, voice_delay.TO_LINE, voice_delay.SUM, voice_delay.ECHO,
            voice_delay.SECOND_FROM_LINE, voice_delay.SECOND_TO_LINE,
        )
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        sounds = voice_delay.Sounds.make(folder)
        async with SideBySide(folder) as bench:
            background = await bench.free_running_network()
            for number in range(runs):
                _tell(f"run {number + 1} of {runs}, load {_load()}")
                await reactions.outgoing(bench, table)
                await reactions.outgoing_of_baresip(bench, table)
                await reactions.outgoing_by_silent_keys(bench, table)
                await reactions.incoming(bench, table)
                await reactions.ringing_of_baresip(bench, table)
                await reactions.answer_of_baresip(bench, table)
                await voice_delay.of_gateway(bench, table, sounds)
                await voice_delay.of_baresip(bench, table, sounds)
                await voice_delay.of_second_line(bench, table, sounds)
            await bench.hang_up(background)
            for number in range(ROUNDS):
                for count, what in load.LEVELS.items():
                    _tell(f"processor time {number + 1} of {ROUNDS}, {what}, load {_load()}")
                    await load.measure(bench, table, count, seconds)
                load.telephone_alone(table, folder)
            if long:
                _tell(f"long call, load {_load()}")
                for line in await long_call(bench):
                    _write(line)
                _tell(f"done, load {_load()}")
    return table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.calls")
    parser.add_argument("--runs", type=int, default=5, help="rounds of all calls (5)")
    parser.add_argument("--seconds", type=float, default=10.0, help="of processor time (10)")
    parser.add_argument("--long", action="store_true", help="add a call of two minutes")
    chosen = parser.parse_args()
    _write(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    _write(f"load at the beginning: {_load()}\n")
    table = asyncio.run(run(chosen.runs, chosen.seconds, long=chosen.long))
    _write("\n" + "\n".join(table.lines()))
    _write(f"\nload at the end: {_load()}")


def _load() -> str:
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
