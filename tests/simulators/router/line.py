"""The line behind the router: what happens to a packet on it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Faults:
    """What the line does to each packet, in each direction."""

    loss: float = 0.0
    """Share of the packets that are lost, 0 to 1."""
    jitter: float = 0.0
    """A packet is late by up to so many seconds, evenly spread; packets overtake each other."""

    def __post_init__(self) -> None:
        if not 0 <= self.loss <= 1 or self.jitter < 0:
            raise ValueError("loss is from 0 to 1, jitter 0 or more")


class Line:
    """Carries packets, or does not.  ``seed`` makes its luck repeatable."""

    def __init__(self, seed: int = 1) -> None:
        self.faults = Faults()
        self.up = True
        """False: an outage, nothing passes."""
        self.carried = 0
        self.lost = 0
        self._random = random.Random(seed)

    def carry(self, deliver: Callable[[], None]) -> None:
        """Call ``deliver`` now, later or never."""
        if not self.up or self._random.random() < self.faults.loss:
            self.lost += 1
            return
        self.carried += 1
        if self.faults.jitter:
            late = self._random.uniform(0.0, self.faults.jitter)
            asyncio.get_running_loop().call_later(late, deliver)
        else:
            deliver()
