"""Time of the simulated telephone: what is to happen, and when.

Everything that changes the telephone happens in one thread, that of its clock.  Other threads ask
for it with :meth:`Clock.at` and may wait with :meth:`Clock.sleep_until` or :meth:`Clock.settle`.
Times are seconds of ``CLOCK_MONOTONIC`` and absolute, so that a late wake-up delays one edge and
not those that follow.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

Action: TypeAlias = Callable[[], None]


@dataclass(order=True, slots=True)
class Appointment:
    """An action that waits for its time."""

    time: float
    order: int
    action: Action = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class Clock(Protocol):
    def now(self) -> float: ...

    def at(self, moment: float, action: Action) -> Appointment:
        """Do ``action`` at ``moment``, at once if that is past.  Any thread; never blocks."""

    def sleep_until(self, moment: float) -> None:
        """Return at ``moment``, or at once if that is past.  Not from an action."""

    def settle(self) -> None:
        """Return when every action that is due has been done.  Harmless from an action."""


class LiveClock:
    """The machine's clock and the one thread of the telephone.  Use it in a ``with``.

    An action that raises ends nothing; ``close`` raises the first such error.
    """

    def __init__(self) -> None:
        self._waiting: list[Appointment] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closing = False
        self._errors: list[Exception] = []
        self._thread = threading.Thread(target=self._run, name="telephone", daemon=True)
        self._thread.start()

    def __enter__(self) -> LiveClock:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget what was to happen and end the thread; idempotent."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        if self._errors:
            raise self._errors.pop(0)

    def now(self) -> float:
        return time.monotonic()

    def at(self, moment: float, action: Action) -> Appointment:
        appointment = Appointment(moment, next(self._order), action)
        with self._changed:
            heapq.heappush(self._waiting, appointment)
            if self._waiting[0] is appointment:
                self._changed.notify()
        return appointment

    def sleep_until(self, moment: float) -> None:
        passed = threading.Event()
        self.at(moment, passed.set)
        self._await(passed)

    def settle(self) -> None:
        if threading.current_thread() is not self._thread:
            self.sleep_until(self.now())

    def _await(self, passed: threading.Event) -> None:
        while not passed.wait(0.5):
            if not self._thread.is_alive():
                return

    def _run(self) -> None:
        while (appointment := self._next()) is not None:
            if appointment.cancelled:
                continue
            try:
                appointment.action()
            except Exception as error:  # noqa: BLE001 - kept for close(), the telephone goes on
                self._errors.append(error)

    def _next(self) -> Appointment | None:
        with self._changed:
            while not self._closing:
                if not self._waiting:
                    self._changed.wait()
                    continue
                ahead = self._waiting[0].time - time.monotonic()
                if ahead <= 0:
                    return heapq.heappop(self._waiting)
                self._changed.wait(ahead)
        return None


class VirtualClock:
    """Time that passes only in ``sleep_until``; for one thread.  A test with it never waits."""

    def __init__(self, start: float = 1000.0) -> None:
        self._now = start
        self._waiting: list[Appointment] = []
        self._order = itertools.count()

    def now(self) -> float:
        return self._now

    def at(self, moment: float, action: Action) -> Appointment:
        appointment = Appointment(moment, next(self._order), action)
        heapq.heappush(self._waiting, appointment)
        return appointment

    def sleep_until(self, moment: float) -> None:
        while self._waiting and self._waiting[0].time <= moment:
            appointment = heapq.heappop(self._waiting)
            self._now = max(self._now, appointment.time)
            if not appointment.cancelled:
                appointment.action()
        self._now = max(self._now, moment)

    def settle(self) -> None:
        self.sleep_until(self._now)

    def sleep(self, seconds: float) -> None:
        self.sleep_until(self._now + seconds)
