"""Dial pulses: which breaks are one, which of them belong together, and which digit they are.

What a dial does (fxs-line.md §2.1, §2.2; GOST 23595-79 as quoted there): 8 to 12 breaks a second,
or 20, each open for 33 to 75 % of the period; at least 200 ms closed between two digits.

=========  ============  ============
speed      break, ms     make, ms
=========  ============  ============
8 pps      41 to 94      31 to 84
10 pps     33 to 75      25 to 67
12 pps     28 to 63      21 to 56
20 pps     16.5 to 37.5  12.5 to 33.5
=========  ============  ============

* ``break_max`` of a country is that of a dial within its norm, 80 to 100 ms, and would lose every
  wide pulse of a slow dial: 94 ms at 8 pps.  Nothing else that short is expected while a number is
  dialled, and in a call a train can only be a dial's, so the window always reaches to
  ``SLOWEST_BREAK``: 94 ms, and 16 ms for the current detector and late stamps.  ``break_max``
  matters where it is above that: for slower dials, and for a hand that dials with the cradle.
* The window was not made to follow the dial's earlier pulses: the first pulse would still need
  the whole width, and a 1 has no other.
* ``break_min`` gets ``TOLERANCE`` off, because a detector that sees the break late and the make
  early shortens it: 16.5 ms at 20 pps are only 1.5 ms above the usual 15.
* ``edge_filter`` bounds the rest: the shortest make is 12.5 ms and begins with chatter.  With 5 ms
  there is room for 7 ms of it, with 10 ms for 2, from 13 ms on 20 pps at 75 % are lost.
* A break shorter than the window is a crackle: the make around it goes on as if it were not there.
* A break longer than the window, inside a train, spoils the digit.  So do more than ten pulses:
  two digits ran together or the contacts are broken, and which digit was meant cannot be known.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.signalling import HookTimes, PulseCount, Taps
from hardware.hook.bounce import Change

SLOWEST_BREAK = 0.110
"""Seconds: no dial of 8 pps or faster opens longer."""
SLOWEST_MAKE = 0.110
"""Seconds: no dial of 8 pps or faster stays closed longer between two pulses (84 ms, as above)."""
TOLERANCE = 0.003
"""Seconds by which a break may be measured shorter than ``break_min``."""
MOST_PULSES = 10


def digit(pulses: int, count: PulseCount) -> str | None:
    """The digit that ``pulses`` are; ``None`` for a number of pulses that no dial sends."""
    if not 1 <= pulses <= MOST_PULSES:
        return None
    match count:
        case PulseCount.DIRECT:
            value = pulses % 10
        case PulseCount.SWEDISH:
            value = pulses - 1
        case PulseCount.NEW_ZEALAND:
            value = (10 - pulses) % 10
    return str(value)


class PulseWindow:
    """The lengths of a break that is a dial pulse, seconds, both included."""

    def __init__(self, times: HookTimes) -> None:
        self.shortest = max(times.edge_filter / 1000, times.break_min / 1000 - TOLERANCE)
        self.longest = max(times.break_max / 1000, SLOWEST_BREAK)


@dataclass(slots=True)
class PulseTrain:
    """The breaks that may become one digit, and what was expected meanwhile."""

    meaning: Taps
    """The first expectation but ``IGNORED`` since the train began."""
    dialling: bool
    """Whether digits were expected at any time since then."""
    ended: float = 0.0
    """Time of the last make."""
    breaks: list[float] = field(default_factory=list)
    makes: list[float] = field(default_factory=list)
    """Lengths of the makes between two breaks."""
    bounce: float = 0.0
    glitch: float = 0.0

    @classmethod
    def expecting(cls, taps: Taps) -> PulseTrain:
        return cls(taps, taps is Taps.DIGITS)

    def expect(self, taps: Taps) -> None:
        if self.meaning is Taps.IGNORED:
            self.meaning = taps
        self.dialling |= taps is Taps.DIGITS

    @property
    def may_be_tap(self) -> bool:
        """One break, in a call: not a digit unless more breaks follow."""
        return len(self.breaks) == 1 and self.meaning is Taps.FLASH

    def add(self, opening: Change, closing: Change) -> None:
        """One more pulse."""
        if self.breaks:
            self.makes.append(opening.time - self.ended)
        self.breaks.append(closing.time - opening.time)
        self.ended = closing.time
        self.bounce = max(self.bounce, opening.bounce, closing.bounce)
        self.glitch = max(self.glitch, opening.glitch, closing.glitch)

    def crackled(self, seconds: float) -> None:
        """A break too short for a pulse."""
        self.glitch = max(self.glitch, seconds)
