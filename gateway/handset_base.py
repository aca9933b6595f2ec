"""The seam to the base of cordless handsets, which several lines share.

The driver of a cordless handset's line is a ``LineDriver`` as any other, and has ``base`` besides:
what concerns the base and all its handsets, such as registration.  ``gateway.dect_commands`` offers
that on the control socket.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from gateway.line import LineDriver


class RegistrationOutcome(enum.Enum):
    """How an attempt to register a handset with its base ended."""

    REGISTERED = "registered"
    WRONG_PIN = "wrong-pin"
    TABLE_FULL = "table-full"
    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    STOPPED = "stopped"
    BASE_LOST = "base-lost"


@dataclass(frozen=True, slots=True)
class HandsetStatus:
    """A cordless handset that belongs to a base."""

    number: int
    """1 and up; given by the base when the handset was registered."""
    identity: str
    """Its own number all over the world, in hexadecimal."""
    present: bool | None
    """In range and switched on; ``None``: it was not heard of yet."""
    line: str | None
    """The line that serves it; without one it cannot telephone."""


@dataclass(frozen=True, slots=True)
class BaseStatus:
    """What is known of a base now."""

    module: str
    """For a person: what it is."""
    tested_on_hardware: bool
    fault: str | None
    """A sentence, or ``None`` when the base works."""
    firmware: str | None
    identity: str | None
    """RFPI, in hexadecimal."""
    frequencies: str | None
    capacity: int | None
    """Handsets that may belong to it."""
    handsets: tuple[HandsetStatus, ...]
    registration_s: float | None
    """Seconds for which a handset can still be registered; ``None``: not now."""
    paging: bool


class BaseEventKind(enum.Enum):
    """What happens to a base and its handsets."""

    UP = "up"
    DOWN = "down"
    REGISTRATION_OPENED = "registration-opened"
    REGISTRATION_ENDED = "registration-ended"
    HANDSET_PRESENT = "handset-present"
    HANDSET_GONE = "handset-gone"
    HANDSET_DELETED = "handset-deleted"
    LOCATING_ENDED = "locating-ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BaseEvent:
    kind: BaseEventKind
    handset: int | None = None
    outcome: RegistrationOutcome | None = None
    """Of ``REGISTRATION_ENDED``."""
    reason: str | None = None
    """Of ``DOWN`` and ``FAILED``: a sentence."""


class HandsetBase(Protocol):
    """The base of cordless handsets that several lines share.

    Methods return at once; what comes of it is told to who watches.  ``ValueError`` with a sentence
    for the user when something cannot be done.
    """

    @property
    def name(self) -> str:
        """Tells bases apart: the port that it is on."""

    def status(self) -> BaseStatus: ...

    def watch(self, told: Callable[[BaseEvent], None]) -> None:
        """Call ``told`` from any thread with what happens from now on; it must not block."""

    def register(self, seconds: float) -> None:
        """Let a handset be registered within ``seconds``."""

    def stop_registering(self) -> None: ...

    def delete(self, handset: int) -> None:
        """The handset does not belong to the base any more."""

    def page(self, on: bool) -> None:
        """Let every handset sound, or stop that."""

    def locate(self, handset: int, on: bool) -> None:
        """Let one handset ring for whoever looks for it, or stop that."""

    def show_missed_calls(self, handset: int, count: int) -> None:
        """Show on the handset's display how many calls nobody answered; 0: none."""


@runtime_checkable
class CordlessLine(Protocol):
    """A line driver whose telephone is a handset of a base."""

    @property
    def base(self) -> HandsetBase: ...


def base_of(driver: LineDriver) -> HandsetBase | None:
    """The base of the handset that ``driver`` serves; ``None``: its telephone has none."""
    return driver.base if isinstance(driver, CordlessLine) else None
