"""A call of two minutes: frames and packets that were lost, late or made up (measure 7)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from tests.benchmarks.load import connect, disconnect, talk
from tests.benchmarks.side_by_side import SideBySide
from tests.benchmarks.table import BARESIP, GATEWAY

MINUTES = 2.0


async def long_call(bench: SideBySide, seconds: float = 60 * MINUTES) -> list[str]:
    """One call to each program at once; lines of a report."""
    speech = await asyncio.to_thread(talk, bench.folder, seconds + 10)
    before = (await bench.gateway.status())["lines"][0]["voice"]
    clock_before = (await bench.gateway.handset("state", line="line1"))["clock"]
    old = [record["id"] for record in await bench.gateway.calls()]
    calls = await connect(bench, 1, speech)
    await asyncio.sleep(seconds)
    clock = (await bench.gateway.handset("state", line="line1"))["clock"]
    voice = (await bench.gateway.status())["lines"][0]["voice"]
    seen = {
        program: (await bench.ask("call_info", ids[0]))["figures"] for program, ids in calls.items()
    }
    await disconnect(bench, 1, calls)
    record = await _newest_record(bench, old)
    counted = {name: voice[name] - before[name] for name in voice}
    driver = {name: clock[name] - clock_before[name] for name in ("frames", "late", "stalls")}
    return [
        f"gateway, voice of the line: {_listed(counted)}",
        f"gateway, clock of the simulated line: {_listed(driver)}, "
        f"worst since the start {clock['worst_late_ms']:.1f} ms late",
        f"gateway, its record of the call: {_listed(record)}",
        *(
            f"network, what it received of {program}: {_listed(seen[program])}"
            for program in (GATEWAY, BARESIP)
        ),
    ]


async def _newest_record(bench: SideBySide, old: list[str]) -> Mapping[str, float]:
    """The figures of a record that is not among ``old``: it is written when the network is done."""
    deadline = time.monotonic() + 5
    while True:
        for record in await bench.gateway.calls():
            if record["id"] not in old:
                figures: Mapping[str, float] = record["figures"]
                return figures
        if time.monotonic() > deadline:
            raise TimeoutError("the call has left no record")
        await asyncio.sleep(0.05)


def _listed(figures: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {_short(value)}" for name, value in figures.items())


def _short(value: float) -> str:
    return f"{value:g}" if value == round(value, 2) else f"{value:.2f}"
