"""What a bad network does to the telephone: loss, jitter, outages, a new public address.

``python -m tests.benchmarks.network_faults [--outage SECONDS] [--calls N] [--seconds S]``

The gateway is behind the router of ``tests.simulators.router``, which loses and delays packets of
SIP and of voice alike.  Two tables: calls on a line with loss or jitter, and what the handset
hears around an outage and when service returns.  The outages run beside the calls, in houses of
their own.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.failures.behind_a_router import RoutedHouse
from tests.failures.calls import LISTENER, asked
from tests.gateway_process import GatewayProcess
from tests.simulators.router.line import Faults
from tests.speech import Samples, read, write

LINES = {
    "no fault": Faults(),
    "5 % loss": Faults(loss=0.05),
    "10 % loss": Faults(loss=0.10),
    "20 % loss": Faults(loss=0.20),
    "100 ms jitter": Faults(jitter=0.1),
}
DIGITS = "1234567890"
PIECE = 160
"""Samples (20 ms) in which the tone is there or not."""
TONE = 1000.0
HEARD = 0.25
"""Part of the usual level above which a piece was heard."""
CONNECTS_WITHIN = 40.0


@dataclass(slots=True)
class Calls:
    """What became of the calls on one kind of line."""

    connected: list[float] = field(default_factory=list)
    """Seconds from the last digit to the answer."""
    failed: int = 0
    heard: list[float] = field(default_factory=list)
    """Share of the far end's tone that the handset heard."""
    gaps: list[float] = field(default_factory=list)
    """Longest piece without it, milliseconds."""
    digits: int = 0
    digits_sent: int = 0
    ended: list[str] = field(default_factory=list)

    def row(self, name: str) -> tuple[str, ...]:
        tried = len(self.connected) + self.failed
        if not self.connected:
            return (name, f"0 of {tried}", "–", "–", "–", "–")
        return (
            name,
            f"{len(self.connected)} of {tried}",
            f"{statistics.median(self.connected):.1f} ({max(self.connected):.1f})",
            f"{100 * statistics.mean(self.heard):.1f}",
            f"{max(self.gaps):.0f}",
            f"{self.digits} of {self.digits_sent}",
        )


def tone(path: Path, seconds: float) -> Path:
    moments = np.arange(round(seconds * 8000)) / 8000
    return write(path, (8000 * np.sin(2 * np.pi * TONE * moments)).astype(np.int16))


