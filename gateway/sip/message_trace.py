"""The last SIP messages, kept in memory for a report."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

LONGEST_MESSAGE = 8000
"""Characters of one message that are kept."""
LARGEST = 256 * 1024
"""Characters of all messages: the trace fits into one answer of the control socket."""
OLDEST = 1800.0
"""Seconds that a message is kept."""


@dataclass(frozen=True, slots=True)
class TracedMessage:
    """``time`` is UTC seconds since the epoch; ``text`` holds no secret."""

    time: float
    text: str


class MessageTrace:
    """A ring of messages.  One thread adds; any thread may read."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._kept: deque[TracedMessage] = deque()
        self._size = 0
        self._largest = largest

    def add(self, now: float, text: str) -> TracedMessage:
        """Keep ``text``, from which secrets are removed already; what is kept of it."""
        text = text[:LONGEST_MESSAGE]
        message = TracedMessage(now, text)
        self._kept.append(message)
        self._size += len(text)
        while self._kept and (self._size > self._largest or now - self._kept[0].time > OLDEST):
            self._size -= len(self._kept.popleft().text)
        return message

    def since(self, moment: float) -> tuple[TracedMessage, ...]:
        """The messages from ``moment`` (UTC seconds) on, the oldest first."""
        # One C call: nothing can be added in the middle of the copy.
        return tuple(message for message in self._kept.copy() if message.time >= moment)
