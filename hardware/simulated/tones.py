"""What the ear knows: signals by their frequencies, tones by their cadence.  Data only.

Figures of the Russian plan: ringback, busy and congestion from the ministry's order on
call-progress tones (LAW_93993: 1.0/4.0, 0.3-0.4, 0.15-0.2 s at 425 Hz), the others from the zone
"ru" of Asterisk and DAHDI and from Mediatrix.  The limits here are wider by 10 to 30 %, so that a
tone is recognised on a bad line; no burst with its pause fits two tones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

Range: TypeAlias = tuple[float, float]
"""Shortest and longest, seconds."""


@dataclass(frozen=True, slots=True)
class Signal:
    """Frequencies that sound together (Hz), each ``tolerance`` Hz up or down."""

    name: str
    frequencies: tuple[float, ...]
    tolerance: float


CALL_PROGRESS = Signal("425", (425.0,), 15.0)  # ITU-T E.180: 425 +-15 Hz
SIT_1 = Signal("SIT 1", (950.0,), 50.0)  # E.180: the special information tone has +-50 Hz
SIT_2 = Signal("SIT 2", (1400.0,), 50.0)
SIT_3 = Signal("SIT 3", (1800.0,), 50.0)
HOWLER = Signal("howler", (1400.0, 2060.0, 2450.0, 2600.0), 30.0)

SIGNALS = (CALL_PROGRESS, SIT_1, SIT_2, SIT_3, HOWLER)


@dataclass(frozen=True, slots=True)
class KnownTone:
    """How a tone is told from the others.

    ``bursts`` are the signals and lengths of its last bursts, oldest first; ``gap`` is the length
    of the silence between two of them (``None``: they follow each other directly).  The last
    burst is complete, unless ``goes_on``; then it lasts and is at least as long as its shortest.
    With ``rest`` the tone is recognised only when it has been off for so long after the burst.
    With ``alone`` no other tone came within the same time before.
    ``held`` is how long the tone counts as heard after its last burst: its pause, and the 0.1 s
    in which the next burst is recognised.
    """

    name: str
    bursts: tuple[tuple[Signal, Range], ...]
    gap: Range | None
    held: float
    goes_on: bool = False
    rest: float = 0.0
    alone: bool = False


ENDLESS = math.inf
LONGEST_BUSY = 0.43
"""A tone that goes on for longer is no busy tone."""
LONGEST_RINGBACK = 1.15
"""A tone that goes on for longer is no burst of ringback."""

DIAL = KnownTone(
    "dial", ((CALL_PROGRESS, (LONGEST_BUSY + 0.02, ENDLESS)),), None, 0.06, goes_on=True
)
DIAL_AFTER_DIGITS = KnownTone(
    "dial", ((CALL_PROGRESS, (LONGEST_RINGBACK + 0.02, ENDLESS)),), None, 0.06, goes_on=True
)
"""After a digit a first burst of ringback is more likely than a new dial tone."""
RINGBACK = KnownTone(
    "ringback", ((CALL_PROGRESS, (0.85, LONGEST_RINGBACK)),), None, 4.6, rest=LONGEST_BUSY + 0.02
)
BUSY = KnownTone("busy", ((CALL_PROGRESS, (0.27, LONGEST_BUSY)),) * 2, (0.27, LONGEST_BUSY), 0.55)
CONGESTION = KnownTone("congestion", ((CALL_PROGRESS, (0.135, 0.23)),) * 2, (0.135, 0.23), 0.34)
CONFIRMATION = KnownTone("confirmation", ((CALL_PROGRESS, (0.075, 0.13)),) * 3, (0.075, 0.13), 0.6)
MESSAGE_WAITING = KnownTone(
    "message-waiting", ((CALL_PROGRESS, (0.075, 0.13)),) * 5, (0.075, 0.13), 0.6
)
"""Its stutter, which begins like the confirmation tone; the dial tone behind it is a dial tone."""
CALL_WAITING = KnownTone(
    "call-waiting", ((CALL_PROGRESS, (0.15, 0.26)),), None, 1.0, rest=0.45, alone=True
)
SIT = KnownTone(
    "sit", ((SIT_1, (0.26, 0.4)), (SIT_2, (0.26, 0.4)), (SIT_3, (0.26, 0.4))), None, 1.2
)
HOWLING = KnownTone("howler", ((HOWLER, (0.075, 0.13)),) * 2, (0.075, 0.13), 0.3)

KNOWN_TONES = (
    SIT,
    HOWLING,
    MESSAGE_WAITING,
    CONFIRMATION,
    CONGESTION,
    BUSY,
    CALL_WAITING,
    RINGBACK,
)
"""Cadences, the most telling first.  Dial tone is judged apart, since it has none."""

SILENCE = "silence"
VOICE = "voice"
"""Any sound that is none of the signals."""

NAMES = (
    *(DIAL.name, RINGBACK.name, BUSY.name, CONGESTION.name, CONFIRMATION.name),
    *(MESSAGE_WAITING.name, CALL_WAITING.name, SIT.name, HOWLING.name, SILENCE, VOICE),
)
"""What can be waited for."""

SILENCE_AFTER = 0.45
"""Seconds without sound before it is silence: longer than the pause of a busy tone."""
SILENCE_AFTER_VOICE = 1.0
"""Speech pauses."""
VOICE_WITHIN = 0.5
VOICE_SOUND = 0.25
"""It is voice when there was this much sound (s) within the last ``VOICE_WITHIN`` s."""
QUIET = -48.0
"""dBm0 below which a slice of 10 ms is silence; the weakest tone that is recognised is stronger."""
