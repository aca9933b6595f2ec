"""The telephone in the browser beside the plain simulated line: delay and processor time.

``python -m tests.benchmarks.browser_telephone [--seconds S]``.  Both call the network's echo in the
same run.  The delay is that of the whole loop: from the mouth to the network and back into the ear.
On the simulated line mouth and ear are the driver's frames; in the browser the microphone and the
speaker of the page's audio clock, without Chromium's own buffers behind them.  The rows between are
the two ways that voice could have from the gateway to another process (docs/decisions/0020).
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.control.client import ControlClient
from gateway.handset.client import HandsetClient
from gateway.line import FRAME_BYTES, FRAME_MS
from tests.benchmarks.chirps import LENGTH, find, train
from tests.benchmarks.earpiece import Earpiece
from tests.benchmarks.processes import Meter, memory
from tests.demo.house import House
from tests.speech import RATE, Samples, read, write
from tests.web.telephone.page import TelephonePage, browser_with_microphone, served_by

ECHO = "89990000001"
LINES = """
[[line]]
name = "hall"
[line.options]
hybrid_return_loss = false
[[line]]
name = "page"
driver = "browser"
"""
SPACING = RATE
"""Samples from one chirp to the next: the loop is shorter than a second."""
LATEST = round(0.9 * RATE)


@dataclass(frozen=True, slots=True)
class Row:
    """One way to telephone."""

    name: str
    loop_ms: float | None
    chirps: int
    gateway_percent: float
    page_percent: float | None
    late: int


async def late(house: House, line: int) -> int:
    """Frames of a line that were late, missing or too many, since the start."""
    voice = (await house.gateway.status())["lines"][line]["voice"]
    return int(voice["late"] + voice["underruns"] + voice["overruns"])


async def plain(house: House, seconds: int, folder: Path) -> Row:
    """A program lifts, dials and says a file."""
    count = seconds - 2
    file = folder / "chirps.wav"
    positions = [SPACING // 2 + SPACING * n for n in range(count)]
    write(file, train(positions, SPACING * seconds))
    gateway = house.gateway
    before = await late(house, 0)
    ear = await Earpiece.on_hook(gateway, "hall")
    await gateway.handset("lift", "hall")
    await gateway.handset("dial", "hall", digits=ECHO, by="keypad")
    while (await gateway.status())["lines"][0]["state"] != "talking":
        await ear.fetch()
        await asyncio.sleep(0.2)
    meter = Meter(gateway.pid)
    said = await gateway.handset("say", "hall", wait=False, file=str(file))
    for _ in range(seconds):
        await asyncio.sleep(1.0)
        heard = await ear.fetch()
    percent = meter.percent()
    await gateway.handset("hang-up", "hall")
    spoken = ear.due(said["started"])
    delays = []
    for position in positions:
        due = ear.sample_at(spoken + position / RATE)
        found = find(heard, due, due + LATEST)
        if found is not None and ear.intact:
            delays.append((ear.time_of(found) - spoken - position / RATE) * 1000)
    return _row("simulated line, no program", delays, percent, None, await late(house, 0) - before)


async def by_program(
    house: House, name: str, seconds: int, talk: Callable[[House, int], Awaitable[None]]
) -> Row:
    """A program on the simulated line that speaks and hears every frame."""
    gateway = house.gateway
    before = await late(house, 0)
    await gateway.handset("lift", "hall")
    await gateway.handset("dial", "hall", digits=ECHO, by="keypad")
    await gateway.until_line("talking", 0)
    meter = Meter(gateway.pid)
    await talk(house, seconds)
    percent = meter.percent()
    await gateway.handset("hang-up", "hall")
    return _row(name, [], percent, None, await late(house, 0) - before)


async def over_control(house: House, seconds: int) -> None:
    """``say-frames`` and ``heard-frames``, once a frame each."""
    async with await ControlClient.connect(house.gateway.socket) as client:
        audio = base64.b64encode(bytes(FRAME_BYTES)).decode()
        due = time.monotonic()
        for _ in range(seconds * 1000 // FRAME_MS):
            for name, arguments in (
                ("say-frames", {"audio": audio}),
                ("heard-frames", {"max_ms": FRAME_MS}),
            ):
                call = {"line": "hall", "name": name, "arguments": arguments}
                await client.call("handset.command", **call)
            due += FRAME_MS / 1000
            await asyncio.sleep(due - time.monotonic())


async def over_handset(house: House, seconds: int) -> None:
    """The handset socket."""
    path = house.gateway.folder / "run" / "handset.sock"
    async with await HandsetClient.attach(path, "hall") as handset:

        async def listen() -> None:
            while await handset.receive() is not None:
                """Heard."""

        listening = asyncio.create_task(listen())
        due = time.monotonic()
        for _ in range(seconds * 1000 // FRAME_MS):
            handset.speak(bytes(FRAME_BYTES))
            due += FRAME_MS / 1000
            await asyncio.sleep(due - time.monotonic())
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def in_browser(house: House, seconds: int, folder: Path) -> Row:
    """The page in Chromium, whose microphone hears chirps."""
    count = seconds
    microphone = folder / "microphone.wav"
    write(microphone, train([SPACING * n + SPACING // 2 for n in range(count)], SPACING * count))
    gateway = house.gateway
    with (
        served_by(gateway.folder / "run") as (port, process),
        browser_with_microphone(folder / "browser", microphone) as browser,
    ):
        page = TelephonePage(browser, port)
        await page.open("?line=page")
        await page.click("on")
        await page.until("idle")
        before = await late(house, 1)
        await page.click("lift")
        await page.until("lifted")
        await page.press(ECHO)
        await page.until("talking")
        at_gateway, at_page = Meter(gateway.pid), Meter(process)
        await asyncio.sleep(seconds)
        percent, page_percent = at_gateway.percent(), at_page.percent()
        missing = await late(house, 1) - before
        print(f"Memory of the page's process: {memory(process).pss:.0f} MB (PSS)")
        print(f"The page says: {await page.figures()}")
        await page.click("hang-up")
        await page.until("idle")
        said, heard = folder / "said.wav", folder / "heard.wav"
        # The first microphone was opened when the telephone was switched on.
        said_since = await page.save_since(1, said, "microphone")
        heard_since = await page.save_since(0, heard, "speaker")
    delays = _delays(read(said), said_since, read(heard), heard_since)
    return _row("browser", delays, percent, page_percent, missing)


def _delays(said: Samples, said_since: float, heard: Samples, heard_since: float) -> list[float]:
    """Milliseconds from each chirp that was said to the one that was heard."""
    ahead = (said_since - heard_since) * RATE
    delays = []
    at = 0
    while at + LENGTH < len(said):
        position = find(said, at, at + SPACING // 2)
        if position is None:
            at += SPACING // 4
            continue
        due = round(position + ahead)
        found = find(heard, due, due + LATEST)
        if found is not None:
            delays.append((found - position - ahead) * 1000 / RATE)
        at = position + SPACING // 2
    return delays


def _row(
    name: str, delays: list[float], percent: float, page_percent: float | None, missing: int
) -> Row:
    loop = statistics.median(delays) if delays else None
    return Row(name, loop, len(delays), percent, page_percent, missing)


def table(rows: list[Row]) -> list[str]:
    """The rows as Markdown; ratios are to the first one."""
    first = rows[0]
    lines = [
        "| voice by | loop, ms | chirps | ratio | gateway, % of a core | ratio | page's process, % "
        "| late, missing, too many |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        loop, ratio = "–", "–"
        if row.loop_ms is not None and first.loop_ms:
            loop, ratio = f"{row.loop_ms:.1f}", f"{row.loop_ms / first.loop_ms:.2f}"
        page = "–" if row.page_percent is None else f"{row.page_percent:.1f}"
        lines.append(
            f"| {row.name} | {loop} | {row.chirps} | {ratio} | {row.gateway_percent:.1f} | "
            f"{row.gateway_percent / first.gateway_percent:.2f} | {page} | {row.late} |"
        )
    return lines


async def measure(seconds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="browser-") as name:
        folder = Path(name)
        async with House(folder / "h", lines=LINES) as house:
            rows = [
                await plain(house, seconds, folder),
                await by_program(house, "control socket", seconds, over_control),
                await by_program(house, "handset socket", seconds, over_handset),
                await in_browser(house, seconds, folder),
            ]
    print("\n".join(table(rows)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=int, default=12, help="of each call")
    asyncio.run(measure(parser.parse_args().seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
