"""The settings of a SLIC line: ``[line.options]`` of the settings file.

What a country or a board decides has no default here: it is taken from the tone plan or the board
file unless the user gives it for this line.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from gateway.signalling import (
    CallerIdForm,
    CallerIdMessage,
    CallerIdMoment,
    CallerIdScheme,
    DisconnectSignal,
    HookTimes,
    LineSignalling,
    PulseCount,
)
from hardware.arguments import Argument, Kind, read
from hardware.slic.board import Board, load_board
from hardware.voice.options import VOICE_OPTIONS, VoiceOptions, voice_options

_COUNTRY = "else as in the country"


def _choice(name: str, kind: type[enum.Enum], text: str) -> Argument:
    choices = tuple(member.value for member in kind)
    return Argument(name, Kind.TEXT, f"{text}; {_COUNTRY}", choices=choices)


def _time(name: str, text: str, low: float, high: float) -> Argument:
    return Argument(name, Kind.NUMBER, f"{text}; {_COUNTRY}", low=low, high=high, unit="ms")


HOOK_OPTIONS = (
    _time("edge_filter", "how long a level of the hook must hold to be believed", 1, 14),
    _time("off_hook", "how long the loop must be closed to be off-hook", 5, 500),
    _time("off_hook_ringing", "the same while the bell rings", 5, 100),
    _time("blind", "how long after off-hook neither pulse nor flash is taken", 0, 1000),
    _time("break_min", "the shortest break that is a dial pulse", 5, 60),
    _time("break_max", "the longest break that is a dial pulse", 40, 250),
    _time("digit_pause", "how long the loop must be closed to end a digit", 80, 1000),
    _time("flash_min", "the shortest break that is a hook flash", 20, 500),
    _time("flash_max", "the longest break that is a hook flash; 0 for no flash", 0, 2000),
    _time("on_hook", "how long the loop must be open to be on-hook", 100, 3000),
)
"""Named as the fields of ``gateway.signalling.HookTimes``."""

CALLER_ID_OPTIONS = (
    _choice("caller_id", CallerIdForm, "how the caller's number is sent to the telephone"),
    _choice("caller_id_moment", CallerIdMoment, "when the caller's number is sent"),
    _choice("caller_id_message", CallerIdMessage, "what an FSK message holds"),
    Argument("dtmf_start", Kind.TEXT, f"signs before a number sent as DTMF; {_COUNTRY}"),
    Argument("dtmf_end", Kind.TEXT, f"signs after a number sent as DTMF; {_COUNTRY}"),
    Argument(
        "aon",
        Kind.FLAG,
        "answer the 500 Hz request of a Russian telephone with AON; every call is then answered "
        f"up to a second later; {_COUNTRY}",
    ),
    Argument(
        "aon_category",
        Kind.NUMBER,
        "the subscriber category that AON shows",
        default=1.0,
        low=0,
        high=9,
    ),
)

LINE_OPTIONS = (
    Argument(
        "board",
        Kind.TEXT,
        "the board: a name of hardware/boards, or the path of a board file of your own",
        default="pi-ag1171",
    ),
    Argument("sound_card", Kind.TEXT, "another ALSA device than the board file names"),
    _choice("pulses", PulseCount, "how many pulses the dial sends for a digit"),
    Argument(
        "ring_frequency",
        Kind.NUMBER,
        f"frequency of the bell's current; {_COUNTRY}",
        low=15,
        high=70,
        unit="Hz",
    ),
    _choice("disconnect", DisconnectSignal, "what tells machines that the far end hung up"),
)

OPTIONS = (*LINE_OPTIONS, *HOOK_OPTIONS, *CALLER_ID_OPTIONS, *VOICE_OPTIONS)

_Data = TypeVar("_Data", HookTimes, CallerIdScheme, LineSignalling)


@dataclass(frozen=True, slots=True)
class SlicOptions:
    """Everything that the driver was told."""

    board: Board
    sound_card: str
    signalling: LineSignalling
    aon_category: int
    voice: VoiceOptions


def read_options(name: str, options: Mapping[str, Any], signalling: LineSignalling) -> SlicOptions:
    """The options of line ``name``; one ``ValueError`` holds all that is wrong."""
    chosen = read(OPTIONS, options, f"line {name}")
    board = load_board(chosen["board"])
    hook = {option.name: chosen[option.name] for option in HOOK_OPTIONS}
    times = {key: int(value) for key, value in hook.items() if value is not None}
    caller_id = {
        "form": _member(CallerIdForm, chosen["caller_id"]),
        "moment": _member(CallerIdMoment, chosen["caller_id_moment"]),
        "message": _member(CallerIdMessage, chosen["caller_id_message"]),
        **{key: chosen[key] for key in ("dtmf_start", "dtmf_end", "aon")},
    }
    line = {
        "hook": _changed(signalling.hook, times),
        "caller_id": _changed(signalling.caller_id, caller_id),
        "pulses": _member(PulseCount, chosen["pulses"]),
        "ring_frequency": chosen["ring_frequency"],
        "disconnect": _member(DisconnectSignal, chosen["disconnect"]),
    }
    return SlicOptions(
        board,
        chosen["sound_card"] or board.sound_card,
        _changed(signalling, line),
        int(chosen["aon_category"]),
        voice_options(chosen),
    )


def _member(kind: type[enum.Enum], value: str | None) -> enum.Enum | None:
    return None if value is None else kind(value)


def _changed(data: _Data, given: Mapping[str, Any]) -> _Data:
    """``data`` with what was given; ``None`` leaves a value as it is."""
    known = {field.name for field in fields(data)}
    values = {key: value for key, value in given.items() if value is not None}
    assert known >= set(values)
    return replace(data, **values)
