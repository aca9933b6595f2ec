"""The module's side of the link: it asks with SABM until it is answered, and repeats after 0.8
s.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from tests.simulators.dect import wire

REPEAT = 0.8
ASK_AGAIN = 1.0
SILENCE = 0.5
WINDOW = 6


class ModuleLink:
    """Calls ``deliver`` with each mail, once and in order; ``take`` gives the bytes to be sent.

    ``window``: how many frames the host had on the way at most.
    """

    def __init__(self, deliver: Callable[[bytes], None]) -> None:
        self._deliver = deliver
        self._splitter = wire.Splitter()
        self._out: list[bytes] = []
        self._open = False
        self._sent = self._acknowledged = self._expected = 0
        self._waiting: deque[bytes] = deque()
        self._on_the_way: deque[bytes] = deque()
        self._ask_at = math.inf
        self._repeat_at = math.inf
        self._heard_at = 0.0
        self.answered_links = 0
        self.mute = False
        """The module hears everything and says nothing, as one that hangs."""

    @property
    def bad(self) -> int:
        return self._splitter.bad

    @property
    def deadline(self) -> float:
        return min(self._ask_at, self._repeat_at)

    def power_up(self, now: float) -> None:
        """Forget everything, and ask for a link."""
        self._restart()
        self._open = False
        self._waiting.clear()
        self._ask(now)

    def send(self, payload: bytes, now: float) -> None:
        self._waiting.append(payload)
        self._fill(now)

    def receive(self, data: bytes, now: float) -> None:
        if now - self._heard_at > SILENCE:
            for body in self._splitter.silence():
                self._frame(body, now)
        self._heard_at = now
        for body in self._splitter.feed(data):
            self._frame(body, now)

    def advance(self, now: float) -> None:
        if now >= self._ask_at:
            self._ask(now)
        if now >= self._repeat_at:
            self._repeat_at = now + REPEAT
            for place in range(len(self._on_the_way)):
                self._transmit(place)

    def take(self) -> bytes:
        out = b"" if self.mute else b"".join(self._out)
        self._out.clear()
        return out

    def _frame(self, body: bytes, now: float) -> None:
        control = body[0]
        if control == wire.SABM_ASK:
            self._restart()
            self._open, self._ask_at = True, math.inf
            self._out.append(wire.frame(wire.SABM_ANSWER))
            self._fill(now)
        elif control == wire.SABM_ANSWER:
            if not self._open:
                self._restart()
                self._open, self._ask_at = True, math.inf
                self.answered_links += 1
                self._fill(now)
        elif not self._open:
            self._ask(now)
        elif control < 0x80:
            self._information(control, body[1:], now)
        elif control < 0xC0:
            self._acknowledge(control & 7, now)

    def _information(self, control: int, payload: bytes, now: float) -> None:
        self._acknowledge(control & 7, now)
        number = control >> 4
        fresh = number == self._expected
        if fresh:
            self._expected = (self._expected + 1) % 8
        self._out.append(wire.frame(wire.RR + self._expected))
        if fresh:
            self._deliver(payload)

    def _acknowledge(self, expected: int, now: float) -> None:
        count = (expected - self._acknowledged) % 8
        if count <= len(self._on_the_way):
            for _ in range(count):
                self._on_the_way.popleft()
            self._acknowledged = expected
            if count:
                self._repeat_at = now + REPEAT if self._on_the_way else math.inf
        self._fill(now)

    def _fill(self, now: float) -> None:
        while self._open and self._waiting and len(self._on_the_way) < WINDOW:
            self._on_the_way.append(self._waiting.popleft())
            self._transmit(len(self._on_the_way) - 1)
            if self._repeat_at == math.inf:
                self._repeat_at = now + REPEAT

    def _transmit(self, place: int) -> None:
        number = (self._acknowledged + place) % 8
        control = number << 4 | 0x08 | self._expected
        self._out.append(wire.frame(control, self._on_the_way[place]))

    def _ask(self, now: float) -> None:
        self._ask_at = now + ASK_AGAIN
        self._out.append(wire.frame(wire.SABM_ASK))

    def _restart(self) -> None:
        self._waiting.extendleft(reversed(self._on_the_way))
        self._on_the_way.clear()
        self._acknowledged = self._expected = 0
        self._repeat_at = math.inf
