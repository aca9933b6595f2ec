"""A network that loses voice packets, each by chance and the same ones whenever it is asked to."""

from __future__ import annotations

import random


class PacketLoss:
    """Which packets of one direction of a call are lost: ``percent`` of them, independently.

    The same ``seed`` loses the packets of the same places, so that two telephones can be compared.
    """

    def __init__(self, percent: float = 0.0, seed: int = 0) -> None:
        self._share = percent / 100
        self._random = random.Random(seed)

    def next_is_lost(self) -> bool:
        return self._random.random() < self._share
