"""The SIP trace: the last messages in both directions."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

KEPT = 2000


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One message; ``time`` is seconds since 1970, ``monotonic`` is ``CLOCK_MONOTONIC``."""

    direction: str
    """``in`` for what the network received, ``out`` for what it sent."""
    time: float
    monotonic: float
    transport: str
    remote: tuple[str, int]
    text: str

    def as_json(self) -> dict[str, object]:
        return {
            "direction": self.direction,
            "time": self.time,
            "monotonic": self.monotonic,
            "transport": self.transport,
            "remote": f"{self.remote[0]}:{self.remote[1]}",
            "text": self.text,
        }

    def __str__(self) -> str:
        host, port = self.remote
        arrow = "<--" if self.direction == "in" else "-->"
        return f"{self.monotonic:.6f} {arrow} {self.transport} {host}:{port}\n{self.text}"


class Trace:
    """A bounded ring; ``listener`` sees every entry as it is made."""

    def __init__(self, listener: Callable[[TraceEntry], None] | None = None) -> None:
        self._ring: deque[TraceEntry] = deque(maxlen=KEPT)
        self._listener = listener

    def note(self, direction: str, transport: str, remote: tuple[str, int], data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        now = time.monotonic()
        entry = TraceEntry(direction, time.time(), now, transport, remote, text)
        self._ring.append(entry)
        if self._listener is not None:
            self._listener(entry)

    @property
    def entries(self) -> tuple[TraceEntry, ...]:
        """Oldest first."""
        return tuple(self._ring)
