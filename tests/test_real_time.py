"""Real-time priority: who has it, and what happens where it is not allowed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway import real_time
from gateway.real_time import PRIORITY, claim_real_time, claim_real_time_for
from tests.gateway_process import READY, GatewayProcess
from tests.simulators.multifon.network_process import multifon_network


def in_a_thread(act: Callable[[], None]) -> tuple[int, int]:
    """Policy and priority of a thread after ``act`` in it."""
    found: list[tuple[int, int]] = []

    def run() -> None:
        act()
        policy = os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK
        found.append((policy, os.sched_getparam(0).sched_priority))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def allowed() -> bool:
    """Whether this user may have it here."""
    script = f"import os; os.sched_setscheduler(0, os.SCHED_RR, os.sched_param({PRIORITY}))"
    command = [sys.executable, "-c", script]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


needs_permission = pytest.mark.skipif(not allowed(), reason="no real-time priority allowed here")


@needs_permission
def test_a_thread_gets_it_and_others_do_not() -> None:
    assert in_a_thread(claim_real_time) == (os.SCHED_RR, PRIORITY)
    assert in_a_thread(lambda: None) == (os.SCHED_OTHER, 0)


@needs_permission
def test_what_such_a_thread_starts_is_ordinary() -> None:
    command = [sys.executable, "-c", "import os; print(os.sched_getscheduler(0))"]
    said: list[bytes] = []

    def start_a_program() -> None:
        claim_real_time()
        said.append(subprocess.run(command, check=True, capture_output=True).stdout)

    in_a_thread(start_a_program)
    assert int(said[0]) == os.SCHED_OTHER


def test_without_permission_it_works_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(real_time, "_told", False)
    with caplog.at_level(logging.INFO, "gateway.real_time"):
        for _ in range(3):
            assert in_a_thread(claim_real_time) == (os.SCHED_OTHER, 0)
    assert len(caplog.records) == 1


def test_a_name_that_no_thread_has_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real_time, "APPEARS_WITHIN", 0.01)
    assert not claim_real_time_for("no thread")


@needs_permission
def test_a_thread_of_a_library_that_names_itself_late_gets_it() -> None:
    done = threading.Event()
    found: list[int] = []

    def of_a_library() -> None:
        time.sleep(0.2)
        Path(f"/proc/self/task/{threading.get_native_id()}/comm").write_text("library")
        done.wait()
        found.append(os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK)

    thread = threading.Thread(target=of_a_library)
    thread.start()
    try:
        assert claim_real_time_for("library")
    finally:
        done.set()
        thread.join()
    assert found == [os.SCHED_RR]


@needs_permission
def test_the_threads_of_the_voice_have_it_in_the_daemon(tmp_path: Path) -> None:
    def look(process: int) -> None:
        # That of pjmedia, and one for each line; Python 3.11 gives its threads no names.
        deadline = time.monotonic() + READY
        while not ((names := served(process))["media"] == 1 and names.total() == 3):
            assert time.monotonic() < deadline, names
            time.sleep(0.05)
        assert os.sched_getscheduler(process) == os.SCHED_OTHER

    def served(process: int) -> Counter[str]:
        names: Counter[str] = Counter()
        for task in Path(f"/proc/{process}/task").iterdir():
            with contextlib.suppress(OSError):  # a thread may end meanwhile
                policy = os.sched_getscheduler(int(task.name)) & ~os.SCHED_RESET_ON_FORK
                names[(task / "comm").read_text().strip()] += policy == os.SCHED_RR
        return names

    async def run() -> None:
        with multifon_network(tmp_path, {}) as network:
            gateway = GatewayProcess(tmp_path / "gateway", f"127.0.0.1:{network.port}", lines=2)
            async with gateway:
                await asyncio.to_thread(look, gateway.pid)

    asyncio.run(run())
