"""The clock of pjsua2's conference bridge.

The bridge mixes and sends once per tick.  A line's own voice thread ticks it (design §3.5): with
one line there is then a single clock and no frame can be lost between two.  With several lines one
of them is the clock; when it falls silent another takes over, and when none is left while a call
is up, a software clock ticks, so that the network still hears us.

``open`` and ``close`` are called by the SIP thread, ``tick`` by any voice thread.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pjsua2 as pj

from gateway.line import FRAME_BYTES, FRAME_MS, FRAME_SAMPLES
from gateway.real_time import claim_real_time

_log = logging.getLogger(__name__)

TAKE_OVER_AFTER = 0.1
"""Seconds without a tick before another line becomes the clock."""
FALLBACK_AFTER = 0.3
"""Seconds without a tick before the software clock does.

Longer than a busy machine holds up a thread: a line that comes back after less has lost nothing.
"""

_SOFTWARE = "the software clock"


class _Frame(ctypes.Structure):
    """``pjmedia_frame`` of pjproject 2.15 to 2.17."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("buf", ctypes.c_void_p),
        ("size", ctypes.c_size_t),
        ("timestamp", ctypes.c_uint64),
        ("bit_info", ctypes.c_uint32),
    )


def _library() -> ctypes.CDLL:
    """The C API, which the pjsua2 extension module exports; its calls release the GIL."""
    extension = sys.modules.get("_pjsua2") or sys.modules["pjsua2._pjsua2"]
    assert extension.__file__ is not None
    library = ctypes.CDLL(extension.__file__)
    library.pjmedia_port_get_frame.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Frame)]
    library.pjmedia_port_get_frame.restype = ctypes.c_int
    return library


class Bridge:
    """Ticks the conference bridge, from one clock at a time."""

    def __init__(self) -> None:
        self.ticks = 0
        self.take_overs = 0
        self.last_tick = time.monotonic()
        self._get_frame: Callable[[], int] | None = None
        self._clock: object | None = None
        self._busy = threading.Lock()
        self._thread = threading.local()
        self._calls_up = False
        self._calls_since = self.last_tick
        self._software: threading.Thread | None = None

    def open(self) -> None:
        """Take the bridge from pjsua2's own sound device.  In the SIP thread, after libStart."""
        port = int(pj.Endpoint.instance().audDevManager().setNoDev())
        get_frame = _library().pjmedia_port_get_frame
        buffer = ctypes.create_string_buffer(FRAME_BYTES)
        frame = _Frame(buf=ctypes.addressof(buffer), size=FRAME_BYTES)
        reference = ctypes.byref(frame)

        def get() -> int:
            # The buffer belongs to this closure; what port 0 would play is nobody's to hear.
            assert len(buffer) == FRAME_BYTES
            frame.size = FRAME_BYTES
            frame.timestamp += FRAME_SAMPLES
            return int(get_frame(port, reference))

        with self._busy:
            self._get_frame = get

    def close(self) -> None:
        """Tick no more, for ever.  Returns when a tick under way has ended."""
        with self._busy:
            self._get_frame = None
        if self._software is not None:
            self._software.join()

    @contextlib.contextmanager
    def at_rest(self) -> Iterator[None]:
        """No tick is under way, and none begins: one that is due is left out."""
        with self._busy:
            yield

    def elect(self, clock: object) -> bool:
        """True if ``clock`` is the bridge's clock; it becomes it when no line is one that runs."""
        if clock is not self._clock:
            now = time.monotonic()
            a_line_is = self._clock is not None and self._clock is not _SOFTWARE
            if a_line_is and now - self.last_tick < TAKE_OVER_AFTER:
                return False
            self._clock = clock
            self.last_tick = now
            self.take_overs += 1
        return True

    def tick(self, clock: object) -> bool:
        """One frame passed on ``clock``; true if it is the bridge's clock and the bridge ran."""
        if not self.elect(clock) or not self._busy.acquire(blocking=False):
            return False
        try:
            if self._get_frame is None:
                return False
            self._adopt_thread()
            self.last_tick = time.monotonic()
            self.ticks += 1
            self._get_frame()
            return True
        finally:
            self._busy.release()

    def release(self, clock: object) -> None:
        """``clock`` stops; the next that ticks takes over at once."""
        if clock is self._clock:
            self._clock = None

    def guard(self, calls_up: bool) -> None:
        """Called at every poll by the SIP thread: start the software clock if all lines stalled."""
        if self._software is not None and not self._software.is_alive():
            self._software.join()
            self._software = None
        now = time.monotonic()
        self._calls_up = calls_up
        if not calls_up:
            self._calls_since = now
        stalled = now - max(self.last_tick, self._calls_since) > FALLBACK_AFTER
        if stalled and self._software is None:
            _log.warning("no line gives a voice clock; the software clock takes over")
            self._software = threading.Thread(
                target=self._run_software_clock, name="voice-fallback", daemon=True
            )
            self._software.start()

    def _run_software_clock(self) -> None:
        """Tick until a line does, or no call is left."""
        claim_real_time()
        deadline = time.monotonic()
        while self._get_frame is not None and self._calls_up and self.elect(_SOFTWARE):
            self.tick(_SOFTWARE)
            deadline += FRAME_MS / 1000
            time.sleep(max(0.0, deadline - time.monotonic()))
        self.release(_SOFTWARE)

    def _adopt_thread(self) -> None:
        """Make this thread known: pjlib aborts the process when a strange thread calls it."""
        if not getattr(self._thread, "adopted", False):
            with contextlib.suppress(pj.Error):
                pj.Endpoint.instance().libRegisterThread(threading.current_thread().name)
            self._thread.adopted = True
