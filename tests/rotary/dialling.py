"""Rotary digits, dialled on several lines of a busy gateway.

The whole daemon runs: telephones dial at once, each at a speed of its own, one more talks, and the
control socket is asked for the status all the time.  What counts is the number in the INVITE that
reaches the local network.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gateway.control.client import ControlClient
from tests.rotary.figures import Dialled, figures
from tests.rotary.street import LONG, Station, Street
from tests.simulators.multifon.control_client import ControlClient as NetworkClient
from tests.simulators.multifon.control_client import ControlError
from tests.simulators.telephone.contacts import NORMAL, Edge
from tests.simulators.telephone.rotary import Dial

SPEEDS = (8.0, 9.0, 10.0, 11.0, 12.0, 20.0)
NUMBER_DIGITS = 11
RATIOS = (0.33, 0.5, 0.6, 0.66, 0.75)
HEARD_DIAL_TONE = (0.5, 1.0)
"""Seconds from the dial tone to the first break: the blind time after the lift is over by then."""
PAUSE = (0.4, 0.7)
"""Seconds closed between two digits: a quick hand and a slow one."""
QUERIES_EVERY = 0.1
KEEP_EVERY = 10.0
ARRIVES_WITHIN = 30.0
"""Seconds from the last edge; a number with a digit too few is called after a while, or never."""
ALIVE = "Раз, два, три, четыре, пять. Шесть, семь, восемь, девять, десять."
"""What the telephone that talks says."""


@dataclass(frozen=True, slots=True)
class Played:
    """A number that a telephone has dialled."""

    late: float
    """How late its latest edge was, s: what a telephone does late, no gateway can mend."""
    shown: Sequence[Edge]
    """The edges as the gateway's pin showed them."""


class Instrument(Protocol):
    """A telephone of the street."""

    async def cradle(self, lifted: bool) -> None:
        """Lift or hang up; returns when the contacts are at rest."""

    async def dial(self, edges: Sequence[Edge]) -> Played:
        """Play the edges of a number; returns when the last one was played."""

    def talking(self) -> contextlib.AbstractAsyncContextManager[None]:
        """It says ``ALIVE`` over and over."""


@dataclass(frozen=True, slots=True)
class Plan:
    speeds: Sequence[float]
    digits: int
    """At each speed, in whole numbers."""
    keep: Path | None = None
    """A file for what there is so far, for a run that is ended early."""
    seed: int = 0
    counters: Mapping[str, Callable[[Sequence[Edge]], str]] = field(default_factory=dict)
    """Other ways of counting, that are given the same edges."""


class Load:
    """Processor time from now on."""

    def __init__(self, gateway: int) -> None:
        self._gateway = gateway
        self._before = self._times()

    def figures(self) -> dict[str, int]:
        """Per cent of one processor, and of all together."""
        lasted, own, idle = (
            now - before for now, before in zip(self._times(), self._before, strict=True)
        )
        return {
            "gateway_percent": round(100 * own / lasted),
            "machine_percent": round(100 * (1 - idle / lasted / (os.cpu_count() or 1))),
        }

    def _times(self) -> tuple[float, float, float]:
        """Seconds: by the clock, of the gateway, of nobody."""
        ticks = os.sysconf("SC_CLK_TCK")
        own = Path(f"/proc/{self._gateway}/stat").read_text().rpartition(")")[2].split()
        idle = float(Path("/proc/uptime").read_text().split()[1])
        return time.monotonic(), (int(own[11]) + int(own[12])) / ticks, idle


class Events:
    """The states that the lines take, from the control socket."""

    def __init__(self, client: ControlClient, stations: list[Station]) -> None:
        self._client = client
        self._states = {station.line: "" for station in stations}
        self._changed = asyncio.Condition()

    async def follow(self) -> None:
        await self._client.subscribe("line")
        async for event in self._client.events():
            async with self._changed:
                self._states[event.params["name"]] = event.params["state"]
                self._changed.notify_all()

    async def until(self, station: Station, state: str) -> None:
        async with asyncio.timeout(LONG), self._changed:
            await self._changed.wait_for(lambda: self._states[station.line] == state)


