"""The ring guard on pins of the kernel: RM falls when the driver's process is killed, or hangs."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.kernel_rig.conftest import RESULTS
from tests.simulators.telephone.gpio_sim import GpioSim

RM, FR, SHK = 16, 12, 24
LONG = 60.0
"""Seconds to wait for what must come."""

DRIVER = """
import sys, time
from pathlib import Path
from hardware.slic.board import parse_board
from hardware.slic.port import SlicPort

port = SlicPort(parse_board("rig", Path(sys.argv[1]).read_text()))
port.open(lambda time, off_hook: None)
print(port.start_ring_burst(25.0, float(sys.argv[2])), flush=True)
sys.stdin.read()
port.stop_ring_burst()
port.close()
"""

Driver: TypeAlias = subprocess.Popen[str]
Start: TypeAlias = Callable[[float], Driver]


class Changes:
    """What is done to RM and F/R, with the kernel's times."""

    def __init__(self, header: GpioSim) -> None:
        self._queue: queue.SimpleQueue[tuple[int, bool | None, float]] = queue.SimpleQueue()
        header.watch([RM, FR], lambda *change: self._queue.put(change))

    def until(self, pin: int, level: bool | None) -> float:
        """Wait until ``pin`` gets ``level``; gives when it did."""
        while True:
            changed, to, at = self._queue.get(timeout=LONG)
            if (changed, to) == (pin, level):
                return at


@pytest.fixture
def changes(header: GpioSim) -> Changes:
    return Changes(header)


@pytest.fixture
def start(header: GpioSim, changes: Changes, tmp_path: Path) -> Iterator[Start]:
    """Starts a process that rings.  Its standard error ends when its guard has ended too."""
    board = tmp_path / "rig.toml"
    board.write_text(
        f'description = "rig"\nslic = "ag1171"\nrm_pin = {RM}\nfr_pin = {FR}\nshk_pin = {SHK}\n'
        f'sound_card = "null"\nchip = "{header.number}"\n'
    )
    drivers: list[Driver] = []

    def start(seconds: float) -> Driver:
        driver = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(board), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "RPI_LGPIO_CHIP": str(header.number)},
        )
        drivers.append(driver)
        assert driver.stdout is not None
        assert float(driver.stdout.readline()) > 0.0
        changes.until(RM, True)
        changes.until(FR, False)
        return driver

    yield start
    for driver in drivers:
        driver.kill()
        driver.communicate(timeout=LONG)


def test_rm_falls_when_the_driver_is_killed_in_a_burst(changes: Changes, start: Start) -> None:
    driver = start(3.0)
    killed = time.monotonic()
    driver.send_signal(signal.SIGKILL)
    changes.until(FR, None)
    idle = changes.until(FR, True)
    fell = changes.until(RM, False)
    _, told = driver.communicate(timeout=LONG)
    assert "ring guard: the driver's process has ended without a farewell" in told
    assert "ring guard: RM is low" in told
    assert fell - idle > 0.010
    figures = {"from SIGKILL to RM low, ms": round((fell - killed) * 1000.0, 1)}
    (RESULTS / "ring-guard.json").write_text(json.dumps(figures))


def test_a_driver_that_stands_still_in_a_burst_is_killed_and_rm_falls(
    changes: Changes, start: Start
) -> None:
    driver = start(0.5)
    driver.send_signal(signal.SIGSTOP)
    changes.until(RM, False)
    _, told = driver.communicate(timeout=LONG)
    assert driver.returncode == -signal.SIGKILL
    assert "left RM high for too long" in told


def test_a_new_driver_gets_the_pins_after_the_guard_had_them(
    changes: Changes, start: Start
) -> None:
    driver = start(3.0)
    driver.kill()
    driver.communicate(timeout=LONG)
    again = start(3.0)
    _, told = again.communicate("", timeout=LONG)
    assert again.returncode == 0
    assert told == ""
    changes.until(RM, False)


def test_an_orderly_end_needs_no_guard(changes: Changes, start: Start) -> None:
    driver = start(3.0)
    _, told = driver.communicate("", timeout=LONG)
    assert driver.returncode == 0
    assert told == ""
    idle = changes.until(FR, True)
    assert changes.until(RM, False) > idle
