"""Compares what was heard with what was said."""

from __future__ import annotations

import numpy as np

from tests.simulators.multifon.g711 import Samples

ALIKE = 0.9
PIECE = 1000
"""Samples: 125 ms."""


def share_heard(heard: Samples, said: Samples) -> float:
    """How much of ``said`` is found in ``heard``, piece by piece, pauses left aside.

    A receiver's jitter buffer may leave out or repeat a frame, which costs one piece.
    """
    pieces = [said[start : start + PIECE] for start in range(0, len(said) - PIECE + 1, PIECE)]
    loud = [piece for piece in pieces if np.sqrt(np.mean(piece.astype(float) ** 2)) > 300]
    assert len(loud) >= 4
    return sum(likeness(heard, piece) > ALIKE for piece in loud) / len(loud)


def likeness(heard: Samples, said: Samples) -> float:
    """The normalised correlation of ``said`` with its best place in ``heard``.

    1 is the same sound; speech that does not belong stays below 0.3.
    """
    if len(heard) < len(said):
        return 0.0
    a, b = heard.astype(float), said.astype(float)
    size = 1 << (len(a) + len(b)).bit_length()
    product = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    places = product[: len(a) - len(b) + 1]
    energy = np.concatenate([[0.0], np.cumsum(a**2)])
    local = np.sqrt(np.maximum(energy[len(b) :] - energy[: len(places)], 1.0))
    return float(np.max(places / (local * np.sqrt(np.sum(b**2)))))
