"""Sequences of requests and confirmations, written as they are told: one step after the other.

A sequence is a generator.  It yields ``Ask`` (send a request, get its confirmation), ``Say`` (send,
nothing confirms it) or ``Await`` (get one of several mails, or ``None`` at a time), and returns its
result.  It ends with ``SequenceFailed`` where a confirmation does not come or says no, so that it
needs no branches for that and never hangs.  ``Sequences`` runs several side by side, without a
clock.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from hardware.dect.cvm.codes import Status
from hardware.dect.layout import Structure

PATIENCE = 15.0
"""Seconds for a confirmation: longer than the link needs to see that nothing comes through."""


class SequenceFailed(Exception):  # noqa: N818 - an outcome that is told, not an error of the program
    """Ends a sequence; the text is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Send ``request``; go on with its ``confirm``, if its status is one of ``accepted``."""

    request: Structure
    confirm: type[Structure]
    patience: float = PATIENCE
    accepted: tuple[int, ...] = (Status.OK,)


@dataclass(frozen=True, slots=True)
class Say:
    """Send ``request`` and go on."""

    request: Structure


@dataclass(frozen=True, slots=True)
class Await:
    """Go on with the next mail of one of ``kinds``, or with ``None`` at the time ``until``."""

    kinds: tuple[type[Structure], ...]
    until: float


Step: TypeAlias = Ask | Say | Await
Sequence: TypeAlias = Generator[Step, Any, Any]
Done: TypeAlias = Callable[[Any], None]
Failed: TypeAlias = Callable[[str], None]
Send: TypeAlias = Callable[[Structure], None]


def status_text(status: int) -> str:
    known = status in Status.__members__.values()
    return Status(status).name.lower().replace("_", " ") if known else f"status {status:#04x}"


@dataclass(slots=True)
class _Running:
    sequence: Sequence
    done: Done
    failed: Failed
    step: Ask | Await | None = None
    until: float = math.inf


class Sequences:
    """The sequences of one module.  ``send`` takes each request as it is due.

    Those of one lane run one after the other, those of different lanes side by side.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._lanes: dict[str, deque[_Running]] = {}

    @property
    def deadline(self) -> float:
        return min((lane[0].until for lane in self._lanes.values() if lane), default=math.inf)

    def busy(self, lane: str) -> bool:
        return bool(self._lanes.get(lane))

    def begin(self, lane: str, sequence: Sequence, done: Done, failed: Failed, now: float) -> None:
        """Run ``sequence`` after those that wait in ``lane``.  One of the two is called at its
        end.
        """
        waiting = self._lanes.setdefault(lane, deque())
        waiting.append(_Running(sequence, done, failed))
        if len(waiting) == 1:
            self._resume(lane, None, now)

    def clear(self) -> None:
        """Forget them all; nothing is told."""
        self._lanes.clear()

    def receive(self, mail: Structure, now: float) -> bool:
        """Whether a sequence waited for ``mail``; it has gone on then."""
        for name, lane in self._lanes.items():
            if not lane or (step := lane[0].step) is None:
                continue
            if isinstance(step, Await):
                if isinstance(mail, step.kinds):
                    self._resume(name, mail, now)
                    return True
            elif isinstance(mail, step.confirm):
                self._confirm(name, step, mail, now)
                return True
        return False

    def interrupt(self, lane: str, mail: Structure, now: float) -> None:
        """Let the sequence that runs in ``lane`` go on with ``mail``, if it awaits that kind."""
        waiting = self._lanes.get(lane)
        if waiting and isinstance(step := waiting[0].step, Await) and isinstance(mail, step.kinds):
            self._resume(lane, mail, now)

    def advance(self, now: float) -> None:
        for name, lane in tuple(self._lanes.items()):
            if not lane or now < lane[0].until:
                continue
            if isinstance(step := lane[0].step, Ask):
                self._fail(name, f"The DECT module did not answer {_asked(step)}.", now)
            else:
                self._resume(name, None, now)

    def _confirm(self, name: str, step: Ask, mail: Structure, now: float) -> None:
        status = getattr(mail, "status", Status.OK)
        if status in step.accepted:
            self._resume(name, mail, now)
        else:
            why = status_text(status)
            self._fail(name, f"The DECT module refused {_asked(step)}: {why}.", now)

    def _resume(self, name: str, value: Structure | None, now: float) -> None:
        """Let the first of a lane go on; when it ends, the next one."""
        lane = self._lanes[name]
        running = lane[0]
        running.step, running.until = None, math.inf
        try:
            while isinstance(step := running.sequence.send(value), Say):
                self._send(step.request)
                value = None
        except StopIteration as end:
            self._end(name, partial(running.done, end.value), now)
        except SequenceFailed as failure:
            self._end(name, partial(running.failed, str(failure)), now)
        else:
            running.step = step
            if isinstance(step, Ask):
                running.until = now + step.patience
                self._send(step.request)
            else:
                running.until = step.until

    def _fail(self, name: str, reason: str, now: float) -> None:
        running = self._lanes[name][0]
        running.sequence.close()
        self._end(name, partial(running.failed, reason), now)

    def _end(self, name: str, tell: Callable[[], None], now: float) -> None:
        lane = self._lanes[name]
        lane.popleft()
        tell()
        # What was told may have cleared everything.
        if self._lanes.get(name) is lane and lane and lane[0].step is None:
            self._resume(name, None, now)


def _asked(step: Ask) -> str:
    """A request's name as words: ``AccessCodeRequest`` is ``access code``."""
    name = type(step.request).__name__.removesuffix("Request")
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
