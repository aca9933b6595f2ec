"""The dual-tone alerting signal (DT-AS; CAS in a call) before a message: 2130 and 2750 Hz.

The lengths lie in the middle of what all norms allow, so that neither the edges nor the clock of a
sound card matter.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from hardware.caller_id.tone import pair, smooth_edges

FREQUENCIES = (2130, 2750)
"""Hz, +-0.5 %."""
EDGE_SAMPLES = 16
"""Samples of the rise and of the fall: 2 ms."""


@dataclass(frozen=True, slots=True)
class Alert:
    """``samples`` long, each tone with ``level`` dBm0."""

    samples: int
    level: float


ON_HOOK = Alert(samples=840, level=-13.0)
"""105 ms: ETSI at least 100, BT 88 to 110.  The level is spandsp's; the peak is that of a sine of
-7 dBm0, within the -6 dBm of an Ag1171's weaker bias resistor."""
OFF_HOOK = Alert(samples=664, level=-16.0)
"""83 ms: Bellcore and ETSI 75 to 85, BT 80 to 85.  Receivers take -14 to -32 dBm a tone (Bellcore)
and -12 to -35 dBV, which is -9.8 to -32.8 dBm (ETSI)."""


@functools.lru_cache(maxsize=2)
def alerting_signal(alert: Alert) -> bytes:
    samples = pair(FREQUENCIES, (alert.level, alert.level), alert.samples)
    smooth_edges(samples, EDGE_SAMPLES)
    return samples.tobytes()
