"""The driver of the simulated line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.caller import Caller
from gateway.line import Capabilities, DigitSource, Measured, Post, RingCadence, SelfTest, Voice
from gateway.signalling import LineSignalling, Taps
from gateway.words import Words, same
from hardware.arguments import Argument, Kind, read
from hardware.simulated.clock import VoiceClock
from hardware.simulated.commands import SimulatedHandset
from hardware.simulated.noise import Noise
from hardware.simulated.receiver import SimulatedReceiver
from hardware.simulated.telephone import UNPLUGGED, Telephone

NOT_OPEN = Words(
    "The line is not open, so nothing but its settings could be tested.",
    "Линия не открыта, поэтому проверены только её настройки.",
)
OPTIONS = (
    Argument(
        "clock_ppm",
        Kind.NUMBER,
        "how much faster the line's clock runs than the computer's",
        default=0.0,
        low=-500.0,
        high=500.0,
        unit="ppm",
    ),
    Argument(
        "hybrid_return_loss",
        Kind.NUMBER,
        "how much weaker what the telephone hears comes back in what it says; false for no echo",
        default=12.0,
        low=0.0,
        high=60.0,
        unit="dB",
        can_be_off=True,
    ),
    Argument(
        "noise",
        Kind.NUMBER,
        "white noise of the line, in what the telephone says; false for none",
        low=-90.0,
        high=-20.0,
        unit="dBm0",
        can_be_off=True,
    ),
)
"""The line's own settings.  12 dB is a hybrid at 300-500 Hz (Silvertel Ag1171 data sheet)."""


ANY_COUNTRY = LineSignalling()
"""A program operates this telephone, so a country's times and codes mean nothing to it."""


class SimulatedLine:
    """Implements ``gateway.line.LineDriver`` and ``RemoteLine`` without hardware.

    Its one thread, ``voice-NAME``, lives from ``open`` to ``close``.
    """

    def __init__(
        self,
        name: str,
        options: Mapping[str, Any],
        _signalling: LineSignalling = ANY_COUNTRY,
    ) -> None:
        chosen = read(OPTIONS, options, f"line {name}")
        noise = None if chosen["noise"] is None else Noise(chosen["noise"], name)
        self._name = name
        self._telephone = Telephone(chosen["hybrid_return_loss"], noise)
        self._clock = VoiceClock(
            name, chosen["clock_ppm"], self._telephone.exchange, self._telephone.voice_starts
        )
        self._handset = SimulatedHandset(self._telephone, self._clock)
        self._receiver = SimulatedReceiver(self._telephone)

    @property
    def capabilities(self) -> Capabilities:
        # There is no hardware on which a person could have tried it.
        return Capabilities(
            description="simulated telephone",
            tested_on_hardware=False,
            digit_sources=frozenset({DigitSource.PULSE, DigitSource.KEYPAD}),
            rings=True,
            shows_caller=True,
            shows_waiting_caller=True,
            shows_messages=True,
            signals_disconnect=True,
            handset=True,
        )

    @property
    def voice(self) -> Voice:
        return self._clock

    @property
    def handset(self) -> SimulatedHandset:
        return self._handset

    @property
    def receiver(self) -> SimulatedReceiver:
        return self._receiver

    def open(self, post: Post) -> None:
        if self._telephone.connected:
            raise OSError(f"The simulated line {self._name} is open already; close it first.")
        self._clock.open()
        self._telephone.connect(post)

    def close(self) -> None:
        self._clock.close()
        self._telephone.disconnect()

    def start_ringing(self, cadence: RingCadence, caller: Caller | None) -> None:
        if not cadence or len(cadence) % 2 or min(cadence) <= 0:
            raise ValueError("a ring cadence is pairs of seconds above 0: bell, silence, and so on")
        self._telephone.start_ringing(cadence, caller)

    def stop_ringing(self) -> None:
        self._telephone.stop_ringing()

    def expect(self, taps: Taps) -> None:
        self._telephone.expect(taps)

    def announce_waiting(self, caller: Caller) -> None:
        self._telephone.announce_waiting(caller)

    def show_messages(self, waiting: bool) -> None:
        self._telephone.show_messages(waiting)

    def signal_disconnect(self) -> None:
        self._telephone.signal_disconnect()

    def measure_anew(self, what: Measured) -> None:
        """Nothing of this telephone is measured by its line."""

    def self_test(self) -> SelfTest:
        counters = self._clock.counters
        findings: list[Words] = []
        if not self._telephone.plugged:
            findings.append(same(UNPLUGGED))
        if not self._telephone.connected:
            findings.append(NOT_OPEN)
        findings += counters.findings
        figures = {
            "frames": float(counters.frames),
            "late": float(counters.late),
            "worst_late_ms": counters.worst_late_ms,
            "stalls": float(counters.stalls),
        }
        return SelfTest(
            passed=self._telephone.plugged and not counters.stalls,
            findings=tuple(findings),
            figures=figures,
        )
