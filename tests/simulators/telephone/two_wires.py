"""What the two wires and the hybrid do to the sound on its way."""

from __future__ import annotations

import enum

import numpy as np

from tests.simulators.telephone.hybrid import TAPS, Hybrid
from tests.simulators.telephone.keypad import white_noise
from tests.simulators.telephone.sound import RATE, Signal, amplitude

_CLICK = 3000.0
_CLICK_SECONDS = 0.001
_RING_HERTZ = 25.0


class OnHookPath(enum.Enum):
    """The resistor from tip to ring that carries sound on-hook (Ag1171 data sheet)."""

    RESISTOR_20K = 0.0
    """Up to 0 dBm."""
    RESISTOR_39K = -6.0
    """Up to -6 dBm."""
    NONE = None
    """The data sheet does not say what is left; here it is the peaks, 30 dB down."""


class TwoWires:
    """Keeps what the filters need of the past.  For the voice thread, but ``click``."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._past: Signal = np.zeros(TAPS - 1)
        self._clicks: list[float] = []
        self._ring_phase = 0

    def to_telephone(self, played: Signal, path: OnHookPath | None, noise: float | None) -> Signal:
        """What comes out of the receiver; ``path`` is ``None`` off-hook."""
        heard = played
        if path is OnHookPath.NONE:
            crossed = np.maximum(np.abs(played) - amplitude(-12.0), 0.0)
            heard = np.copysign(crossed, played) * 10 ** (-30 / 20)
        elif path is not None:
            heard = np.clip(played, -amplitude(path.value), amplitude(path.value))
        if noise is not None:
            heard = heard + white_noise(noise, len(heard), self._random)
        return heard

    def echo(self, played: Signal, hybrid: Hybrid) -> Signal:
        """What returns of ``played``."""
        taps = hybrid.response()
        signal = np.concatenate([self._past, played])
        self._past = signal[-(TAPS - 1) :]
        return np.convolve(signal, taps, "valid")

    def ring_leak(self, length: int, dbm0: float) -> Signal:
        """The ring wave's steep parts, as they come through the coupling capacitors."""
        time = (self._ring_phase + np.arange(length)) / RATE
        self._ring_phase += length
        odd = np.arange(1, 16, 2)
        wave = np.sum(np.sin(2 * np.pi * _RING_HERTZ * np.outer(odd, time)), axis=0)
        leaked: Signal = wave * (amplitude(dbm0) / np.sqrt(len(odd)))
        return leaked

    def click(self, closed: bool) -> None:
        """The direct current jumps.  From any thread."""
        self._clicks.append(1.0 if closed else -1.0)

    def clicks(self, length: int) -> Signal:
        jumps = 0.0
        while self._clicks:
            jumps += self._clicks.pop(0)
        decay: Signal = np.exp(-np.arange(length) / (RATE * _CLICK_SECONDS))
        return decay * (_CLICK * float(np.clip(jumps, -3, 3)))
