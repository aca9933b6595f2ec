"""The driver of a telephone on a SLIC board: pins and a sound card (design §4).

It only joins the parts: ``circuit`` (hook, ringing, caller ID), ``port`` (pins), ``voice.path``
(sound card).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from gateway.caller import Caller
from gateway.line import Capabilities, DigitSource, Measured, Post, RingCadence, SelfTest, Voice
from gateway.signalling import (
    CallerIdForm,
    CallerIdScheme,
    DisconnectSignal,
    LineSignalling,
    Taps,
)
from gateway.words import Words, same
from hardware.gpio import Chip
from hardware.hook import advise
from hardware.slic.circuit import LineCircuit
from hardware.slic.options import read_options
from hardware.slic.port import SlicPort
from hardware.slic.ring_guard import RingGuard, StartGuard
from hardware.sound_card import SoundCard, require_card
from hardware.voice.advice import advise_voice
from hardware.voice.path import OpenCard, VoicePath

_DEFAULT = LineSignalling()
_FSK = (CallerIdForm.BELL_202, CallerIdForm.V23)


class SlicLine:
    """Implements ``gateway.line.LineDriver`` for an Ag1171 or a KS0835F on a Raspberry Pi.

    ``open_card`` and ``start_guard`` are for a telephone that is not at a real board.
    """

    def __init__(
        self,
        name: str,
        options: Mapping[str, Any],
        signalling: LineSignalling = _DEFAULT,
        *,
        open_card: OpenCard | None = None,
        start_guard: StartGuard = RingGuard,
    ) -> None:
        self._name = name
        self._country_caller_id = signalling.caller_id
        self._options = chosen = read_options(name, options, signalling)
        self._port = SlicPort(chosen.board, start_guard)
        self._circuit = LineCircuit(name, chosen, self._port, datetime.now)
        self._card_fault: str | None = None
        self._pins_fault: str | None = None
        self._opened = False
        self._voice = VoicePath(
            name,
            open_card or partial(SoundCard, chosen.sound_card),
            chosen.voice,
            self._card_lost,
            self._card_back,
        )

    @property
    def capabilities(self) -> Capabilities:
        board, signalling = self._options.board, self._options.signalling
        form = signalling.caller_id.form
        return Capabilities(
            description=board.description,
            tested_on_hardware=board.tested_on_hardware,
            digit_sources=frozenset({DigitSource.PULSE}),
            shows_caller=form is not CallerIdForm.NONE or signalling.caller_id.aon,
            shows_waiting_caller=form in _FSK,
            shows_messages=form in _FSK,
            signals_disconnect=signalling.disconnect is not DisconnectSignal.NONE,
        )

    @property
    def voice(self) -> Voice:
        return self._voice

    @property
    def handset(self) -> None:
        return None

    def open(self, post: Post) -> None:
        try:
            self._circuit.open(post, self._voice)
        except OSError as error:
            if not self._opened:
                self._pins_fault = str(error)
            raise
        self._pins_fault = self._card_fault = None
        self._opened = True
        self._voice.open()

    def close(self) -> None:
        self._opened = False
        self._circuit.close()
        self._voice.close()

    def start_ringing(self, cadence: RingCadence, caller: Caller | None) -> None:
        if not cadence or len(cadence) % 2 or min(cadence) <= 0:
            raise ValueError("a ring cadence is pairs of seconds above 0: bell, silence, and so on")
        if self._opened:
            self._circuit.start_ringing(cadence, caller)

    @property
    def country_caller_id(self) -> CallerIdScheme:
        return self._country_caller_id

    @property
    def caller_id(self) -> CallerIdScheme:
        return self._options.signalling.caller_id

    def ring_once_with(self, scheme: CallerIdScheme) -> None:
        if self._opened:
            self._circuit.ring_once_with(scheme)

    def stop_ringing(self) -> None:
        if self._opened:
            self._circuit.stop_ringing()

    def expect(self, taps: Taps) -> None:
        if self._opened:
            self._circuit.expect(taps)

    def announce_waiting(self, caller: Caller) -> None:
        if self._opened:
            self._circuit.announce_waiting(caller)

    def show_messages(self, waiting: bool) -> None:
        if self._opened:
            self._circuit.show_messages(waiting)

    def signal_disconnect(self) -> None:
        if self._opened:
            self._circuit.signal_disconnect()

    def measure_anew(self, what: Measured) -> None:
        if self._opened:
            part = self._circuit if what is Measured.HOOK else self._voice
            part.measure_anew()

    def self_test(self) -> SelfTest:
        """Open: what is wrong now and what was measured.  Closed: what this computer lacks."""
        faults = [fault for fault in (self._pins_fault, self._card_fault) if fault]
        if not self._opened and not faults:
            faults = self._missing()
        figures = {**self._circuit.hook.figures, **self._voice.figures}
        hook = advise(self._circuit.hook.figures, self._options.signalling.hook)
        voice = advise_voice(self._voice.figures, self._options.voice)
        notes = [*self._port.findings, *self._wiring(), *hook.findings, *voice.findings]
        suggested = {**hook.options, **voice.options}
        return SelfTest(not faults, (*map(same, faults), *notes), figures, suggested)

    def _missing(self) -> list[str]:
        """What the line would lack if it were opened."""
        missing = []
        try:
            chip = Chip(self._options.board.chip)
            chip.require_pin_library()
            chip.close()
        except OSError as error:
            missing.append(str(error))
        try:
            require_card(self._options.sound_card)
        except OSError as error:
            missing.append(str(error))
        return missing

    def _wiring(self) -> list[Words]:
        scheme = self._options.signalling.caller_id
        if scheme.form in _FSK and not self._options.board.bias_resistor:
            return [
                Words(
                    "The board file says that the resistor from tip to ring is not fitted; without "
                    "it a telephone on the hook does not hear its caller ID.",
                    "В файле платы сказано, что резистора между tip и ring нет; без него телефон с "
                    "положенной трубкой не слышит номера звонящего.",
                )
            ]
        return []

    def _card_lost(self, reason: str) -> None:
        self._card_fault = reason
        self._circuit.card_lost(reason)

    def _card_back(self) -> None:
        self._card_fault = None
        self._circuit.card_back()
