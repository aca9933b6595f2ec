"""The link over the frames: in order, each once, or an end with a reason.

THE RULES

1.  The link is open when one side has answered the other's SABM; then both count from zero.  We ask
    until that is so.  A frame of an open link that comes before is dropped, and asked for with
    SABM.
2.  A SABM in an open link means that the module has begun anew: what was sent is lost, and
    ``Opened`` is told again.  Only if the module has said nothing since the link was opened is the
    SABM a repetition, because our answer was lost: then what was sent is sent again.
3.  Each frame with the poll bit is answered with RR and the number that we expect, be it a
    repetition. (The one public host acknowledges the number that came; after a gap that would
    acknowledge what was lost.)  Only the expected frame is delivered.
4.  What is not acknowledged within ``REPEAT`` is sent again, all of it, with the numbers that it
    had. At most ``WINDOW`` frames are on the way; the others wait.
5.  After ``ATTEMPTS`` repetitions without a sign of life, or ``FUTILE`` without an
    acknowledgement, or when too much waits, the link is lost: everything in it is dropped, ``Lost``
    says why, and SABM is sent until it is answered.

Time enters with each call, in seconds; what has to be done comes out as actions, in order.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

from hardware.dect.cvm.frame import (
    LINK_OPENED,
    OPEN_LINK,
    SEQUENCE,
    Frame,
    Information,
    Supervision,
    Supervisory,
    Unnumbered,
)

REPEAT = 0.8
"""Seconds after which what was not acknowledged is sent again."""
WINDOW = 6
"""Frames that may be on the way."""
ATTEMPTS = 15
"""Repetitions in a row without any frame of the module: 12 s."""
FUTILE = 75
"""Repetitions in a row without an acknowledgement: 60 s, for a line that loses a fifth."""
ASK_AGAIN = 1.0
"""Seconds between two SABM of ours while nothing answers."""
ASK_SOON = 0.2
"""Seconds between two SABM at least, whatever comes."""
MOST_WAITING = 64
"""Mails that wait for room in the window."""


@dataclass(frozen=True, slots=True)
class Transmit:
    """Put ``frame`` on the line."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class Deliver:
    """A mail came."""

    mail: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """The link is open; the module knows nothing of what was before."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The link is not open any more; ``reason`` is a sentence."""

    reason: str


LinkAction: TypeAlias = Transmit | Deliver | Opened | Lost


