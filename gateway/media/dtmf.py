"""DTMF digits as voice frames, for the far end to hear (design §3.9)."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

from gateway.line import FRAME_BYTES, FRAME_MS, SAMPLE_RATE
from gateway.media.tones import burst

LOW_GROUP = (697, 770, 852, 941)
"""Frequencies of the rows of a keypad, Hz (ITU-T Q.23)."""
HIGH_GROUP = (1209, 1336, 1477, 1633)
"""Frequencies of its columns, Hz."""
KEYPAD = ("123A", "456B", "789C", "*0#D")

FREQUENCIES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        digit: (low, high)
        for row, low in zip(KEYPAD, LOW_GROUP, strict=True)
        for digit, high in zip(row, HIGH_GROUP, strict=True)
    }
)
"""Low and high frequency of every digit, Hz."""

LOW_LEVEL = -11.0
HIGH_LEVEL = -9.0
"""Send levels, dBm0: the figures of ETSI ES 201 235-2, the high group 2 dB above the low one."""

_DIGITS_KEPT = 64


@functools.lru_cache(maxsize=_DIGITS_KEPT)
def digit_frames(digit: str, on_ms: int = 80, off_ms: int = 80) -> tuple[bytes, ...]:
    """Whole frames with the tones of ``digit`` for ``on_ms`` and at least ``off_ms`` of silence.

    The receiver's least times are 40 ms each (ITU-T Q.24), the sender's 65 ms (ES 201 235-2).
    Raises ``ValueError`` for what is no digit, and for times that are not positive.
    """
    if digit not in FREQUENCIES:
        raise ValueError(f"{digit!r} has no DTMF tones: the digits are 0-9, *, #, A-D")
    if on_ms <= 0 or off_ms < 0:
        raise ValueError("a digit sounds for more than 0 ms and pauses for 0 ms or more")
    low, high = FREQUENCIES[digit]
    tone = burst([(low, LOW_LEVEL), (high, HIGH_LEVEL)], on_ms * SAMPLE_RATE // 1000)
    frames = -(-(on_ms + off_ms) // FRAME_MS)
    sound = tone.tobytes().ljust(frames * FRAME_BYTES, b"\0")
    return tuple(sound[at : at + FRAME_BYTES] for at in range(0, len(sound), FRAME_BYTES))
