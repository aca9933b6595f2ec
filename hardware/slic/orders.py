"""What other threads ask of the line's thread, in the order in which they asked."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

Order: TypeAlias = Callable[[], None]


class Orders:
    """A queue with one reader, which sleeps until an order or a time."""

    def __init__(self) -> None:
        self._waiting: deque[Order] = deque()
        self._changed = threading.Condition()

    def give(self, order: Order) -> None:
        """Let the line's thread do ``order``.  From any thread, never blocks."""
        with self._changed:
            self._waiting.append(order)
            self._changed.notify()

    def take(self) -> Order | None:
        """The next order, or ``None`` when none waits."""
        with self._changed:
            return self._waiting.popleft() if self._waiting else None

    def sleep(self, until: float) -> None:
        """Return when an order waits, or at the monotonic time ``until``."""
        with self._changed:
            if not self._waiting:
                self._changed.wait(max(0.0, until - time.monotonic()))
