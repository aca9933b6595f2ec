"""How much of the time RM is high: counted, allowed, and planned for a ring cadence.

A SLIC module's absolute maximum is RM high for 33 % of the time.  No data sheet says of which time;
30 s is taken:

* it holds whole cycles of the usual cadences (3, 5 and 6 s), so that these are not cut unevenly;
* the module is a block of some ten grams, whose temperature follows its losses within minutes: a
  mean over 30 s is on the safe side of any mean over that time;
* it divides a minute, so that a mean over one is kept too.

Within the window a single burst is bounded as well, because the transistors inside are faster than
the block: no country's burst is longer than 2 s, and none here is longer than 3.

Pure: times are given, in seconds of one clock, never earlier than the last one given.
"""

from __future__ import annotations

from collections import deque

from gateway.line import RingCadence

WINDOW = 30.0
LONGEST_BURST = 3.0
RM_TAIL = 0.015
"""RM stays high for so long after a burst: F/R must stand idle for more than 10 ms."""
_RESERVE = 0.03
"""Part of the allowance that a plan leaves unused, for bursts that end late on a busy computer."""
_STEPS = 30
"""Halvings of an interval: a second becomes a nanosecond."""
_ROUNDING = 1e-9


class RmDuty:
    """RM-high time in every window of ``WINDOW`` seconds, at most ``share`` (0 to 1) of it."""

    def __init__(self, share: float) -> None:
        if not 0 < share <= 1:
            raise ValueError("the share of time with RM high is above 0 and at most 1")
        self._most = share * WINDOW
        self._spans: deque[tuple[float, float]] = deque()
        """Ended times with RM high, the oldest first."""
        self._since: float | None = None

    @property
    def longest(self) -> float:
        """What a burst may last after a long silence."""
        return min(self._most, LONGEST_BURST)

    def high(self, time: float) -> None:
        """RM went high."""
        if self._since is None:
            self._since = time

    def low(self, time: float) -> None:
        """RM went low."""
        if self._since is not None:
            self._spans.append((self._since, time))
            self._since = None
        while self._spans and self._spans[0][1] <= time - WINDOW:
            self._spans.popleft()

    def used(self, time: float) -> float:
        """Part of the window that ends at ``time`` with RM high, 0 to 1."""
        return self._used_since(time - WINDOW, time) / WINDOW

    def allowance(self, time: float) -> float:
        """For how many seconds from ``time`` on RM may be high without a break."""
        left = time - WINDOW
        remaining = self._most - self._used_since(left, time)
        if remaining < 0:
            return 0.0
        allowed = 0.0
        # While RM is high the window's left edge moves on: through silence the sum grows, through
        # an old burst it stays.
        for start, end in self._until(time):
            if end <= left:
                continue
            silence = max(start - left, 0.0)
            if silence >= remaining:
                break
            remaining -= silence
            allowed += silence + end - max(start, left)
            left = end
        burst = 0.0 if self._since is None else time - self._since
        return max(min(allowed + remaining, LONGEST_BURST - burst), 0.0)

    def ready(self, time: float, seconds: float) -> float:
        """The earliest time, from ``time`` on, at which a burst of ``seconds`` may begin."""
        wanted = min(seconds, self.longest) - _ROUNDING
        if self.allowance(time) >= wanted:
            return time
        # RM being low, the allowance only grows, and after a whole window it is full.
        early, late = time, time + WINDOW
        for _ in range(_STEPS):
            middle = (early + late) / 2
            if self.allowance(middle) >= wanted:
                late = middle
            else:
                early = middle
        return late

    def fitted(self, cadence: RingCadence) -> RingCadence:
        """``cadence`` with bursts shortened, all by the same factor, until it can go on for ever.

        Its period stays.  2 s of 6 and 1 s of 3 become 1.91 and 0.95 s; 1 s of 5 stays.
        """
        bursts, silences = cadence[::2], cadence[1::2]
        most = self._most * (1 - _RESERVE)
        shorter, longer = 0.0, 1.0
        if self._fits(bursts, silences, longer, most):
            return cadence
        for _ in range(_STEPS):
            factor = (shorter + longer) / 2
            if self._fits(bursts, silences, factor, most):
                shorter = factor
            else:
                longer = factor
        planned = []
        for burst, silence in zip(bursts, silences, strict=True):
            cut = min(burst * shorter, LONGEST_BURST)
            planned += [cut, silence + burst - cut]
        return tuple(planned)

    def _fits(
        self, bursts: tuple[float, ...], silences: tuple[float, ...], factor: float, most: float
    ) -> bool:
        """Whether no window holds more than ``most`` seconds of the cadence, repeated."""
        if max(bursts) * factor > LONGEST_BURST:
            return False
        period = sum(bursts) + sum(silences)
        spans = []
        time = 0.0
        while time < WINDOW + 2 * period:
            for burst, silence in zip(bursts, silences, strict=True):
                spans.append((time, time + burst * factor + RM_TAIL))
                time += burst + silence
        # The worst window begins with a burst or ends with one; one period shows them all.
        edges = [start for start, _ in spans if start < period]
        edges += [end - WINDOW for _, end in spans if WINDOW <= end <= WINDOW + period]
        return all(_overlap(spans, edge, edge + WINDOW) <= most for edge in edges)

    def _until(self, time: float) -> list[tuple[float, float]]:
        return [*self._spans, *([] if self._since is None else [(self._since, time)])]

    def _used_since(self, left: float, time: float) -> float:
        return _overlap(self._until(time), left, time)


def _overlap(spans: list[tuple[float, float]], left: float, right: float) -> float:
    return sum(max(min(end, right) - max(start, left), 0.0) for start, end in spans)
