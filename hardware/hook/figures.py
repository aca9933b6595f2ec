"""What the line has shown of its telephone: the last digits and the last flash, measured.

=========================  =======================================================================
``digits``                 rotary digits understood since the line was opened, or ``forget``
``spoilt_digits``          trains of pulses that were no digit since then
``pulses``                 breaks of the last digits, from which the next figures are taken
``dial_speed_pps``         mean pulses a second; needs a digit of two pulses
``break_ratio_percent``    mean share of the break in a period; needs a digit of two pulses
``shortest_break_ms``      and ``longest_break_ms``: of a pulse
``shortest_make_ms``       and ``longest_make_ms``: between two pulses of a digit
``longest_bounce_ms``      longest chatter of the dial's contacts, from its first edge to its last
``longest_glitch_ms``      longest single opening or closure that was not counted in a digit
``last_flash_ms``          the last break that was a hook flash
``last_refused_flash_ms``  the last single break in a call that was no hook flash by its length
``last_refused_pulse_ms``  the last break while dialling that was too long for a pulse
=========================  =======================================================================

A figure that has not been measured yet is absent.  The break of a digit 1 counts for the lengths;
speed and ratio come from makes with a break before and after.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from itertools import chain

from gateway.signalling import Taps
from hardware.hook.pulses import PulseTrain

LAST_DIGITS = 11
"""As many as a telephone number has."""


class HookFigures:
    """Collects what the hook switch measured."""

    def __init__(self) -> None:
        self._trains: deque[PulseTrain] = deque(maxlen=LAST_DIGITS)
        self._digits = 0
        self._spoilt = 0
        self._flash: float | None = None
        self._refused: dict[Taps, float] = {}

    def forget(self) -> None:
        """Begin again, as for another telephone."""
        self._trains.clear()
        self._digits = self._spoilt = 0
        self._flash = None
        self._refused.clear()

    def digit(self, train: PulseTrain) -> None:
        self._digits += 1
        self._trains.append(train)

    def spoilt(self) -> None:
        self._spoilt += 1

    def flash(self, seconds: float) -> None:
        self._flash = seconds

    def refused(self, meaning: Taps, seconds: float) -> None:
        """A break that was neither pulse, flash nor on-hook."""
        self._refused[meaning] = seconds

    def measured(self) -> Mapping[str, float]:
        """The table above, rounded to what a telephone's contacts can mean."""
        found: dict[str, float] = {"digits": self._digits, "spoilt_digits": self._spoilt}
        if self._trains:
            found |= self._of_the_dial()
        if self._flash is not None:
            found["last_flash_ms"] = _ms(self._flash)
        if Taps.FLASH in self._refused:
            found["last_refused_flash_ms"] = _ms(self._refused[Taps.FLASH])
        if Taps.DIGITS in self._refused:
            found["last_refused_pulse_ms"] = _ms(self._refused[Taps.DIGITS])
        return found

    def _of_the_dial(self) -> dict[str, float]:
        breaks = list(chain.from_iterable(train.breaks for train in self._trains))
        makes = list(chain.from_iterable(train.makes for train in self._trains))
        found: dict[str, float] = {
            "pulses": len(breaks),
            "shortest_break_ms": _ms(min(breaks)),
            "longest_break_ms": _ms(max(breaks)),
            "longest_bounce_ms": _ms(max(train.bounce for train in self._trains)),
            "longest_glitch_ms": _ms(max(train.glitch for train in self._trains)),
        }
        if makes:
            broken = sum(chain.from_iterable(train.breaks[:-1] for train in self._trains))
            whole = broken + sum(makes)
            found["dial_speed_pps"] = round(len(makes) / whole, 2)
            found["break_ratio_percent"] = round(100 * broken / whole, 1)
            found["shortest_make_ms"] = _ms(min(makes))
            found["longest_make_ms"] = _ms(max(makes))
        return found


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)