class Arrivals:
    """The numbers that reach the network, by account."""

    def __init__(self, control: Path, stations: list[Station]) -> None:
        self._control = control
        self._numbers: dict[str, asyncio.Queue[str]] = {
            station.account: asyncio.Queue() for station in stations
        }

    async def follow(self) -> None:
        last = "0"
        with NetworkClient(self._control) as client:
            while True:
                with contextlib.suppress(ControlError):  # none within 10 s
                    call = await asyncio.to_thread(client.wait_call, last)
                    last = call["call"]
                    self._numbers[call["account"]].put_nowait(call["number"])

    def forget(self, station: Station) -> None:
        """What came too late for its number."""
        self._numbers[station.account] = asyncio.Queue()

    async def next(self, station: Station) -> str:
        """Of the number that was dialled just now; empty: none came."""
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(self._numbers[station.account].get(), ARRIVES_WITHIN)
        return ""


@dataclass(frozen=True, slots=True)
class Bench:
    plan: Plan
    events: Events
    arrivals: Arrivals
    found: list[Dialled] = field(default_factory=list)


async def dial_numbers(bench: Bench, station: Station, phone: Instrument, pps: float) -> None:
    """One telephone, until it has dialled all its digits."""
    choose = random.Random(f"{pps} {bench.plan.seed}")
    dialled = 0
    while dialled < bench.plan.digits:
        number = choose.choice(["7", *(f"8{area}" for area in "3489")])
        number += "".join(choose.choices("0123456789", k=NUMBER_DIGITS - len(number)))
        dial = Dial(pps=pps, break_ratio=choose.choice(RATIOS), contacts=NORMAL)
        edges = dial.number(number, choose.randrange(10**6), choose.uniform(*PAUSE))
        await phone.cradle(True)
        await bench.events.until(station, "dial-tone")
        bench.arrivals.forget(station)
        await asyncio.sleep(choose.uniform(*HEARD_DIAL_TONE))
        played = await phone.dial(edges)
        arrived = await bench.arrivals.next(station)
        counted = {name: count(played.shown) for name, count in bench.plan.counters.items()}
        late = round(1000 * played.late, 2)
        bench.found.append(Dialled(pps, dial.break_ratio, number, arrived, late, counted))
        dialled += len(number)
        await phone.cradle(False)
        await bench.events.until(station, "idle")


async def ask_for_status(client: ControlClient, queries: list[float]) -> None:
    """All the time; ``queries`` gets how long each answer took, s."""
    while True:
        began = time.monotonic()
        await client.call("status")
        queries.append(time.monotonic() - began)
        await asyncio.sleep(QUERIES_EVERY)


async def keep_results(bench: Bench) -> None:
    while bench.plan.keep is not None:
        await asyncio.sleep(KEEP_EVERY)
        text = json.dumps(figures(bench.found, bench.plan.speeds), indent=1)
        bench.plan.keep.write_text(text)


async def dial_on_a_busy_gateway(
    street: Street, phones: Sequence[Instrument], plan: Plan
) -> dict[str, object]:
    """``street`` stands already.  Its last telephone talks, each of the others has one speed.

    Every telephone waits in a thread of the loop's executor: give it enough of them.
    """
    *dialling, talking = street.stations
    queries: list[float] = []
    async with contextlib.AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(await ControlClient.connect(street.gateway.socket))
            for _ in range(2)
        ]
        await stack.enter_async_context(phones[-1].talking())
        call = await street.ask("call", talking.account, party="echo")
        await street.until_line(talking, "ringing")
        await phones[-1].cradle(True)
        await street.until_line(talking, "talking")

        arrivals = Arrivals(street.network.control_path, dialling)
        bench = Bench(plan, Events(clients[0], street.stations), arrivals)
        async with asyncio.TaskGroup() as beside:
            tasks = [
                beside.create_task(bench.events.follow()),
                beside.create_task(arrivals.follow()),
                beside.create_task(ask_for_status(clients[1], queries)),
                beside.create_task(keep_results(bench)),
            ]
            load = Load(street.gateway.pid)
            began = time.monotonic()
            async with asyncio.TaskGroup() as telephones:
                for station, phone, pps in zip(dialling, phones[:-1], plan.speeds, strict=True):
                    telephones.create_task(dial_numbers(bench, station, phone, pps))
            lasted = time.monotonic() - began
            used = load.figures()
            for task in tasks:
                task.cancel()
        heard = await street.ask("call_info", call)
        lines = [
            await clients[1].call("line.self-test", line=station.line)
            for station in street.stations
        ]
        await phones[-1].cradle(False)
        await street.until_line(talking, "idle")
    return {
        **figures(bench.found, plan.speeds),
        "seconds": round(lasted),
        **used,
        "status_queries": len(queries),
        "slowest_answer_ms": round(1000 * max(queries)),
        "lines": {line["line"]: line["figures"] for line in lines},
        "call": {key: heard[key] for key in ("state", "heard_seconds", "figures")},
    }
