"""The door to the GPIO pins, on the real RPi.GPIO and lgpio.py with a fake chip under them."""

from __future__ import annotations

import errno
import importlib.util
import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from hardware.gpio import Bias, Chip, Edge
from hardware.gpio_library import refusal
from tests.simulators.telephone.fake_chip import PULL_DOWN, PULL_NONE, PULL_UP
from tests.simulators.telephone.fake_lgpio import FakeChip, FakeLgpio, installed

PATIENCE = 10.0
RM, FR, SHK, PD = 16, 12, 24, 25


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE:g} s"
        time.sleep(0.002)


@pytest.fixture
def header() -> FakeChip:
    return FakeChip()


@pytest.fixture
def lgpio(header: FakeChip) -> Iterator[FakeLgpio]:
    with installed(header) as fake:
        yield fake


@pytest.fixture
def chip(lgpio: FakeLgpio) -> Iterator[Chip]:
    assert lgpio.chips
    chip = Chip()
    yield chip
    chip.close()


def ignore(_: Edge) -> None:
    """An edge that is not looked at."""


def open_file_count() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


# Outputs


def test_an_output_drives_from_the_moment_it_is_claimed(header: FakeChip, chip: Chip) -> None:
    seen: list[bool | None] = []
    header.watch([RM], lambda _, level, __: seen.append(level))
    line = chip.output(RM, high=True)
    line.set(False)
    line.set(True)
    assert seen == [True, False, True]


def test_a_closed_output_is_an_input_with_the_pull_asked_for(header: FakeChip, chip: Chip) -> None:
    chip.output(RM, high=True, rest=Bias.PULL_DOWN).close()
    chip.output(FR, high=True, rest=Bias.PULL_UP).close()
    chip.output(PD, high=True).close()
    assert [header.level(pin) for pin in (RM, FR, PD)] == [None] * 3
    assert [header.pull(pin) for pin in (RM, FR, PD)] == [PULL_DOWN, PULL_UP, PULL_NONE]
    assert [header.owner(pin) for pin in (RM, FR, PD)] == [None] * 3


def test_closing_frees_only_our_own_pins(header: FakeChip, chip: Chip) -> None:
    other = Chip()
    theirs = other.output(FR, high=True)
    chip.output(RM, high=True)
    chip.close()
    assert header.level(RM) is None
    assert header.level(FR) is True
    theirs.set(False)
    assert header.level(FR) is False
    other.close()


