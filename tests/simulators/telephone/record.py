"""What the gateway did to the module's pins, judged by the data sheet.

Pure: levels with their times go in.  Everything is kept, so that a test may ask for any of it;
judgements are made when they are asked for, up to the moment that the asker names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from tests.simulators.telephone.module import Module

DUTY_WINDOW = 60.0
"""Seconds over which the part of the time with RM high is counted.  The data sheet names no
window; a driver that keeps its duty in any whole part of this one keeps it here."""
LONGEST_FROZEN = 0.2
"""Seconds of RM high without a change of F/R that are a fault.  The end of a burst needs 10 ms."""
_MARGIN = 1e-6


@dataclass(slots=True)
class RmInterval:
    """RM was high from ``start`` to ``end`` (``None``: it still is)."""

    start: float
    end: float | None = None
    toggles: list[float] = field(default_factory=list)
    """When F/R changed meanwhile."""
    driven_low: bool = True
    """The gateway took RM low; otherwise it let go of the pin and the pull-down did."""
    idle_at_end: bool = True
    """F/R was at its idle level when RM fell."""

    @property
    def hertz(self) -> float | None:
        """Frequency of the ring wave, by the median of its half-waves."""
        if len(self.toggles) < 3:
            return None
        return 0.5 / median(after - before for before, after in pairwise(self.toggles))

    @property
    def held(self) -> float | None:
        """From the last change of F/R to RM low."""
        if self.end is None or not self.toggles:
            return None
        return self.end - self.toggles[-1]


class Record:
    """Pins and loop since ``start``.  Times in sentences count from there."""

    def __init__(self, module: Module, start: float) -> None:
        self._module = module
        self._start = start
        self._rm: list[RmInterval] = []
        self._closed: list[list[float]] = []
        """Beginning of every time with the loop closed, and its end when it has come."""
        self._pd_high: list[float] = []
        self._rm_high = False
        self._fr: bool | None = None
        self._loop = False

    @property
    def rm_intervals(self) -> tuple[RmInterval, ...]:
        return tuple(self._rm)

    @property
    def loop_closed(self) -> tuple[float, ...]:
        """When the loop was closed, each time; bounces count."""
        return tuple(closed[0] for closed in self._closed)

    def rm(self, level: bool | None, time: float) -> None:
        high = level is True
        if high == self._rm_high:
            return
        self._rm_high = high
        if high:
            self._rm.append(RmInterval(time))
            return
        last = self._rm[-1]
        last.driven_low = level is False
        last.idle_at_end = self._fr in (None, self._module.idle_high)
        last.end = time

    def fr(self, level: bool | None, time: float) -> None:
        before = self._module.idle_high if self._fr is None else self._fr
        now = self._module.idle_high if level is None else level
        self._fr = level
        if self._rm_high and now is not before:
            self._rm[-1].toggles.append(time)

    def pd(self, level: bool | None, time: float) -> None:
        if level is True:
            self._pd_high.append(time)

    def loop(self, closed: bool, time: float) -> None:
        if closed == self._loop:
            return
        self._loop = closed
        if closed:
            self._closed.append([time])
        else:
            self._closed[-1].append(time)

    def worst_duty(self, now: float, window: float = DUTY_WINDOW) -> float:
        """Largest part of any ``window`` seconds until ``now`` with RM high, 0 to 1."""
        return self._worst_duty(now, window)[0]

    def violations(self, now: float) -> list[str]:
        """What the data sheet forbids and the gateway did until ``now``, a sentence each."""
        return [
            *(f"PD was driven high at {self._since(time)}." for time in self._pd_high),
            *self._frozen(now),
            *self._ends(),
            *self._off_hook(now),
            *self._duty(now),
        ]

    def _since(self, time: float) -> str:
        return f"{time - self._start:.3f} s"

    def _worst_duty(self, now: float, window: float) -> tuple[float, float]:
        """The duty, and the end of its window.  The worst window ends with a fall of RM."""
        worst, when = 0.0, now
        spans = [(span.start, now if span.end is None else span.end) for span in self._rm]
        first = 0
        for index, (_, end) in enumerate(spans):
            while spans[first][1] <= end - window:
                first += 1
            high = sum(b - max(a, end - window) for a, b in spans[first : index + 1])
            if high / window > worst:
                worst, when = high / window, end
        return worst, when

    def _duty(self, now: float) -> list[str]:
        worst, when = self._worst_duty(now, DUTY_WINDOW)
        if worst <= self._module.duty:
            return []
        return [
            f"RM was high for {worst:.1%} of the {DUTY_WINDOW:g} s before {self._since(when)}; "
            f"the {self._module.name} bears {self._module.duty:.0%}."
        ]

    def _frozen(self, now: float) -> list[str]:
        found = []
        for span in self._rm:
            end = now if span.end is None else span.end
            for before, after in pairwise([span.start, *span.toggles, end]):
                if after - before > LONGEST_FROZEN:
                    found.append(
                        f"RM was high with F/R frozen for {after - before:.3f} s "
                        f"from {self._since(before)}."
                    )
        return found

    def _ends(self) -> list[str]:
        found = []
        for span in self._rm:
            if span.end is None or not span.driven_low:
                continue
            if not span.idle_at_end:
                found.append(f"RM fell at {self._since(span.end)} with F/R not at its idle level.")
            held = span.held
            if held is not None and held < self._module.rm_hold - _MARGIN:
                found.append(
                    f"RM fell at {self._since(span.end)}, {held * 1000:.1f} ms after the last "
                    f"change of F/R; {self._module.rm_hold * 1000:g} ms are needed."
                )
        return found

    def _off_hook(self, now: float) -> list[str]:
        found = []
        for span in self._rm:
            end = now if span.end is None else span.end
            for closed in self._closed:
                since = max(span.start, closed[0])
                long = min(end, closed[1] if len(closed) == 2 else now) - since
                if long > self._module.rm_after_off_hook:
                    found.append(
                        f"RM was high for {long:.3f} s with the receiver lifted "
                        f"from {self._since(since)}; {self._module.rm_after_off_hook:g} s "
                        "are allowed."
                    )
        return found
