"""What a GPIO chip's users do to its lines, as the kernel records it.

Two sources, both stamped by ``CLOCK_MONOTONIC`` in the kernel, so that nothing is polled and no
edge is too short:

* tracefs (events ``gpio:gpio_value`` and ``gpio:gpio_direction``): levels and directions, to 1 us;
* the chip's own line-info events (linux/gpio.h, GPIO_V2_GET_LINEINFO_WATCH_IOCTL): a line is
  released, also because its user died.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

Report: TypeAlias = Callable[[int, bool | None, float], None]
"""Line, driven level (``None``: not driven), time in ``time.monotonic()`` seconds."""

_TRACING = Path("/sys/kernel/tracing/instances")
_TRACED = re.compile(
    rb" (?P<time>\d+\.\d+): gpio_(?:value: (?P<set>\d+) set (?P<level>[01])"
    rb"|direction: (?P<input>\d+) +in )"
)
_LOST = re.compile(rb"\[LOST (\d+) EVENTS\]")

_LINE_INFO = struct.Struct("=32s32sIIQ160s16s")
"""struct gpio_v2_line_info"""
_LINE_EVENT = struct.Struct(f"={_LINE_INFO.size}sQI20s")
"""struct gpio_v2_line_info_changed"""
_GET_LINE_INFO = 0xC100B405
_WATCH_LINE_INFO = 0xC100B406
_USED, _OUTPUT = 1 << 0, 1 << 3
_RELEASED = 2
"""The other events are a claim and its change."""


class _Change(NamedTuple):
    time: float
    line: int
    level: bool | None


@dataclass(frozen=True, slots=True)
class LineInfo:
    used: bool = False
    output: bool = False
    consumer: str = ""


class GpioTrace:
    """Reports every change of a chip's lines from a thread of its own, until ``close``.

    ``numbers`` are the kernel's own numbers of the chip's lines.  Releases are reported, and
    ``claimed`` is called, for lines named to ``watch``.
    """

    def __init__(
        self,
        name: str,
        device: str,
        numbers: range,
        report: Report,
        claimed: Callable[[int], None],
    ) -> None:
        self._first = numbers.start
        self._report = report
        self._claimed = claimed
        self._watched: set[int] = set()
        self._last: dict[int, float] = {}
        self._error: Exception | None = None
        self._instance = _TRACING / f"gpio-sim-{name}"
        self._instance.mkdir()
        self._set("trace_clock", "mono")
        self._set("buffer_percent", "0")  # wake the reader at once
        self._set("events/gpio/filter", f"gpio >= {numbers.start} && gpio < {numbers.stop}")
        self._set("events/gpio/enable", "1")
        self._pipe = os.open(self._instance / "trace_pipe", os.O_RDONLY | os.O_NONBLOCK)
        self._chip = os.open(device, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._end = os.eventfd(0, os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name=f"gpio-sim-{name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Report what has been recorded so far, and end.  Raises what ended the thread early."""
        os.eventfd_write(self._end, 1)
        self._thread.join()
        for descriptor in (self._pipe, self._chip, self._end):
            os.close(descriptor)
        self._set("events/gpio/enable", "0")
        self._instance.rmdir()
        if self._error is not None:
            raise self._error

    def line(self, line: int) -> LineInfo:
        return self._info(_GET_LINE_INFO, line)

    def watch(self, line: int) -> None:
        """Report its releases; a line that is watched already is not watched twice."""
        if line not in self._watched:
            self._watched.add(line)
            self._info(_WATCH_LINE_INFO, line)

    def _set(self, file: str, value: str) -> None:
        (self._instance / file).write_text(value)

    def _info(self, request: int, line: int) -> LineInfo:
        asked = bytearray(_LINE_INFO.pack(b"", b"", line, 0, 0, b"", b""))
        fcntl.ioctl(self._chip, request, asked)
        _, consumer, _, _, flags, _, _ = _LINE_INFO.unpack(asked)
        used = bool(flags & _USED)
        # A line that nobody uses keeps the direction that it had.
        return LineInfo(used, used and bool(flags & _OUTPUT), consumer.rstrip(b"\0").decode())

    def _run(self) -> None:
        waiting = select.poll()
        for descriptor in (self._pipe, self._chip, self._end):
            waiting.register(descriptor, select.POLLIN)
        try:
            ended = False
            while not ended:
                ended = any(descriptor == self._end for descriptor, _ in waiting.poll())
                # What was traced before a release is there once the release is.
                changes = [*self._releases(), *self._traced()]
                for change in sorted(changes, key=lambda change: change.time):
                    self._tell(change)
        except Exception as error:  # noqa: BLE001 - raised by close()
            self._error = error

    def _tell(self, change: _Change) -> None:
        if change.time < self._last.get(change.line, 0.0):
            return  # a release that came after what its successor did
        self._last[change.line] = change.time
        self._report(change.line, change.level, change.time)

    def _releases(self) -> Iterator[_Change]:
        for event in _LINE_EVENT.iter_unpack(_available(self._chip, 64 * _LINE_EVENT.size)):
            info, nanoseconds, kind, _ = event
            line = _LINE_INFO.unpack(info)[2]
            if kind == _RELEASED:
                yield _Change(nanoseconds / 1e9, line, None)
            else:
                self._claimed(line)

    def _traced(self) -> Iterator[_Change]:
        while text := _available(self._pipe, 1 << 16):
            if lost := _LOST.search(text):
                raise RuntimeError(f"{int(lost[1])} changes of GPIO lines were lost.")
            for found in _TRACED.finditer(text):
                number = int(found["set"] or found["input"]) - self._first
                level = None if found["input"] else found["level"] == b"1"
                yield _Change(float(found["time"]), number, level)


def _available(descriptor: int, most: int) -> bytes:
    try:
        return os.read(descriptor, most)
    except BlockingIOError:
        return b""