def test_the_square_wave_has_the_frequency_and_ends_with_the_level_set(
    header: FakeChip, chip: Chip
) -> None:
    edges: list[tuple[bool | None, float]] = []
    line = chip.output(FR, high=True)
    header.watch([FR], lambda _, level, at: edges.append((level, at)))
    line.oscillate(25.0)
    until(lambda: len(edges) >= 12, "six periods")
    line.set(True)
    assert header.level(FR) is True
    after = len(edges)
    time.sleep(0.06)
    assert len(edges) == after
    falls = [at for level, at in edges[:11] if level is False]
    # The median: a busy machine makes single edges late.
    spans = sorted(after - before for before, after in itertools.pairwise(falls))
    assert spans[len(spans) // 2] == pytest.approx(0.040, abs=0.005)


def test_a_square_wave_can_be_repeated_with_another_frequency(header: FakeChip, chip: Chip) -> None:
    line = chip.output(FR, high=True)
    seen: list[bool | None] = []
    header.watch([FR], lambda _, level, __: seen.append(level))
    for hertz in (20.0, 25.0, 100.0):
        line.oscillate(hertz)
        line.set(True)
    line.oscillate(500.0)
    line.oscillate(400.0)
    until(lambda: seen.count(True) > 20, "a wave after others")
    line.set(True)
    assert header.level(FR) is True


def test_nothing_writes_to_a_pin_after_it_is_closed(header: FakeChip, chip: Chip) -> None:
    line = chip.output(FR, high=True)
    line.oscillate(200.0)
    line.close()
    seen: list[bool | None] = []
    header.watch([FR], lambda _, level, __: seen.append(level))
    with pytest.raises(OSError, match="GPIO 12 is closed"):
        line.set(True)
    with pytest.raises(OSError, match="GPIO 12 is closed"):
        line.oscillate(25.0)
    line.close()
    del line
    time.sleep(0.02)
    assert seen == []


# Open drain


def test_an_open_drain_pin_is_never_driven_high(header: FakeChip, chip: Chip) -> None:
    seen: list[bool | None] = []
    header.watch([PD], lambda _, level, __: seen.append(level))
    line = chip.open_drain(PD)
    line.pull(low=True)
    line.pull(low=True)
    line.pull(low=False)
    line.pull(low=True)
    line.close()
    assert True not in seen
    assert seen.count(False) == 2
    assert header.level(PD) is None


# The input


def test_edges_carry_the_time_at_which_the_kernel_saw_them(header: FakeChip, chip: Chip) -> None:
    edges: list[Edge] = []
    line = chip.input(SHK, Bias.NONE, edges.append)
    began = time.monotonic()
    for high in (True, False, True):
        header.drive(SHK, high)
    ended = time.monotonic()
    until(lambda: len(edges) == 3, "three edges")
    assert [edge.high for edge in edges] == [True, False, True]
    times = [edge.time for edge in edges]
    assert times == sorted(times)
    assert began <= times[0]
    assert times[-1] <= ended
    assert line.high


def test_a_time_stamp_of_another_clock_is_replaced_by_now(
    header: FakeChip, lgpio: FakeLgpio, chip: Chip
) -> None:
    lgpio.stamp_offset = 1_700_000_000 * 10**9
    edges: list[Edge] = []
    chip.input(SHK, Bias.NONE, edges.append)
    began = time.monotonic()
    header.drive(SHK, True)
    until(lambda: edges, "an edge")
    assert began <= edges[0].time <= time.monotonic()


def test_a_flood_of_edges_comes_whole_and_in_order(header: FakeChip, chip: Chip) -> None:
    edges: list[Edge] = []
    chip.input(SHK, Bias.NONE, edges.append)
    for _ in range(1000):
        header.drive(SHK, True)
        header.drive(SHK, False)
    until(lambda: len(edges) == 2000, "every edge")
    assert [edge.high for edge in edges] == [True, False] * 1000
    assert [edge.time for edge in edges] == sorted(edge.time for edge in edges)


def test_every_edge_is_reported_when_they_have_been_collected(header: FakeChip, chip: Chip) -> None:
    edges: list[Edge] = []
    line = chip.input(SHK, Bias.NONE, edges.append)
    levels = [True, False] * 200
    for count, high in enumerate(levels, 1):
        header.drive(SHK, high)
        line.collect()
        assert len(edges) == count
    assert [edge.high for edge in edges] == levels
    line.close()
    line.collect()


def test_two_inputs_get_their_own_edges(header: FakeChip, chip: Chip) -> None:
    first: list[Edge] = []
    second: list[Edge] = []
    chip.input(SHK, Bias.NONE, first.append)
    chip.input(PD, Bias.PULL_UP, second.append)
    header.drive(SHK, True)
    header.drive(PD, False)
    until(lambda: first and second, "both edges")
    assert [edge.high for edge in first] == [True]
    assert [edge.high for edge in second] == [False]
    assert header.pull(PD) == PULL_UP


def test_no_edge_is_reported_after_close(header: FakeChip, chip: Chip) -> None:
    edges: list[Edge] = []
    line = chip.input(SHK, Bias.NONE, edges.append)
    line.close()
    line.close()
    header.drive(SHK, True)
    time.sleep(0.02)
    assert edges == []
    with pytest.raises(OSError, match="closed"):
        line.high  # noqa: B018 - reading is what is tested


def test_an_input_can_be_closed_by_its_own_edge(header: FakeChip, chip: Chip) -> None:
    seen: list[Edge] = []

    def close(edge: Edge) -> None:
        seen.append(edge)
        line.close()

    line = chip.input(SHK, Bias.NONE, close)
    header.drive(SHK, True)
    header.drive(SHK, False)
    until(lambda: header.owner(SHK) is None, "the pin to be free")
    until(lambda: not edge_threads(), "the end of the thread")
    assert len(seen) == 1


# What is left behind


def edge_threads() -> list[str]:
    names = [thread.name for thread in threading.enumerate()]
    return [name for name in names if "gpio-edges" in name or "callback" in name]


@pytest.mark.usefixtures("lgpio")
def test_no_thread_is_left_after_close() -> None:
    before = set(threading.enumerate())
    for _ in range(3):
        chip = Chip()
        chip.input(SHK, Bias.NONE, ignore)
        chip.output(FR, high=True).oscillate(50.0)
        chip.close()
        assert set(threading.enumerate()) == before


@pytest.mark.usefixtures("lgpio")
def test_no_file_is_left_and_the_current_directory_and_environment_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    current = tmp_path / "current"
    for folder in (temporary, current):
        folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.chdir(current)
    monkeypatch.delenv("LG_WD", raising=False)
    environment = dict(os.environ)
    chip = Chip()
    chip.input(SHK, Bias.NONE, ignore)
    assert list(temporary.iterdir()) == []
    assert list(current.iterdir()) == []
    assert Path.cwd() == current
    assert dict(os.environ) == environment
    chip.close()
    chip.close()


def test_no_file_descriptor_is_left_after_close(header: FakeChip, chip: Chip) -> None:
    chip.output(RM, high=False)
    open_files = open_file_count()
    for _ in range(5):
        line = chip.input(SHK, Bias.NONE, ignore)
        header.drive(SHK, True)
        line.close()
        header.let_go(SHK)
    assert open_file_count() == open_files


def test_closing_never_stops_the_interpreter_for_long(lgpio: FakeLgpio) -> None:
    for _ in range(3):
        chip = Chip()
        chip.output(RM, high=False)
        chip.input(SHK, Bias.NONE, ignore)
        chip.close()
    assert lgpio.chip_closings == 0


# Finding the chip


def test_the_header_is_found_by_its_label() -> None:
    expander = FakeChip(0, "raspberrypi-exp-gpio", 8)
    header = FakeChip(4, "pinctrl-rp1", 54)
    with installed(expander, header):
        chip = Chip()
        chip.output(RM, high=True)
        assert chip.number == 4
        assert header.level(RM) is True
        chip.close()


def test_the_environment_decides_where_it_names_the_chip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RPI_LGPIO_CHIP", "3")
    named = FakeChip(3, "another-label")
    with installed(FakeChip(0), named):
        chip = Chip()
        chip.output(RM, high=True)
        assert named.level(RM) is True
        chip.close()


def test_a_second_chip_in_one_process_is_refused() -> None:
    with installed(FakeChip(0), FakeChip(1)):
        first, second = Chip(0), Chip(1)
        first.output(RM, high=False)
        with pytest.raises(OSError, match="on GPIO chip 0; put both on one chip"):
            second.output(FR, high=False)
        first.close()


# Errors


def test_a_computer_without_pins_says_so() -> None:
    with (
        installed(),
        pytest.raises(FileNotFoundError, match=r"^This computer has no GPIO pins.*\.$") as refused,
    ):
        Chip()
    assert "simulated line" in str(refused.value)


def test_chips_that_are_no_header_are_named() -> None:
    with installed(FakeChip(0, "gpio-ich")), pytest.raises(OSError, match=r"0 \(gpio-ich\)"):
        Chip()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (PermissionError(errno.EACCES, "denied"), "add its user to the group gpio"),
        (FileNotFoundError(errno.ENOENT, "missing"), "has no GPIO pins"),
        (OSError(errno.ENXIO, "No such device or address"), "cannot be opened: No such device"),
    ],
)
def test_a_chip_that_cannot_be_opened_says_what_to_do(given: OSError, sentence: str) -> None:
    told = refusal(Path("/dev/gpiochip0"), given)
    assert sentence in str(told)
    assert "/dev/gpiochip0" in str(told)
    assert type(told) is type(given)


