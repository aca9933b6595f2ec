"""The SLIC line through the whole gateway, with the simulated electrical telephone.

``python -m tests.benchmarks.slic_line [--runs N] [--seconds S] [--settle S]``

First ring trip and dial tone, ``--runs`` times.  Then calls of ``--seconds`` at the same time, each
with a gateway and a network of its own: a sound card that runs 150 ppm fast, one that is 150 ppm
slow, one that is right, and one that is 150 ppm fast in a call that begins before its drift is
known.  A tone goes each way; what is lost, repeated or made up shows in its phase
(``continuity.py``).  The cards wait for nobody.  What the figures include is in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import random
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.continuity import Continuity, continuity
from tests.benchmarks.table import GATEWAY, Table
from tests.electrical.house import ElectricalHouse
from tests.failures.calls import until_recorded
from tests.speech import RATE, Samples, read, write

STOPPED = "ring trip -> last change of F/R"
RM_LOW = "ring trip -> RM low"
HELD = "last change of F/R -> RM low"
DIAL_TONE = "off-hook -> dial tone in the ear"
AUDIBLE = 32768 * 10 ** (-41 / 20)
LISTENER = "89990000012"
SAID, HEARD = 1031.0, 613.0
"""Hz of the tone that the telephone says, and of the one that it hears."""
TONE = 6000
"""Amplitude: -11.7 dBm0."""
SHOWN = 20
"""Tears of which the place is told."""
AT_THE_EDGES = 5.0
"""Seconds at both ends of a recording that are not judged."""
PERIOD_MS = 20.0


# Reactions


async def reactions(folder: Path, runs: int) -> Table:
    table = Table()
    table.declare((STOPPED, HELD, RM_LOW, DIAL_TONE))
    async with ElectricalHouse(folder) as house:
        for _ in range(runs):
            await ring_trip(house, table)
            await dial_tone(house, table)
    return table


async def ring_trip(house: ElectricalHouse, table: Table) -> None:
    """Lift somewhere in a ring burst."""
    before = len((await house.phone("ring-report"))["bursts"])
    call = await house.ask("call", caller="74950000001", party="silence")
    await house.until_phone(
        lambda report: len(report["bursts"]) > before, "the bell", method="ring-report"
    )
    await asyncio.sleep(random.uniform(0.0, 0.7))
    await house.phone("lift")
    await house.ask("wait", call, "connected")
    report = await house.phone("ring-report")
    last = report["rm"][-1]
    lifted = next(time for time in report["loop-closed"] if time >= last["start"])
    stopped = last["toggles"][-1]
    if lifted < last["end"]:
        table.add(STOPPED, GATEWAY, max(0.0, stopped - lifted) * 1000)
        table.add(HELD, GATEWAY, (last["end"] - stopped) * 1000)
        table.add(RM_LOW, GATEWAY, (last["end"] - lifted) * 1000)
    await house.phone("hang-up")
    await house.gateway.until_line("idle")


async def dial_tone(house: ElectricalHouse, table: Table) -> None:
    await asyncio.sleep(random.uniform(0.3, 0.5))
    before = (await house.phone("ring-report"))["loop-closed"]
    await house.phone("lift")
    await asyncio.sleep(0.4)
    lifted = (await house.phone("ring-report"))["loop-closed"][len(before)]
    file = house.folder / "dial-tone.wav"
    # A frame passes in the 20 ms before its time, and its beginning may lie before the lift.
    tape = await house.phone("record", file=str(file), since=lifted + PERIOD_MS / 1000)
    loud = np.flatnonzero(np.abs(read(file).astype(float)) > AUDIBLE)
    heard = tape["since"] - PERIOD_MS / 1000 + loud[0] / RATE if len(loud) else None
    table.add(DIAL_TONE, GATEWAY, None if heard is None else (heard - lifted) * 1000)
    await house.phone("hang-up")
    await house.gateway.until_line("idle")


# Voice


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    ppm: float
    known: bool = True
    """The call begins when the drift is known."""


LINES = (
    Line("150 ppm fast", 150.0),
    Line("150 ppm slow", -150.0),
    Line("right", 0.0),
    Line("150 ppm fast, not yet known", 150.0, known=False),
)


def tone(hertz: float, seconds: float) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    samples: Samples = np.rint(TONE * np.sin(2 * np.pi * hertz * time)).astype(np.int16)
    return samples


@dataclass(frozen=True, slots=True)
class Call:
    """What is left of one call."""

    line: Line
    drift: tuple[float | None, float | None]
    """As measured before and after it, ppm."""
    ear: Path
    far: Path
    counted: Mapping[str, float]
    record: Mapping[str, float]
    network: Mapping[str, float]

    def lines(self, seconds: float) -> list[str]:
        """Lines of the report."""
        before, after = ("not known" if ppm is None else f"{ppm:g} ppm" for ppm in self.drift)
        return [
            f"* {self.line.name}: drift measured before the call {before}, after it {after}",
            f"  * in the ear: {told(continuity(middle(read(self.ear), seconds), HEARD))}",
            f"  * at the far end: {told(continuity(middle(read(self.far), seconds), SAID))}",
            f"  * line and card: {listed(self.counted)}",
            f"  * the gateway's record: {listed(self.record)}",
            f"  * the network: {listed(self.network)}",
        ]


async def conversation(
    folder: Path, line: Line, sounds: tuple[Path, Path], seconds: float, settle: float
) -> Call:
    """One call.  Nothing is judged yet: that would hold up the other calls."""
    said, heard = sounds
    telephone = f"ppm = {line.ppm}\npatience = 0"
    async with ElectricalHouse(folder / "house", telephone=telephone) as house:
        await asyncio.sleep(settle if line.known else 0.0)
        before = await figures(house)
        call = await connected(house)
        await house.ask("play", call, heard)
        began = (await house.phone("state"))["time"]
        await house.phone("play", file=str(said))
        await asyncio.sleep(AT_THE_EDGES)
        begun = await figures(house)
        await asyncio.sleep(seconds)
        after = await figures(house)
        network = (await house.ask("call_info", call))["figures"]
        ear, far = folder / "ear.wav", folder / "far.wav"
        await house.phone("record", file=str(ear), since=began)
        await house.ask("save", call, heard=far)
        await house.phone("hang-up")
        await house.gateway.until_line("idle")
        (record,) = await until_recorded(house.gateway, 1)
    counted = {name: after[name] - begun[name] for name in COUNTS}
    drift = (before.get("card_drift_ppm"), after.get("card_drift_ppm"))
    return Call(line, drift, ear, far, counted, record["figures"], network)


async def connected(house: ElectricalHouse) -> str:
    await house.phone("lift")
    await house.gateway.until_line("dial-tone")
    await house.phone("dial-tone", digits=LISTENER)
    call = str((await house.ask("wait_call", "0"))["call"])
    await house.ask("wait", call, "connected")
    return call


COUNTS = ("frames", "late", "underruns", "overruns", "xruns", "card_underruns", "card_overruns")


async def figures(house: ElectricalHouse) -> Mapping[str, float]:
    """Of the line's voice, of its driver and of the card."""
    voice = (await house.gateway.status())["lines"][0]["voice"]
    driver = (await house.gateway.client.call("line.self-test", line="line1"))["figures"]
    card = await house.phone("card-report")
    return {**driver, **voice, **{f"card_{name}": value for name, value in card.items()}}


