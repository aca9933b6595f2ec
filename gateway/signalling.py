"""How a country's telephones and exchanges signal to each other over the two wires of a line.

Part of the tone plan's data (``gateway/toneplans``), handed to every line driver when it is made.
A driver may let single values be overridden by the line's own options.  All times are in
milliseconds.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields


class Taps(enum.Enum):
    """What a short break of the loop means now; call control tells the driver (design §3.2).

    An 80 ms key "R" and a slow rotary 1 differ by a few milliseconds only, so the time decides:
    breaks count as digits while a number is dialled and as a hook flash in a call.
    """

    IGNORED = "ignored"
    DIGITS = "digits"
    FLASH = "flash"


class PulseCount(enum.Enum):
    """How many pulses a rotary dial sends for a digit."""

    DIRECT = "direct"
    """n pulses are n, ten are 0: nearly everywhere."""
    SWEDISH = "swedish"
    """n + 1 pulses are n, one is 0."""
    NEW_ZEALAND = "new-zealand"
    """10 - n pulses are n, ten are 0."""


_HOOK_RANGES = {
    "edge_filter": (1, 14),
    "off_hook": (5, 500),
    "off_hook_ringing": (5, 100),
    "blind": (0, 1000),
    "break_min": (5, 60),
    "break_max": (40, 250),
    "digit_pause": (80, 1000),
    "flash_min": (20, 500),
    "flash_max": (80, 2000),
    "on_hook": (100, 3000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HookTimes:
    """When an edge of the loop current is what.  ``ValueError`` names every value out of range.

    The defaults are those of Russia (GOST 23595-79: break 39-75 ms, make 30-50 ms, at least
    200 ms between digits; no norm for the flash was found).
    """

    edge_filter: int = 5
    """A level must hold this long; shorter is contact bounce.  At 15 and more 20 pps are lost."""
    off_hook: int = 50
    """Closed this long is off-hook while the bell is silent."""
    off_hook_ringing: int = 10
    """Closed this long is off-hook while the bell rings (Ag1171 data sheet: at least 10)."""
    blind: int = 250
    """After off-hook neither pulse nor flash is taken for so long: the cradle still bounces."""
    break_min: int = 15
    break_max: int = 85
    """A break between these is a dial pulse."""
    digit_pause: int = 200
    """Closed this long after a pulse ends the digit."""
    flash_min: int = 90
    flash_max: int = 700
    """A break between these is a hook flash; ``flash_max`` 0 in the options switches it off."""
    on_hook: int = 800
    """Open this long is on-hook."""

    def __post_init__(self) -> None:
        problems = []
        for field in fields(self):
            given, (least, most) = getattr(self, field.name), _HOOK_RANGES[field.name]
            if not least <= given <= most and not (field.name == "flash_max" and given == 0):
                problems.append(f"{field.name} is {least} to {most} ms, not {given}")
        if self.break_min >= self.break_max:
            problems.append("break_min is below break_max")
        if self.flash_max and self.flash_min >= self.flash_max:
            problems.append("flash_min is below flash_max")
        if self.on_hook <= max(self.flash_max, self.break_max):
            problems.append("on_hook is above flash_max and break_max")
        if problems:
            raise ValueError("; ".join(problems))


class CallerIdForm(enum.Enum):
    """How the number is sent to the display."""

    NONE = "none"
    BELL_202 = "bell-202"
    """FSK 1200/2200 Hz (Bellcore GR-30)."""
    V23 = "v23"
    """FSK 1300/2100 Hz (ETSI EN 300 659)."""
    DTMF = "dtmf"


class CallerIdMoment(enum.Enum):
    """When it is sent."""

    AFTER_FIRST_RING = "after-first-ring"
    BEFORE_RING = "before-ring"
    """With nothing before it: DTMF in some networks."""
    RING_PULSE = "ring-pulse"
    """Before the ring, after a short ring pulse (RP-AS)."""
    DT_AS = "dt-as"
    """Before the ring, after the dual-tone alerting signal."""
    REVERSAL = "reversal"
    """Before the ring, after a line reversal: DTMF in most countries that use it."""
    REVERSAL_DT_AS = "reversal-dt-as"
    """Before the ring, after a line reversal and the dual-tone alerting signal (BT SIN 227)."""


class CallerIdMessage(enum.Enum):
    """What an FSK message holds."""

    SDMF = "sdmf"
    """Time and number (Bellcore single data message format)."""
    MDMF = "mdmf"
    """Parameters: time, number, name, reasons for their absence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerIdScheme:
    """The country's caller ID.  The default is what Russian digital exchanges send."""

    form: CallerIdForm = CallerIdForm.V23
    moment: CallerIdMoment = CallerIdMoment.AFTER_FIRST_RING
    message: CallerIdMessage = CallerIdMessage.MDMF
    dtmf_start: str = "A"
    """Signs before and after a number sent as DTMF; each may be empty."""
    dtmf_end: str = "C"
    aon: bool = False
    """Serve the 500 Hz request of a Russian telephone with AON (АОН) too, whatever the form."""

    def __post_init__(self) -> None:
        if any(sign not in "ABCD*#" for sign in self.dtmf_start + self.dtmf_end):
            raise ValueError("dtmf_start and dtmf_end are made of A, B, C, D, * and #")
        if self.form is CallerIdForm.DTMF and self.moment in (
            CallerIdMoment.DT_AS,
            CallerIdMoment.REVERSAL_DT_AS,
        ):
            raise ValueError("a number sent as DTMF has no dual-tone alerting signal before it")


class DisconnectSignal(enum.Enum):
    """What the line does to its current when the far end has hung up.

    Answering machines and PBX ports hang up on it.
    """

    NONE = "none"
    OPEN_LOOP = "open-loop"
    """The feed is cut for a while (calling party control, US)."""
    REVERSAL = "reversal"
    """The polarity is reversed for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSignalling:
    """Everything that a driver must know of its country."""

    hook: HookTimes = HookTimes()
    pulses: PulseCount = PulseCount.DIRECT
    ring_frequency: float = 25.0
    """Hz."""
    caller_id: CallerIdScheme = CallerIdScheme()
    disconnect: DisconnectSignal = DisconnectSignal.OPEN_LOOP
    disconnect_ms: int = 600
    """How long the loop is open or reversed."""

    def __post_init__(self) -> None:
        if not 15 <= self.ring_frequency <= 70:
            raise ValueError("ring_frequency is 15 to 70 Hz")
        if not 100 <= self.disconnect_ms <= 2000:
            raise ValueError("disconnect_ms is 100 to 2000")
