"""A telephone with AON (АОН): it asks the exchange for the caller's number and reads the answer.

When the bell rings it takes the line by itself, sends 500 Hz for 100 ms 200-275 ms after that,
and reads pairs of 700, 900, 1100, 1300, 1500 and 1700 Hz, 40 +-2 ms a sign without gaps: Start,
category, the seven digits of the number, units first, and again from Start.  "Repeat" stands for
a second equal sign.  If it reads nothing it asks again.  Until a person lifts the receiver the
set plays ringback to the caller.

No primary text of the packet's layout was found (reference, section 4.6): a real exchange may
differ.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from tests.simulators.telephone.bank import Bank, Window
from tests.simulators.telephone.sound import RATE, Signal, amplitude, silence, sine

HERTZ = (700.0, 900.0, 1100.0, 1300.0, 1500.0, 1700.0)
START, REPEAT = "S", "R"
SIGNS = {
    (700.0, 900.0): "1",
    (700.0, 1100.0): "2",
    (900.0, 1100.0): "3",
    (700.0, 1300.0): "4",
    (900.0, 1300.0): "5",
    (1100.0, 1300.0): "6",
    (700.0, 1500.0): "7",
    (900.0, 1500.0): "8",
    (1100.0, 1500.0): "9",
    (1300.0, 1500.0): "0",
    (1100.0, 1700.0): START,
    (1300.0, 1700.0): REPEAT,
}
_PAIRS = {frozenset(pair): sign for pair, sign in SIGNS.items()}
DIGITS = 7
_WINDOW, _HOP = 160, 40
_CLEAR = 3
"""So many windows in a row show a sign."""
_LEAST = amplitude(-40.0) ** 2 / 2
_SHORTEST, _LONGEST = 0.038, 0.042
_MERCY = 0.008
"""How far off (s) one sign is measured, with windows of 20 ms; their mean is exact to 0.5 ms."""


@dataclass(frozen=True, slots=True)
class Packet:
    """``cycles``: how often it was read, alike."""

    category: str
    number: str
    cycles: int = 1


@dataclass(frozen=True, slots=True)
class Sign:
    """``start`` in samples."""

    sign: str
    start: int
    seconds: float


def read_signs(signal: Signal) -> list[Sign]:
    """The signs in a signal, in order."""
    names = [_sign(window) for window in Bank(HERTZ, _WINDOW, _HOP).feed(signal)]
    runs: list[tuple[str, float]] = []
    unclear = 0.0
    for name, group in groupby(names):
        count = len(list(group))
        if count < _CLEAR:
            # A window that holds the end of one sign and the beginning of the next may show
            # neither; half of such windows belong to either.
            unclear += count
            continue
        if runs:
            runs[-1] = (runs[-1][0], runs[-1][1] + unclear / 2)
        runs.append((name, count + unclear / 2))
        unclear = 0.0
    signs = []
    at = (_WINDOW - _HOP) / 2
    for name, windows in runs:
        if name:
            signs.append(Sign(name, round(at), windows * _HOP / RATE))
        at += windows * _HOP
    return signs


def _sign(window: Window) -> str:
    """The sign in a window; empty if there is none."""
    if window.power < _LEAST or sum(window.shares) < 0.6:
        return ""
    first, second = sorted(range(len(HERTZ)), key=lambda index: -window.shares[index])[:2]
    if window.shares[second] < 0.12:
        return ""
    return _PAIRS.get(frozenset((HERTZ[first], HERTZ[second])), "")


def has_gap(signal: Signal) -> bool:
    """Whether 5 ms of a signal are silent.  The slowest beat of two tones lasts 5 ms."""
    slices = signal[: len(signal) // _HOP * _HOP].reshape(-1, _HOP)
    powers = np.mean(slices**2, axis=1)
    return bool(np.any(powers < 0.1 * np.median(powers)))


def packets(signs: str) -> list[Packet]:
    """Every packet in a row of signs, whole ones only."""
    found = []
    for part in signs.split(START)[1:]:
        digits = ""
        for sign in part:
            digits += digits[-1:] if sign == REPEAT else sign
        if len(digits) == DIGITS + 1:
            found.append(Packet(digits[0], digits[:0:-1]))
    return found


def best(found: list[Packet]) -> Packet | None:
    """The packet that was read most often."""
    if not found:
        return None
    often = max(found, key=found.count)
    return replace(often, cycles=found.count(often))


@dataclass(frozen=True, slots=True, kw_only=True)
class AonSettings:
    request_after: float = 0.24
    """Seconds from off-hook to the request: 0.2 to 0.275."""
    request: float = 0.1
    level: float = -4.3
    """dBm0."""
    hertz: float = 500.0
    listen: float = 1.1
    """Seconds after the request in which the packet is awaited."""
    gap: float = 0.2
    requests: int = 3
    answers: bool = True
    """False: the set has AON switched off, and never takes the line."""


class AonSet:
    """In the voice thread, but ``seize`` and ``answer``, which may come from any."""

    def __init__(self, settings: AonSettings) -> None:
        self.settings = settings
        self.packet: Packet | None = None
        self.requests = 0
        self.complaints: list[str] = []
        self._at: int | None = None
        """Samples since the line was seized; ``None`` while the set is idle."""
        self._request_at = 0
        self._heard: list[Signal] = []
        self._answered = False
        self._ringback = np.concatenate([sine(425.0, -10.0, 1.0), silence(4.0)])

    @property
    def busy(self) -> bool:
        """The set holds the line, and no person yet."""
        return self._at is not None and not self._answered

    def seize(self) -> None:
        """The set has taken the line."""
        self.packet, self.requests, self.complaints = None, 0, []
        self._request_at = round(self.settings.request_after * RATE)
        self._heard = []
        self._answered = False
        self._at = 0

    def answer(self) -> None:
        """A person lifted the receiver."""
        self._answered = True

    def release(self) -> None:
        self._at = None

    def process(self, heard: Signal) -> Signal | None:
        """What the set says while it hears ``heard``; ``None``: the microphone is on."""
        at = self._at
        if at is None or self._answered:
            return None
        self._heard.append(heard)
        said = self._say(at, len(heard))
        self._at = at + len(heard)
        self._judge(at + len(heard))
        return said

    def _say(self, at: int, length: int) -> Signal:
        settings = self.settings
        if self.packet is not None or self.requests > settings.requests:
            return np.take(self._ringback, range(at, at + length), mode="wrap")
        tone = sine(settings.hertz, settings.level, settings.request)
        said = np.zeros(length)
        begin = self._request_at - at
        for index in range(max(0, begin), min(length, begin + len(tone))):
            said[index] = tone[index - begin]
        self.requests += 0 <= begin < length
        return said

    def _judge(self, now: int) -> None:
        if self.packet is not None or self.requests > self.settings.requests:
            return
        if now < self._request_at + round((self.settings.request + self.settings.listen) * RATE):
            return
        heard = np.concatenate(self._heard)[self._request_at :]
        signs = read_signs(heard)
        self.packet = best(packets("".join(sign.sign for sign in signs)))
        if self.packet is not None:
            self._complain(heard, signs)
        elif self.requests < self.settings.requests:
            self._request_at = now + round(self.settings.gap * RATE)
        else:
            self.requests += 1

    def _complain(self, heard: Signal, signs: list[Sign]) -> None:
        mean = (signs[-1].start - signs[0].start) / RATE / (len(signs) - 1)
        if not _SHORTEST - 0.0005 <= mean <= _LONGEST + 0.0005:
            self.complaints.append(f"The AON signs last {mean * 1000:.1f} ms, not 40.")
        self.complaints += [
            f"The AON sign {sign.sign} lasted {sign.seconds * 1000:.0f} ms, not 40."
            for sign in signs[:-1]
            if not _SHORTEST - _MERCY <= sign.seconds <= _LONGEST + _MERCY
        ]
        if has_gap(heard[signs[0].start + _HOP : signs[-1].start]):
            self.complaints.append("There was a gap within the AON packet.")
