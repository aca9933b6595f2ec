"""The ear of a person at the telephone: which tone of the exchange is heard, or voice, or silence.

Slices of 10 ms are named after the signal in them; the lengths of the runs of equal names decide.
The tones are the Russian ones (ministry's order, LAW_93993: ringback 1.0/4.0 s, busy 0.3-0.4 s,
congestion 0.15-0.2 s, all at 425 Hz), with wide limits.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple, TypeAlias

from tests.simulators.telephone.bank import Bank, Window
from tests.simulators.telephone.sound import Signal, amplitude

DIAL, RINGBACK, BUSY, CONGESTION = "dial", "ringback", "busy", "congestion"
STUTTER, CALL_WAITING, SIT, HOWLER = "stutter", "call-waiting", "sit", "howler"
SILENCE, VOICE, UNCLEAR = "silence", "voice", "unclear"

_SLICE = 0.01
_KEPT = 1200
_QUIET = amplitude(-48.0) ** 2 / 2
_PURE = 0.8
_HOWLER = (1400.0, 2060.0, 2450.0, 2600.0)
_SIT = (950.0, 1400.0, 1800.0)
_TONE, _NOTHING, _OTHER = "tone", "nothing", "other"
_SIGNALS = (_TONE, HOWLER, "sit 1", "sit 2", "sit 3")
_SHORTEST_RUN = 0.025
"""Where one signal ends and another begins a window holds both: such runs are no sound."""

Range: TypeAlias = tuple[float, float]


class Run(NamedTuple):
    name: str
    seconds: float


class Ear:
    """Safe for threads.  ``hertz`` is the frequency of the exchange's tones."""

    def __init__(self, hertz: float = 425.0) -> None:
        self._bank = Bank((hertz, *_SIT, *_HOWLER), 160, 80)
        self._names: deque[str] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def forget(self) -> None:
        """What was heard before counts no more."""
        with self._lock:
            self._names.clear()

    def feed(self, heard: Signal) -> None:
        with self._lock:
            self._names.extend(map(_name, self._bank.feed(heard)))

    def hearing(self) -> str:
        """One of the names above."""
        with self._lock:
            names = list(self._names)
        return _judge(_runs(names), names)


def _name(window: Window) -> str:
    if window.power < _QUIET:
        return _NOTHING
    tone, *others = window.shares
    if tone >= _PURE:
        return _TONE
    for number, share in enumerate(others[:3], 1):
        if share >= _PURE:
            return f"sit {number}"
    if sum(others[3:]) >= _PURE and min(others[3:]) >= 0.08:
        return HOWLER
    return _OTHER


def _runs(names: Sequence[str]) -> list[Run]:
    """Runs of equal names; short ones are given to their neighbours."""
    runs: list[Run] = []
    waiting = 0.0
    for name, group in groupby(names):
        seconds = len(list(group)) * _SLICE
        if seconds < _SHORTEST_RUN and name not in _SIGNALS:
            waiting += seconds
            continue
        # Half of what could not be told belongs to either side.
        if runs and runs[-1].name == name:
            runs[-1] = Run(name, runs[-1].seconds + waiting + seconds)
        else:
            if runs:
                runs[-1] = Run(runs[-1].name, runs[-1].seconds + waiting / 2)
            runs.append(Run(name, seconds + waiting / 2))
        waiting = 0.0
    return runs


def _judge(runs: Sequence[Run], names: Sequence[str]) -> str:
    if not runs:
        return UNCLEAR
    last = runs[-1]
    told = _howler_or_sit(runs) or _dial(runs) or _cadence(runs)
    if told is None and last.name == _NOTHING and last.seconds >= 1.0:
        told = SILENCE
    if told is None and list(names[-50:]).count(_OTHER) >= 20:
        told = VOICE
    return told or UNCLEAR


def _howler_or_sit(runs: Sequence[Run]) -> str | None:
    last = runs[-1]
    if last.name == HOWLER or (len(runs) > 1 and runs[-2].name == HOWLER and last.seconds < 0.3):
        return HOWLER
    sounds = [run.name for run in runs if run.name != _NOTHING]
    return SIT if sounds[-3:] == ["sit 1", "sit 2", "sit 3"] else None


def _dial(runs: Sequence[Run]) -> str | None:
    """Dial tone, once it is longer than a burst of ringback."""
    last = runs[-1]
    if last.name != _TONE or last.seconds <= 0.45:
        return None
    if last.seconds > 1.2:
        return DIAL
    # A first burst may become any tone.
    return UNCLEAR if sum(run.name == _TONE for run in runs) == 1 else None


def _cadence(runs: Sequence[Run]) -> str | None:
    last = runs[-1]
    since = last.seconds if last.name == _NOTHING else 0.0
    done = [run.seconds for run in runs if run.name == _TONE][: -1 if last.name == _TONE else None]
    if not done:
        return None
    if 0.85 <= done[-1] <= 1.15 and 0.45 <= since <= 4.6:
        return RINGBACK
    for name, limits, count in (
        (BUSY, (0.27, 0.43), 2),
        (CONGESTION, (0.135, 0.23), 2),
        (STUTTER, (0.07, 0.13), 3),
    ):
        if _alternates(runs, limits, count) and since <= limits[1] + 0.1:
            return name
    alone = 0.15 <= done[-1] <= 0.26 and len(done) == 1
    return CALL_WAITING if alone and 0.45 <= since <= 1.5 else None


def _alternates(runs: Sequence[Run], limits: Range, count: int) -> bool:
    """Whether the last ``count`` finished bursts of tone and the pauses between fit."""
    finished = list(runs[:-1])
    while finished and finished[-1].name != _TONE:
        finished.pop()
    wanted = finished[-(2 * count - 1) :]
    return len(wanted) == 2 * count - 1 and all(
        run.name == (_NOTHING if index % 2 else _TONE) and limits[0] <= run.seconds <= limits[1]
        for index, run in enumerate(wanted)
    )