def middle(samples: Samples, seconds: float) -> Samples:
    first = round(AT_THE_EDGES * RATE)
    return samples[first : first + round((seconds - AT_THE_EDGES) * RATE)]


def told(found: Continuity) -> str:
    places = ", ".join(f"{place:.2f} s" for place in found.tears[:SHOWN])
    at = f" (at {places})" if places else ""
    return (
        f"{found.seconds:.0f} s judged, {len(found.tears)} tears{at}, largest move from frame to "
        f"frame {found.worst:.3f} samples, tone {found.ppm:+.1f} ppm"
    )


def listed(found: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:g}" for name, value in found.items() if isinstance(value, (int, float))
    )


async def voices(folder: Path, seconds: float, settle: float) -> list[str]:
    length = seconds + 4 * AT_THE_EDGES
    said, heard = (write(folder / f"{hertz:g}.wav", tone(hertz, length)) for hertz in (SAID, HEARD))
    async with asyncio.TaskGroup() as group:
        calls = []
        for number, line in enumerate(LINES):
            # A short name: the path of a Unix socket has 107 characters at most.
            own = folder / str(number)
            own.mkdir()
            call = conversation(own, line, (said, heard), seconds, settle)
            calls.append(group.create_task(call))
    return [text for call in calls for text in call.result().lines(seconds)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.slic_line")
    parser.add_argument("--runs", type=int, default=20, help="ring trips and dial tones (20)")
    parser.add_argument("--seconds", type=float, default=600.0, help="of the calls (600)")
    parser.add_argument("--settle", type=float, default=65.0, help="before the calls (65)")
    chosen = parser.parse_args()
    _write(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    _write(f"load at the beginning: {_load()}\n")
    with tempfile.TemporaryDirectory(prefix="slic-") as name:
        folder = Path(name)
        if chosen.runs:
            table = asyncio.run(reactions(folder / "r", chosen.runs))
            _write("\n".join(table.lines()))
        _write(f"\nload between: {_load()}\n")
        if chosen.seconds:
            _write("\n".join(asyncio.run(voices(folder, chosen.seconds, chosen.settle))))
    _write(f"\nload at the end: {_load()}")


def _load() -> str:
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
