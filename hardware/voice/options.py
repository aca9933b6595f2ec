"""What can be set of a line's voice: gains, automatic gain, echo canceller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hardware.arguments import Argument, Kind

GAIN_LIMIT_DB = 20.0

VOICE_OPTIONS = (
    Argument(
        "microphone_gain",
        Kind.NUMBER,
        "how much louder the far end hears the telephone",
        default=0.0,
        low=-GAIN_LIMIT_DB,
        high=GAIN_LIMIT_DB,
        unit="dB",
    ),
    Argument(
        "ear_gain",
        Kind.NUMBER,
        "how much louder the telephone hears the far end and the tones",
        default=0.0,
        low=-GAIN_LIMIT_DB,
        high=GAIN_LIMIT_DB,
        unit="dB",
    ),
    Argument(
        "microphone_automatic",
        Kind.FLAG,
        "bring what the telephone says to the usual level of speech",
        default=False,
    ),
    Argument(
        "ear_automatic",
        Kind.FLAG,
        "bring what the telephone hears to the usual level of speech",
        default=False,
    ),
    Argument(
        "echo_canceller",
        Kind.FLAG,
        "take out of what the telephone says what it hears",
        default=True,
    ),
)
"""As ``[line.options]`` declares them."""


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """Gains are in dB, -20 to 20; automatic gain comes on top of them."""

    microphone_gain: float = 0.0
    ear_gain: float = 0.0
    microphone_automatic: bool = False
    ear_automatic: bool = False
    echo_canceller: bool = True


def voice_options(chosen: Mapping[str, Any]) -> VoiceOptions:
    """From what ``hardware.arguments.read`` made of ``VOICE_OPTIONS``, among other options."""
    return VoiceOptions(**{option.name: chosen[option.name] for option in VOICE_OPTIONS})
