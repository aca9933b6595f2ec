"""Processor time and memory at rest, with one call and with four (measure 6)."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import numpy as np

from gateway.line import FRAME_MS, SILENCE, LineEvent
from hardware.simulated.telephone import Telephone
from tests.benchmarks.processes import Meter, memory
from tests.benchmarks.side_by_side import AUTOMATIC, SideBySide
from tests.benchmarks.table import BARESIP, GATEWAY, Table
from tests.gateway_process import NUMBER
from tests.speech import RATE, read, speak, write

LEVELS = {0: "at rest", 1: "one call", 4: "four calls"}
SETTLING = 1.5
TEXT_FILE = "text.wav"
TEXT = "The quick brown fox jumps over the lazy dog. One, two, three, four, five, six, seven."
TELEPHONE = "6 CPU of one simulated telephone alone"


def talk(folder: Path, seconds: float) -> Path:
    """Speech without end: one text over and over, for at least ``seconds``."""
    spoken = read(speak(TEXT, folder / TEXT_FILE))
    return write(folder / "talk.wav", np.tile(spoken, int(seconds * RATE / len(spoken)) + 1))


async def measure(bench: SideBySide, table: Table, count: int, seconds: float) -> None:
    """Both programs at the same time, each with ``count`` calls and voice both ways."""
    speech = await asyncio.to_thread(talk, bench.folder, seconds + 2 * SETTLING + 4 * count)
    calls = await connect(bench, count, speech)
    await asyncio.sleep(SETTLING)
    meters = {
        GATEWAY: Meter(bench.gateway.pid),
        BARESIP: Meter(bench.baresip.process.pid),
    }
    await asyncio.sleep(seconds)
    for program, meter in meters.items():
        table.add(f"6 CPU {LEVELS[count]}", program, meter.percent(), "%")
    for program, pid in (
        (GATEWAY, bench.gateway.pid),
        (BARESIP, bench.baresip.process.pid),
    ):
        used = memory(pid)
        table.add(f"6 RSS {LEVELS[count]}", program, used.rss, "MB")
        table.add(f"6 PSS {LEVELS[count]}", program, used.pss, "MB")
    await disconnect(bench, count, calls)


async def connect(bench: SideBySide, count: int, speech: Path) -> dict[str, list[str]]:
    """``count`` calls to each program, answered, speech both ways; their ids."""
    phone = bench.gateway.handset
    calls: dict[str, list[str]] = {GATEWAY: [], BARESIP: []}
    for n in range(count):
        line = f"line{n + 1}"
        call = await bench.call(NUMBER, "speech", speech)
        await phone("ringing", line=line, wait=True)
        await phone("lift", line=line)
        await bench.ask("wait", call, "connected")
        await bench.gateway.until_line("talking", n)
        bench.keep_saying(line, speech.with_name(TEXT_FILE))
        calls[GATEWAY].append(call)
        call = await bench.call(AUTOMATIC[n], "speech", speech)
        await bench.ask("wait", call, "connected")
        calls[BARESIP].append(call)
    return calls


async def disconnect(bench: SideBySide, count: int, calls: dict[str, list[str]]) -> None:
    """End all; a call that ended by itself is an error, since it was not measured."""
    for group in calls.values():
        for call in group:
            info = await bench.ask("call_info", call)
            if info["state"] != "connected" or not info["figures"]["received"]:
                raise RuntimeError(f"call {call} did not carry voice to the end: {info}")
    await bench.say_no_more()
    for n in range(count):
        await bench.gateway.handset("hang-up", line=f"line{n + 1}")
        await bench.until_idle(n)
    for call in calls[BARESIP]:
        await bench.hang_up(call)


def telephone_alone(table: Table, folder: Path, seconds: float = 20.0) -> None:
    """What the simulated telephone costs in the gateway's process: no real line has that."""
    telephone = Telephone(12.0, None)
    telephone.connect(_forget)
    telephone.lift()
    count = int(seconds * 1000 / FRAME_MS)
    samples = read(talk(folder, seconds)).tobytes()
    size = len(SILENCE)
    frames = [samples[n * size : (n + 1) * size] for n in range(count)]
    telephone.speak(frames)
    heard = iter(frames[::-1])
    began = time.thread_time()
    for _ in range(count):
        telephone.exchange(lambda _said: next(heard))
    table.add(TELEPHONE, GATEWAY, (time.thread_time() - began) / seconds * 100, "%")


def _forget(_event: LineEvent) -> None:
    """Nobody is told."""
