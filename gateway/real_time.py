"""Real-time priority for the threads that carry voice and ring the bell.

They do little and at their time, so other programs wait for them (``SCHED_RR`` of sched(7)): the
page, an update that is written, whatever else a computer does.  Only where the user who runs the
gateway may have it (``LimitRTPRIO=`` of the unit, or root); it works without.  Threads and programs
that such a thread starts are ordinary ones again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from pathlib import Path

PRIORITY = 10
"""1 to 99; the kernel's own threads for interrupts have 50."""

APPEARS_WITHIN = 2.0
"""Seconds."""

_log = logging.getLogger(__name__)
_told = False


def claim_real_time() -> None:
    """Give the calling thread real-time priority, if that is allowed."""
    _claim(0)


def claim_real_time_for(name: str) -> bool:
    """Give it to the threads of this process that a library has named ``name``, if allowed.

    False if there is none within ``APPEARS_WITHIN``: a thread names itself when it first runs.
    """
    deadline = time.monotonic() + APPEARS_WITHIN
    while not (found := _named(name)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)
    for thread in found:
        with contextlib.suppress(ProcessLookupError):  # it has ended
            _claim(thread)
    return True


def _named(name: str) -> list[int]:
    found = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # a thread may end meanwhile
            if (task / "comm").read_text(encoding="utf-8").strip() == name:
                found.append(int(task.name))
    return found


def _claim(thread: int) -> None:
    global _told  # noqa: PLW0603 - said once, not for every thread
    try:
        policy = os.SCHED_RR | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(thread, policy, os.sched_param(PRIORITY))
    except PermissionError:
        if not _told:
            _told = True
            _log.info("No real-time priority is allowed here: other programs may tear the voice.")
