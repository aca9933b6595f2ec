"""Real-time priority: who has it, and what happens where it is not allowed."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway import real_time
from gateway.real_time import PRIORITY, claim_real_time, claim_real_time_for
from tests.gateway_process import GatewayProcess
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


def test_a_name_that_no_thread_has_is_nothing() -> None:
    claim_real_time_for("no thread")


@needs_permission
def test_the_threads_of_the_voice_have_it_in_the_daemon(tmp_path: Path) -> None:
    def look(process: int) -> None:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        names = Counter(
            (task / "comm").read_text().strip() for task in tasks if policy(task) == os.SCHED_RR
        )
        # That of pjmedia, and one for each line; Python 3.11 gives its threads no names.
        assert names.pop("media") == 1
        assert names.total() == 2
        assert os.sched_getscheduler(process) == os.SCHED_OTHER

    def policy(task: Path) -> int:
        return os.sched_getscheduler(int(task.name)) & ~os.SCHED_RESET_ON_FORK

    async def run() -> None:
        with multifon_network(tmp_path, {}) as network:
            gateway = GatewayProcess(tmp_path / "gateway", f"127.0.0.1:{network.port}", lines=2)
            async with gateway:
                await asyncio.to_thread(look, gateway.pid)

    asyncio.run(run())
