"""The driver of a cordless handset: one line of the exchange (design §4).

It joins the handset's calls in the ``Station`` to its voice channel, which is a sound card, and
speaks of both as of a telephone with a receiver: a handset that has a call is off-hook.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from gateway.caller import Caller
from gateway.handset_base import HandsetBase
from gateway.line import (
    DIGITS,
    Capabilities,
    Digit,
    DigitSource,
    HookFlash,
    LineCleared,
    LineEvent,
    LineFault,
    Measured,
    OffHook,
    OnHook,
    Post,
    RingCadence,
    RingingRefused,
    SelfTest,
    Voice,
)
from gateway.signalling import LineSignalling, Taps
from gateway.words import same
from hardware.dect import interface as do
from hardware.dect.modules import MODULES
from hardware.dect.options import read_options
from hardware.dect.station import OpenPort, Station, station_of
from hardware.serial_port import SerialPort, require_port
from hardware.sound_card import SoundCard, require_card
from hardware.voice.path import OpenCard, VoicePath

_log = logging.getLogger(__name__)

_DEFAULT = LineSignalling()
_BASE, _CARD = "base", "card"
SOME_MESSAGES = 1
"""The exchange says that messages wait, not how many."""


class DectLine:
    """Implements ``gateway.line.LineDriver`` for one handset of a DECT module.

    ``open_card`` and ``open_port`` are for a handset that is not at a real module.
    """

    def __init__(
        self,
        name: str,
        options: Mapping[str, Any],
        _signalling: LineSignalling = _DEFAULT,
        *,
        open_card: OpenCard | None = None,
        open_port: OpenPort = SerialPort,
    ) -> None:
        self._name = name
        self._options = read_options(name, options)
        self._open_port = open_port
        self._station: Station | None = None
        self._state = threading.Lock()
        self._post: Post | None = None
        self._lifted = False
        self._faults: dict[str, str] = {}
        self._voice = VoicePath(
            name,
            open_card or partial(SoundCard, self._options.sound_card),
            self._options.voice,
            partial(self._fault, _CARD),
            partial(self._cleared, _CARD),
        )

    @property
    def capabilities(self) -> Capabilities:
        kind = MODULES[self._options.base.module]
        return Capabilities(
            description=f"cordless handset {self._options.handset}, {kind.description}",
            tested_on_hardware=kind.tested_on_hardware,
            digit_sources=frozenset({DigitSource.KEYPAD}),
            shows_caller=True,
            shows_waiting_caller=True,
            shows_messages=True,
            signals_disconnect=True,
        )

    @property
    def voice(self) -> Voice:
        return self._voice

    @property
    def handset(self) -> None:
        return None

    @property
    def base(self) -> HandsetBase:
        return self._station or station_of(self._options.base, self._open_port)

    def open(self, post: Post) -> None:
        if self._station is not None:
            raise OSError(f"The line {self._name} is open already; close it first.")
        station = station_of(self._options.base, self._open_port)
        with self._state:
            self._post, self._lifted = post, False
            self._faults.clear()
        try:
            station.join(self._name, self._options, self._told)
        except OSError:
            self._post = None
            raise
        self._station = station
        self._voice.open()

    def close(self) -> None:
        with self._state:
            self._post = None
        station, self._station = self._station, None
        if station is not None:
            station.leave(self._options.handset)
        self._voice.close()

    def start_ringing(self, cadence: RingCadence, caller: Caller | None) -> None:
        """Ring; the cadence is the handset's own."""
        if not cadence or len(cadence) % 2 or min(cadence) <= 0:
            raise ValueError("a ring cadence is pairs of seconds above 0: bell, silence, and so on")
        self._order(do.OfferCall(self._options.handset, caller))

    def stop_ringing(self) -> None:
        """Silence the handset; nothing to do if it took the call."""
        with self._state:
            lifted = self._lifted
        if not lifted:
            self._order(do.Release(self._options.handset))

    def expect(self, taps: Taps) -> None:
        """Nothing to learn: the key R says what it means."""

    def announce_waiting(self, caller: Caller) -> None:
        self._order(do.AnnounceWaiting(self._options.handset, caller))

    def show_messages(self, waiting: bool) -> None:
        self._order(do.ShowMessages(self._options.handset, SOME_MESSAGES if waiting else 0))

    def show_missed_calls(self, count: int) -> None:
        self._order(do.ShowMissedCalls(self._options.handset, count))

    def signal_disconnect(self) -> None:
        """Nobody is at the other end: the handset is put on the hook."""
        self._order(do.Release(self._options.handset))

    def measure_anew(self, what: Measured) -> None:
        if self._station is not None and what is Measured.VOICE:
            self._voice.measure_anew()

    def self_test(self) -> SelfTest:
        """Open: what is wrong now and what was measured.  Closed: what this computer lacks."""
        with self._state:
            faults = list(self._faults.values())
        if self._station is None:
            faults = self._missing()
        return SelfTest(not faults, tuple(map(same, faults)), self._voice.figures)

    def _missing(self) -> list[str]:
        missing = []
        try:
            require_port(self._options.base.port)
        except OSError as error:
            missing.append(str(error))
        try:
            require_card(self._options.sound_card)
        except OSError as error:
            missing.append(str(error))
        return missing

    def _order(self, order: do.Order) -> None:
        station = self._station
        if station is not None:
            station.order(order)

    # What happens, in the station's thread.

    def _told(self, what: do.Happening, now: float) -> None:
        match what:
            case do.Ready():
                self._cleared(_BASE)
            case do.Down(reason):
                self._fault(_BASE, reason)
            case do.Seized(_, keys):
                self._hook(OffHook(now), lifted=True)
                self._keys(keys, now)
            case do.Answered():
                self._hook(OffHook(now), lifted=True)
            case do.Released():
                self._hook(OnHook(now), lifted=False)
            case do.Refused(_, why):
                self._report(RingingRefused(now, why))
            case do.Pressed(_, keys):
                self._keys(keys, now)

    def _hook(self, event: LineEvent, *, lifted: bool) -> None:
        with self._state:
            self._lifted = lifted
        self._report(event)

    def _keys(self, keys: str, now: float) -> None:
        for key in keys:
            if key == do.REGISTER_RECALL:
                self._report(HookFlash(now))
            elif key in DIGITS:
                self._report(Digit(now, key, DigitSource.KEYPAD))

    def _report(self, event: LineEvent) -> None:
        with self._state:
            post = None if self._faults else self._post
        if post is not None:
            post(event)

    # Faults, also in the voice's thread.

    def _fault(self, part: str, reason: str) -> None:
        with self._state:
            first = not self._faults
            self._faults[part] = reason
            if part == _BASE:
                self._lifted = False
            post = self._post
        if first and post is not None:
            post(LineFault(time.monotonic(), reason))

    def _cleared(self, part: str) -> None:
        with self._state:
            was = self._faults.pop(part, None)
            over = was is not None and not self._faults
            post, lifted = self._post, self._lifted
        if over and post is not None:
            post(LineCleared(time.monotonic(), lifted))
