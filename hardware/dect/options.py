"""The settings of a cordless handset's line: ``[line.options]`` of the settings file."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hardware.arguments import Argument, Kind, read
from hardware.voice.options import VOICE_OPTIONS, VoiceOptions, voice_options

CHANNELS = 4
"""Voice channels of a module."""
MOST_HANDSETS = 15
SHORTEST_PIN, LONGEST_PIN = 4, 8


class ModuleKind(enum.Enum):
    """The modules whose protocol is known here."""

    SC14CVMDECT = "sc14cvmdect"
    CMBS = "cmbs"


class PcmClock(enum.Enum):
    """Who gives the clock of the voice channels."""

    COMPUTER = "computer"
    MODULE = "module"


BASE_OPTIONS = (
    Argument("port", Kind.TEXT, "the serial port of the DECT module", default="/dev/serial0"),
    Argument(
        "module",
        Kind.TEXT,
        "the DECT module; cmbs can be started but carries no calls yet",
        default=ModuleKind.SC14CVMDECT.value,
        choices=tuple(kind.value for kind in ModuleKind),
    ),
    Argument(
        "pin",
        Kind.TEXT,
        "what is typed at a handset to register it: 4 to 8 digits; change it",
        default="0000",
    ),
    Argument(
        "pcm_clock",
        Kind.TEXT,
        "who gives the clock of the voice channels",
        default=PcmClock.COMPUTER.value,
        choices=tuple(clock.value for clock in PcmClock),
    ),
    Argument(
        "padding",
        Kind.NUMBER,
        "zero bytes after each frame; one host needed 12 for a reset to be understood",
        default=0.0,
        low=0,
        high=32,
    ),
)
"""The same for every line of one module."""

HANDSET_OPTIONS = (
    Argument(
        "handset",
        Kind.NUMBER,
        "the handset's number, as `gateway dect` shows it",
        required=True,
        low=1,
        high=MOST_HANDSETS,
    ),
    Argument(
        "channel",
        Kind.NUMBER,
        "the voice channel of the module; else the handset's number less one",
        low=0,
        high=CHANNELS - 1,
    ),
    Argument(
        "sound_card",
        Kind.TEXT,
        'the ALSA device of that voice channel; else "dect0" for channel 0, and so on',
    ),
)

# A handset keeps its own echo away; the canceller would only cost time.
_VOICE = tuple(option for option in VOICE_OPTIONS if option.name != "echo_canceller")

OPTIONS = (*HANDSET_OPTIONS, *BASE_OPTIONS, *_VOICE)


@dataclass(frozen=True, slots=True)
class BaseOptions:
    """What the lines of one module have in common."""

    port: str
    module: ModuleKind
    pin: str
    pcm_clock: PcmClock
    padding: int


@dataclass(frozen=True, slots=True)
class DectOptions:
    """Everything that a line was told."""

    base: BaseOptions
    handset: int
    channel: int
    sound_card: str
    voice: VoiceOptions


def read_options(name: str, options: Mapping[str, Any]) -> DectOptions:
    """The options of line ``name``; one ``ValueError`` holds all that is wrong."""
    chosen = read(OPTIONS, options, f"line {name}")
    handset = int(chosen["handset"])
    errors = []
    pin = chosen["pin"]
    if not (pin.isascii() and pin.isdigit() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        errors.append(f"pin is a text of {SHORTEST_PIN} to {LONGEST_PIN} digits")
    channel = chosen["channel"]
    if channel is None:
        channel = handset - 1
        if channel >= CHANNELS:
            errors.append(f"handset {handset} needs a channel, 0 to {CHANNELS - 1}")
    if errors:
        raise ValueError(f"line {name}: {'; '.join(errors)}")
    return DectOptions(
        BaseOptions(
            chosen["port"],
            ModuleKind(chosen["module"]),
            pin,
            PcmClock(chosen["pcm_clock"]),
            int(chosen["padding"]),
        ),
        handset,
        int(channel),
        chosen["sound_card"] or f"dect{int(channel)}",
        voice_options({**chosen, "echo_canceller": False}),
    )
