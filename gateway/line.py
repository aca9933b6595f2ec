"""The seam between the gateway and a line driver (design §4).

A line driver is one telephone line: a SLIC board, a DECT handset, the simulated telephone.  It is
found by the entry point group ``gateway.line_drivers`` (``setup.cfg``), is constructed as
``factory(name, options, signalling)`` (``DriverFactory``) and raises ``ValueError`` with a
sentence for the user when an option is wrong.

Rules, checked for every driver by ``tests/hardware/contract.py``:

* ``post`` may be called from any thread and never blocks; every event carries the monotonic time
  (``time.monotonic()``, seconds) of the physical edge, not of the report.
* Every method returns within 50 ms and may be called again; ``close()`` is idempotent, may be
  called on a driver that never opened, and leaves the bell silent and no thread behind.
* A driver reports trouble as ``LineFault`` and its end as ``LineCleared``; it does not raise from
  its own threads.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, runtime_checkable

from gateway.caller import Caller
from gateway.signalling import CallerIdScheme, LineSignalling, Taps
from gateway.words import Words

SAMPLE_RATE = 8000
"""Samples a second of narrow-band voice."""
FRAME_MS = 20
"""Length of one voice frame in milliseconds."""
FRAME_SAMPLES = SAMPLE_RATE * FRAME_MS // 1000
FRAME_BYTES = 2 * FRAME_SAMPLES
"""One frame: 160 samples, 16-bit signed, native (little) endian, mono."""
SILENCE = bytes(FRAME_BYTES)

DIGITS = "0123456789*#ABCD"
"""Every digit a telephone can send."""


class DigitSource(enum.Enum):
    """How a digit was made.  Only a ``TONE`` is already audible to the far end."""

    TONE = "tone"
    PULSE = "pulse"
    KEYPAD = "keypad"


@dataclass(frozen=True, slots=True)
class OffHook:
    """The receiver was lifted."""

    time: float


@dataclass(frozen=True, slots=True)
class OnHook:
    """The receiver was replaced, for longer than a hook flash."""

    time: float


@dataclass(frozen=True, slots=True)
class HookFlash:
    """The cradle was tapped, or the R key pressed."""

    time: float


@dataclass(frozen=True, slots=True)
class Digit:
    """One dialled digit, one of ``DIGITS``."""

    time: float
    digit: str
    source: DigitSource

    def __post_init__(self) -> None:
        if len(self.digit) != 1 or self.digit not in DIGITS:
            raise ValueError(f"{self.digit!r} is not a telephone digit")


@dataclass(frozen=True, slots=True)
class LineFault:
    """The line cannot be used; ``reason`` is a sentence that says what to do."""

    time: float
    reason: str


@dataclass(frozen=True, slots=True)
class LineCleared:
    """The fault is over; ``off_hook`` is the hook's state now."""

    time: float
    off_hook: bool


class Refusal(enum.Enum):
    """Why a telephone that was to ring did not take the call."""

    BUSY = "busy"
    REJECTED = "rejected"
    """The user pressed a key that says so."""
    UNREACHABLE = "unreachable"
    """Switched off, or out of range."""


@dataclass(frozen=True, slots=True)
class RingingRefused:
    """The telephone does not ring any more, and nobody lifted it.  A wired one never says so."""

    time: float
    why: Refusal


LineEvent: TypeAlias = (
    OffHook | OnHook | HookFlash | Digit | LineFault | LineCleared | RingingRefused
)
Post: TypeAlias = Callable[[LineEvent], None]

VoiceExchange: TypeAlias = Callable[[bytes], bytes]
"""Takes one captured frame (what the telephone says), returns the frame to play in its ear.

Both are ``FRAME_BYTES`` long.  It never blocks for longer than a fraction of a frame and never
raises; a driver calls it once a frame, on the line's own clock, always from the same thread.
"""

RingCadence: TypeAlias = tuple[float, ...]
"""Seconds of bell and silence by turns, beginning with the bell, repeated until stopped."""


class Voice(Protocol):
    """Both directions of a line's voice, driven by the line's own clock (design §3.5)."""

    def start(self, exchange: VoiceExchange) -> None:
        """Begin to exchange frames.  A second ``start`` replaces the function."""

    def stop(self) -> None:
        """Stop; ``exchange`` is not called any more once this returns.  Idempotent."""

    @property
    def drift_ppm(self) -> float | None:
        """How much faster the line's clock runs than ``time.monotonic()``; ``None``: not known."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a driver's hardware can do, for the settings page and for call control."""

    description: str
    """One line for a person, e.g. ``simulated telephone``."""
    tested_on_hardware: bool
    """False until a person has run the driver on the real thing; shown where the user chooses."""
    digit_sources: frozenset[DigitSource]
    """Which digits the driver reports itself.  Tones in the voice are detected by ``media``."""
    rings: bool = True
    shows_caller: bool = False
    shows_waiting_caller: bool = False
    """``announce_waiting`` does something (call-waiting caller ID)."""
    shows_messages: bool = False
    """``show_messages`` does something (message-waiting indication)."""
    signals_disconnect: bool = False
    """``signal_disconnect`` does something to the loop current."""
    handset: bool = False
    """The driver offers ``handset``: a telephone that programs can operate."""


