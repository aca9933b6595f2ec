"""Wakes coroutines when the telephone changed, whichever thread changed it.

This is the only way from the voice thread to the event loop: ``tell`` never blocks and costs next
to nothing while nobody waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Changes:
    """News that something may have changed; whoever waits looks again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[asyncio.Future[None]] = set()

    def tell(self) -> None:
        """Wake everyone who waits.  Any thread."""
        if not self._waiting:
            # A waiter that is just arriving looks after it has registered, so it misses nothing.
            return
        with self._lock:
            waiting = tuple(self._waiting)
            self._waiting.clear()
        for future in waiting:
            # A loop that has been closed has nobody left to wake.
            with contextlib.suppress(RuntimeError):
                future.get_loop().call_soon_threadsafe(_wake, future)

    async def wait_for(
        self,
        look: Callable[[], T | None],
        deadline: float,
        look_again: Callable[[], float] | None = None,
    ) -> T | None:
        """What ``look`` returns once it is not ``None``; ``None`` when ``deadline`` has passed.

        ``deadline`` is a monotonic time.  ``look_again`` gives the monotonic time at which the
        result of ``look`` may change without news.  An exception of ``look`` ends the waiting.
        """
        while True:
            future = asyncio.get_running_loop().create_future()
            with self._lock:
                self._waiting.add(future)
            try:
                # Registered before looking: a change in between is not lost.
                found = look()
                if found is not None:
                    return found
                now = time.monotonic()
                if now >= deadline:
                    return None
                until = deadline if look_again is None else min(deadline, look_again())
                await asyncio.wait([future], timeout=max(0.001, until - now))
            finally:
                with self._lock:
                    self._waiting.discard(future)
                future.cancel()


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
