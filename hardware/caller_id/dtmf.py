"""The number sent as DTMF (ETSI EN 300 659-1 annex; national forms differ in start and end sign).

A display of this kind shows digits only: there is neither time nor name.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

from gateway.caller import Caller, Presentation
from gateway.line import SAMPLE_RATE
from gateway.signalling import CallerIdScheme
from hardware.caller_id.message import number_shown
from hardware.caller_id.tone import pair, smooth_edges

_ROWS = (697, 770, 852, 941)
_COLUMNS = (1209, 1336, 1477, 1633)
_KEYPAD = ("123A", "456B", "789C", "*0#D")
TONES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        sign: (low, high)
        for row, low in zip(_KEYPAD, _ROWS, strict=True)
        for sign, high in zip(row, _COLUMNS, strict=True)
    }
)
"""Low and high frequency of every sign, Hz (ITU-T Q.23)."""
LOW_LEVEL, HIGH_LEVEL = -13.5, -11.5
"""dBm0.  The high tone is 2 dB stronger, as ES 201 235-2 has it.  Together they are 1.4 dB below
the -8 dB that exchanges send, so that their peak stays within the -6 dBm that an Ag1171's weaker
bias resistor carries on-hook; receivers take -25 dBm."""
TONE_SAMPLES = PAUSE_SAMPLES = SAMPLE_RATE * 70 // 1000
"""70 ms each."""
EDGE_SAMPLES = 24
"""Samples of the rise and of the fall: 3 ms (ES 201 235-2: at most 7 ms)."""

_ABSENT = {
    ("A", "C"): {Presentation.WITHHELD: "B10C", Presentation.UNAVAILABLE: "B00C"},
    ("A", "#"): {Presentation.WITHHELD: "D1#", Presentation.UNAVAILABLE: "D3#"},
}
"""What is sent instead of a number, for the two forms where it is known (spandsp).  For a withheld
number of the first form some sources give 01 instead of 10."""


def signs(scheme: CallerIdScheme, caller: Caller) -> str:
    """The signs to send, none if the form has no signs for the absence of a number."""
    start, end = scheme.dtmf_start, scheme.dtmf_end
    if caller.presentation is Presentation.SHOWN:
        return start + number_shown(caller.number) + end
    return _ABSENT.get((start, end), {}).get(caller.presentation, "")


@functools.lru_cache(maxsize=len(TONES))
def _tone(sign: str) -> bytes:
    samples = pair(TONES[sign], (LOW_LEVEL, HIGH_LEVEL), TONE_SAMPLES)
    smooth_edges(samples, EDGE_SAMPLES)
    return samples.tobytes()


def tones(signs: str) -> bytes:
    """The tones of ``signs`` with pauses between them.  ``KeyError`` for what is no sign."""
    return bytes(2 * PAUSE_SAMPLES).join(_tone(sign) for sign in signs)
