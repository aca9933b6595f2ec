"""One direction of a serial line: it takes its time, and it may lose, spoil and delay bytes."""

from __future__ import annotations

import heapq
import math
import random
from dataclasses import dataclass

BYTE = 10 / 115200
"""Seconds that one byte takes."""


@dataclass(frozen=True, slots=True)
class Spoiling:
    """``loss`` and ``corruption``: shares of the bytes.  ``delay``: seconds that each piece may be
    late at most.  ``piece``: bytes that arrive together; 0: as they were sent.
    """

    loss: float = 0.0
    corruption: float = 0.0
    delay: float = 0.0
    piece: int = 0


class SerialLine:
    """Bytes keep their order.  ``dice`` decides what is lost; the same dice spoil the same
    bytes.
    """

    def __init__(self, spoiling: Spoiling, dice: random.Random) -> None:
        self.spoiling = spoiling
        self.lost = 0
        self._dice = dice
        self._pieces: list[tuple[float, int, bytes]] = []
        self._count = 0
        self._free_at = 0.0

    @property
    def due(self) -> float:
        """When the next piece arrives."""
        return self._pieces[0][0] if self._pieces else math.inf

    def send(self, data: bytes, now: float) -> None:
        step = self.spoiling.piece or max(1, len(data))
        for at in range(0, len(data), step):
            piece = data[at : at + step]
            late = self._dice.uniform(0, self.spoiling.delay)
            # Nothing overtakes on a wire.
            self._free_at = max(self._free_at, now + late) + len(piece) * BYTE
            heapq.heappush(self._pieces, (self._free_at, self._count, self._spoil(piece)))
            self._count += 1

    def take(self, now: float) -> bytes:
        """What has arrived by ``now``, one piece."""
        if self._pieces and self._pieces[0][0] <= now:
            return heapq.heappop(self._pieces)[2]
        return b""

    def cut(self) -> None:
        """What is on the way is lost."""
        self._pieces.clear()

    def _spoil(self, piece: bytes) -> bytes:
        spoiling = self.spoiling
        if not (spoiling.loss or spoiling.corruption):
            return piece
        kept = bytearray()
        for byte in piece:
            fate = self._dice.random()
            if fate < spoiling.loss:
                self.lost += 1
            elif fate < spoiling.loss + spoiling.corruption:
                self.lost += 1
                kept.append(byte ^ self._dice.randrange(1, 256))
            else:
                kept.append(byte)
        return bytes(kept)
