"""Rotary digits at every speed, dialled on several lines of a busy gateway: every one as dialled.

The whole daemon runs: telephones dial at once, each at a speed of its own, one more talks, and the
control socket is asked for the status all the time.  What counts is the number in the INVITE that
reaches the local network.

``MULTIFON_ROTARY_DIGITS`` is how many digits are dialled at each of six speeds, in numbers of
eleven; without it one number is dialled at each of three.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from gateway.control.client import ControlClient
from tests.kernel_rig.conftest import RESULTS
from tests.kernel_rig.house import LONG, SlicHouse, Station
from tests.simulators.multifon.control_client import ControlClient as NetworkClient
from tests.simulators.multifon.control_client import ControlError
from tests.simulators.multifon.sound import speak
from tests.simulators.telephone.aloop import LoopbackCard
from tests.simulators.telephone.alsa_end import FRAME_BYTES, AlsaEnd
from tests.simulators.telephone.contacts import CRADLE, NORMAL, move
from tests.simulators.telephone.dialer import build, play
from tests.simulators.telephone.gpio_sim import GpioSim
from tests.simulators.telephone.rotary import Dial

DIGITS = int(os.environ.get("MULTIFON_ROTARY_DIGITS", "0"))
SPEEDS = (8.0, 9.0, 10.0, 11.0, 12.0, 20.0) if DIGITS else (8.0, 12.0, 20.0)
NUMBER_DIGITS = 11
RATIOS = (0.33, 0.5, 0.6, 0.66, 0.75)
HEARD_DIAL_TONE = (0.5, 1.0)
"""Seconds from the dial tone to the first break: the blind time after the lift is over by then."""
PAUSE = (0.4, 0.7)
"""Seconds closed between two digits: a quick hand and a slow one."""
QUERIES_EVERY = 0.1
KEEP_EVERY = 10.0
ALIVE = "Раз, два, три, четыре, пять. Шесть, семь, восемь, девять, десять."


@dataclass(frozen=True, slots=True)
class Dialled:
    """One number."""

    pps: float
    break_ratio: float
    number: str
    arrived: str
    """At the network; empty: nothing came."""
    late_ms: float
    """How late the telephone's latest edge was."""

    @property
    def right(self) -> bool:
        return self.arrived == "7" + self.number[1:]


