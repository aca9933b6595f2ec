"""What a dial makes: DTMF with the faults of real senders, and pulse trains.

The tones are computed here from the Q.23 frequencies, independently of the gateway's own
generator, so that the one can be used to judge the other.
"""

from __future__ import annotations

import math
import random
from array import array
from dataclasses import dataclass

from gateway.line import FRAME_SAMPLES, SAMPLE_RATE

LOW_GROUP = (697.0, 770.0, 852.0, 941.0)
HIGH_GROUP = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = ("123A", "456B", "789C", "*0#D")
"""The keypad of ITU-T Q.23: a row for each low frequency, a column for each high one."""

FULL_SCALE = 32767
SINE_FULL_SCALE_DBM0 = 3.14
"""Level of a full-scale sine (ITU-T G.711, A-law)."""

PULSE_PAUSE = 0.3
"""Seconds between two pulse trains.  At least 0.2 s in Russia (GOST 23595-79); a finger needs
longer to wind the dial."""


@dataclass(frozen=True, slots=True)
class ToneDial:
    """How a keypad sends DTMF.

    ``level`` is that of the high group in dBm0; the low group is ``twist`` dB weaker, stronger if
    it is negative.  ``frequency_error`` in per cent shifts both groups.
    ``snr`` in dB sets white noise against the power of the pair, during tones and pauses.
    """

    on_ms: float = 80.0
    off_ms: float = 80.0
    level: float = -9.0
    twist: float = 2.0
    frequency_error: float = 0.0
    snr: float | None = None

    def frames(self, digits: str, seed: int = 0) -> list[bytes]:
        """The voice of dialling ``digits``, as whole frames: each digit is a tone and a pause."""
        on = round(self.on_ms * SAMPLE_RATE / 1000)
        off = round(self.off_ms * SAMPLE_RATE / 1000)
        silence = [0.0] * off
        samples: list[float] = []
        for digit in digits:
            samples += self._pair(digit, on)
            samples += silence
        if self.snr is not None:
            samples = self._with_noise(samples, self.snr, random.Random(seed))
        return split(samples)

    def _pair(self, digit: str, samples: int) -> list[float]:
        row = next(i for i, keys in enumerate(KEYS) if digit in keys)
        drift = 1 + self.frequency_error / 100
        high = math.tau * HIGH_GROUP[KEYS[row].index(digit)] * drift / SAMPLE_RATE
        low = math.tau * LOW_GROUP[row] * drift / SAMPLE_RATE
        loud, soft = sine_amplitude(self.level), sine_amplitude(self.level - self.twist)
        return [loud * math.sin(high * n) + soft * math.sin(low * n) for n in range(samples)]

    def _with_noise(self, samples: list[float], snr: float, source: random.Random) -> list[float]:
        loud, soft = sine_amplitude(self.level), sine_amplitude(self.level - self.twist)
        deviation = math.sqrt((loud**2 + soft**2) / 2 / 10 ** (snr / 10))
        return [sample + source.gauss(0.0, deviation) for sample in samples]


def pulses(digit: str) -> int:
    """How often a Russian dial breaks the loop for ``digit``: 0 is ten pulses."""
    return int(digit) or 10


def sine_amplitude(dbm0: float) -> float:
    """Peak of a sine of this level, in steps of a 16-bit sample."""
    return FULL_SCALE * math.pow(10, (dbm0 - SINE_FULL_SCALE_DBM0) / 20)


def split(samples: list[float]) -> list[bytes]:
    """Rounded, clipped and cut into frames; the last one is filled up with silence."""
    rounded = array("h", (max(-32768, min(32767, round(sample))) for sample in samples))
    rounded.extend([0] * (-len(rounded) % FRAME_SAMPLES))
    voice = rounded.tobytes()
    step = 2 * FRAME_SAMPLES
    return [voice[start : start + step] for start in range(0, len(voice), step)]
