"""Patterns in which the telephone rings for the home: a washing machine is no caller.  Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 120.0
"""Seconds of ringing in all."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Rings of ``ring`` seconds with pauses of ``pause`` seconds, ``times`` or until the time ends.

    The bell is heard for the length of the country's own ring at most, 1 s in Russia.
    """

    ring: float
    pause: float = 0.0
    times: int | None = None


PATTERNS: Mapping[str, Pattern] = {
    "call": Pattern(LONGEST),
    "once": Pattern(1.0, times=1),
    "twice": Pattern(1.0, 1.0, times=2),
    "three times": Pattern(1.0, 1.0, times=3),
    "alarm": Pattern(1.0, 0.5),
}
"""``call`` is how a caller rings."""
DURATION = 20.0
"""Seconds of ``call`` and ``alarm`` unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Ring:
    """A wish for the bell of a line; ``None`` in its place means silence."""

    pattern: str = "call"
    duration: float = DURATION
    caller: str = ""
    name: str = ""

    def steps(self) -> Iterator[tuple[float, float]]:
        """Seconds of ringing and of the pause after it."""
        pattern, left = PATTERNS[self.pattern], min(self.duration, LONGEST)
        times = pattern.times
        # What has a number of rings lasts as long as those take.
        while (times is None and left >= 1.0) or (times is not None and times > 0):
            ring = pattern.ring if times is not None else min(pattern.ring, left)
            times = None if times is None else times - 1
            left -= ring + pattern.pause
            yield ring, pattern.pause


def wish(payload: bytes) -> Ring | None:
    """What Home Assistant's siren sends: ``ON``, ``OFF``, or an object with ``state``.

    The object may have ``tone`` (a pattern), ``duration`` (seconds, 1 to 120), ``caller`` (the
    number to show) and ``name``.  ``ValueError`` with a sentence for anything else.
    """
    text = payload.decode("utf-8", "replace").strip()
    if text.upper() in {"ON", "OFF"}:
        return Ring() if text.upper() == "ON" else None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ValueError("ring/set takes ON, OFF or a JSON object.")  # noqa: TRY004 - a sentence
    if str(value.get("state", "ON")).upper() == "OFF":
        return None
    return _ring(value)


def _ring(value: Mapping[str, Any]) -> Ring:
    pattern, duration = value.get("tone", "call"), value.get("duration", DURATION)
    if not isinstance(pattern, str) or pattern not in PATTERNS:
        raise ValueError(f"tone is one of {', '.join(PATTERNS)}.")
    number = isinstance(duration, int | float) and not isinstance(duration, bool)
    if not number or not 1 <= duration <= LONGEST:
        raise ValueError(f"duration is from 1 to {LONGEST:g} seconds.")
    caller, name = value.get("caller", ""), value.get("name", "")
    if not isinstance(caller, str) or not isinstance(name, str) or len(name) > 50:
        raise ValueError("caller is a number and name a short text.")
    if caller and not (caller.removeprefix("+").isdecimal() and len(caller) <= 21):
        raise ValueError("caller is a number of up to 20 digits.")
    return Ring(pattern, float(duration), caller, name)
