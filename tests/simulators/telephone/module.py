"""What the data sheets say of the two SLIC modules.  Data only."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class HookSense(enum.Enum):
    """What SHK shows of a contact that bounces; the data sheets do not say it clearly."""

    DELAYED = "delayed"
    """Every edge, late: the worst that a driver can get."""
    DEBOUNCED = "debounced"
    """Only a level that held for the whole detect time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """Times in seconds.  Sources: Silvertel Ag1171 V1.6, R-Tone KS0835F V1.3."""

    name: str
    detect: float
    """From the loop to SHK."""
    sense: HookSense
    idle_high: bool = True
    """Level of F/R at rest.  KS0835F: the sheet contradicts itself, so it is a setting."""
    wake_up: float = 0.050
    """After PD is released; SHK is not valid so long."""
    duty: float = 0.33
    """Largest part of the time with RM high."""
    rm_after_off_hook: float = 0.5
    """RM is low at latest so long after off-hook."""
    rm_hold: float = 0.010
    """From the last change of F/R to RM low, at least."""
    ring_hertz: tuple[float, float] = (17.0, 70.0)
    """Toggling of F/R outside of this is no ringing."""


AG1171 = Module(name="Ag1171", detect=0.005, sense=HookSense.DELAYED)
KS0835F = Module(name="KS0835F", detect=0.010, sense=HookSense.DEBOUNCED)