class LinkLayer:
    """One side of a link: ours."""

    def __init__(self) -> None:
        self._open = False
        self._heard = False
        """The module has sent a frame of this open link."""
        self._waiting: deque[bytes] = deque()
        self._unacknowledged: deque[bytes] = deque()
        self._oldest = 0
        """Sequence number of the oldest frame that is not acknowledged."""
        self._expected = 0
        self._held_up = False
        """The module is not ready for more."""
        self._repeat_at = math.inf
        self._attempts = self._futile = 0
        self._ask_at = math.inf
        self._asked_at = -math.inf
        self.repeated = 0
        """Frames that were sent more than once."""

    @property
    def is_open(self) -> bool:
        return self._open

    @property
    def deadline(self) -> float:
        """When ``advance`` has something to do."""
        return min(self._repeat_at, self._ask_at)

    def start(self, now: float) -> list[LinkAction]:
        """The port is open: ask the module for a link."""
        self._forget()
        return self._ask(now)

    def stop(self) -> None:
        """The port is gone; nothing is sent any more."""
        self._forget()

    def send(self, mail: bytes, now: float) -> list[LinkAction]:
        """Send a mail, now or when there is room.  Dropped while the link is not open."""
        if not self._open:
            return []
        self._waiting.append(mail)
        if len(self._waiting) > MOST_WAITING:
            return self._lose("The DECT module takes nothing any more; it is started anew.", now)
        return self._fill(now)

    def receive(self, frame: Frame, now: float) -> list[LinkAction]:
        if isinstance(frame, Unnumbered):
            return self._answered_or_asked(frame, now)
        if not self._open:
            return self._ask(now) if now - self._asked_at >= ASK_SOON else []
        self._heard = True
        self._attempts = 0
        actions = self._acknowledge(frame, now)
        if isinstance(frame, Information):
            if frame.sent == self._expected:
                self._expected = (self._expected + 1) % SEQUENCE
                actions.append(Deliver(frame.payload))
            if frame.poll:
                actions.append(Transmit(Supervisory(Supervision.READY, self._expected)))
        return actions

    def advance(self, now: float) -> list[LinkAction]:
        """Time passes."""
        if now >= self._ask_at:
            return self._ask(now)
        if now < self._repeat_at:
            return []
        self._attempts += 1
        self._futile += 1
        if self._attempts > ATTEMPTS or self._futile > FUTILE:
            return self._lose("The DECT module does not answer; it is started anew.", now)
        return self._repeat(now)

    def _answered_or_asked(self, frame: Unnumbered, now: float) -> list[LinkAction]:
        if frame.poll:
            answer: list[LinkAction] = [Transmit(LINK_OPENED)]
            if self._open and not self._heard:
                return [*answer, *self._again(now)]
            self._begin()
            return [*answer, Opened()]
        if self._open:
            return []
        self._begin()
        return [Opened()]

    def _acknowledge(self, frame: Information | Supervisory, now: float) -> list[LinkAction]:
        gone = (frame.expected - self._oldest) % SEQUENCE
        if 0 < gone <= len(self._unacknowledged):
            for _ in range(gone):
                self._unacknowledged.popleft()
            self._oldest = frame.expected
            self._futile = 0
            self._repeat_at = now + REPEAT if self._unacknowledged else math.inf
        if not isinstance(frame, Supervisory):
            return self._fill(now)
        self._held_up = frame.supervision is Supervision.NOT_READY
        if frame.supervision is Supervision.REJECTED and self._unacknowledged:
            return self._repeat(now)
        return self._fill(now)

    def _fill(self, now: float) -> list[LinkAction]:
        """Send what waits, as far as there is room."""
        actions: list[LinkAction] = []
        while self._waiting and len(self._unacknowledged) < WINDOW and not self._held_up:
            self._unacknowledged.append(self._waiting.popleft())
            actions.append(self._transmit(len(self._unacknowledged) - 1))
        if actions and self._repeat_at == math.inf:
            self._repeat_at = now + REPEAT
        if self._waiting and self._held_up and self._repeat_at == math.inf:
            # Nothing is on the way that would tell when the module is ready again: try.
            self._repeat_at = now + REPEAT
        return actions

    def _repeat(self, now: float) -> list[LinkAction]:
        self._held_up = False
        self._repeat_at = now + REPEAT
        self.repeated += len(self._unacknowledged)
        again: list[LinkAction] = [*map(self._transmit, range(len(self._unacknowledged)))]
        return [*again, *self._fill(now)]

    def _again(self, now: float) -> list[LinkAction]:
        """Number what was sent from zero, and send it."""
        self._oldest = self._expected = 0
        return self._repeat(now) if self._unacknowledged else []

    def _transmit(self, place: int) -> Transmit:
        number = (self._oldest + place) % SEQUENCE
        return Transmit(Information(number, self._expected, self._unacknowledged[place]))

    def _ask(self, now: float) -> list[LinkAction]:
        self._asked_at = now
        self._ask_at = now + ASK_AGAIN
        return [Transmit(OPEN_LINK)]

    def _lose(self, reason: str, now: float) -> list[LinkAction]:
        self._forget()
        return [Lost(reason), *self._ask(now)]

    def _begin(self) -> None:
        self._forget()
        self._open = True

    def _forget(self) -> None:
        self._open = self._heard = self._held_up = False
        self._waiting.clear()
        self._unacknowledged.clear()
        self._oldest = self._expected = self._attempts = self._futile = 0
        self._repeat_at = self._ask_at = math.inf
