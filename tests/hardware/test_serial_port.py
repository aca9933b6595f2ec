"""The door to pyserial, on pseudo-terminals."""

from __future__ import annotations

import math
import os
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.serial_port import MOST_UNSENT, SerialPort, require_port

PATIENCE = 10.0


class Line:
    """Both ends of a pseudo-terminal; ``path`` is the gateway's."""

    def __init__(self) -> None:
        self.other, theirs = os.openpty()
        tty.setraw(theirs)
        self.path = os.ttyname(theirs)
        self._theirs: int | None = theirs

    def let_go(self) -> None:
        """From now on only the gateway holds its end."""
        if self._theirs is not None:
            os.close(self._theirs)
            self._theirs = None

    def close(self) -> None:
        self.let_go()
        if self.other >= 0:
            os.close(self.other)
            self.other = -1


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    made.close()


@pytest.fixture
def port(line: Line) -> Iterator[SerialPort]:
    opened = SerialPort(line.path, 115200)
    yield opened
    opened.close()


def test_bytes_pass_unchanged_both_ways(line: Line, port: SerialPort) -> None:
    every = bytes(range(256))
    port.write(every)
    assert os.read(line.other, 1000) == every
    os.write(line.other, every)
    came = b""
    while len(came) < len(every):
        came += port.read(PATIENCE)
    assert came == every


def test_reading_gives_nothing_when_nothing_comes(port: SerialPort) -> None:
    assert port.read(0.0) == b""


def test_another_thread_wakes_a_reader_that_would_wait_for_ever(port: SerialPort) -> None:
    waker = threading.Timer(0.05, port.wake)
    waker.start()
    assert port.read(math.inf) == b""
    waker.join()


def test_what_the_line_does_not_take_yet_is_sent_when_it_does(line: Line, port: SerialPort) -> None:
    data = os.urandom(30000)
    port.write(data)
    sent = b""
    while len(sent) < len(data):
        sent += os.read(line.other, 65536)
        port.read(0.0)
    assert sent == data


def test_a_line_that_takes_nothing_is_an_error_before_it_fills_the_memory(
    port: SerialPort,
) -> None:
    def flood() -> None:
        for _ in range(100):
            port.write(bytes(MOST_UNSENT // 10))

    with pytest.raises(OSError, match="sends nothing any more"):
        flood()


def test_a_port_that_vanishes_is_told_with_a_sentence(line: Line, port: SerialPort) -> None:
    line.close()
    with pytest.raises(OSError, match=r"serial port .*plug the module in again\."):
        port.read(PATIENCE)


def test_a_port_is_for_one_program(line: Line, port: SerialPort) -> None:
    with pytest.raises(OSError, match="in use by another program"):
        SerialPort(line.path, 115200)
    port.close()
    port.close()
    SerialPort(line.path, 115200).close()


def test_a_port_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    missing = str(tmp_path / "ttyNone")
    for attempt in (lambda: SerialPort(missing, 115200), lambda: require_port(missing)):
        with pytest.raises(OSError, match="enable_uart=1"):
            attempt()


def test_a_file_that_is_no_port_is_refused_with_a_sentence(tmp_path: Path) -> None:
    plain = tmp_path / "file"
    plain.touch()
    with pytest.raises(OSError, match="does not open"):
        SerialPort(str(plain), 115200)
