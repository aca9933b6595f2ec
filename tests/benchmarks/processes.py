"""Processor time and memory of a process and its children, from /proc (man 5 proc)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

PROC = Path("/proc")
ThreadTimes: TypeAlias = Mapping[str, int]
"""Nanoseconds on a processor by thread."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory in MB (10^6 bytes); ``pss`` shares a page among those who map it."""

    rss: float
    pss: float


def parse_schedstat(text: str) -> int:
    """Nanoseconds on a processor: the first of the three numbers of ``schedstat``."""
    running, _waiting, _slices = text.split()
    return int(running)


def parse_rollup(text: str) -> Memory:
    """``Rss`` and ``Pss`` of ``smaps_rollup``; ``ValueError`` if one is not there."""
    found: dict[str, float] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        words = value.split()
        if colon and name in {"Rss", "Pss"} and words[1:] == ["kB"]:
            found[name] = int(words[0]) * 1024 / 1e6
    if set(found) != {"Rss", "Pss"}:
        raise ValueError("this is not smaps_rollup: it has no Rss or no Pss in kB")
    return Memory(found["Rss"], found["Pss"])


def family(pid: int, proc: Path = PROC) -> list[int]:
    """``pid`` and all that descend from it."""
    found = [pid]
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in (proc / str(pid) / "task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child), proc)
    return found


def thread_times(pid: int, proc: Path = PROC) -> ThreadTimes:
    """The processor time of every thread of the family."""
    times: dict[str, int] = {}
    for member in family(pid, proc):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for task in (proc / str(member) / "task").iterdir():
                times[task.name] = parse_schedstat((task / "schedstat").read_text())
    return times


def spent(before: ThreadTimes, after: ThreadTimes) -> int:
    """Nanoseconds between the two.  A thread that ended in between is not counted."""
    return sum(time - before.get(thread, 0) for thread, time in after.items())


def memory(pid: int, proc: Path = PROC) -> Memory:
    """The memory of the family, added up."""
    parts = []
    for member in family(pid, proc):
        # One that ends meanwhile has no memory any more.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            parts.append(parse_rollup((proc / str(member) / "smaps_rollup").read_text()))
    return Memory(sum(part.rss for part in parts), sum(part.pss for part in parts))


class Meter:
    """Processor time of one family from its making on."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._began = time.monotonic()
        self._before = thread_times(pid)

    def percent(self) -> float:
        """Per cent of one core since the beginning."""
        nanoseconds = spent(self._before, thread_times(self._pid))
        return nanoseconds / 1e7 / (time.monotonic() - self._began)
