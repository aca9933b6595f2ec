"""The commands of the simulated telephone: what each is for and which arguments it takes."""

from __future__ import annotations

from collections.abc import Mapping

from hardware.arguments import Argument, Kind
from hardware.simulated import tones
from hardware.simulated.recording import LONGEST, RECENT_MS

HELP: Mapping[str, str] = {
    "lift": "lift the receiver",
    "hang-up": "replace the receiver",
    "flash": "tap the cradle: a hook flash",
    "unplug": "pull the telephone's plug: the line reports a fault",
    "plug": "put the plug back: the fault is cleared",
    "dial": "dial a number; done when its last digit is sent",
    "say": "speak a WAV file (PCM, 8 or 16 bits, mono or stereo)",
    "say-frames": "speak samples that follow what was sent before",
    "silence": "stop speaking",
    "listen": "record what is heard into a WAV file",
    "listen-stop": "end the recording and write its file",
    "heard-frames": "what was heard since the last call, as samples",
    "hear": "wait for a tone, for voice or for silence, or say what is heard now",
    "ringing": "what the bell and the display noticed; waits for a burst if asked to",
    "silent": "wait until the telephone does not ring",
    "waiting": "the second caller on the display; waits for one if asked to",
    "state": "the state of the telephone, its lamp and the signals of its line",
    "help": "the commands and their arguments",
}

_FILE = Argument("file", Kind.TEXT, "path that begins with a slash", required=True)


def _timeout(default: float) -> Argument:
    return Argument(
        "timeout", Kind.NUMBER, "how long to wait", default=default, low=0.0, high=3600.0, unit="s"
    )


DIAL_DEFAULTS: Mapping[str, float | None] = {
    "on_ms": 80.0,
    "off_ms": 80.0,
    "level": -9.0,
    "twist": 2.0,
    "frequency_error": 0.0,
    "snr": None,
    "pps": 10.0,
}
"""What a telephone does that was not told how.  Levels: DAHDI sends -9 and -11 dB; a Russian dial
makes 10 +-1 pulses a second."""

DIAL_BY: Mapping[str, frozenset[str]] = {
    "tone": frozenset(DIAL_DEFAULTS) - {"pps"},
    "pulse": frozenset({"pps"}),
    "keypad": frozenset(),
}
"""Which of them mean something for each way of dialling."""


def _of_dial(name: str, text: str, low: float, high: float, unit: str) -> Argument:
    default = DIAL_DEFAULTS[name]
    shown = "" if default is None else f" ({default:g} unless given)"
    return Argument(name, Kind.NUMBER, text + shown, low=low, high=high, unit=unit)


ARGUMENTS: Mapping[str, tuple[Argument, ...]] = {
    "dial": (
        Argument("digits", Kind.TEXT, "0-9, * # A-D; by pulse 0-9", required=True),
        Argument(
            "by",
            Kind.TEXT,
            "tones in the voice, a rotary dial, or keys that make no sound",
            default="tone",
            choices=tuple(DIAL_BY),
        ),
        _of_dial("on_ms", "length of a tone", 5, 10000, "ms"),
        _of_dial("off_ms", "pause after a tone", 0, 10000, "ms"),
        _of_dial("level", "level of the high group", -60, 3, "dBm0"),
        _of_dial("twist", "how much weaker the low group is", -20, 20, "dB"),
        _of_dial("frequency_error", "shift of both frequencies", -10, 10, "%"),
        _of_dial("snr", "power of the pair over white noise; no noise unless given", -10, 60, "dB"),
        _of_dial("pps", "pulses a second", 5, 25, "1/s"),
    ),
    "say": (
        _FILE,
        Argument("wait", Kind.FLAG, "done when it is spoken, not when it begins", default=True),
    ),
    "say-frames": (
        Argument("audio", Kind.TEXT, "base64 of 16-bit samples, 8 kHz, mono", required=True),
    ),
    "listen": (
        _FILE,
        Argument(
            "seconds",
            Kind.NUMBER,
            "how much to record; until listen-stop unless given",
            low=0.02,
            high=LONGEST,
            unit="s",
        ),
    ),
    "heard-frames": (
        Argument(
            "max_ms",
            Kind.NUMBER,
            "at most so much",
            default=float(RECENT_MS),
            low=20.0,
            high=float(RECENT_MS),
            unit="ms",
        ),
    ),
    "hear": (
        Argument("tone", Kind.TEXT, "what to wait for", choices=tones.NAMES),
        Argument(
            "lasting", Kind.NUMBER, "how long it must have lasted", low=0.0, high=600.0, unit="s"
        ),
        _timeout(10.0),
    ),
    "ringing": (
        Argument("wait", Kind.FLAG, "wait for what bursts and shown say", default=False),
        Argument(
            "bursts", Kind.NUMBER, "until this burst has begun", default=1.0, low=1.0, high=1000.0
        ),
        Argument("shown", Kind.FLAG, "until the display shows the caller", default=False),
        _timeout(10.0),
    ),
    "silent": (_timeout(10.0),),
    "waiting": (
        Argument("wait", Kind.FLAG, "wait until one is shown", default=False),
        _timeout(10.0),
    ),
}
"""Arguments by command; a command that is not here takes none."""
