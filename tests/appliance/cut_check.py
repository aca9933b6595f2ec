"""What is left on a disk whose power was cut: a whole adapter?  And what does its gateway know?

The disk is looked at from outside, with the programs that the adapter itself uses at its start
(e2fsck), and its settings and records are opened by the gateway, started here from this source.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.control.blocking import BlockingClient
from gateway.control.errors import ControlError

MIB = 1 << 20
READY = 60.0
"""Seconds that a gateway may take to answer on a busy computer."""


@dataclass(frozen=True, slots=True)
class Region:
    """A partition; bytes."""

    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Found:
    """``usual`` and ``tried`` are the systems that ``systems.env`` names."""

    usual: str
    tried: str
    repaired: bool
    """The file system needed more than its own journal."""
    status: Any
    settings: Any
    calls: frozenset[str]
    """Numbers."""
    contacts: frozenset[str]
    """Names."""
    messages: frozenset[str]
    """Texts."""


class BrokenError(Exception):
    """The adapter would not come back, or not with what it had."""


def partitions(image: Path) -> list[Region]:
    """The four of the partition table."""
    shown = subprocess.run(
        ["sfdisk", "--dump", image], capture_output=True, text=True, check=True
    ).stdout
    found = re.findall(r"start=\s*(\d+), size=\s*(\d+)", shown)
    return [Region(int(start) * 512, int(size) * 512) for start, size in found]


class Systems:
    """Looks at the two systems: the one that starts must be whole, to the last byte."""

    def __init__(self, image: Path, whole: Path) -> None:
        """``whole``: the folder of ``image-build/build``, from which both systems come."""
        self._image = image
        self._parts = partitions(image)
        self._size = (whole / "root.squashfs").stat().st_size
        self._root = _sum(whole / "root.squashfs", 0, self._size)
        self._start = {name: (whole / name).read_bytes() for name in ("kernel", "initrd")}
        self._good: set[str] = set()

    def look(self, touched: set[int]) -> tuple[str, str]:
        """The usual system and the one that is tried.  ``BrokenError`` if one cannot start."""
        text = self._of_boot("systems.env").decode(errors="replace")
        found = dict(re.findall(r"(?m)^(default|try)=([ab]?)$", text))
        usual, tried = found.get("default", ""), found.get("try", "")
        if usual not in {"a", "b"}:
            raise BrokenError(f"systems.env names no usual system: {text[:80]!r}")
        for index, name in enumerate("ab", start=1):
            region = self._parts[index]
            places = range(region.start // MIB, (region.start + region.size) // MIB)
            if touched.intersection(places):
                self._good.discard(name)
        if touched.intersection(range(self._parts[0].start // MIB, self._parts[1].start // MIB)):
            self._good.clear()
        touched.clear()
        for name in {usual, tried} - {""} - self._good:
            self._check(name)
            self._good.add(name)
        return usual, tried

    def _check(self, name: str) -> None:
        region = self._parts["ab".index(name) + 1]
        if _sum(self._image, region.start, self._size) != self._root:
            raise BrokenError(f"system {name} is not whole")
        for file, content in self._start.items():
            if self._of_boot(f"{name}/{file}") != content:
                raise BrokenError(f"{file} of system {name} is not whole")

    def _of_boot(self, file: str) -> bytes:
        where = f"{self._image}@@{self._parts[0].start}"
        done = subprocess.run(["mtype", "-i", where, f"::{file}"], capture_output=True, check=False)
        if done.returncode != 0:
            raise BrokenError(f"{file} cannot be read: {done.stderr.decode()}")
        return done.stdout


def look_at(image: Path, folder: Path, systems: Systems, touched: set[int]) -> Found:
    """Everything that can be told of the disk; ``folder`` is for what it takes."""
    usual, tried = systems.look(touched)
    data = folder / "data"
    region = partitions(image)[3]
    # Only what is there: most of the partition is a hole.
    subprocess.run(
        [
            "dd", f"if={image}", f"of={data}", "bs=1M", "conv=sparse", "status=none",
            "iflag=skip_bytes,count_bytes", f"skip={region.start}", f"count={region.size}",
        ],
        check=True,
    )  # fmt: skip
    repaired = _repair(data)
    kept = folder / "kept"
    try:
        subprocess.run(
            ["debugfs", "-R", f"rdump /kept {folder}", data], capture_output=True, check=True
        )
        found = _ask(kept, folder / "run")
    finally:
        shutil.rmtree(kept, ignore_errors=True)
        data.unlink()
    return Found(usual, tried, repaired, *found)


def _repair(data: Path) -> bool:
    """As ``systemd/appliance/prepare-data`` does; whether it took more than the journal."""
    done = subprocess.run(["e2fsck", "-p", data], capture_output=True, text=True, check=False)
    if done.returncode >= 4:
        done = subprocess.run(
            ["e2fsck", "-f", "-y", data], capture_output=True, text=True, check=False
        )
        if done.returncode >= 4:
            raise BrokenError(f"the data partition cannot be repaired: {done.stdout}")
        return True
    return bool(done.returncode & 1) and "recovering journal" not in done.stdout


def _ask(kept: Path, run: Path) -> tuple[Any, Any, frozenset[str], frozenset[str], frozenset[str]]:
    config, state = kept / "etc/multifon-gateway", kept / "var/lib/multifon-gateway"
    if not (config / "settings.toml").is_file():
        raise BrokenError("the settings are gone")
    if aside := [path.name for path in state.rglob("*broken*")]:
        raise BrokenError(f"records were set aside: {aside}")
    run.mkdir(exist_ok=True)
    log = run / "log"
    with log.open("wb") as sink:
        gateway = subprocess.Popen(
            [
                sys.executable, "-m", "gateway", "run",
                "--config", config, "--state", state, "--run", run,
            ],
            stdin=subprocess.DEVNULL, stdout=sink, stderr=sink,
        )  # fmt: skip
    try:
        with _connected(run / "control.sock", gateway, log) as client:
            if aside := [path.name for path in state.rglob("*broken*")]:
                raise BrokenError(f"records had to be set aside: {aside}")
            settings = client.call("settings.read")
            if settings["problems"]:
                raise BrokenError(f"the settings are not whole: {settings['problems']}")
            calls = client.call("calls", {"limit": 1000})
            messages = client.call("messages", {"limit": 1000})
            contacts = client.call("phonebook")
            return (
                client.call("status"),
                settings["values"],
                frozenset(str(call["number"]) for call in calls),
                frozenset(str(contact["name"]) for contact in contacts),
                frozenset(str(message["text"]) for message in messages),
            )
    finally:
        # What it has read is a copy: nothing has to be left in order.
        gateway.kill()
        gateway.wait()


@contextlib.contextmanager
def _connected(path: Path, gateway: subprocess.Popen[bytes], log: Path) -> Any:
    deadline = time.monotonic() + READY
    while True:
        try:
            client = BlockingClient(path)
        except (ControlError, OSError):
            if gateway.poll() is not None or time.monotonic() > deadline:
                raise BrokenError(f"the gateway does not start: {log.read_text()}") from None
            time.sleep(0.05)
        else:
            with client:
                yield client
            return


def _sum(path: Path, start: int, length: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        file.seek(start)
        while length > 0 and (piece := file.read(min(length, 4 * MIB))):
            digest.update(piece)
            length -= len(piece)
    return digest.hexdigest()
