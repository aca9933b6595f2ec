"""The driver of a line whose telephone is a page in a browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.caller import Caller
from gateway.line import Capabilities, DigitSource, Measured, Post, RingCadence, SelfTest, Voice
from gateway.signalling import LineSignalling, Taps
from gateway.words import Words
from hardware.arguments import read
from hardware.browser.telephone import BrowserTelephone
from hardware.simulated.clock import VoiceClock

NOT_OPEN = Words(
    "The line is not open, so nothing could be tested.",
    "Линия не открыта, поэтому проверить ничего нельзя.",
)
NOBODY = Words(
    "No page is open as this telephone, so nobody hears it ring.",
    "Ни одна страница не открыта как этот телефон, поэтому звонка никто не услышит.",
)
ANY_COUNTRY = LineSignalling()
"""A page sends keys and shows callers by themselves: a country's times and codes mean nothing."""


def _nothing() -> None:
    """Nothing is to be done before the first frame."""


class BrowserLine:
    """Implements ``gateway.line.LineDriver`` and ``gateway.line.RemoteLine``.

    Its one thread, ``voice-NAME``, lives from ``open`` to ``close``.
    """

    def __init__(
        self,
        name: str,
        options: Mapping[str, Any],
        _signalling: LineSignalling = ANY_COUNTRY,
    ) -> None:
        read((), options, f"line {name}")
        self._name = name
        self._telephone = BrowserTelephone()
        self._clock = VoiceClock(name, 0.0, self._telephone.exchange, _nothing)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            description="telephone in the browser",
            # Tested with Chromium and a file for a microphone; by nobody with ears.
            tested_on_hardware=False,
            digit_sources=frozenset({DigitSource.KEYPAD}),
            rings=True,
            shows_caller=True,
            shows_waiting_caller=True,
            shows_messages=True,
        )

    @property
    def voice(self) -> Voice:
        return self._clock

    @property
    def handset(self) -> None:
        """Programs operate the simulated line; this one has a person."""

    @property
    def receiver(self) -> BrowserTelephone:
        return self._telephone

    def open(self, post: Post) -> None:
        if self._telephone.connected:
            raise OSError(f"The line {self._name} is open already; close it first.")
        self._clock.open()
        self._telephone.connect(post)

    def close(self) -> None:
        self._clock.close()
        self._telephone.disconnect()

    def start_ringing(self, cadence: RingCadence, caller: Caller | None) -> None:
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
        """A page hears the busy tone; there is no machine on this line."""

    def measure_anew(self, what: Measured) -> None:
        """Nothing of this telephone is measured by its line."""

    def self_test(self) -> SelfTest:
        counters = self._clock.counters
        findings: list[Words] = []
        if not self._telephone.connected:
            findings.append(NOT_OPEN)
        findings += counters.findings
        if not self._telephone.attended:
            findings.append(NOBODY)
        figures = {
            "frames": float(counters.frames),
            "late": float(counters.late),
            "worst_late_ms": counters.worst_late_ms,
            "stalls": float(counters.stalls),
            "attended": float(self._telephone.attended),
        }
        return SelfTest(passed=not counters.stalls, findings=tuple(findings), figures=figures)
