"""The set-up page beside a call: what it costs, and whether a page under load tears the voice.

``python -m tests.benchmarks.page [--seconds S] [--rate R]`` runs the gateway, the page and the
local MultiFon.  The same call goes on without visitors and with ``R`` requests a second of the
first page by a visitor who has signed in; the counters of the line and of the call are compared.
The yardstick is the call without visitors, in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from gateway.web.password import PagePassword
from tests.benchmarks.processes import Meter, memory
from tests.demo.house import House
from tests.page_process import PageProcess

PASSWORD = "three old words"
SPEECH = "89990000002"
"""Answers with recorded speech."""
CONNECTIONS = 16
COUNTERS = ("late", "underruns", "overruns")


@dataclass(frozen=True, slots=True)
class Load:
    """What the visitors got."""

    answers: int
    failed: int
    milliseconds: list[float]

    def told(self) -> str:
        if not self.milliseconds:
            return "no request"
        worst = quantiles(self.milliseconds, n=100)[98]
        half = median(self.milliseconds)
        return (
            f"{self.answers} answers, {self.failed} failed; {half:.1f} ms median, "
            f"{worst:.1f} ms at most in 99 of 100"
        )


async def signed_in(url: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=CONNECTIONS)
    client = httpx.AsyncClient(
        base_url=url, headers={"Origin": url.rstrip("/")}, limits=limits, timeout=30
    )
    page = (await client.get("/sign-in")).text
    token = page.split('name="token" value="')[1].split('"')[0]
    answer = await client.post("/sign-in", data={"token": token, "password": PASSWORD})
    assert answer.status_code == 303, answer.status_code
    return client


async def visit(client: httpx.AsyncClient, rate: float, seconds: float) -> Load:
    """``rate`` requests a second, each begun at its time whether or not the last is answered."""
    spent: list[float] = []
    failed = 0

    async def one() -> None:
        nonlocal failed
        began = time.monotonic()
        answer = await client.get("/")
        failed += answer.status_code != 200
        spent.append(1000 * (time.monotonic() - began))

    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            group.create_task(one())
    return Load(len(spent), failed, spent)


async def counters(house: House) -> Mapping[str, int]:
    voice = (await house.gateway.status())["lines"][0]["voice"]
    return {name: voice[name] for name in COUNTERS}


async def measured(
    house: House, page: PageProcess, seconds: float, rate: float
) -> tuple[Mapping[str, Any], Load]:
    """One call; the row of the table and what the visitors got."""
    phone = house.gateway.handset
    await phone("lift")
    await phone("hear", tone="dial", timeout=30)
    await phone("dial", digits=SPEECH)
    await phone("hear", tone="voice", timeout=30)
    before = await counters(house)
    meters = {"gateway": Meter(house.gateway.pid), "page": Meter(page.pid)}
    load = Load(0, 0, [])
    if rate:
        client = await signed_in(page.url)
        load = await visit(client, rate, seconds)
        await client.aclose()
    else:
        await asyncio.sleep(seconds)
    after = await counters(house)
    row: dict[str, Any] = {name: after[name] - before[name] for name in COUNTERS}
    row |= {f"{name} CPU, %": round(meter.percent(), 1) for name, meter in meters.items()}
    for name, pid in (("gateway", house.gateway.pid), ("page", page.pid)):
        row[f"{name} PSS, MB"] = round(memory(pid).pss, 1)
    await phone("hang-up")
    record = await house.gateway.last_call()
    row |= {name: record["figures"].get(name, 0) for name in ("lost", "buffer_empty", "mos")}
    return row, load


def show(rows: Mapping[str, Mapping[str, Any]]) -> None:
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    print("|  | " + " | ".join(rows) + " |")
    print("|---" * (len(rows) + 1) + "|")
    for name in names:
        print(f"| {name} | " + " | ".join(str(row.get(name, "–")) for row in rows.values()) + " |")


async def run(seconds: float, rate: float) -> None:
    print(f"load at the beginning: {os.getloadavg()[0]:.2f}")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        state = place / "page" / "state"
        state.mkdir(parents=True)
        await PagePassword(state).choose(PASSWORD)
        house = House(place)
        async with house, PageProcess(place / "page", house.gateway.socket.parent) as page:
            await asyncio.sleep(5)
            pids = {"gateway": house.gateway.pid, "page": page.pid}
            rest = {f"{name} PSS, MB": round(memory(pid).pss, 1) for name, pid in pids.items()}
            alone, _ = await measured(house, page, seconds, 0)
            loaded, load = await measured(house, page, seconds, rate)
    show({"at rest": rest, "a call": alone, f"a call and {rate:g} requests a second": loaded})
    print(f"\nvisitors: {load.told()}")
    ours, bare = loaded["underruns"] + loaded["overruns"], alone["underruns"] + alone["overruns"]
    print(f"under- and overruns with visitors : without = {ours} : {bare}")
    print(f"gateway CPU ratio = {loaded['gateway CPU, %'] / max(0.1, alone['gateway CPU, %']):.2f}")
    print(f"load at the end: {os.getloadavg()[0]:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="of each call (30)")
    parser.add_argument("--rate", type=float, default=100.0, help="requests a second (100)")
    options = parser.parse_args()
    asyncio.run(run(options.seconds, options.rate))


if __name__ == "__main__":
    main()