@pytest.mark.parametrize("use", ["output", "input", "open_drain"])
def test_a_pin_in_use_is_named_with_its_user(header: FakeChip, chip: Chip, use: str) -> None:
    header.take(RM)
    claim: dict[str, Callable[[], object]] = {
        "output": lambda: chip.output(RM, high=False),
        "input": lambda: chip.input(RM, Bias.NONE, ignore),
        "open_drain": lambda: chip.open_drain(RM),
    }
    open_files = open_file_count()
    with pytest.raises(OSError, match=r"^GPIO 16 is in use by another-program"):
        claim[use]()
    assert open_file_count() == open_files
    header.give_back(RM)
    claim[use]()


@pytest.mark.parametrize("pin", [-1, 54, 58, 400])
def test_a_pin_that_does_not_exist_is_refused(chip: Chip, pin: int) -> None:
    for claim in (
        lambda: chip.output(pin, high=False),
        lambda: chip.input(pin, Bias.NONE, ignore),
        lambda: chip.open_drain(pin),
    ):
        with pytest.raises(OSError, match=f"has no pin {pin}; correct the board file"):
            claim()


def test_a_broken_pin_is_an_error_and_heals(header: FakeChip, chip: Chip) -> None:
    line = chip.input(SHK, Bias.NONE, ignore)
    header.break_pin(SHK)
    with pytest.raises(OSError, match="GPIO 24 of chip 0 does not work"):
        line.high  # noqa: B018 - reading is what is tested
    header.break_pin(SHK, False)
    assert not line.high


