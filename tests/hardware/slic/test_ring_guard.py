"""The ring guard: its logic on the real door with a fake chip, its process without any chip.

That it takes RM low on a kernel's own pins is shown by ``tests/kernel_rig/test_ring_guard.py``.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hardware.gpio import Chip
from hardware.slic import ring_guard_process
from hardware.slic.ring_guard import GuardedPins, RingGuard
from hardware.slic.ring_guard_process import (
    FAILED,
    FAREWELL,
    HOLD,
    MADE_SAFE,
    OVERSTAY,
    end_ringing,
    line_request,
    watch,
)
from tests.simulators.telephone.fake_chip import FakeChip
from tests.simulators.telephone.fake_lgpio import installed

PATIENCE = 20.0
RM, FR = 16, 12
NO_CHIP = GuardedPins(chip=9999, rm=RM, fr=FR, fr_idle_high=True)


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE:g} s"
        time.sleep(0.002)


# The logic


class Watched:
    """The guard's logic in a thread, with outputs of the door in place of the kernel's device."""

    def __init__(self, chip: Chip) -> None:
        self.rm = chip.output(RM, high=True)
        self.fr = chip.output(FR, high=False)
        self.killed = 0
        self.status: int | None = None
        reader, self.pipe = os.pipe()
        self._reader = reader
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        self.status = watch(self._reader, self._kill, self._make_safe)

    def _kill(self) -> None:
        self.killed += 1

    def _make_safe(self) -> int:
        self.fr.set(True)
        time.sleep(HOLD)
        self.rm.set(False)
        return MADE_SAFE

    def tell(self, text: str) -> None:
        os.write(self.pipe, text.encode())

    def end(self) -> None:
        if self.pipe >= 0:
            os.close(self.pipe)
            self.pipe = -1
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        if self._reader >= 0:
            os.close(self._reader)
            self._reader = -1


@pytest.fixture
def header() -> FakeChip:
    return FakeChip()


@pytest.fixture
def guard(header: FakeChip) -> Iterator[Watched]:
    with installed(header):
        chip = Chip()
        guard = Watched(chip)
        yield guard
        guard.end()
        chip.close()


def test_the_end_of_the_pipe_without_farewell_ends_the_ringing(
    header: FakeChip, guard: Watched
) -> None:
    changes: list[tuple[int, bool | None, float]] = []
    header.watch([RM, FR], lambda *change: changes.append(change))
    guard.tell(f"high {time.monotonic() + 100.0!r}\n")
    guard.end()
    assert guard.status == MADE_SAFE
    assert guard.killed == 0
    assert [(pin, level) for pin, level, _ in changes] == [(FR, True), (RM, False)]
    assert changes[1][2] - changes[0][2] > 0.010


@pytest.mark.parametrize("last", ["", "low\n", "high 1.0\nlow\n"])
def test_it_also_acts_when_rm_was_low_last(guard: Watched, last: str) -> None:
    if last:
        guard.tell(last)
    guard.end()
    assert guard.status == MADE_SAFE


def test_a_burst_that_overstays_costs_the_driver_its_life(header: FakeChip, guard: Watched) -> None:
    guard.tell(f"high {time.monotonic() - OVERSTAY!r}\n")
    until(lambda: guard.status is not None, "the end of the burst")
    assert guard.killed == 1
    assert guard.status == MADE_SAFE
    assert header.level(RM) is False
    assert header.level(FR) is True


def test_a_burst_that_ended_in_time_costs_nothing(header: FakeChip, guard: Watched) -> None:
    for _ in range(100):
        guard.tell(f"high {time.monotonic() - 2 * OVERSTAY!r}\nlow\n")
    guard.tell("bye\n")
    until(lambda: guard.status is not None, "the farewell")
    assert guard.status == FAREWELL
    assert guard.killed == 0
    assert header.level(RM) is True


def test_a_line_may_come_in_pieces(guard: Watched) -> None:
    for piece in ("hi", "gh ", f"{time.monotonic() + 1000.0:.3f}", "\nb", "ye", "\n"):
        guard.tell(piece)
    until(lambda: guard.status is not None, "the farewell")
    assert guard.status == FAREWELL


# What is asked of the kernel


class Attribute(ctypes.Structure):
    _fields_ = (
        ("id", ctypes.c_uint32),
        ("padding", ctypes.c_uint32),
        ("values", ctypes.c_uint64),
        ("mask", ctypes.c_uint64),
    )


class Config(ctypes.Structure):
    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("num_attrs", ctypes.c_uint32),
        ("padding", ctypes.c_uint32 * 5),
        ("attrs", Attribute * 10),
    )


class Request(ctypes.Structure):
    """``struct gpio_v2_line_request`` of ``linux/gpio.h``."""

    _fields_ = (
        ("offsets", ctypes.c_uint32 * 64),
        ("consumer", ctypes.c_char * 32),
        ("config", Config),
        ("num_lines", ctypes.c_uint32),
        ("event_buffer_size", ctypes.c_uint32),
        ("padding", ctypes.c_uint32 * 5),
        ("fd", ctypes.c_int32),
    )


@pytest.mark.parametrize(("high", "pull"), [(True, 1 << 8), (False, 1 << 9)])
def test_the_request_is_an_output_with_its_level_and_its_pull(high: bool, pull: int) -> None:
    request = Request.from_buffer(line_request(23, high=high))
    assert request.num_lines == 1
    assert request.offsets[0] == 23
    assert request.consumer == b"multifon-ring-guard"
    assert request.config.flags == 1 << 3 | pull
    assert request.config.num_attrs == 1
    attribute = request.config.attrs[0]
    assert (attribute.id, attribute.values, attribute.mask) == (2, int(high), 1)


def test_a_device_that_is_no_chip_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    assert end_ringing("/dev/null", RM, FR, fr_idle=True) == FAILED
    told = capfd.readouterr().err
    assert "GPIO 12 (F/R) cannot be claimed" in told
    assert "RM (GPIO 16 of /dev/null) cannot be taken low" in told


# The process


def started(*, device: str = "/dev/null") -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *(sys.executable, "-I", "-S", str(Path(ring_guard_process.__file__))),
            *(device, str(RM), str(FR), "1", str(os.getpid())),
        ],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_after_the_farewell_the_process_ends_and_says_nothing() -> None:
    process = started()
    assert process.communicate(b"high 1e9\nlow\nbye\n", timeout=PATIENCE)[1] == b""
    assert process.returncode == FAREWELL


def test_at_the_end_of_its_input_the_process_says_what_it_did() -> None:
    process = started(device="/dev/no-such-chip")
    told = process.communicate(b"high 1e9\n", timeout=PATIENCE)[1]
    assert b"has ended without a farewell" in told
    assert b"No such file" in told
    assert process.returncode == FAILED


def driver(*statements: str) -> subprocess.Popen[str]:
    """A driver's process with a guard; its standard error is the guard's too."""
    code = (
        "import os, time\n"
        "from hardware.slic.ring_guard import *\n"
        "guard = RingGuard(GuardedPins(chip=9999, rm=16, fr=12, fr_idle_high=True))\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code + "\n".join(statements)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_driver_that_hangs_in_a_burst_is_killed() -> None:
    process = driver("guard.rm_high(time.monotonic() - 60)", "time.sleep(600)")
    _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL
    assert "left RM high for too long" in told
    assert "cannot be taken low" in told


def test_the_guard_outlives_a_driver_that_is_killed() -> None:
    process = driver(
        "guard.rm_high(time.monotonic() + 600)",
        "os.kill(os.getpid(), 9)",
    )
    # The guard holds standard error: the end of it is the guard's end.
    _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL
    assert "has ended without a farewell" in told
    assert "cannot be taken low" in told


def test_a_driver_that_could_not_take_rm_low_leaves_that_to_the_guard() -> None:
    process = driver("guard.rm_high(time.monotonic() + 600)", "guard.abandon()", "guard.farewell()")
    _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "has ended without a farewell" in told
    assert "cannot be taken low" in told


def test_a_driver_that_says_farewell_leaves_no_guard_and_no_word() -> None:
    process = driver(
        "guard.rm_high(time.monotonic() + 1)",
        "guard.rm_low()",
        "guard.farewell()",
        "guard.farewell()",
    )
    _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert told == ""


@pytest.fixture
def ring_guard() -> Iterator[RingGuard]:
    guard = RingGuard(NO_CHIP)
    yield guard
    guard.farewell()


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def test_signals_to_the_daemons_children_do_not_end_it(ring_guard: RingGuard) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(ring_guard.process, number)
    # It still reads: a guard that died would be replaced by another.
    process = ring_guard.process
    ring_guard.rm_low()
    assert ring_guard.process == process
    assert is_running(process)
    assert os.getsid(process) == process


def test_a_guard_that_died_is_replaced(ring_guard: RingGuard) -> None:
    first = ring_guard.process
    os.kill(first, signal.SIGKILL)
    until(lambda: not is_running(first), "the death of the guard")
    ring_guard.rm_high(time.monotonic() + 600.0)
    ring_guard.rm_low()
    assert ring_guard.process != first
    assert is_running(ring_guard.process)


def test_the_guard_keeps_nothing_open_that_the_daemon_had(ring_guard: RingGuard) -> None:
    with Path("/dev/null").open("rb") as inherited:
        os.set_inheritable(inherited.fileno(), True)
        guard = RingGuard(NO_CHIP)
        folder = Path(f"/proc/{guard.process}/fd")
        until(
            lambda: sorted(int(entry.name) for entry in folder.iterdir()) == [0, 1, 2],
            "nothing but the standard files",
        )
        guard.farewell()
    assert is_running(ring_guard.process)


def test_no_process_is_left_of_guards_that_ended() -> None:
    ended = []
    for _ in range(3):
        guard = RingGuard(NO_CHIP)
        guard.farewell()
        ended.append(guard.process)

    def all_gone() -> bool:
        RingGuard(NO_CHIP).farewell()
        return not any(Path(f"/proc/{process}").exists() for process in ended)

    until(all_gone, "the end of the guards")
