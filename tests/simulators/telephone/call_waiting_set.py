"""A set that shows who calls while it is in use (Bellcore type II).

It hears the alerting signal (CAS, 2130 + 2750 Hz for 75-85 ms), silences receiver and microphone,
answers with DTMF D 30-40 ms after its end for 55-65 ms, and listens for the message.  The time is
counted in samples of the voice path.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tests.simulators.telephone.bank import Bank
from tests.simulators.telephone.caller_id_message import Shown, find
from tests.simulators.telephone.decoders import Modem, fsk_bytes
from tests.simulators.telephone.keypad import Keypad
from tests.simulators.telephone.sound import RATE, Signal, amplitude, level

CAS = (2130.0, 2750.0)
_WINDOW, _HOP = 80, 20
_LEAST = amplitude(-35.0) ** 2
"""Power of two tones of -35 dBm0 each."""
_PURE = 0.85
_SHORTEST, _LONGEST = 0.070, 0.115
"""Seconds; a sender keeps 75 to 85, BT's on-hook signal up to 110."""
_LISTEN = 1.5
"""Seconds after the acknowledgement in which the message is awaited, at most."""
_SLICE = 40
_CARRIER_SLICES = 8
_END_SLICES = 4


@dataclass(frozen=True, slots=True)
class Alert:
    """An alerting signal; ``start`` and ``end`` in samples, to 2.5 ms."""

    start: int
    end: int

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / RATE


class AlertDetector:
    """Finds alerting signals in a running signal."""

    def __init__(self) -> None:
        self._bank = Bank(CAS, _WINDOW, _HOP)
        self._since: int | None = None

    def feed(self, heard: Signal) -> list[Alert]:
        """Those that ended in this piece."""
        found = []
        for window in self._bank.feed(heard):
            low, high = window.shares
            pure = window.power >= _LEAST and low + high >= _PURE and min(low, high) >= 0.2
            if pure and self._since is None:
                self._since = window.end - _WINDOW
            elif not pure and self._since is not None:
                alert = Alert(self._since, window.end - _HOP)
                self._since = None
                if _SHORTEST <= alert.seconds <= _LONGEST:
                    found.append(alert)
        return found


class CarrierWatch:
    """Notices the end of a modem's carrier: a steady level, and then another one or none."""

    def __init__(self) -> None:
        self._levels: list[float] = []
        self._carrier: float | None = None

    def feed(self, heard: Signal) -> bool:
        """True when the carrier has come and gone."""
        for piece in heard.reshape(-1, _SLICE):
            self._levels.append(level(piece))
            if self._carrier is None:
                last = self._levels[-_CARRIER_SLICES:]
                steady = len(last) == _CARRIER_SLICES and max(last) - min(last) < 3.0
                if steady and min(last) > -40.0:
                    self._carrier = sum(last) / len(last)
            elif all(abs(now - self._carrier) > 4.0 for now in self._levels[-_END_SLICES:]):
                return True
        return False


@dataclass(slots=True)
class _Caught:
    """What was heard after an acknowledgement, and the message in it once it was looked for."""

    signal: Signal
    shown: Shown | None = None
    decoded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWaitingSettings:
    modem: Modem
    acknowledge_after: float = 0.035
    acknowledge: float = 0.060
    key: str = "D"
    acknowledges: bool = True
    """False: an ordinary telephone, which hears the signal and does nothing."""


class CallWaitingSet:
    """In the voice thread; ``shown`` may be asked for in any."""

    def __init__(self, settings: CallWaitingSettings) -> None:
        self.settings = settings
        self.alerts: list[Alert] = []
        self._detector = AlertDetector()
        self._position = 0
        self._answer_at: int | None = None
        tone = Keypad(on=settings.acknowledge, off=0.0, twist=0.0).digits(settings.key)
        self._answer = tone
        self._listen_to: int | None = None
        self._heard: list[Signal] = []
        self._carrier = CarrierWatch()
        self._caught: list[_Caught] = []

    def process(self, heard: Signal) -> Signal | None:
        """What the set says while it hears ``heard``; ``None``: the microphone is on."""
        begin, end = self._position, self._position + len(heard)
        self._position = end
        for alert in self._detector.feed(heard):
            self.alerts.append(alert)
            if self.settings.acknowledges and self._answer_at is None:
                self._answer_at = alert.end + round(self.settings.acknowledge_after * RATE)
                self._listen_to = self._answer_at + len(self._answer) + round(_LISTEN * RATE)
                self._heard = []
                self._carrier = CarrierWatch()
        if self._answer_at is None or self._listen_to is None:
            return None
        self._heard.append(heard)
        said = np.zeros(len(heard))
        for index in range(begin, end):
            at = index - self._answer_at
            if 0 <= at < len(self._answer):
                said[index - begin] = self._answer[at]
        answered = begin >= self._answer_at + len(self._answer)
        if end >= self._listen_to or (answered and self._carrier.feed(heard)):
            self._finish()
        return said

    def release(self) -> None:
        """The receiver was hung up."""
        if self._answer_at is not None:
            self._finish()
        self._detector = AlertDetector()
        self._position = 0

    def shown(self) -> list[Shown | None]:
        """For every alerting signal that was answered, what was shown; ``None``: nothing."""
        for caught in self._caught:
            if not caught.decoded:
                message = find(fsk_bytes(caught.signal, self.settings.modem))
                caught.shown = None if message is None else replace(message.shown, waiting=True)
                caught.decoded = True
        return [caught.shown for caught in self._caught]

    def _finish(self) -> None:
        self._caught.append(_Caught(np.concatenate(self._heard)))
        self._answer_at = self._listen_to = None
        self._heard = []
