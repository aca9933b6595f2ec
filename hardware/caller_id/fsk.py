"""Frequency-shift keying of display messages: Bell 202 (Bellcore GR-30) and V.23 (EN 300 659-1).

A bit lasts 8000 / 1200 = 20/3 samples.  Time is therefore counted in thirds of a sample, 20 a bit,
and phase in 240ths of a period: 100 Hz advances it by one in a third of a sample.  All figures are
whole numbers, so neither the bits nor the phase drift, however long the message.  At the beginning
of a bit the phase is a multiple of 20, and a bit begins on a sample or one or two thirds before
one.  Each of these few waves of a bit is computed once; a message is joined from them.
"""

from __future__ import annotations

import functools
import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from hardware.caller_id.tone import peak, smooth_edges

THIRDS_PER_BIT = 20
PERIOD = 240
LEVEL = -14.0
"""dBm0; the send level of Lantiq's exchanges.  Receivers take -4.23 to -36.2 dBm (Bellcore) and
-8 to -36 dBV, which is -5.8 to -33.8 dBm into 600 ohm (ETSI); the weaker bias resistor of an Ag1171
carries up to -6 dBm on-hook."""
EDGE_SAMPLES = 40
"""Samples of the rise and of the fall: 5 ms."""


@dataclass(frozen=True, slots=True)
class Modem:
    """The tones of 1 and 0, Hz, multiples of 100."""

    mark: int
    space: int


BELL_202 = Modem(1200, 2200)
V23 = Modem(1300, 2100)


@dataclass(frozen=True, slots=True)
class Frame:
    """How many bits come before and after the message.  ``seizure`` alternates, the rest are 1."""

    seizure: int
    mark: int
    trailing: int

    def __post_init__(self) -> None:
        if self.seizure % 2 or min(self.seizure, self.mark - 1, self.trailing - 1) < 0:
            raise ValueError("the seizure is an even number of bits, mark and trailing mark exist")


ON_HOOK = Frame(seizure=300, mark=180, trailing=60)
"""Bellcore 300 and 180; ETSI 300 and 180 +-25, BT 96-315 and at least 55.  Asterisk keeps the mark
for 50 ms behind the message, so that a slow receiver does not lose the last byte."""
OFF_HOOK = Frame(seizure=0, mark=80, trailing=10)
"""80 bits of mark, ETSI +-25.  The trailing mark is short: speech is back soon after the message
(Bellcore within 50 ms)."""


def _bits(message: bytes, frame: Frame) -> Iterator[int]:
    for n in range(frame.seizure):
        yield n % 2
    for _ in range(frame.mark):
        yield 1
    for byte in message:
        yield 0
        for place in range(8):
            yield byte >> place & 1
        yield 1
    for _ in range(frame.trailing):
        yield 1


@functools.cache
def _waves(frequency: int) -> dict[tuple[int, int], bytes]:
    """One bit of ``frequency`` by its phase and by the thirds from its beginning to a sample."""
    step, high = frequency // 100, peak(LEVEL)
    sine = [round(high * math.sin(math.tau * n / PERIOD)) for n in range(PERIOD)]
    return {
        (phase, first): array(
            "h",
            [sine[(phase + step * third) % PERIOD] for third in range(first, THIRDS_PER_BIT, 3)],
        ).tobytes()
        for phase in range(0, PERIOD, THIRDS_PER_BIT)
        for first in range(3)
    }


def modulate(message: bytes, modem: Modem, frame: Frame) -> bytes:
    """The samples of ``message``, 8 data bits, no parity, 1 stop bit, the lowest bit first."""
    waves = (_waves(modem.space), _waves(modem.mark))
    turns = tuple(f // 100 * THIRDS_PER_BIT % PERIOD for f in (modem.space, modem.mark))
    pieces = []
    phase = 0
    for number, bit in enumerate(_bits(message, frame)):
        # 20 thirds a bit are 6 samples and 2 thirds: each bit begins a third further before one.
        pieces.append(waves[bit][phase, number % 3])
        phase = (phase + turns[bit]) % PERIOD
    samples = array("h", b"".join(pieces))
    smooth_edges(samples, EDGE_SAMPLES)
    return samples.tobytes()
