"""The SLIC modules that can be driven, and their figures.

Sources: Silvertel Ag1171 data sheet V1.6 (2011), R-Tone KS0835F data sheet V1.3 (2012).  Where the
second says nothing it is driven as the first, which has the same pins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicModule:
    """What a driver must know of one module."""

    name: str
    battery_on_hook: float
    """V between tip and ring."""
    battery_ringing: float
    """V while RM is high."""
    supply: tuple[float, float] = (3.1, 5.5)
    """V."""
    ring_hertz: tuple[float, float] = (20.0, 25.0)
    """Toggling F/R within these makes a ring wave: the slopes are shaped for them only."""
    rm_share: float = 0.33
    """Largest part of the time with RM high (absolute maximum rating)."""
    rm_hold: float = 0.010
    """Seconds that F/R stands idle before RM may fall; it takes more than these."""
    wake_up: float = 0.050
    """Seconds after PD is released in which SHK is not valid."""
    reversal: float = 0.050
    """Seconds that a change of polarity takes to settle."""

    def ring_frequency(self, wanted: float) -> float:
        """The frequency nearest to ``wanted`` (Hz) that the module makes."""
        low, high = self.ring_hertz
        return min(max(wanted, low), high)


MODULES: Mapping[str, SlicModule] = {
    "ag1171": SlicModule(name="Silvertel Ag1171", battery_on_hook=48.0, battery_ringing=72.0),
    "ks0835f": SlicModule(
        name="R-Tone KS0835F", battery_on_hook=48.0, battery_ringing=75.0, supply=(3.2, 5.5)
    ),
}
"""By the name that a board file gives."""
