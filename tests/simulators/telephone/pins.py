"""The far side of a SLIC module's logic pins, as the simulated module sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Changed: TypeAlias = Callable[[int, bool | None, float], None]
"""Pin, new level (``None``: not driven), time of ``CLOCK_MONOTONIC`` in seconds."""


class SlicPins(Protocol):
    """Implemented by the fake ``lgpio`` chip and by the attachment to the kernel's gpio-sim."""

    def drive(self, pin: int, high: bool, at: float | None = None) -> None:
        """Put a level on an input of the gateway.

        ``at`` (s) is the moment for which the edge was planned.  A fake kernel stamps it so: a
        thread that a busy computer wakes late then delays the report and not the telephone.
        """

    def level(self, pin: int) -> bool | None:
        """What the gateway drives; ``None`` while the pin is an input or nobody's."""

    def watch(self, pins: Sequence[int], changed: Changed) -> None:
        """Call ``changed`` from any thread at every change from now on; it returns at once."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """GPIO numbers of the module's pins; ``pd`` is ``None`` where PD is left open."""

    rm: int
    fr: int
    shk: int
    pd: int | None = None
