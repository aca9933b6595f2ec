"""Tone plan: the tones, levels and ring cadences of a country, as data (``gateway/toneplans``)."""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from importlib import resources
from typing import Any

from gateway.line import RingCadence
from gateway.signalling import CallerIdScheme, HookTimes, LineSignalling

SHORT_DOUBLE_RING: RingCadence = (0.4, 0.2, 0.4, 4.0)
"""How another line of the gateway rings where a plan says nothing else.

No standard was found.  Two short rings are told apart from the long one of most countries, and the
pause has room for caller ID.
"""


class Tone(enum.Enum):
    """What a telephone can be made to hear (ITU-T E.182 names)."""

    DIAL = "dial"
    MESSAGE_WAITING = "message-waiting"
    """The dial tone of a line with messages: a stutter, then the dial tone."""
    RINGBACK = "ringback"
    BUSY = "busy"
    CONGESTION = "congestion"
    CONFIRMATION = "confirmation"
    CALL_WAITING = "call-waiting"
    SIT = "sit"
    HOWLER = "howler"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a tone: the sum of ``frequencies`` (Hz) for ``seconds``; none is silence.

    ``seconds`` is infinite for a continuous tone.
    """

    frequencies: tuple[float, ...]
    seconds: float

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise ValueError("a segment lasts longer than 0 s")
        if any(not 0 < f < 4000 for f in self.frequencies):
            raise ValueError("a frequency is above 0 Hz and below 4000 Hz")


@dataclass(frozen=True, slots=True)
class ToneShape:
    """One tone: its segments, its level and how often it is played.

    ``level`` is the total level in dBm0 (ITU-T G.711: a full-scale sine is +3.14 dBm0), shared
    equally by the frequencies of a segment.  ``repeat`` is how many times the segments are
    played; 0 plays them until stopped.
    """

    segments: tuple[Segment, ...]
    level: float
    repeat: int = 0

    def __post_init__(self) -> None:
        if not self.segments:
            raise ValueError("a tone has at least one segment")
        if not -60 <= self.level <= 3:
            raise ValueError("a tone's level is between -60 and +3 dBm0")


@dataclass(frozen=True, slots=True)
class TonePlan:
    """The tones, the ring cadences and the line signalling of one country."""

    country: str
    name: str
    tones: Mapping[Tone, ToneShape]
    ring: RingCadence
    ring_inside: RingCadence
    """Of a call from another line of the gateway."""
    signalling: LineSignalling


def _tone(table: Mapping[str, Any]) -> ToneShape:
    segments = []
    for entry in table["segments"]:
        seconds = float(entry.get("seconds", "inf"))
        segments.append(Segment(tuple(float(f) for f in entry.get("hz", ())), seconds))
    return ToneShape(tuple(segments), float(table["level"]), int(table.get("repeat", 0)))


def _made(kind: type[Any], table: Mapping[str, Any]) -> Any:
    """A dataclass of ``gateway.signalling`` from a table; names of enumerations become members."""
    values = dict(table)
    for field in fields(kind):
        default = field.default
        if field.name in values and isinstance(default, enum.Enum):
            values[field.name] = type(default)(values[field.name])
    return kind(**values)


def _signalling(data: Mapping[str, Any]) -> LineSignalling:
    values: dict[str, Any] = {
        "hook": _made(HookTimes, data.get("hook", {})),
        "caller_id": _made(CallerIdScheme, data.get("caller-id", {})),
        **data.get("line", {}),
    }
    if "frequency" in data["ring"]:
        values["ring_frequency"] = float(data["ring"]["frequency"])
    signalling: LineSignalling = _made(LineSignalling, values)
    return signalling


def _cadence(country: str, given: Iterable[float]) -> RingCadence:
    ring = tuple(float(seconds) for seconds in given)
    if len(ring) % 2 or not ring or any(seconds <= 0 for seconds in ring):
        raise ValueError(f"tone plan {country}: a ring cadence is pairs of seconds above 0")
    return ring


def parse_tone_plan(country: str, text: str) -> TonePlan:
    """Read a tone plan; ``ValueError`` names the tone that is missing or wrong."""
    data = tomllib.loads(text)
    tones = {}
    for tone in Tone:
        try:
            tones[tone] = _tone(data["tone"][tone.value])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"tone plan {country}: tone {tone.value}: {error!r}") from error
    ring = _cadence(country, data["ring"]["cadence"])
    ring_inside = _cadence(country, data["ring"].get("inside", SHORT_DOUBLE_RING))
    try:
        signalling = _signalling(data)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"tone plan {country}: line signalling: {error}") from error
    return TonePlan(country, str(data["name"]), tones, ring, ring_inside, signalling)


def load_tone_plan(country: str) -> TonePlan:
    """The shipped plan of ``country`` (ISO 3166 code, lower case); ``ValueError`` if none."""
    source = resources.files("gateway") / "toneplans" / f"{country}.toml"
    if not source.is_file():
        known = ", ".join(shipped_countries())
        raise ValueError(f"there is no tone plan for {country!r}; there are: {known}")
    return parse_tone_plan(country, source.read_text(encoding="utf-8"))


def shipped_countries() -> tuple[str, ...]:
    """The countries that have a plan, in order."""
    folder = resources.files("gateway") / "toneplans"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))
