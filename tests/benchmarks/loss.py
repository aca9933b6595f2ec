"""Speech quality when packets are lost: the gateway beside baresip.

``python -m tests.benchmarks.loss [--runs N]``

Subscribers of one local MultiFon network are called at the same time, hear the same speech and lose
the same packets of it: 0, 1, 3, 5 and 10 %, each packet by chance.  baresip runs twice, as it is
and with its own module that fills gaps (``plc``).  Judged by PESQ (ITU-T P.862).

The gateway learns from one call what its jitter buffer needs in the next, so the first call at a
loss is not like the others: it is in the figures, most often as the worst.

What baresip heard is what it sends back (``aubridge`` loop), coded in A-law a second time; so the
recording of the gateway's telephone is coded once more, too.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from pesq import pesq

from gateway.call.quality import Conditions, estimate
from tests.benchmarks.peer import baresip_peer
from tests.gateway_process import NUMBER, PASSWORD, GatewayProcess
from tests.simulators.multifon.g711 import decode, encode
from tests.simulators.multifon.network_process import RunningNetwork, multifon_network
from tests.speech import RATE, Samples, read, speak, write

LOSSES = (0, 1, 3, 5, 10)
GATEWAY, BARESIP, WITH_PLC = "gateway", "baresip", "baresip with plc"
ACCOUNTS = {BARESIP: "79260000001", WITH_PLC: "79260000003"}
MANUAL = {BARESIP: "79260000002", WITH_PLC: "79260000004"}
FILTERS: Mapping[str, tuple[str, ...]] = {BARESIP: (), WITH_PLC: ("plc",)}
CALLER = "74951234567"
SPEECH = (
    "The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background. "
    "It is easy to tell the depth of a well. These days a chicken leg is a rare dish."
)
LEAD = RATE
"""Samples of room noise before the speech: the call is up when it begins."""
BEGINNING = 2 * RATE
"""Samples by which a recording is lined up."""
OWN = ("received", "lost", "discarded", "buffer_lost", "buffer_discarded", "buffer_empty")
Figures: TypeAlias = dict[tuple[int, str], list[float]]


def once_more(samples: Samples) -> Samples:
    """``samples`` coded in A-law; what came from A-law stays as it is."""
    coded: Samples = decode(8, encode(8, samples))
    return coded


def heard_quality(spoken: Path, recorded: Path) -> float:
    """PESQ of ``recorded``; it is found by the beginning of what was spoken.

    Lost packets move what follows, so the whole of it need not look alike sample by sample.
    """
    reference, heard = read(spoken), read(recorded)
    begin = reference[:BEGINNING].astype(float)
    found = np.correlate(heard[: LEAD + BEGINNING + RATE].astype(float), begin, "valid")
    start = int(np.argmax(found))
    return float(pesq(RATE, reference, heard[start : start + len(reference)], "nb"))


class Bench:
    """The network and three telephones, registered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.network: RunningNetwork
        self.gateway: GatewayProcess
        self._stack = AsyncExitStack()
        self._one_at_a_time = asyncio.Lock()
        self.spoken = speak(SPEECH, folder / "spoken.wav")
        speech = read(self.spoken)
        quiet = np.random.default_rng(0).normal(0, 20, 2 * LEAD).astype(np.int16)
        played = np.concatenate([quiet[:LEAD], speech, quiet[LEAD:]])
        self.played = write(folder / "played.wav", played)
        self.seconds = len(played) / RATE

    async def open(self) -> None:
        accounts = dict.fromkeys((NUMBER, *ACCOUNTS.values(), *MANUAL.values()), PASSWORD)
        self.network = self._stack.enter_context(multifon_network(self.folder, accounts))
        self.gateway = await self._stack.enter_async_context(
            GatewayProcess(self.folder / "gateway", f"127.0.0.1:{self.network.port}")
        )
        for name, account in ACCOUNTS.items():
            self._stack.enter_context(
                baresip_peer(
                    self.folder / account,
                    self.network.port,
                    MANUAL[name],
                    (account,),
                    PASSWORD,
                    filters=FILTERS[name],
                )
            )
        for account in accounts:
            await self.ask("wait_registration", account)

    async def close(self) -> None:
        await self._stack.aclose()

    async def ask(self, method: str, *arguments: Any, **parameters: Any) -> Any:
        async with self._one_at_a_time:
            return await asyncio.to_thread(
                getattr(self.network.control, method), *arguments, **parameters
            )

    async def _call(self, account: str) -> str:
        file = str(self.played)
        return str(await self.ask("call", account, caller=CALLER, party="speech", file=file))

    async def of_baresip(self, account: str) -> float:
        call = await self._call(account)
        await self.ask("wait", call, "connected")
        await asyncio.sleep(self.seconds + 1)
        heard = self.folder / f"{account}.wav"
        await self.ask("save", call, heard=heard)
        await self.ask("hang_up", call)
        await self.ask("wait", call, "ended")
        return heard_quality(self.spoken, heard)

    async def of_gateway(self) -> tuple[float, Mapping[str, float]]:
        """PESQ, and the figures in the gateway's own record of the call."""
        phone = self.gateway.handset
        call = await self._call(NUMBER)
        await phone("ringing", wait=True)
        await phone("lift")
        heard = self.folder / "gateway.wav"
        await phone("listen", file=str(heard))
        await self.ask("wait", call, "connected")
        await asyncio.sleep(self.seconds + 1)
        await phone("listen-stop")
        await phone("hang-up")
        await self.ask("wait", call, "ended")
        await self.gateway.until_line("idle")
        write(heard, once_more(read(heard)))
        record = (await self.gateway.calls())[0]
        return heard_quality(self.spoken, heard), record["figures"]


