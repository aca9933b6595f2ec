"""The driver's side of the ring guard: a small process that outlives a daemon which is killed.

A SLIC module bears RM high for a third of the time only, and a process that dies in a ring burst
leaves it high: Raspberry Pi's own kernels keep the level of a freed output.  ``finally`` and
``close`` deal with every end that Python sees.  For the others (SIGKILL, a crash in C, a hang with
the interpreter's lock held) there is the guard, which is told of every burst before it begins.
What it does: ``ring_guard_process.py``.

When both processes die at once, as in a power cut, the resistor from RM to ground remains; on a
Pi whose kernel keeps outputs it does not help until the computer restarts.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from hardware.slic import ring_guard_process


@dataclass(frozen=True, slots=True)
class GuardedPins:
    """What the guard takes hold of; GPIO numbers of chip ``/dev/gpiochipN``."""

    chip: int
    rm: int
    fr: int
    fr_idle_high: bool


class Guard(Protocol):
    """Whoever is told of every ring burst."""

    def rm_high(self, until: float) -> None:
        """RM goes high now and is low again by ``until`` (monotonic s)."""

    def rm_low(self) -> None:
        """RM is low."""

    def farewell(self) -> None:
        """The pins are given back.  Idempotent."""

    def abandon(self) -> None:
        """The pins are given back, and RM could not be taken low: instead of ``farewell``."""


StartGuard: TypeAlias = Callable[[GuardedPins], Guard]


class RingGuard:
    """One guard process, from construction to ``farewell``.

    A guard that died is replaced by the next call.  Nothing here waits for the process.
    """

    def __init__(self, pins: GuardedPins) -> None:
        self._arguments = [
            sys.executable,
            *("-I", "-S"),
            str(Path(ring_guard_process.__file__)),
            f"/dev/gpiochip{pins.chip}",
            *map(str, (pins.rm, pins.fr, int(pins.fr_idle_high), os.getpid())),
        ]
        self._said_farewell = False
        self._pipe, self.process = self._start()

    def rm_high(self, until: float) -> None:
        self._tell(f"high {until!r}\n")

    def rm_low(self) -> None:
        self._tell("low\n")

    def farewell(self) -> None:
        if self._said_farewell:
            return
        self._said_farewell = True
        # When it died before, what it guarded is given back all the same.
        with contextlib.suppress(OSError):
            os.write(self._pipe, b"bye\n")
        self._let_go()

    def abandon(self) -> None:
        if self._said_farewell:
            return
        self._said_farewell = True
        # A pipe that ends without a farewell is what a driver leaves that was killed.
        self.rm_high(time.monotonic())
        self._let_go()

    def _let_go(self) -> None:
        os.close(self._pipe)
        _ended.append(self.process)
        _reap()

    def _tell(self, line: str) -> None:
        """Tell the guard; a new one when it is gone or does not read."""
        try:
            os.write(self._pipe, line.encode())
        except OSError:
            os.close(self._pipe)
            _ended.append(self.process)
            self._pipe, self.process = self._start()
            os.write(self._pipe, line.encode())

    def _start(self) -> tuple[int, int]:
        """Write end of the guard's input, and its process number."""
        _reap()
        reader, writer = os.pipe()
        try:
            os.set_blocking(writer, False)
            # Unlike fork, this does not take longer the larger the daemon is.
            process = os.posix_spawn(
                sys.executable,
                self._arguments,
                {},
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, reader, 0),
                    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                ],
                setsid=True,
                # systemd and a terminal send these to the daemon's children as well.
                setsigmask=[signal.SIGTERM, signal.SIGINT, signal.SIGHUP],
            )
        except OSError:
            os.close(writer)
            raise
        finally:
            os.close(reader)
        return writer, process


_ended: list[int] = []
"""Guards that were told to end: each is waited for at the next occasion, none is waited on."""


def _reap() -> None:
    for process in tuple(_ended):
        try:
            reaped, _ = os.waitpid(process, os.WNOHANG)
        except ChildProcessError:
            reaped = process
        if reaped:
            _ended.remove(process)