class Load:
    """Processor time from now on."""

    def __init__(self, gateway: int) -> None:
        self._gateway = gateway
        self._before = self._times()

    def figures(self) -> dict[str, int]:
        """Per cent of the machine's one processor."""
        lasted, own, idle = (
            now - before for now, before in zip(self._times(), self._before, strict=True)
        )
        return {
            "gateway_percent": round(100 * own / lasted),
            "machine_percent": round(100 * (1 - idle / lasted)),
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

    async def until(self, station: Station, *states: str) -> str:
        async with asyncio.timeout(LONG), self._changed:
            await self._changed.wait_for(lambda: self._states[station.line] in states)
            return self._states[station.line]


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

    async def next(self, station: Station) -> str:
        return await asyncio.wait_for(self._numbers[station.account].get(), LONG)


@dataclass(frozen=True, slots=True)
class Bench:
    house: SlicHouse
    events: Events
    arrivals: Arrivals
    dialer: Path


async def dial_numbers(bench: Bench, station: Station, pps: float, found: list[Dialled]) -> None:
    """One telephone, until it has dialled ``DIGITS``."""
    choose = random.Random(pps)
    pull = bench.house.header.attribute(station.wiring.shk)

    async def cradle(lifted: bool) -> None:
        await asyncio.to_thread(play, bench.dialer, pull, move(lifted, 0.0, CRADLE, choose))

    dialled = 0
    while dialled < max(DIGITS, NUMBER_DIGITS):
        number = choose.choice(["7", *(f"8{area}" for area in "3489")])
        number += "".join(choose.choices("0123456789", k=NUMBER_DIGITS - len(number)))
        dial = Dial(pps=pps, break_ratio=choose.choice(RATIOS), contacts=NORMAL)
        edges = dial.number(number, choose.randrange(10**6), choose.uniform(*PAUSE))
        await cradle(True)
        await bench.events.until(station, "dial-tone")
        await asyncio.sleep(choose.uniform(*HEARD_DIAL_TONE))
        played = await asyncio.to_thread(play, bench.dialer, pull, edges)
        state = await bench.events.until(station, "calling", "ringback", "busy")
        arrived = "" if state == "busy" else await bench.arrivals.next(station)
        late = 1000 * played.worst_delay
        found.append(Dialled(pps, dial.break_ratio, number, arrived, round(late, 2)))
        dialled += len(number)
        await cradle(False)
        await bench.events.until(station, "idle")


async def ask_for_status(client: ControlClient, queries: list[float]) -> None:
    """All the time; ``queries`` gets how long each answer took, s."""
    while True:
        began = time.monotonic()
        await client.call("status")
        queries.append(time.monotonic() - began)
        await asyncio.sleep(QUERIES_EVERY)


async def dial_on_a_busy_gateway(house: SlicHouse, dialer: Path) -> dict[str, object]:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2 * len(house.stations)))
    *dialling, talking = house.stations
    found: list[Dialled] = []
    queries: list[float] = []
    speech = itertools.cycle(frames(speak(ALIVE, "ru").tobytes()))
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(house)
        clients = [
            await stack.enter_async_context(await ControlClient.connect(house.gateway.socket))
            for _ in range(2)
        ]
        voice = stack.enter_context(AlsaEnd(talking.card.telephone, lambda _: next(speech)))
        call = await house.ask("call", talking.account, party="echo")
        await house.until_line(talking, "ringing")
        house.header.drive(talking.wiring.shk, True)
        await house.until_line(talking, "talking")

        events = Events(clients[0], house.stations)
        arrivals = Arrivals(house.network.control_path, dialling)
        bench = Bench(house, events, arrivals, dialer)
        async with asyncio.TaskGroup() as beside:
            tasks = [
                beside.create_task(events.follow()),
                beside.create_task(arrivals.follow()),
                beside.create_task(ask_for_status(clients[1], queries)),
                beside.create_task(keep_results(found)),
            ]
            load = Load(house.gateway.pid)
            began = time.monotonic()
            async with asyncio.TaskGroup() as telephones:
                for station, pps in zip(dialling, SPEEDS, strict=True):
                    telephones.create_task(dial_numbers(bench, station, pps, found))
            lasted = time.monotonic() - began
            used = load.figures()
            for task in tasks:
                task.cancel()
        heard = await house.ask("call_info", call)
        lines = [
            await clients[1].call("line.self-test", line=station.line) for station in house.stations
        ]
        house.header.drive(talking.wiring.shk, False)
        await house.until_line(talking, "idle")
        assert voice.frames > 0
    return {
        **figures(found),
        "seconds": round(lasted),
        **used,
        "status_queries": len(queries),
        "slowest_answer_ms": round(1000 * max(queries)),
        "lines": {line["line"]: line["figures"] for line in lines},
        "call": {key: heard[key] for key in ("state", "heard_seconds", "figures")},
    }


def frames(samples: bytes) -> list[bytes]:
    return [
        samples[at : at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
        for at in range(0, len(samples), FRAME_BYTES)
    ]


def figures(found: list[Dialled]) -> dict[str, object]:
    """By speed: digits and wrong numbers; the wrong ones in full."""
    speeds = {
        f"{pps:g} pps": {
            "digits": sum(len(one.number) for one in found if one.pps == pps),
            "wrong_numbers": sum(not one.right for one in found if one.pps == pps),
            "latest_edge_ms": max((one.late_ms for one in found if one.pps == pps), default=0.0),
        }
        for pps in SPEEDS
    }
    return {"speeds": speeds, "wrong": [asdict(one) for one in found if not one.right]}


async def keep_results(found: list[Dialled]) -> None:
    """What is there so far, for a run that is ended early."""
    while True:
        await asyncio.sleep(KEEP_EVERY)
        (RESULTS / "rotary.json").write_text(json.dumps(figures(found), indent=1))


@pytest.fixture
def dialer(tmp_path: Path) -> Path:
    return build(tmp_path)


def test_every_digit_arrives_at_the_network_as_dialled(
    header: GpioSim, cards: list[LoopbackCard], dialer: Path, tmp_path: Path
) -> None:
    house = SlicHouse(tmp_path, header, cards[: len(SPEEDS) + 1])
    result = asyncio.run(dial_on_a_busy_gateway(house, dialer))
    (RESULTS / "rotary.json").write_text(json.dumps(result, indent=1))
    assert result["wrong"] == []
    call = result["call"]
    assert isinstance(call, dict)
    assert call["state"] == "connected"
    assert call["figures"]["lost"] == 0
