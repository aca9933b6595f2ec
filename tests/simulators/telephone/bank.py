"""A bank of correlators: how much of a running signal lies at each of a few frequencies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tests.simulators.telephone.sound import RATE, Signal


class Window(NamedTuple):
    """``shares`` is the part of the window's power at each frequency, 0 to about 1."""

    end: int
    """Samples since the beginning."""
    power: float
    shares: tuple[float, ...]


class Bank:
    """Takes a signal in pieces of any size.  ``window`` and ``hop`` are in samples."""

    def __init__(self, hertz: tuple[float, ...], window: int, hop: int) -> None:
        self.window, self.hop = window, hop
        turns = np.exp(-2j * np.pi * np.outer(np.arange(window), hertz) / RATE)
        self._turns: npt.NDArray[np.complex128] = turns * (np.sqrt(2) / window)
        self._held: Signal = np.zeros(0)
        self._position = 0

    def feed(self, piece: Signal) -> list[Window]:
        """The windows that ended in this piece."""
        self._held = np.concatenate([self._held, piece])
        if len(self._held) < self.window:
            return []
        windows = np.lib.stride_tricks.sliding_window_view(self._held, self.window)[:: self.hop]
        powers = np.mean(windows**2, axis=1)
        parts = np.abs(windows @ self._turns) ** 2 / np.maximum(powers, 1e-9)[:, None]
        ends = self._position + self.window + self.hop * np.arange(len(windows))
        self._held = self._held[len(windows) * self.hop :]
        self._position += len(windows) * self.hop
        return [
            Window(int(end), float(power), tuple(map(float, part)))
            for end, power, part in zip(ends, powers, parts, strict=True)
        ]
