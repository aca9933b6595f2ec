"""A DTMF keypad, good or bad (ITU-T Q.23)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.simulators.telephone.sound import RATE, Signal, amplitude, silence, sine

ROWS = (697.0, 770.0, 852.0, 941.0)
COLUMNS = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = ("123A", "456B", "789C", "*0#D")
PAIRS = {KEYS[row][column]: (ROWS[row], COLUMNS[column]) for row in range(4) for column in range(4)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Keypad:
    """ETSI ES 201 235-2: high tone -9 dBV, low -11, 65 ms and 65 ms; 1.5 % permitted."""

    on: float = 0.07
    off: float = 0.07
    """Seconds of tone, and of pause after it."""
    low: float = -8.8
    """Level of the low tone, dBm0 (-11 dBV in 600 ohm)."""
    twist: float = 2.0
    """Level of the high tone above the low one, dB."""
    error: float = 0.0
    """Relative error of both frequencies; 0.015 is +1.5 %."""
    noise: float | None = None
    """Level of white noise while the keys are used, dBm0."""

    def digits(self, digits: str, seed: int = 0) -> Signal:
        """``ValueError`` for what is on no keypad."""
        unknown = [digit for digit in digits if digit not in PAIRS]
        if unknown:
            raise ValueError(f"a keypad has 0 to 9, A to D, * and #, not {unknown[0]!r}")
        parts: list[Signal] = [np.zeros(0)]
        for digit in digits:
            low, high = PAIRS[digit]
            error = 1 + self.error
            parts += [
                sine(low * error, self.low, self.on)
                + sine(high * error, self.low + self.twist, self.on),
                silence(self.off),
            ]
        signal = np.concatenate(parts)
        if self.noise is not None:
            signal += white_noise(self.noise, len(signal), np.random.default_rng(seed))
        return signal

    def seconds(self, digits: str) -> float:
        return len(digits) * round((self.on + self.off) * RATE) / RATE


def white_noise(dbm0: float, length: int, random: np.random.Generator) -> Signal:
    return random.normal(scale=amplitude(dbm0) / np.sqrt(2), size=length)
