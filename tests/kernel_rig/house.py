"""The whole gateway on the kernel's pins and sound cards, with a local network behind it."""

from __future__ import annotations

from pathlib import Path

from tests.rotary.street import LONG, Station, Street
from tests.simulators.telephone.aloop import LoopbackCard
from tests.simulators.telephone.gpio_sim import GpioSim

__all__ = ["LONG", "SlicHouse", "Station"]


class SlicHouse(Street):
    """A gateway with one SLIC line for each of ``cards``."""

    def __init__(self, folder: Path, header: GpioSim, cards: list[LoopbackCard]) -> None:
        super().__init__(folder, [card.gateway for card in cards])
        self.header = header
        self._cards = cards

    def card(self, station: Station) -> LoopbackCard:
        """Its sound card."""
        return self._cards[station.place]
