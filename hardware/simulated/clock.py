"""The line's own clock: a thread that exchanges one voice frame every 20 ms.

It keeps absolute deadlines on CLOCK_MONOTONIC, so lateness never accumulates: a late frame is
followed by the next one sooner.  After a stall of more than ``STALL`` the deadlines start anew
instead, since a burst of frames would only fill the queues of the other side.  While the voice is
stopped the thread waits on a condition and uses no processor time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from gateway.line import FRAME_BYTES, FRAME_MS, VoiceExchange
from gateway.real_time import claim_real_time
from gateway.words import Words

_logger = logging.getLogger(__name__)

LATE = 0.010
"""Seconds after its deadline at which a frame counts as late: half a frame."""
STALL = 0.200
"""Seconds of lateness after which the deadlines start anew."""
PATIENCE = 0.030
"""Seconds that ``stop`` and ``close`` wait for an exchange under way; a method has 50 ms."""


@dataclass(frozen=True, slots=True)
class ClockCounters:
    """Frames since the clock was made."""

    frames: int
    late: int
    worst_late_ms: float
    stalls: int
    last_frame: float
    """Monotonic time of the last exchange, seconds; 0 before the first."""

    @property
    def findings(self) -> tuple[Words, ...]:
        """What is wrong with these figures, in a sentence."""
        if not self.stalls:
            return ()
        worst = f"{self.worst_late_ms:.0f}"
        return (
            Words(
                f"The voice stood still {self.stalls} times, for up to {worst} ms: the computer is "
                "overloaded.",
                f"Остановок звука: {self.stalls}, до {worst} мс: компьютер перегружен.",
            ),
        )


class Pace:
    """When the next frame is due, and how late the frames were; ``now`` is a monotonic time."""

    def __init__(self, ppm: float) -> None:
        self.period = FRAME_MS / 1000 / (1 + ppm / 1e6)
        self.due = 0.0
        self.counters = ClockCounters(0, 0, 0.0, 0, 0.0)

    def begin(self, now: float) -> None:
        """The first frame is complete one frame after its first sample."""
        self.due = now + self.period

    def frame(self, now: float) -> None:
        """The due frame is exchanged ``now``; the next one becomes due."""
        late = max(0.0, now - self.due)
        stalled = late > STALL
        self.due = (now if stalled else self.due) + self.period
        before = self.counters
        self.counters = ClockCounters(
            frames=before.frames + 1,
            late=before.late + (late > LATE),
            worst_late_ms=max(before.worst_late_ms, round(late * 1000, 3)),
            stalls=before.stalls + stalled,
            last_frame=now,
        )


class VoiceClock:
    """Implements ``gateway.line.Voice``.

    ``tick`` is called in the voice thread for each frame with the exchange function; it returns
    after the frame was exchanged.  ``starting`` is called by ``start`` before the first frame, not
    when only the function is replaced.
    """

    def __init__(
        self,
        name: str,
        ppm: float,
        tick: Callable[[VoiceExchange], None],
        starting: Callable[[], None],
    ) -> None:
        self._name = name
        self._ppm = ppm
        self._pace = Pace(ppm)
        self._tick = tick
        self._starting = starting
        self._state = threading.Condition()
        self._exchange: VoiceExchange | None = None
        self._thread: threading.Thread | None = None
        self._exchanging: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self._exchange is not None and self._thread is not None

    @property
    def drift_ppm(self) -> float:
        """As it was asked for; there is no crystal to be measured."""
        return self._ppm

    @property
    def counters(self) -> ClockCounters:
        return self._pace.counters

    def start(self, exchange: VoiceExchange) -> None:
        if not self.running:
            self._starting()
        with self._state:
            if self._exchange is None:
                self._pace.begin(time.monotonic())
            self._exchange = exchange
            self._state.notify_all()

    def stop(self) -> None:
        with self._state:
            self._exchange = None
            self._state.notify_all()
            # From within the exchange there is nothing to wait for: it is the last one.
            if threading.current_thread() is not self._thread:
                self._state.wait_for(lambda: self._exchanging is None, PATIENCE)

    def open(self) -> None:
        """Start the thread."""
        with self._state:
            self._thread = threading.Thread(
                target=self._run, name=f"voice-{self._name}", daemon=True
            )
            self._pace.begin(time.monotonic())
            self._thread.start()

    def close(self) -> None:
        """Stop and end the thread.  An exchange that blocks ends the thread when it returns."""
        self.stop()
        with self._state:
            thread, self._thread = self._thread, None
            self._state.notify_all()
        if thread is not None and thread is not threading.current_thread():
            thread.join(PATIENCE / 3)

    def _run(self) -> None:
        claim_real_time()
        while True:
            with self._state:
                exchange = self._wait_until_due()
                if exchange is None:
                    return
                self._exchanging = threading.current_thread()
            failed = False
            try:
                self._tick(exchange)
            except Exception:
                # A driver's thread never raises; the next ``start`` finds it alive.
                _logger.exception("line %s: the voice was stopped by an error", self._name)
                failed = True
            with self._state:
                if self._exchanging is threading.current_thread():
                    self._exchanging = None
                if failed and self._exchange is exchange:
                    self._exchange = None
                self._state.notify_all()

    def _wait_until_due(self) -> VoiceExchange | None:
        """The exchange function when the next frame is due; ``None`` when the thread shall end."""
        while self._thread is threading.current_thread():
            if self._exchange is None:
                self._state.wait()
                continue
            now = time.monotonic()
            if now < self._pace.due:
                self._state.wait(self._pace.due - now)
                continue
            self._pace.frame(now)
            return self._exchange
        return None


def checked(frame: bytes) -> bytes:
    """``frame``, or ``ValueError`` if an exchange function returned anything but one frame."""
    if len(frame) != FRAME_BYTES:
        raise ValueError(f"a voice frame has {FRAME_BYTES} bytes, not {len(frame)}")
    return frame