async def run(runs: int) -> tuple[Figures, dict[int, list[Mapping[str, float]]], float]:
    """PESQ by loss and program, the gateway's own figures by loss, and PESQ of A-law twice."""
    found: Figures = defaultdict(list)
    records: dict[int, list[Mapping[str, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        bench = Bench(Path(name))
        coded = write(bench.folder / "coded.wav", once_more(read(bench.spoken)))
        limit = heard_quality(bench.spoken, coded)
        await bench.open()
        try:
            for loss in LOSSES:
                for number in range(runs):
                    sys.stderr.write(f"{loss} %, {number + 1} of {runs}, load {_load()}\n")
                    await bench.ask("set", loss_to_account=loss, loss_seed=1000 * number + loss)
                    baresips = asyncio.gather(
                        *(bench.of_baresip(account) for account in ACCOUNTS.values())
                    )
                    ours, figures = await bench.of_gateway()
                    found[loss, GATEWAY].append(ours)
                    records[loss].append(figures)
                    for program, value in zip(ACCOUNTS, await baresips, strict=True):
                        found[loss, program].append(value)
        finally:
            await bench.close()
    return found, records, limit


def table(found: Figures, records: Mapping[int, Sequence[Mapping[str, float]]]) -> list[str]:
    """The figures as Markdown."""
    programs = (GATEWAY, BARESIP, WITH_PLC)
    head = ["loss", *(f"{p} {w}" for p in programs for w in ("median", "worst")), "n"]
    head += ["gateway : baresip", "gateway : with plc", "estimated by the gateway"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for loss in LOSSES:
        medians = {p: statistics.median(found[loss, p]) for p in programs}
        cells = [f"{loss} %"]
        for program in programs:
            cells += [f"{medians[program]:.2f}", f"{min(found[loss, program]):.2f}"]
        cells.append(str(len(found[loss, GATEWAY])))
        cells += [f"{medians[GATEWAY] / medians[p]:.2f}" for p in (BARESIP, WITH_PLC)]
        own = [figures["mos"] for figures in records[loss] if "mos" in figures]
        cells.append(f"{statistics.median(own):.2f}" if own else "–")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.loss")
    parser.add_argument("--runs", type=int, default=8, help="calls at each loss (8)")
    runs = parser.parse_args().runs
    _write(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    _write(f"load at the beginning: {_load()}")
    found, records, limit = asyncio.run(run(runs))
    _write("\n" + "\n".join(table(found, records)))
    _write(f"\nPESQ of A-law and nothing else: {limit:.2f}")
    for loss in LOSSES:
        own = {name: [figures.get(name, 0) for figures in records[loss]] for name in OWN}
        said = ", ".join(f"{name} {statistics.median(values):g}" for name, values in own.items())
        _write(f"the gateway's records at {loss} %, medians: {said}")
    estimated = ", ".join(
        f"{loss} %: {estimate(Conditions(loss / 100)).mos:.2f}" for loss in LOSSES
    )
    _write(f"E-model, packet-loss concealment, no delay: {estimated}")
    _write(f"load at the end: {_load()}")


def _load() -> str:
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