@dataclass(frozen=True, slots=True)
class SelfTest:
    """Result of a driver's self test: ``findings`` are sentences, worst first."""

    passed: bool
    findings: tuple[Words, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    suggested: Mapping[str, float] = field(default_factory=dict)
    """Options of the line that would suit its telephone better: numbers and flags."""


class Measured(enum.Enum):
    """What a driver measures of a telephone."""

    HOOK = "hook"
    """Dial, cradle and their contacts."""
    VOICE = "voice"
    """How loud the telephone speaks."""


class Handset(Protocol):
    """A telephone that programs can operate: what ``gateway handset …`` and the scenarios drive.

    Methods are coroutines that run on the daemon's event loop.  Wrong use (dialling on-hook, a bad
    digit, an unreadable file) raises ``ValueError`` with a sentence for the user.
    """

    async def command(self, name: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Perform the command ``name``; both mappings hold JSON values only."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody at a telephone sees and hears of it, besides the voice."""

    off_hook: bool = False
    cadence: RingCadence = ()
    """The bell's; empty while the line is not rung."""
    caller: Caller | None = None
    """Who rings; ``None`` while the line is not rung, and without caller ID."""
    waiting: Caller | None = None
    """The second caller on the display."""
    messages: bool = False
    """The lamp is lit."""


class Person(Protocol):
    """Whoever holds a receiver from another process; ``gateway.handset`` has one.

    A driver calls ``speak`` and ``hear`` once a frame each in its voice thread while the receiver
    is lifted, and ``notice`` from any thread after something has changed.  None of them blocks or
    raises.
    """

    def speak(self) -> bytes:
        """The next frame of what is said: ``FRAME_BYTES``."""

    def hear(self, frame: bytes) -> None:
        """The next frame for the ear."""

    def notice(self, seen: Seen) -> None: ...


class Receiver(Protocol):
    """A telephone that a person in another process operates.

    Methods run on the daemon's event loop and return at once.  What nobody could do now (a digit
    on-hook) raises ``ValueError`` with a sentence for the user.
    """

    @property
    def seen(self) -> Seen: ...

    @property
    def attended(self) -> bool:
        """Somebody would notice that the line rings."""

    def attach(self, person: Person | None) -> None:
        """From now on ``person`` has the receiver, and nobody else; ``None``: nobody has."""

    def lift(self) -> None: ...

    def hang_up(self) -> None: ...

    def flash(self) -> None: ...

    def press(self, digit: str) -> None:
        """Press a key of the keypad."""


@runtime_checkable
class RemoteLine(Protocol):
    """A line driver whose telephone a person in another process can operate."""

    @property
    def receiver(self) -> Receiver: ...


class LineDriver(Protocol):
    """One line of the exchange."""

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def voice(self) -> Voice: ...

    @property
    def handset(self) -> Handset | None: ...

    def open(self, post: Post) -> None:
        """Take the hardware; ``OSError`` with a sentence for the user where that fails.

        A receiver that is already lifted is reported as ``OffHook`` before ``open`` returns.
        """

    def close(self) -> None: ...

    def start_ringing(self, cadence: RingCadence, caller: Caller | None) -> None:
        """Ring and, where the hardware can, show ``caller``.  ``None`` rings without a display."""

    def stop_ringing(self) -> None: ...

    def expect(self, taps: Taps) -> None:
        """From now on, what a short break of the loop means.  ``IGNORED`` when opened."""

    def announce_waiting(self, caller: Caller) -> None:
        """Show a second caller to the telephone that is in use; speech is muted meanwhile.

        The call-waiting tone itself is the exchange's.
        """

    def show_messages(self, waiting: bool) -> None:
        """Switch the lamp or the sign for waiting messages, at once or when the line is idle."""

    def signal_disconnect(self) -> None:
        """The far end is gone: tell machines on the line by its current."""

    def measure_anew(self, what: Measured) -> None:
        """Forget ``what`` of the telephone; its figures in ``self_test`` begin again.

        Counters and what is known of the line's echo may stay.
        """

    def self_test(self) -> SelfTest:
        """What the driver finds, also closed: then what is missing.  Figures include what it has
        measured of the telephone so far (dial speed, bounce, echo, levels).
        """


@runtime_checkable
class TunesCallerId(Protocol):
    """What a driver also is if its telephone's display may need another form of caller ID."""

    @property
    def country_caller_id(self) -> CallerIdScheme:
        """What the country sends."""

    @property
    def caller_id(self) -> CallerIdScheme:
        """What the line sends: the country's form with what its options change."""

    def ring_once_with(self, scheme: CallerIdScheme) -> None:
        """The next ``start_ringing``, and only that, shows its caller by ``scheme``."""


@runtime_checkable
class ShowsMissedCalls(Protocol):
    """What a driver also is if its telephone can show how many calls nobody answered."""

    def show_missed_calls(self, count: int) -> None:
        """Show that ``count`` were missed, at once or when the telephone is in range; 0: none."""


def receiver_of(driver: LineDriver) -> Receiver | None:
    """The receiver that a person in another process can have, where the line has one."""
    return driver.receiver if isinstance(driver, RemoteLine) else None


DriverFactory: TypeAlias = Callable[[str, Mapping[str, Any], LineSignalling], LineDriver]
"""``name`` of the line, its ``[line.options]`` of the settings file, the country's signalling."""
