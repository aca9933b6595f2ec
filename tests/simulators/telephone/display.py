"""The caller-ID display of a telephone that lies in its cradle.

It looks at what was heard on-hook, at the bell and at the line's polarity, and tells what a
display shows and what was wrong with the way it was told.  Timing: Bellcore GR-30, ETSI
EN 300 659-1 and BT SIN 227 as far as the reference (section 4.3) knows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np

from tests.simulators.telephone.bell import REVERSAL, Burst, LineEvent
from tests.simulators.telephone.call_waiting_set import CAS
from tests.simulators.telephone.caller_id_message import Message, Shown, find
from tests.simulators.telephone.decoders import Modem, dtmf_digits, fsk_bytes
from tests.simulators.telephone.keypad import COLUMNS, ROWS
from tests.simulators.telephone.sound import RATE, Signal, level, share
from tests.simulators.telephone.tape import Stretch

_SLICE = 20
"""2.5 ms."""
_JOINED = 0.03
_SHORTEST = 0.03
_FSK_SHORTEST = 0.2
_DIGITS_APART = 0.5
_RECENT = 6.0
"""Seconds after a ring or a reversal in which caller ID belongs to it."""
_RING_PULSE = 0.5
"""A burst shorter than this is a ring pulse (RP-AS 200-300 ms, UK cable up to 450)."""
_WITHHELD = {"00": "unavailable", "10": "private", "01": "private"}
"""After B in the DTMF forms; sources differ on 01 and 10."""

Range: TypeAlias = tuple[float, float]
Thing = TypeVar("Thing")

AFTER_RING: Range = (0.5, 2.0)
ALERT: Range = (0.085, 0.115)
ALERT_TO_DATA: Range = (0.045, 0.5)
LEAST_AFTER_REVERSAL = 0.1
DATA_TO_RING = 0.2
LEVEL: Range = (-36.2, -4.2)


@dataclass(frozen=True, slots=True)
class Sound:
    """``kind`` is ``"alert"``, ``"fsk"``, ``"dtmf"`` or ``"other"``; times in seconds."""

    kind: str
    start: float
    end: float
    signal: Signal

    @property
    def seconds(self) -> float:
        return len(self.signal) / RATE


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that the exchange told the display.

    ``how`` names the form and what came before; ``complaints`` what a display may not bear, a
    sentence each.  ``raw`` are the bytes of an FSK message, or the digits of a DTMF one.
    """

    shown: Shown | None
    how: str
    start: float
    end: float
    level: float
    raw: bytes
    complaints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else the telephone felt.  ``slack`` (s): sound may come so much late or early."""

    bursts: Sequence[Burst]
    events: Sequence[LineEvent]
    slack: float = 0.03


def read(
    stretches: Sequence[Stretch], around: Surroundings, modem: Modem, quiet: float = -45.0
) -> list[Told]:
    """Everything that was told on-hook.  Below ``quiet`` (dBm0) is no sound."""
    sounds = [sound for stretch in stretches for sound in find_sounds(stretch, quiet)]
    told = []
    for index, sound in enumerate(sounds):
        if sound.kind == "fsk":
            told.append(_fsk(sound, sounds[:index], around, modem))
    told += [_dtmf(group, around) for group in _dtmf_groups(sounds)]
    return sorted(told, key=lambda one: one.start)


def find_sounds(stretch: Stretch, quiet: float) -> list[Sound]:
    """The sounds between the silences of a stretch."""
    signal = stretch.signal
    slices = signal[: len(signal) // _SLICE * _SLICE].reshape(-1, _SLICE)
    limit = 32768.0**2 / 2 * 10 ** ((quiet - 3.14) / 10)
    loud = np.flatnonzero(np.mean(slices**2, axis=1) > limit)
    if not len(loud):
        return []
    breaks = np.flatnonzero(np.diff(loud) * _SLICE / RATE > _JOINED)
    firsts = [int(loud[0]), *(int(loud[at + 1]) for at in breaks)]
    lasts = [*(int(loud[at]) for at in breaks), int(loud[-1])]
    sounds = []
    for first, last in zip(firsts, lasts, strict=True):
        begin, end = first * _SLICE, (last + 1) * _SLICE
        piece = signal[begin:end]
        if len(piece) >= _SHORTEST * RATE:
            sounds.append(Sound(_kind(piece), stretch.time(begin), stretch.time(end), piece))
    return sounds


def _kind(signal: Signal) -> str:
    if share(signal, *CAS) > 0.8:
        return "alert"
    low = max(share(signal, hertz) for hertz in _around(ROWS))
    high = max(share(signal, hertz) for hertz in _around(COLUMNS))
    if low + high > 0.8 and min(low, high) > 0.1:
        return "dtmf"
    return "fsk" if len(signal) >= _FSK_SHORTEST * RATE else "other"


def _around(nominal: Sequence[float]) -> list[float]:
    return [hertz * factor for hertz in nominal for factor in (0.985, 1.0, 1.015)]


# FSK


def mark_hertz(signal: Signal) -> float:
    """Frequency of the mark: the strongest one of the steadiest 60 ms, to 1 Hz."""
    length = round(0.06 * RATE)
    starts = range(0, max(1, len(signal) - length), length // 4)
    strongest, hertz = 0.0, 0.0
    for start in starts:
        piece = signal[start : start + length]
        spectrum = np.abs(np.fft.rfft(piece, RATE)) ** 2 / np.sum(piece**2)
        peak = int(np.argmax(spectrum))
        if spectrum[peak] > strongest:
            strongest, hertz = float(spectrum[peak]), float(peak)
    return hertz


def _fsk(sound: Sound, before: Sequence[Sound], around: Surroundings, modem: Modem) -> Told:
    data = fsk_bytes(sound.signal, modem)
    message = find(data)
    complaints = _Complaints(around.slack)
    if message is None:
        complaints.add(f"No message could be read in the sound of {sound.seconds:.2f} s.")
    mark = mark_hertz(sound.signal)
    if abs(mark / modem.mark - 1) > modem.tolerance + 0.002:
        complaints.add(f"The mark is at {mark:.0f} Hz; {modem.name} has {modem.mark:.0f}.")
    loud = level(sound.signal)
    complaints.within("The level of the data", loud, LEVEL, "dBm0", 0.0)
    how = ["FSK", *_lead_in(sound, before, around, complaints)]
    _bell(sound.start, sound.end, around, complaints)
    return Told(
        None if message is None else message.shown,
        ", ".join(how),
        sound.start,
        sound.end,
        loud,
        _raw(message, data),
        tuple(complaints.found),
    )


def _raw(message: Message | None, data: bytes) -> bytes:
    return data if message is None else message.raw


def _lead_in(
    data: Sound, before: Sequence[Sound], around: Surroundings, complaints: _Complaints
) -> list[str]:
    """What announced the data, each judged by its timing."""
    names = []
    first = data.start
    alerts = [one for one in before if one.kind == "alert" and data.start - one.end < 1.0]
    if alerts:
        alert = alerts[-1]
        names.append("DT-AS")
        complaints.within("DT-AS", alert.seconds, ALERT, "s", 0.005)
        complaints.within("From DT-AS to the data", data.start - alert.end, ALERT_TO_DATA, "s")
        first = alert.start
    reversal = _last(around.events, lambda event: event.what == REVERSAL and event.start < first)
    ring = _last(around.bursts, lambda burst: burst.end is not None and burst.end < first + 0.03)
    ring_end = None if ring is None or ring.end is None else ring.end
    if ring is not None and ring_end is not None and first - ring_end < _RECENT:
        short = ring.seconds(ring_end) < _RING_PULSE
        names.append("ring pulse" if short else "after a ring")
        if not alerts:
            complaints.within("From the ring to the data", first - ring_end, AFTER_RING, "s")
    elif reversal is not None and first - reversal.start < _RECENT:
        names.append("reversal")
        gap = first - reversal.start
        if gap < LEAST_AFTER_REVERSAL - around.slack:
            complaints.add(
                f"From the reversal to the next signal it took {gap:.3f} s; 0.1 are needed."
            )
    return names


def _bell(start: float, end: float, around: Surroundings, complaints: _Complaints) -> None:
    """Between ``start`` and ``end`` the bell is silent, and a while after."""
    slack = around.slack
    following = [burst.start for burst in around.bursts if burst.start > end - slack]
    if following and following[0] - end < DATA_TO_RING - slack:
        complaints.add(
            f"The bell rang {following[0] - end:.3f} s after the data; 0.2 s are needed."
        )
    if any(
        burst.start < end - slack and (burst.end is None or burst.end > start + slack)
        for burst in around.bursts
    ):
        complaints.add("The bell rang while the data was sent.")


# DTMF


def _dtmf_groups(sounds: Sequence[Sound]) -> list[list[Sound]]:
    groups: list[list[Sound]] = []
    for sound in sounds:
        if sound.kind != "dtmf":
            continue
        if groups and sound.start - groups[-1][-1].end < _DIGITS_APART:
            groups[-1].append(sound)
        else:
            groups.append([sound])
    return groups


def _dtmf(group: Sequence[Sound], around: Surroundings) -> Told:
    complaints = _Complaints(around.slack)
    pieces: list[Signal] = []
    for sound, following in zip(group, [*group[1:], None], strict=True):
        pause = 0.07 if following is None else following.start - sound.end
        pieces += [sound.signal, np.zeros(round(pause * RATE))]
        complaints.within("A digit", sound.seconds, (0.04, 0.11), "s", 0.005)
        if following is not None:
            complaints.within("A pause between digits", pause, (0.04, 0.11), "s")
    digits = dtmf_digits(np.concatenate(pieces))
    if len(digits) != len(group):
        complaints.add(f"Of {len(group)} digits {len(digits)} could be read.")
    how = ["DTMF", *_lead_in(group[0], (), around, _Complaints(around.slack))]
    _bell(group[0].start, group[-1].end, around, complaints)
    return Told(
        dtmf_shown(digits),
        ", ".join(how),
        group[0].start,
        group[-1].end,
        level(group[0].signal),
        digits.encode(),
        tuple(complaints.found),
    )


def dtmf_shown(digits: str) -> Shown | None:
    """The number in A...C, D...C, A...# and D...# forms, or B and a reason; else plain digits."""
    reason = re.search(r"B(\d\d)", digits)
    number = re.search(r"[AD](\d+)", digits) or re.fullmatch(r"(\d+)#?", digits)
    if number is not None:
        return Shown(number=number[1])
    if reason is not None and reason[1] in _WITHHELD:
        return Shown(reason=_WITHHELD[reason[1]])
    return None


class _Complaints:
    def __init__(self, slack: float) -> None:
        self._slack = slack
        self.found: list[str] = []

    def add(self, sentence: str) -> None:
        self.found.append(sentence)

    def within(
        self, what: str, value: float, limits: Range, unit: str, slack: float | None = None
    ) -> None:
        room = self._slack if slack is None else slack
        if not limits[0] - room <= value <= limits[1] + room:
            self.add(
                f"{what}: {value:.3f} {unit}; {limits[0]:g} to {limits[1]:g} {unit} are right."
            )


def _last(things: Sequence[Thing], fits: Callable[[Thing], bool]) -> Thing | None:
    return next((thing for thing in reversed(things) if fits(thing)), None)
