"""Power cuts, more than two hundred, of an emulated adapter that is busy with all that it writes.

``python -m tests.appliance.power_cuts FOLDER KEY SIGNING``: as ``tests.appliance.updates``;
``image-build/test-power-cuts`` makes the network around it.

The adapter runs once, and every write to its disk is logged with its flushes.  Each cut is a random
moment of that log: the disk is made as it was then, less a random part of what was not flushed
(``write_log``), checked and repaired as the adapter does it at its start, and its settings and
records are opened by the gateway (``cut_check``).  Some of the disks are also started for real.
"""

from __future__ import annotations

import argparse
import bisect
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gateway.records.batch import FLUSH_AFTER
from tests.appliance.__main__ import ADDRESS, BOOT, NUMBER, PASSWORD, SYNC, set_up
from tests.appliance.cut_check import BrokenError, Found, Systems, look_at
from tests.appliance.machine import BuiltImage, Machine
from tests.appliance.updates import bundle, give, wait
from tests.appliance.write_log import CutDisk, WriteLog
from tests.simulators.multifon.network_process import RunningNetwork, multifon_network

CUTS = 220
STARTED = 5
"""Of them, so many are started for real."""
WORK = 240.0
"""Seconds of settings saves, calls and messages before the update."""
SEED = 20261128
AGENT = """
import sys, time
sys.path.insert(1, "/usr/lib/multifon-gateway/python")
from pathlib import Path
from gateway.control.blocking import BlockingClient
with BlockingClient(Path("/run/multifon-gateway/control.sock")) as client:
    for number in range(int(sys.argv[1]), 10000):
        if Path("/run/enough").exists():
            break
        revision = client.call("settings.read")["revision"]
        client.call("settings.change", {"revision": revision, "by": "test", "changes": [
            {"set": "records.keep_calls", "value": number}]}, patience=60)
        print("setting", number, flush=True)
        text = {"number": "89261234567", "text": f"text {number}"}
        client.call("messages.send", text, patience=60)
        print("message", number, flush=True)
        contact = {"name": f"contact {number}", "numbers": [f"8495{number:07}"]}
        client.call("phonebook.save", contact, patience=60)
        print("contact", number, flush=True)
        time.sleep(0.3)
"""
"""Runs in the adapter; it says what is done, and the other side notes when it heard of it."""
FIRST = 1000


@dataclass(slots=True)
class Bench:
    """What all of it happens with."""

    image: BuiltImage
    key: Path
    signing: Path
    folder: Path
    network: RunningNetwork