def heard_share(samples: Samples) -> tuple[float, float]:
    """Which share of the recording holds the tone, and the longest gap in milliseconds.

    The pieces before the first and behind the last one are not counted.
    """
    pieces = samples[: len(samples) // PIECE * PIECE].astype(float).reshape(-1, PIECE)
    levels = np.sqrt(np.mean(pieces**2, axis=1))
    there = levels > HEARD * np.percentile(levels, 90)
    found = np.flatnonzero(there)
    if not len(found):
        return 0.0, 20.0 * len(there)
    inside = there[found[0] : found[-1] + 1]
    longest = max((int(gap) for gap in np.diff(found) - 1), default=0)
    return float(np.mean(inside)), 20.0 * longest


async def connect(house: RoutedHouse) -> tuple[str, float]:
    """Lift, dial and wait for the answer; the network's name for the call, and how long it took."""
    old = (await asked(house, "status"))["calls_made"]
    await house.gateway.handset("lift")
    await house.gateway.handset("hear", tone="dial", timeout=30)
    await house.gateway.handset("dial", digits=LISTENER, by="keypad")
    dialled = time.monotonic()
    await house.gateway.until_line("talking", seconds=CONNECTS_WITHIN)
    took = time.monotonic() - dialled
    return str((await asked(house, "wait_call", str(old)))["call"]), took


async def one_call(house: RoutedHouse, folder: Path, seconds: float, calls: Calls) -> None:
    recording = folder / "heard.wav"
    try:
        call, took = await connect(house)
    except TimeoutError:
        calls.failed += 1
    else:
        calls.connected.append(took)
        await asked(house, "play", call, tone(folder / "tone.wav", seconds))
        await house.gateway.handset("listen", file=str(recording), seconds=seconds)
        share, gap = heard_share(read(recording))
        calls.heard.append(share)
        calls.gaps.append(gap)
        await house.gateway.handset("dial", digits=DIGITS)
        await asyncio.sleep(1.0)
        heard = (await asked(house, "call_info", call))["digits"]
        calls.digits += len(heard)
        calls.digits_sent += len(DIGITS)
    await house.gateway.handset("hang-up")
    await house.gateway.until_line("idle", seconds=60)
    for running in await asked(house, "calls"):
        if running["state"] != "ended":
            await asked(house, "hang_up", running["call"])


async def on_lines(folder: Path, count: int, seconds: float) -> list[tuple[str, ...]]:
    rows = []
    async with RoutedHouse(folder) as house:
        for name, faults in LINES.items():
            calls = Calls()
            house.router.line.faults = faults
            for number in range(count):
                _tell(f"{name}: call {number + 1} of {count}")
                await one_call(house, folder, seconds, calls)
            house.router.line.faults = Faults()
            await house.gateway.until_registered(seconds=180)
            rows.append(calls.row(name))
    return rows


async def until_heard(gateway: GatewayProcess, wanted: str, within: float) -> float:
    began = time.monotonic()
    await gateway.handset("hear", tone=wanted, timeout=within)
    return time.monotonic() - began


async def until_service(house: RoutedHouse, seconds: float) -> float:
    """How long until the account is registered and the network can call it."""
    began = time.monotonic()
    await house.gateway.until_registered(seconds=seconds)
    call = await asked(house, "call", caller="74950000001")
    await house.gateway.handset("ringing", wait=True, timeout=30)
    took = time.monotonic() - began
    await asked(house, "hang_up", call)
    await house.gateway.until_line("idle")
    return took


async def outage_at_rest(house: RoutedHouse, outage: float) -> tuple[str, str]:
    house.router.line.up = False
    began = time.monotonic()
    await house.gateway.until_registered(False, seconds=120)
    lost = time.monotonic() - began
    await house.gateway.handset("lift")
    await house.gateway.handset("hear", tone="congestion", timeout=10)
    await house.gateway.handset("hang-up")
    await asyncio.sleep(max(0.0, began + outage - time.monotonic()))
    house.router.line.up = True
    back = await until_service(house, 240)
    heard = f"dial tone for {lost:.0f} s, then congestion tone"
    return heard, f"{back:.0f} s after the network"


async def outage_in_a_call(house: RoutedHouse, outage: float) -> tuple[str, str]:
    await connect(house)
    house.router.line.up = False
    began = time.monotonic()
    lost = await until_heard(house.gateway, "congestion", 60)
    await house.gateway.handset("hang-up")
    (record,) = await house.gateway.calls()
    await asyncio.sleep(max(0.0, began + outage - time.monotonic()))
    house.router.line.up = True
    back = await until_service(house, 240)
    heard = f"silence for {lost:.0f} s, then congestion tone ({record['reason']})"
    return heard, f"{back:.0f} s after the network"


async def gap_in_a_call(
    house: RoutedHouse, fault: Callable[[], Awaitable[None]]
) -> tuple[str, str]:
    """The handset listens to a tone while ``fault`` happens."""
    folder = Path(tempfile.mkdtemp(prefix="gap-", dir=house.folder))
    call, _ = await connect(house)
    await asked(house, "play", call, tone(folder / "tone.wav", 40.0))
    listening = asyncio.create_task(
        house.gateway.handset("listen", file=str(folder / "heard.wav"), seconds=38.0)
    )
    await asyncio.sleep(3.0)
    await fault()
    await listening
    _, gap = heard_share(read(folder / "heard.wav"))
    await house.gateway.handset("dial", digits="159")
    try:
        await asked(house, "wait_digits", call, "159")
        ways = "both ways again"
    except Exception as error:  # noqa: BLE001 - it is a row of the table
        ways = f"but not the other way: {error}"
    await house.gateway.handset("hang-up")
    await house.gateway.until_line("idle")
    return f"{gap / 1000:.1f} s of silence in the call", f"with the call, {ways}"


async def short_outage(house: RoutedHouse) -> tuple[str, str]:
    async def fault() -> None:
        house.router.line.up = False
        await asyncio.sleep(5.0)
        house.router.line.up = True

    return await gap_in_a_call(house, fault)


async def new_address(house: RoutedHouse) -> tuple[str, str]:
    async def fault() -> None:
        await house.router.move("127.0.0.78")

    return await gap_in_a_call(house, fault)


async def run(outage: float, count: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)

        async def in_house(
            number: int, act: Callable[[RoutedHouse], Awaitable[tuple[str, str]]]
        ) -> tuple[str, str]:
            place = folder / str(number)
            place.mkdir()
            async with RoutedHouse(place) as house:
                return await act(house)

        events: dict[str, Callable[[RoutedHouse], Awaitable[tuple[str, str]]]] = {
            f"{outage:g} s outage, at rest": lambda house: outage_at_rest(house, outage),
            f"{outage:g} s outage, in a call": lambda house: outage_in_a_call(house, outage),
            "5 s outage, in a call": short_outage,
            "new public address, in a call": new_address,
        }
        place = folder / "lines"
        place.mkdir()
        async with asyncio.TaskGroup() as group:
            calls = group.create_task(on_lines(place, count, seconds))
            told = [
                group.create_task(in_house(number, act))
                for number, act in enumerate(events.values())
            ]
    head = (
        "line",
        "calls connected",
        "s to the answer, median (worst)",
        "% of the far voice heard",
        "longest gap, ms",
        "digits heard by the far end",
    )
    _table(head, calls.result())
    rows = [(name, *task.result()) for name, task in zip(events, told, strict=True)]
    _table(("event", "what the handset hears", "service returns"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    _write("| " + " | ".join(head) + " |")
    _write("|" + "---|" * len(head))
    for row in rows:
        _write("| " + " | ".join(row) + " |")
    _write("")


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.network_faults")
    parser.add_argument("--outage", type=float, default=300.0, help="seconds (300)")
    parser.add_argument("--calls", type=int, default=5, help="on each kind of line (5)")
    parser.add_argument("--seconds", type=float, default=10.0, help="of listening in a call (10)")
    chosen = parser.parse_args()
    asyncio.run(run(chosen.outage, chosen.calls, chosen.seconds))


if __name__ == "__main__":
    main()
