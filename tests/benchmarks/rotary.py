"""Rotary digits at six speeds on a busy gateway, beside two ways in which others count them.

``python -m tests.benchmarks.rotary [--digits N] [--gateways N] [--keep FILE]``

The whole daemon with seven SLIC lines and electrical telephones, in real time: six dial at once,
each at a speed of its own, one talks, and the status is asked for ten times a second.  Two gateways
(``--gateways``) at the same time need half as long.  The numbers
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
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
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


async def measured(folder: Path, plans: Sequence[Plan]) -> list[dict[str, Any]]:
    """One gateway for each plan."""
    threads = sum(2 * len(plan.speeds) + 2 for plan in plans)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(threads))
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(one_gateway(folder / str(number), plan))
            for number, plan in enumerate(plans)
        ]
    return [task.result() for task in tasks]


async def one_gateway(folder: Path, plan: Plan) -> dict[str, Any]:
    async with ElectricalStreet(folder, len(plan.speeds) + 1) as street:
        return await dial_on_a_busy_gateway(street, street.phones, plan)


def rows(results: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    """By speed, and of all, in the order of ``HEAD``."""
    found: dict[str, list[float]] = {}
    for place, name in enumerate(results[0]["speeds"]):
        speeds = [result["speeds"][name] for result in results]
        lines = [list(result["lines"].values())[place] for result in results]
        counts = ("digits", "wrong_digits", "lost_numbers", *COUNTERS)
        sums = [sum(speed[count] for speed in speeds) for count in counts]
        spoilt = sum(line["spoilt_digits"] for line in lines)
        latest = max(speed["latest_edge_ms"] for speed in speeds)
        found[name] = [*sums[:3], spoilt, *sums[3:], latest]
    *counted, latest_edges = zip(*found.values(), strict=True)
    found["all"] = [*map(sum, counted), max(latest_edges)]
    return found


def table(results: Sequence[dict[str, Any]]) -> list[str]:
    """Markdown."""
    texts = [list(HEAD)]
    texts += [[name, *(f"{value:g}" for value in row)] for name, row in rows(results).items()]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    texts.insert(1, ["-" * width for width in widths])
    return ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in texts]


def summary(results: Sequence[dict[str, Any]]) -> list[str]:
    together = dict(zip(HEAD[1:], rows(results)["all"], strict=True))
    digits, wrong = together["digits"], together["wrong"]
    lines = [f"* the gateway's wrong digits: {rate(wrong, digits)}"]
    for name in COUNTERS:
        theirs = together[f"wrong, {name}"]
        ratio = f"{wrong / theirs:.4f}" if theirs else "–"
        lines.append(f"* {name}: {rate(theirs, digits)}; ours to theirs {ratio}")
    for result in results:
        call = result["call"]
        lines += [
            f"* a gateway, its telephones included: {result['seconds']} s, "
            f"{result['gateway_percent']} % of one core; all cores "
            f"{result['machine_percent']} % busy",
            f"  * {result['status_queries']} status queries, the slowest answered after "
            f"{result['slowest_answer_ms']} ms",
            f"  * the call: {call['state']}, {call['heard_seconds']:.0f} s heard, "
            f"{call['figures']['lost']} packets lost",
            *(f"  * wrong: {one}" for one in result["wrong"]),
        ]
    return lines


def rate(wrong: float, digits: float) -> str:
    """In per cent; where none is wrong, the bound that 95 of 100 such runs keep."""
    if wrong:
        return f"{100 * wrong / digits:.2f} % ({wrong:g} of {digits:g})"
    return f"0 of {digits:g}: below {100 * 3 / digits:.3f} % with a confidence of 95 %"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.rotary")
    parser.add_argument("--digits", type=int, default=1000, help="at each speed (1000)")
    parser.add_argument("--gateways", type=int, default=1, help="at the same time (1)")
    parser.add_argument("--keep", type=Path, help="a folder for all that was found, as JSON")
    chosen = parser.parse_args()
    _write(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    _write(f"load at the beginning: {_load()}\n")
    with tempfile.TemporaryDirectory(prefix="rotary-") as name:
        keep = Path(chosen.keep or name)
        keep.mkdir(exist_ok=True)
        digits = chosen.digits // chosen.gateways
        plans = [
            Plan(SPEEDS, digits, keep / f"{number}.json", number, COUNTERS)
            for number in range(chosen.gateways)
        ]
        results = asyncio.run(measured(Path(name), plans))
        (keep / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False))
    _write("\n".join([*table(results), "", *summary(results)]))
    _write(f"\nload at the end: {_load()}")


def _load() -> str:
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