def test_a_chip_that_went_away_is_an_error_until_it_is_opened_again(
    header: FakeChip, chip: Chip
) -> None:
    hook = chip.input(SHK, Bias.NONE, ignore)
    polarity = chip.output(FR, high=True)
    polarity.oscillate(25.0)
    header.vanish()
    with pytest.raises(OSError, match=r"^GPIO chip 0 has gone.*\.$"):
        hook.high  # noqa: B018 - reading is what is tested
    with pytest.raises(OSError, match="has gone"):
        polarity.set(True)
    chip.close()
    with pytest.raises(OSError, match="has no GPIO pins"):
        Chip()
    header.come_back()
    edges: list[Edge] = []
    again = Chip()
    again.input(SHK, Bias.NONE, edges.append)
    again.output(FR, high=True)
    assert header.level(FR) is True
    header.drive(SHK, True)
    until(lambda: edges, "an edge after the chip came back")
    again.close()


# The libraries


def test_the_door_can_be_imported_without_the_libraries() -> None:
    code = (
        "import sys; sys.modules['lgpio'] = sys.modules['RPi'] = None\n"
        "from hardware.gpio import Chip\n"
        "try: Chip()\n"
        "except OSError as error: print(error)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "are not installed" in told.stdout


@pytest.mark.usefixtures("lgpio")
def test_the_old_rpi_gpio_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    package, old = ModuleType("RPi"), ModuleType("RPi.GPIO")
    monkeypatch.setattr(package, "GPIO", old, raising=False)
    monkeypatch.setitem(sys.modules, "RPi", package)
    monkeypatch.setitem(sys.modules, "RPi.GPIO", old)
    with pytest.raises(OSError, match="install rpi-lgpio in its place"):
        Chip().output(RM, high=False)


@pytest.mark.usefixtures("lgpio")
def test_a_missing_rpi_lgpio_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "RPi", None)
    with pytest.raises(OSError, match="are not installed"):
        Chip().output(RM, high=False)


def test_the_fake_has_no_function_that_lgpio_has_not() -> None:
    real = importlib.util.find_spec("_lgpio")
    assert real is not None
    assert real.loader is not None
    library = importlib.util.module_from_spec(real)
    prefixes = ("_gpio", "_tx", "_notify", "_error")
    faked = {name for name in vars(FakeLgpio) if name.startswith(prefixes)}
    assert faked <= set(dir(library))


def test_the_real_library_is_loaded_without_a_trace(tmp_path: Path) -> None:
    code = (
        "import os, threading\n"
        "from hardware.gpio_library import loaded\n"
        "library = loaded()\n"
        "handle, reader = library.notification_pipe()\n"
        "library.lgpio.notify_close(handle)\n"
        "print(os.read(reader, 16), threading.active_count(), os.listdir('.'), os.getcwd())\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(Path.cwd())}
    here = tmp_path / "here"
    here.mkdir()
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=here,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == f"b'' 1 [] {here}\n"
    assert told.stderr == ""
    assert list(tmp_path.iterdir()) == [here]
