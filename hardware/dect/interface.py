"""What a DECT module does for the lines, whatever protocol it speaks: handsets and their calls.

A ``Module`` is pure: bytes, orders and time go in; bytes and what happened come out.  It has no
clock, no thread, no port.  ``cvm`` and ``cmbs`` are two of them.

A handset has one call at a time, so calls are named by their handset.  A handset that no line
serves may belong to the base, but cannot telephone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from gateway.caller import Caller
from gateway.handset_base import RegistrationOutcome
from gateway.line import Refusal

PAGING = 30.0
"""Seconds after which a module stops to let every handset sound by itself."""
REGISTER_RECALL = "R"
"""The key R among the keys of a handset; the others are ``gateway.line.DIGITS``."""


@dataclass(frozen=True, slots=True)
class BaseInformation:
    """What a module that has started says of itself."""

    firmware: str
    identity: str
    """RFPI, in hexadecimal: unique to each base."""
    frequencies: str
    capacity: int
    """Handsets that may belong to it."""
    handsets: Mapping[int, str] = field(default_factory=dict)
    """By number: the identity (IPUI, in hexadecimal) of each handset that belongs to it."""


# Orders.


@dataclass(frozen=True, slots=True)
class Serve:
    """A line serves ``handset`` from now on, with the PCM channel ``channel``."""

    handset: int
    channel: int


@dataclass(frozen=True, slots=True)
class Dismiss:
    """No line serves ``handset`` any more; its call ends."""

    handset: int


@dataclass(frozen=True, slots=True)
class OfferCall:
    """Ring ``handset`` and show ``caller``, now or as soon as the module and the handset can."""

    handset: int
    caller: Caller | None
    internal: bool = False
    """Another handset or line of the house calls."""


@dataclass(frozen=True, slots=True)
class Release:
    """End the call of ``handset``, whatever state it is in."""

    handset: int


@dataclass(frozen=True, slots=True)
class AnnounceWaiting:
    """Show a second caller in the call of ``handset``."""

    handset: int
    caller: Caller


@dataclass(frozen=True, slots=True)
class ShowMessages:
    """``count`` messages wait; 0 switches the sign off."""

    handset: int
    count: int


@dataclass(frozen=True, slots=True)
class ShowMissedCalls:
    handset: int
    count: int


@dataclass(frozen=True, slots=True)
class OpenRegistration:
    """Let a handset be registered within ``seconds``."""

    seconds: float


@dataclass(frozen=True, slots=True)
class CloseRegistration:
    pass


@dataclass(frozen=True, slots=True)
class DeleteHandset:
    handset: int


@dataclass(frozen=True, slots=True)
class Page:
    """Let every handset sound, or stop that."""

    on: bool


@dataclass(frozen=True, slots=True)
class Locate:
    """Let one handset ring as one that is looked for, or stop that."""

    handset: int
    on: bool


@dataclass(frozen=True, slots=True)
class SetClock:
    """The local time, for the handsets' displays."""

    time: datetime


Order: TypeAlias = (
    Serve
    | Dismiss
    | OfferCall
    | Release
    | AnnounceWaiting
    | ShowMessages
    | ShowMissedCalls
    | OpenRegistration
    | CloseRegistration
    | DeleteHandset
    | Page
    | Locate
    | SetClock
)


# What happened.


@dataclass(frozen=True, slots=True)
class Ready:
    """The module has started, its radio is on."""

    information: BaseInformation


@dataclass(frozen=True, slots=True)
class Down:
    """The module does not work; there are no calls.  ``reason`` is a sentence that says what to do.

    The module goes on trying; ``Ready`` follows when it succeeds.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class HandsetsKnown:
    """The handsets that belong to the base now, as in ``BaseInformation``."""

    handsets: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class HandsetPresent:
    """The handset is in range."""

    handset: int


@dataclass(frozen=True, slots=True)
class HandsetGone:
    """The handset was switched off, and said so."""

    handset: int


@dataclass(frozen=True, slots=True)
class HandsetDeleted:
    handset: int


@dataclass(frozen=True, slots=True)
class Seized:
    """The handset takes the line; it may have sent keys already."""

    handset: int
    keys: str


@dataclass(frozen=True, slots=True)
class Alerting:
    """The handset rings for the call that was offered."""

    handset: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The handset took the call that was offered."""

    handset: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The call that was offered is over, and nobody took it."""

    handset: int
    why: Refusal


@dataclass(frozen=True, slots=True)
class Released:
    """The call that the handset had is over."""

    handset: int


@dataclass(frozen=True, slots=True)
class Pressed:
    handset: int
    keys: str


@dataclass(frozen=True, slots=True)
class RegistrationOpened:
    seconds: float


@dataclass(frozen=True, slots=True)
class RegistrationEnded:
    """``handset`` is the new one's number, if there is one."""

    outcome: RegistrationOutcome
    handset: int | None = None


@dataclass(frozen=True, slots=True)
class Located:
    """Somebody has found the handset that was looked for, or nobody is looking any more."""

    handset: int


@dataclass(frozen=True, slots=True)
class OperationFailed:
    """What was ordered could not be done; ``reason`` is a sentence."""

    order: Order
    reason: str


Happening: TypeAlias = (
    Ready
    | Down
    | HandsetsKnown
    | HandsetPresent
    | HandsetGone
    | HandsetDeleted
    | Seized
    | Alerting
    | Answered
    | Refused
    | Released
    | Pressed
    | RegistrationOpened
    | RegistrationEnded
    | Located
    | OperationFailed
)


@dataclass(frozen=True, slots=True)
class Write:
    """Send bytes through the port."""

    data: bytes


Output: TypeAlias = Write | Happening


class Module(Protocol):
    """One module on one port, as its protocol's state machine.

    ``now`` is monotonic time in seconds and never goes back.  Each method returns what has to be
    done, in order, and never raises, whatever the bytes are.
    """

    @property
    def deadline(self) -> float:
        """When ``advance`` has something to do; infinite: never."""

    def opened(self, now: float) -> list[Output]:
        """The port is open; a module may be on its other side."""

    def closed(self, now: float, reason: str) -> list[Output]:
        """The port is gone; ``reason`` is a sentence."""

    def received(self, data: bytes, now: float) -> list[Output]: ...

    def order(self, order: Order, now: float) -> list[Output]: ...

    def advance(self, now: float) -> list[Output]: ...
