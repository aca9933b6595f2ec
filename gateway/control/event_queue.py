"""Events that wait for one reader."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

KEPT = 256
"""Events that wait for a slow reader before the oldest is lost."""


class EventQueue(Generic[T]):
    """Keeps the newest ``limit`` events; whoever puts one in never waits.

    Used on one event loop only.
    """

    def __init__(self, limit: int = KEPT) -> None:
        if limit < 1:
            raise ValueError("a queue of events holds at least one")
        self._events: deque[T] = deque(maxlen=limit)
        self._lost = 0
        self._filled = asyncio.Event()

    def put(self, event: T) -> None:
        """Add an event; the oldest one is lost when the queue is full."""
        self._lost += len(self._events) == self._events.maxlen
        self._events.append(event)
        self._filled.set()

    async def get(self) -> tuple[int, T]:
        """How many events were lost since the last call, and the oldest one that is left."""
        await self._filled.wait()
        lost, self._lost = self._lost, 0
        event = self._events.popleft()
        if not self._events:
            self._filled.clear()
        return lost, event
