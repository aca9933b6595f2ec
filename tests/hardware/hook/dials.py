"""Rotary dials, cradles and drivers as they physically are.

A dial: its cam opens the loop ``speed`` times a second for ``ratio`` per cent of the period.  Every
time a contact moves it bounces: for up to ``bounce`` ms it goes back and forth in stretches that
are shorter still.  The kernel stamps the edges of one line in order, up to ``jitter`` ms late.

A driver: it hears of an edge some time after its stamp, sometimes of a whole batch at once, twice,
in the wrong order, or never.  It reads the level now and then, and wakes up at the deadlines.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from gateway.line import Digit, HookFlash, LineEvent, OffHook, OnHook
from hardware.hook import HookInterpreter

Edges = list[tuple[float, bool]]
"""Time in seconds, and whether the loop is closed from then on."""


INTERRUPT = 3e-6
"""Seconds: no processor stamps two edges of one line closer to each other."""


@dataclass(frozen=True)
class Contact:
    """How the edges of a contact look.  All in ms."""

    bounce: float = 0.0
    jitter: float = 0.0

    def move(self, at: float, closed: bool, source: random.Random) -> Edges:
        """The edges of one movement at ``at`` seconds."""
        times = [at]
        if self.bounce:
            length = self.bounce / 1000 * source.uniform(0.3, 1.0)
            times += sorted(
                at + source.uniform(0, length) for _ in range(source.choice((2, 2, 4, 6)))
            )
        return [(time, closed ^ bool(number % 2)) for number, time in enumerate(times)]

    def stamped(self, edges: Iterable[tuple[float, bool]], source: random.Random) -> Edges:
        """With the kernel's stamps: late by a random time, in order, an interrupt apart."""
        stamped: Edges = []
        newest = 0.0
        for time, closed in edges:
            newest = max(newest + INTERRUPT, time + source.uniform(0, self.jitter / 1000))
            stamped.append((newest, closed))
        return stamped


@dataclass(frozen=True)
class Dial:
    """A rotary dial; ``pause`` is the closed loop between two digits in seconds."""

    speed: float = 10.0
    ratio: float = 60.0
    contact: Contact = Contact()
    pause: float = 0.45

    def pulses(self, counts: Iterable[int], start: float, source: random.Random) -> Edges:
        """A train of pulses for each count."""
        edges: Edges = []
        time = start
        for count in counts:
            for _ in range(count):
                edges += self.contact.move(time, False, source)
                edges += self.contact.move(time + self.ratio / 100 / self.speed, True, source)
                time += 1 / self.speed
            time += self.pause
        return self.contact.stamped(edges, source)


def movements(*at: tuple[float, bool], contact: Contact = Contact(), seed: int = 0) -> Edges:
    """A cradle or a key that moves at these times."""
    source = random.Random(seed)
    edges: Edges = []
    for time, closed in at:
        edges += contact.move(time, closed, source)
    return contact.stamped(edges, source)


@dataclass
class Driver:
    """Reports edges to an interpreter and collects the events.

    ``delay`` gives how late an edge is heard of, in seconds.  ``stalls`` are times in which the
    whole daemon stands still: what should have happened then comes at their end, decisions first.
    ``missed`` are indices of edges that are never heard of; ``twice`` of edges heard of twice.
    ``reading`` is the time between two readings of the level.
    """

    interpreter: HookInterpreter
    delay: Callable[[], float] = lambda: 0.0
    stalls: Sequence[tuple[float, float]] = ()
    missed: frozenset[int] = frozenset()
    twice: frozenset[int] = frozenset()
    reading: float | None = None
    reads_at_deadline: bool = True
    answer: Callable[[LineEvent], None] = lambda _: None
    """What call control does on an event."""
    events: list[LineEvent] = field(default_factory=list)
    _level_times: list[float] = field(default_factory=list)
    _levels: list[bool] = field(default_factory=list)
    _played: float = 0.0

    def begin(self, time: float, off_hook: bool) -> None:
        self._heard(self.interpreter.begin(time, off_hook))
        self._level_times, self._levels = [time], [off_hook]
        self._played = time

    def play(self, edges: Edges, until: float) -> list[LineEvent]:
        """Let ``edges`` happen and time pass to ``until``; all events so far."""
        for time, closed in edges:
            self._level_times.append(time)
            self._levels.append(closed)
        reports: list[tuple[float, float, bool]] = []
        for index, (time, closed) in enumerate(edges):
            times_heard = (index not in self.missed) + (index in self.twice)
            reports += (
                (self._awake(time + self.delay()), time, closed) for _ in range(times_heard)
            )
        reports.sort(key=lambda report: report[0])
        readings = [] if self.reading is None else _steps(self._played, until, self.reading)
        for heard, time, closed in reports:
            while readings and readings[0] < heard:
                self._read_at(readings.pop(0))
            self._pass_to(heard)
            self._heard(self.interpreter.edge(time, closed))
        for reading in readings:
            self._read_at(reading)
        self._pass_to(until)
        self._played = until
        return self.events

    def _read_at(self, time: float) -> None:
        time = self._awake(time)
        self._pass_to(time)
        self._heard(self.interpreter.level(time, self._level(time)))

    def _pass_to(self, time: float) -> None:
        while (deadline := self.interpreter.deadline) is not None and deadline <= time:
            now = self._awake(deadline)
            if self.reads_at_deadline:
                self._heard(self.interpreter.level(now, self._level(now)))
            else:
                self._heard(self.interpreter.advance(now))

    def _awake(self, time: float) -> float:
        return next((end for begin, end in self.stalls if begin <= time < end), time)

    def _level(self, time: float) -> bool:
        return self._levels[bisect_right(self._level_times, time) - 1]

    def _heard(self, events: Sequence[LineEvent]) -> None:
        for event in events:
            self.events.append(event)
            self.answer(event)


def _steps(start: float, until: float, step: float) -> list[float]:
    return [start + number * step for number in range(1, int((until - start) / step) + 1)]


def digits(events: Iterable[LineEvent]) -> str:
    return "".join(event.digit for event in events if isinstance(event, Digit))


def kinds(events: Iterable[LineEvent]) -> str:
    """The events in short: ``^`` off-hook, ``_`` on-hook, ``F`` flash, digits as they are."""
    signs = {OffHook: "^", OnHook: "_", HookFlash: "F"}
    return "".join(
        event.digit if isinstance(event, Digit) else signs[type(event)] for event in events
    )
