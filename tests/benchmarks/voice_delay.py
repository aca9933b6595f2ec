"""One-way voice delay by chirps (measure 5).

Moments of our side are those at which the driver takes or gives a frame, so no sound card and no
filling of a frame is in them.  Moments of the network's side are the departure and the arrival of
RTP: each direction is dated by its first packet and the RTP clock, so lateness of that one packet
is an error of all delays of its call; the median of several calls is what counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tests.benchmarks.chirps import LENGTH, find, train
from tests.benchmarks.earpiece import Earpiece
from tests.benchmarks.side_by_side import AUTOMATIC, SideBySide
from tests.benchmarks.table import BARESIP, GATEWAY, Table
from tests.gateway_process import NUMBER
from tests.speech import RATE, Samples, read, write

Delays: TypeAlias = list[float | None]
"""Milliseconds; ``None`` for a chirp that did not arrive."""
SPACING = RATE // 2
COUNT = 6
LATEST = round(0.35 * RATE)
EARLIEST = round(0.01 * RATE)
FROM_LINE = "5 one-way voice delay, line -> far end"
TO_LINE = "5 one-way voice delay, far end -> line"
SECOND_FROM_LINE = "5 second line beside a call, line -> far end"
SECOND_TO_LINE = "5 second line beside a call, far end -> line"
SUM = "5 both directions; baresip: aubridge loop"
ECHO = "5 loop through the hybrid's echo, 20 ms of it; baresip: aubridge loop"
"""The simulated hybrid returns what was heard with the next frame, as a device of one frame does;
so the loop is 20 ms more than the sum, which shows that both ways of measuring agree."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """The files of chirps; after them both are silent."""

    network: Path
    telephone: Path

    @classmethod
    def make(cls, folder: Path) -> Sounds:
        positions = [SPACING * (n + 2) for n in range(COUNT)]
        network = train(positions, SPACING * (COUNT + 3))
        positions = [SPACING * (n + 1) for n in range(COUNT)]
        telephone = train(positions, SPACING * (COUNT + 2), falling=True)
        return cls(
            write(folder / "network-chirps.wav", network),
            write(folder / "telephone-chirps.wav", telephone),
        )


async def of_gateway(bench: SideBySide, table: Table, sounds: Sounds) -> None:
    """A call on the first line, while nothing else happens."""
    to_line, from_line, loop = await _chirps_both_ways(bench, sounds, 0)
    _add(table, TO_LINE, GATEWAY, to_line)
    _add(table, FROM_LINE, GATEWAY, from_line)
    both = [
        a + b for a, b in zip(to_line, from_line, strict=False) if a is not None and b is not None
    ]
    _add(table, SUM, GATEWAY, both)
    _add(table, ECHO, GATEWAY, loop)


async def of_second_line(bench: SideBySide, table: Table, sounds: Sounds) -> None:
    """The same on the second line, while the first has a call and is the bridge's clock."""
    phone = bench.gateway.handset
    first = await bench.call(NUMBER)
    await phone("ringing", line="line1", wait=True)
    await phone("lift", line="line1")
    await bench.ask("wait", first, "connected")
    await bench.gateway.until_line("talking")
    to_line, from_line, _ = await _chirps_both_ways(bench, sounds, 1)
    _add(table, SECOND_TO_LINE, GATEWAY, to_line)
    _add(table, SECOND_FROM_LINE, GATEWAY, from_line)
    await phone("hang-up", line="line1")
    await bench.until_idle()


async def _chirps_both_ways(
    bench: SideBySide, sounds: Sounds, number: int
) -> tuple[Delays, Delays, Delays]:
    """Delays to the line, from the line and of the loop, ms.

    First the network chirps, then the telephone does.
    """
    phone, line = bench.gateway.handset, f"line{number + 1}"
    call = await bench.call(NUMBER, "speech", sounds.network)
    await phone("ringing", line=line, wait=True)
    ear = await Earpiece.on_hook(bench.gateway, line)
    await bench.any_phase()
    await phone("lift", line=line)
    await bench.ask("wait", call, "connected")
    length = len(read(sounds.network)) / RATE
    for _ in range(round(length) + 1):
        await asyncio.sleep(1.0)
        heard_here = await ear.fetch()
    intact = ear.intact
    said = await phone("say", line=line, wait=False, file=str(sounds.telephone))
    await asyncio.sleep(said["seconds"] + 0.4)
    info = await bench.ask("call_info", call)
    sent, heard = await _recordings(bench, call)
    await phone("hang-up", line=line)
    await bench.until_idle(number)
    sent_since, heard_since = info["sent_since"], info["heard_since"]

    to_line = [
        None
        if found is None or not intact
        else (ear.time_of(found) - sent_since - position / RATE) * 1000
        for position in _chirps(sent)
        for found in [_near(heard_here, ear.sample_at(sent_since + position / RATE))]
    ]
    spoken = ear.due(said["started"])
    from_line = [
        None if found is None else (heard_since + found / RATE - spoken - position / RATE) * 1000
        for position in _chirps(read(sounds.telephone), falling=True)
        for found in [_near(heard, round((spoken - heard_since) * RATE) + position, falling=True)]
    ]
    return to_line, from_line, _loop(sent, sent_since, heard, heard_since)


async def of_baresip(bench: SideBySide, table: Table, sounds: Sounds) -> None:
    await bench.any_phase()
    call = await bench.call(AUTOMATIC[0], "speech", sounds.network)
    await bench.ask("wait", call, "connected")
    await asyncio.sleep(len(read(sounds.network)) / RATE + 0.5)
    info = await bench.ask("call_info", call)
    sent, heard = await _recordings(bench, call)
    await bench.hang_up(call)
    loop = _loop(sent, info["sent_since"], heard, info["heard_since"])
    for name in (SUM, ECHO):
        _add(table, name, BARESIP, loop)


async def _recordings(bench: SideBySide, call: str) -> tuple[Samples, Samples]:
    sent, heard = bench.folder / "sent.wav", bench.folder / "heard.wav"
    await bench.ask("save", call, heard=heard, sent=sent)
    return read(sent), read(heard)


def _loop(sent: Samples, sent_since: float, heard: Samples, heard_since: float) -> Delays:
    """Delays of the chirps that come back, ms, measured at the network."""
    ahead = (sent_since - heard_since) * RATE
    delays: Delays = []
    for position in _chirps(sent):
        found = _near(heard, round(ahead) + position)
        delays.append(None if found is None else (found - ahead - position) * 1000 / RATE)
    return delays


def _chirps(sent: Samples, *, falling: bool = False) -> list[int]:
    """Where the chirps begin in what was sent, however late the sending began."""
    found: list[int] = []
    start = 0
    while len(found) < COUNT and start + LENGTH < len(sent):
        position = find(sent, start, start + SPACING // 2, falling=falling)
        if position is not None:
            found.append(position)
            start = position + SPACING // 2
        start += SPACING // 4
    return found


def _near(recording: Samples, expected: int, *, falling: bool = False) -> int | None:
    return find(recording, expected - EARLIEST, expected + LATEST, falling=falling)


def _add(table: Table, name: str, program: str, values: Sequence[float | None]) -> None:
    for value in values or [None]:
        table.add(name, program, value)
