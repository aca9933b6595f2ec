"""What the norms allow, in ms.  Sources: reference "FXS line", sections 4.1, 4.3 to 4.5.

A window is from one edge of an event to one of another: ``ring-pulse``, ``reversal``, ``alert``
(DT-AS or CAS), ``data`` (FSK or DTMF), ``normal`` (polarity), ``ring`` (the first burst after the
sequence), ``first-ring`` (the burst before it), ``ack``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gateway.signalling import CallerIdForm, CallerIdMoment

ANY = math.inf
FSK = (CallerIdForm.BELL_202, CallerIdForm.V23)
DTMF = (CallerIdForm.DTMF,)
EVERY_FORM = FSK + DTMF


@dataclass(frozen=True, slots=True)
class Window:
    source: str
    start: str
    end: str
    least: float
    most: float = ANY
    forms: tuple[CallerIdForm, ...] = EVERY_FORM


BELLCORE_QUIET = Window("Bellcore, after ring 1", "first-ring.end", "data.start", 500)
ETSI_QUIET = Window("ETSI, after ring 1", "first-ring.end", "data.start", 500, 2000)
REST = Window("Bellcore, before ring 2; CCA", "data.end", "ring.start", 200)
ETSI_REST = Window("ETSI, data to ring", "data.end", "ring.start", 200, 500)
RP_AS = Window("ETSI, ring pulse", "ring-pulse.start", "ring-pulse.end", 200, 300)
CCA_PULSE = Window("CCA, ring burst", "ring-pulse.start", "ring-pulse.end", 200, 450)
AFTER_PULSE = Window("ETSI, after the ring pulse", "ring-pulse.end", "data.start", 500, 800)
CCA_DATA = Window("CCA, data", "data.start", "data.end", 0, 2500, FSK)
ALERT = Window("ETSI, DT-AS on-hook", "alert.start", "alert.end", 100)
BT_ALERT = Window("BT, DT-AS on-hook", "alert.start", "alert.end", 88, 110)
AFTER_ALERT = Window("ETSI, DT-AS to data", "alert.end", "data.start", 45, 500)
BEFORE_ALERT = Window("ETSI, reversal to DT-AS", "reversal.start", "alert.start", 100)
BT_BEFORE_ALERT = Window("BT, reversal to DT-AS (300)", "reversal.start", "alert.start", 270, 330)
BT_AFTER_ALERT = Window("BT, DT-AS to data (150)", "alert.end", "data.start", 135, 165)
TO_DATA = Window("ETSI, reversal + DT-AS + gap", "reversal.start", "data.start", 0, 700)
REVERSAL_TO_DATA = Window("ETSI, after reversal", "reversal.start", "data.start", 100, 700)
BT_REST = Window("BT, data to ring", "data.end", "ring.start", 400)
REVERSAL_TO_DTMF = Window("DTMF after reversal", "reversal.start", "data.start", 100, ANY, DTMF)
SETTLED = Window("Ag1171, polarity settles", "normal.start", "ring.start", 50)

ON_HOOK = {
    CallerIdMoment.AFTER_FIRST_RING: (BELLCORE_QUIET, ETSI_QUIET, REST, CCA_DATA),
    CallerIdMoment.BEFORE_RING: (ETSI_REST,),
    CallerIdMoment.RING_PULSE: (RP_AS, CCA_PULSE, AFTER_PULSE, ETSI_REST, CCA_DATA),
    CallerIdMoment.DT_AS: (ALERT, BT_ALERT, AFTER_ALERT, ETSI_REST),
    CallerIdMoment.REVERSAL: (REVERSAL_TO_DATA, REVERSAL_TO_DTMF, ETSI_REST, SETTLED),
    CallerIdMoment.REVERSAL_DT_AS: (
        BEFORE_ALERT, ALERT, AFTER_ALERT, TO_DATA, ETSI_REST,
        BT_BEFORE_ALERT, BT_ALERT, BT_AFTER_ALERT, BT_REST, SETTLED,
    ),
}  # fmt: skip
"""The windows of a call by when it is shown."""

CALL_WAITING = (
    Window("Bellcore and ETSI, CAS", "alert.start", "alert.end", 75, 85, FSK),
    Window("BT, CAS", "alert.start", "alert.end", 80, 85, FSK),
)
MARK = {"on-hook": (155, 205), "off-hook": (55, 105)}
"""Bits: ETSI 180 +-25 and 80 +-25; BT at least 55; Bellcore 180, and 58 to 75 ms off-hook."""
SEIZURE = (300, 300)
"""Bits on-hook: Bellcore and ETSI 300, BT 96 to 315."""

ACK_STARTS = (0.0, 100.0)
"""After the CAS (Bellcore, BT)."""
ACK_LENGTHS = (55.0, 75.0)
"""Bellcore 55 to 65, BT 65 to 75."""
ACK_TO_DATA = (5.0, 100.0)
"""BT; Bellcore 0 to 500."""