@dataclass(slots=True)
class Journal:
    """What was done, and how long the log of writes was then."""

    log: Path
    sizes: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    done: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    """By kind: when, and which."""
    phases: list[tuple[int, str]] = field(default_factory=list)
    """From this size of the log on."""
    _end: threading.Event = field(default_factory=threading.Event)

    def write(self, file: Path) -> None:
        told = [self.sizes, self.times, self.done, self.phases]
        file.write_text(json.dumps(told), encoding="utf-8")

    @classmethod
    def read(cls, file: Path, log: Path) -> Journal:
        sizes, times, done, phases = json.loads(file.read_text(encoding="utf-8"))
        return cls(log, sizes, times, done, phases)

    def note(self, kind: str, number: int) -> None:
        self.done.setdefault(kind, []).append((time.monotonic(), number))

    def phase(self, name: str) -> None:
        self.phases.append((self.log.stat().st_size, name))

    def before(self, place: int) -> float:
        """A time at which the log was not yet as long as ``place``, and the last that is known."""
        index = bisect.bisect_right(self.sizes, place) - 1
        return self.times[max(index, 0)]

    def due(self, kind: str, place: int, within: float) -> set[int]:
        """What was done more than ``within`` seconds before the log was so long."""
        moment = self.before(place) - within
        return {number for when, number in self.done.get(kind, []) if when <= moment}

    def phase_at(self, place: int) -> str:
        names = [name for size, name in self.phases if size <= place]
        return names[-1] if names else "start"

    @contextlib.contextmanager
    def sampled(self) -> Iterator[None]:
        def sample() -> None:
            while not self._end.wait(0.02):
                # The time first: what is in the log by then may be less than what it has now.
                now = time.monotonic()
                self.times.append(now)
                self.sizes.append(self.log.stat().st_size)

        thread = threading.Thread(target=sample)
        thread.start()
        try:
            yield
        finally:
            self._end.set()
            thread.join()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.appliance.power_cuts")
    parser.add_argument("image", type=Path)
    parser.add_argument("key", type=Path)
    parser.add_argument("signing", type=Path)
    parser.add_argument("--cuts", type=int, default=CUTS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--started", type=int, default=STARTED, help="disks to start for real")
    parser.add_argument(
        "--recording", type=Path, help="a folder that keeps what the adapter wrote, or has it"
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = options.recording or Path(name)
        folder.mkdir(exist_ok=True)
        # A port that stays: a recording that is used again has it in its settings.
        with multifon_network(
            Path(name), {NUMBER: PASSWORD}, address=ADDRESS, port=5060
        ) as network:
            image = BuiltImage(options.image)
            bench = Bench(image, options.key, options.signing, folder, network)
            told = folder / "journal.json"
            if told.exists():
                journal = Journal.read(told, folder / "log")
            else:
                journal = record(bench)
                journal.write(told)
            return cut(bench, journal, options)


def record(bench: Bench) -> Journal:
    """The adapter's busy life, every write of it logged; ``before`` is the disk before it."""
    image, key, network = bench.image, bench.key, bench.network
    disk, log = bench.folder / "disk", bench.folder / "log"
    with Machine(image, disk, key) as machine:
        machine.until("systemctl is-active multi-user.target", BOOT)
        set_up(machine, network)
        machine.run("systemctl poweroff || :")
        machine.ended(BOOT)
    subprocess.run(["cp", "--sparse=always", disk, bench.folder / "before"], check=True)
    good = bundle(image.folder, bench.signing, bench.folder / "good.raucb")
    journal = Journal(log)
    with Machine(image, disk, key, write_log=log) as machine, journal.sampled():
        journal.phase("start")
        machine.until("systemctl is-active multi-user.target", BOOT)
        network.control.request("wait-registration", account=NUMBER, registered=True, timeout=120.0)
        journal.phase("saves, calls, messages")
        work(machine, network, journal)
        journal.phase("update is written")
        give(machine, good)
        wait(machine, "restarting")
        journal.phase("trial start")
        wait(machine, "done")
        journal.phase("after the update")
        time.sleep(5)
    print(f"ok: {log.stat().st_size >> 20} MiB were written meanwhile", flush=True)
    return journal


def work(machine: Machine, network: RunningNetwork, journal: Journal) -> None:
    """Settings, messages, contacts and calls, all at once."""
    end = time.monotonic() + WORK

    def listen() -> None:
        for line in machine.lines(f"python3 - {FIRST}", given=AGENT):
            kind, _, number = line.strip().partition(" ")
            journal.note(kind, int(number))

    agent = threading.Thread(target=listen)
    agent.start()
    call = 0
    while time.monotonic() < end:
        asked = network.control.request(
            "call", account=NUMBER, caller=f"7495{call:07}", cancel_after=1.0
        )
        network.control.request("wait", call=asked["call"], state="ended", timeout=60.0)
        journal.note("call", call)
        call += 1
        time.sleep(0.2)
    machine.run("touch /run/enough")
    agent.join()
    print(f"ok: { ({kind: len(done) for kind, done in journal.done.items()}) }", flush=True)


def cut(bench: Bench, journal: Journal, options: argparse.Namespace) -> int:
    """Cut, look, count; 1 if anything was not as it has to be."""
    chance = random.Random(options.seed)
    disk = bench.folder / "cut"
    subprocess.run(["cp", "--sparse=always", bench.folder / "before", disk], check=True)
    with WriteLog(journal.log) as log:
        places = chosen(log, journal, options.cuts, chance)
        really = set(chance.sample(range(len(places)), min(options.started, len(places))))
        cutter = CutDisk(disk, log)
        systems = Systems(disk, bench.image.folder)
        rows: dict[str, Counter[str]] = {}
        for index, place in enumerate(places):
            row = rows.setdefault(journal.phase_at(place), Counter())
            row["cuts"] += 1
            with cutter.cut_at(place, chance) as lost:
                row["writes that were lost"] += lost
                try:
                    found = look_at(disk, bench.folder, systems, cutter.touched)
                    wrong = [*missing(found, journal, place)]
                    row["file system repaired"] += found.repaired
                    if index in really:
                        started(bench, disk)
                        row["also started"] += 1
                except BrokenError as error:
                    wrong = [str(error)]
                row["as it has to be"] += not wrong
                for text in wrong:
                    print(f"WRONG: cut {index} at {place} of {journal.phase_at(place)}: {text}")
        cutter.close()
    columns = (
        "cuts",
        "as it has to be",
        "file system repaired",
        "writes that were lost",
        "also started",
    )
    print("| while | " + " | ".join(columns) + " |")
    print("|---|" + "---|" * len(columns))
    for name, row in rows.items():
        print(f"| {name} | " + " | ".join(str(row[column]) for column in columns) + " |")
    return int(any(row["as it has to be"] != row["cuts"] for row in rows.values()))


def chosen(log: WriteLog, journal: Journal, cuts: int, chance: random.Random) -> list[int]:
    """Random places of the log, as many in each phase; the trial's two phases share one part."""
    ends = [*(size for size, _ in journal.phases[1:]), log.writes[-1].at]
    starts = [size for size, _ in journal.phases]
    weights = {"start": 1, "saves, calls, messages": 5, "update is written": 3}
    shares = [weights.get(name, 1) for _, name in journal.phases]
    places: list[int] = []
    for start, end, share in zip(starts, ends, shares, strict=True):
        writes = [write.at for write in log.writes if start <= write.at < end]
        count = -(-cuts * share // sum(shares))
        # Among the writes, not the bytes: an update is one large part of these.
        places += chance.sample(writes, min(count, len(writes)))
    return sorted(places)


def missing(found: Found, journal: Journal, place: int) -> Iterator[str]:
    """What should be there and is not."""
    saved = max(journal.due("setting", place, 0.0), default=0)
    value = found.settings["records"]["keep_calls"]
    if saved and not saved <= value <= saved + 3:
        yield f"the setting is {value}, and {saved} was saved"
    for kind, within, there in (
        ("call", FLUSH_AFTER + SYNC, {int(number[4:]) for number in _of("7495", found.calls)}),
        ("message", FLUSH_AFTER + SYNC, {int(text[5:]) for text in _of("text ", found.messages)}),
        ("contact", SYNC, {int(name[8:]) for name in _of("contact ", found.contacts)}),
    ):
        if lost := journal.due(kind, place, within) - there:
            yield f"{len(lost)} of kind {kind} are lost that were older than {within:.0f} s"


def _of(beginning: str, texts: frozenset[str]) -> Iterator[str]:
    return (text for text in texts if text.startswith(beginning))


def started(bench: Bench, disk: Path) -> None:
    """The disk in an emulated machine, until it is registered."""
    copy = bench.folder / "started"
    subprocess.run(["cp", "--sparse=always", disk, copy], check=True)
    with Machine(bench.image, copy, bench.key) as machine:
        machine.until("systemctl is-active multi-user.target", BOOT)
        machine.until('gateway status --json | grep -q \'"state": *"registered"\'', BOOT)
    copy.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
