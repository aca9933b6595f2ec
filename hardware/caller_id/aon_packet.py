"""The number for a Russian telephone with AON (АОН): signs of two tones out of six, without gaps.

The telephone seizes the line by itself when it rings, sends 500 Hz (``aon_request.py``) and listens
for this packet.

From sources: tones, the pairs of each sign, 40 +-2 ms a sign, no gaps, 0.33 V (msd.com.ua); the
start sign also marks the end of a packet, and a repeat sign stands for the second of two equal
neighbours (same place); 7 digits.  **Not proven, no primary text was found:** that the category
comes first and the digits with the units first, that the packet is repeated in a circle, the
meaning of the categories, and what is sent for a short or withheld number.
"""

from __future__ import annotations

import functools
import itertools
from array import array
from collections.abc import Mapping
from types import MappingProxyType

from gateway.line import SAMPLE_RATE
from hardware.caller_id.tone import pair, smooth_edges

START, REPEAT = "start", "repeat"
SIGNS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "1": (700, 900),
        "2": (700, 1100),
        "3": (900, 1100),
        "4": (700, 1300),
        "5": (900, 1300),
        "6": (1100, 1300),
        "7": (700, 1500),
        "8": (900, 1500),
        "9": (1100, 1500),
        "0": (1300, 1500),
        START: (1100, 1700),
        REPEAT: (1300, 1700),
    }
)
"""The frequencies of every sign, Hz."""
SIGN_SAMPLES = SAMPLE_RATE * 40 // 1000
"""40 ms.  Every frequency has whole periods in it, so all sines pass through 0 upwards where two
signs meet: no step, and a frequency that both have goes on as if nothing had happened."""
LEVEL = -10.4
"""dBm0 of each tone: both together are 0.33 V into 600 ohm."""
EDGE_SAMPLES = 16
"""Samples of the rise before the first sign and of the fall of the last: 2 ms."""
DIGITS = 7
CYCLES = 3


def packet(number: str, category: int) -> tuple[str, ...]:
    """The signs of one round: start, category, seven digits from the last to the first.

    A longer number loses its first digits: the sets have seven places.  A shorter one gets zeros
    in front, and the empty number of a caller who is withheld or unavailable is all zeros: no
    Russian subscriber's number begins with 0, so neither is taken for another one.  (A request
    that is not served would be sent again and again, while the caller already pays.)

    ``category`` is 0 to 9; 1 is an ordinary subscriber.  Raises ``ValueError`` for another one
    and for a number that is not digits with an optional ``+``.
    """
    digits = number.removeprefix("+")
    if number and not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{number!r} is not a number: digits, with a + before them or without")
    if category not in range(10):
        raise ValueError(f"the AON category is 0 to 9, not {category}")
    signs = [START, str(category), *reversed(digits[-DIGITS:].rjust(DIGITS, "0"))]
    for before, at in itertools.pairwise(range(len(signs))):
        if signs[at] == signs[before]:
            signs[at] = REPEAT
    return tuple(signs)


@functools.lru_cache(maxsize=len(SIGNS))
def _tones(sign: str) -> bytes:
    return pair(SIGNS[sign], (LEVEL, LEVEL), SIGN_SAMPLES).tobytes()


def aon(number: str, category: int = 1, cycles: int = CYCLES) -> bytes:
    """The samples of ``cycles`` rounds of the packet, 0.36 s each, and of a start sign as the end.

    ``ValueError`` as for ``packet``.
    """
    signs = packet(number, category) * cycles + (START,)
    samples = array("h", b"".join(_tones(sign) for sign in signs))
    smooth_edges(samples, EDGE_SAMPLES)
    return samples.tobytes()
