"""What a line does one after the other to show something on the telephone's display."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from gateway.line import SAMPLE_RATE

_BYTES_PER_SECOND = 2 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Send:
    """Samples to the telephone, nothing else beside them; ``what`` names them in the log."""

    samples: bytes
    what: str

    @property
    def seconds(self) -> float:
        return len(self.samples) / _BYTES_PER_SECOND


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence between what comes before and what comes after, as the telephone hears them.

    A sound card is late by some ms and the line's polarity and ringing are not: the driver allows
    for that between a change of the line and samples.
    """

    seconds: float


@dataclass(frozen=True, slots=True)
class RingPulse:
    """One short burst of ringing."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reverse:
    """The line's polarity is reversed, or normal again."""

    on: bool

    @property
    def seconds(self) -> float:
        """0: a line takes up to 50 ms (Ag1171), which is within the pause that follows."""
        return 0.0


@dataclass(frozen=True, slots=True)
class AwaitAck:
    """Wait for DTMF D or A (``sequences.ACKNOWLEDGEMENTS``) and go on at once when it is detected.

    ``seconds`` is how long after the last sample before it a prompt telephone has been detected;
    a driver adds the latency of its sound card both ways.  Without the tone the rest is left out:
    no telephone here shows a waiting caller.
    """

    seconds: float


Step: TypeAlias = Send | Pause | RingPulse | Reverse | AwaitAck


def length(steps: Iterable[Step]) -> float:
    """Seconds from the beginning of the first step to the end of the last, waits in full."""
    return sum(step.seconds for step in steps)
