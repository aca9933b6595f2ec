"""Rotary digits at six speeds on a busy gateway, beside two ways in which others count them.

``python -m tests.benchmarks.rotary [--digits N] [--keep FILE]``

The whole daemon with seven SLIC lines and electrical telephones, in real time: six dial at once,
each at a speed of its own, one talks, and the status is asked for ten times a second.  The numbers
that arrive at the network are compared with those dialled.  What it says: docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.rotary_counters import falling_edges, sampler
from tests.electrical.street import ElectricalStreet
from tests.rotary.dialling import SPEEDS, Plan, dial_on_a_busy_gateway

COUNTERS = {"falling edges": falling_edges, "10 ms sampler": sampler}
HEAD = (
    "dial",
    "digits",
    "wrong",
    "lost numbers",
    "spoilt trains",
    *(f"wrong, {name}" for name in COUNTERS),
    "latest edge, ms",
)


async def measured(folder: Path, plan: Plan) -> dict[str, Any]:
    async with ElectricalStreet(folder, len(plan.speeds) + 1) as street:
        return await dial_on_a_busy_gateway(street, street.phones, plan)


def table(result: dict[str, Any]) -> list[str]:
    """Markdown, one row for each speed and one of all."""
    rows = [
        [
            speed["digits"],
            speed["wrong_digits"],
            speed["lost_numbers"],
            line["spoilt_digits"],
            *(speed[name] for name in COUNTERS),
            speed["latest_edge_ms"],
        ]
        for speed, line in zip(result["speeds"].values(), result["lines"].values(), strict=False)
    ]
    *counts, latest = zip(*rows, strict=True)
    rows.append([*map(sum, counts), max(latest)])
    texts = [list(HEAD)]
    texts += [
        [name, *(f"{value:g}" for value in row)]
        for name, row in zip([*result["speeds"], "all"], rows, strict=True)
    ]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    texts.insert(1, ["-" * width for width in widths])
    return ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in texts]


def summary(result: dict[str, Any]) -> list[str]:
    digits = sum(speed["digits"] for speed in result["speeds"].values())
    wrong = sum(speed["wrong_digits"] for speed in result["speeds"].values())
    lines = [
        f"* the gateway's rate of wrong digits: {rate(wrong, digits)}",
    ]
    for name in COUNTERS:
        theirs = sum(speed[name] for speed in result["speeds"].values())
        ratio = f"{wrong / theirs:.4f}" if theirs else "–"
        lines.append(f"* {name}: {rate(theirs, digits)}; ours to theirs {ratio}")
    call = result["call"]
    return [
        *lines,
        f"* {result['seconds']} s; processor time of the gateway, its seven telephones included, "
        f"{result['gateway_percent']} % of one core; all cores {result['machine_percent']} % busy",
        f"* {result['status_queries']} status queries, the slowest answered after "
        f"{result['slowest_answer_ms']} ms",
        f"* the call: {call['state']}, {call['heard_seconds']:.0f} s heard, "
        f"{call['figures']['lost']} packets lost",
        *(f"* wrong: {one}" for one in result["wrong"]),
    ]


def rate(wrong: int, digits: int) -> str:
    """In per cent; where none is wrong, the bound that 95 of 100 such runs keep."""
    if wrong:
        return f"{100 * wrong / digits:.2f} % ({wrong} of {digits})"
    return f"0 of {digits}: below {100 * 3 / digits:.3f} % with a confidence of 95 %"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.rotary")
    parser.add_argument("--digits", type=int, default=1000, help="at each speed (1000)")
    parser.add_argument("--keep", type=Path, help="a file for all that was found, as JSON")
    chosen = parser.parse_args()
    _write(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    _write(f"load at the beginning: {_load()}\n")
    with tempfile.TemporaryDirectory(prefix="rotary-") as name:
        plan = Plan(SPEEDS, chosen.digits, chosen.keep, COUNTERS)
        result = asyncio.run(measured(Path(name), plan))
    if chosen.keep is not None:
        chosen.keep.write_text(json.dumps(result, indent=1, ensure_ascii=False))
    _write("\n".join([*table(result), "", *summary(result)]))
    _write(f"\nload at the end: {_load()}")


def _load() -> str:
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
