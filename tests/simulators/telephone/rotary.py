"""A rotary dial: digits to edges of the loop.  Pure; the same seed gives the same edges.

A dial opens the loop once a pulse while it runs back.  GOST (telephone set): 10 +-1 pps, break to
make 1.4 to 1.7, that is a break of 58 to 63 % of the period.
"""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass

from tests.simulators.telephone.contacts import NORMAL, ContactModel, Edge, move, with_dirt


class Count(enum.Enum):
    """How many pulses a digit has."""

    DIRECT = "direct"
    SWEDISH = "swedish"
    """One more than the digit; 0 is one."""
    NEW_ZEALAND = "new-zealand"
    """Ten less the digit; 0 is ten."""


def pulses(digit: str, count: Count = Count.DIRECT) -> int:
    """Pulses of one digit; ``ValueError`` for what is on no dial."""
    if len(digit) != 1 or digit not in "0123456789":
        raise ValueError(f"a dial has the digits 0 to 9, not {digit!r}")
    value = int(digit)
    if count is Count.SWEDISH:
        return value + 1
    if count is Count.NEW_ZEALAND:
        return 10 - value
    return value or 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    pps: float = 10.0
    """Pulses in a second."""
    break_ratio: float = 0.6
    """Part of the period in which the loop is open."""
    jitter: float = 0.0
    """Standard deviation of a period, relative; at most three times that much."""
    drift: float = 0.0
    """Speed of the last pulse above that of the first, relative: a dry governor."""
    contacts: ContactModel = NORMAL
    count: Count = Count.DIRECT

    def __post_init__(self) -> None:
        if not 4 <= self.pps <= 30:
            raise ValueError(f"a dial makes 4 to 30 pulses a second, not {self.pps:g}")
        if not 0.1 <= self.break_ratio <= 0.9:
            raise ValueError("break_ratio is 0.1 to 0.9 of the period")
        if not (0 <= self.jitter <= 0.1 and -0.5 <= self.drift <= 0.5):
            raise ValueError("jitter is 0 to 0.1 and drift -0.5 to 0.5 of the nominal")

    def digit(self, digit: str, seed: int) -> list[Edge]:
        """Edges of one digit; its first break is at 0, its last edge closes the loop."""
        return self._digit(digit, 0.0, random.Random(seed))[0]

    def number(self, digits: str, seed: int, pause: float = 0.7) -> list[Edge]:
        """Edges of several digits, ``pause`` seconds closed between them, with dirt."""
        choose = random.Random(seed)
        edges: list[Edge] = []
        at = 0.0
        for digit in digits:
            more, made = self._digit(digit, at, choose)
            edges += more
            at = made + pause
        return with_dirt(edges, self.contacts, choose)

    def _digit(self, digit: str, start: float, choose: random.Random) -> tuple[list[Edge], float]:
        """Its edges, and when the last make began."""
        count = pulses(digit, self.count)
        edges: list[Edge] = []
        at = made = start
        for pulse in range(count):
            period = 1 / (self.pps * (1 + self.drift * self._progress(pulse, count)))
            period *= 1 + max(-3.0, min(3.0, choose.gauss(0.0, 1.0))) * self.jitter
            made = at + period * self.break_ratio
            edges += move(False, at, self.contacts, choose, made)
            edges += move(True, made, self.contacts, choose, at + period)
            at += period
        return edges, made

    @staticmethod
    def _progress(pulse: int, count: int) -> float:
        """-0.5 at the first pulse, 0.5 at the last."""
        return pulse / (count - 1) - 0.5 if count > 1 else 0.0
