"""Which way to the provider is used: transport, address and port.  Pure.

The rules:

1. The profile's order is the order of preference; each address that DNS names is tried before the
   next port or transport.
2. A way is left only when nothing answers on it.  A refusal is an answer: another port leads to the
   same registrar.
3. A way that has worked gets a second chance, so that a few lost packets move nothing.
4. A way that works is kept, whatever DNS says meanwhile and however low it stands in the order: the
   service behind it is the same.  The best way is tried first again when the one in use fails, when
   our own network changes, and at the next start.

When the next try happens is not decided here but by the back-off (``registration.py``), so that
many ways make no more messages than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CHANCES = 2
"""Tries in a row without an answer after which a way that has worked is left."""


@dataclass(frozen=True, slots=True)
class Door:
    """A transport (``udp`` or ``tcp``) and a port of the provider."""

    transport: str
    port: int


@dataclass(frozen=True, slots=True)
class Way:
    """A door at one of the provider's IPv4 addresses."""

    transport: str
    address: str
    port: int

    def __str__(self) -> str:
        return f"{self.transport} {self.address}:{self.port}"


class Ways:
    """The ways to one provider, and the one in use."""

    def __init__(self, doors: Sequence[Door]) -> None:
        if not doors:
            raise ValueError("a provider has a transport and a port at least")
        self._doors = tuple(doors)
        self._ways: tuple[Way, ...] = ()
        self._worked = False
        self._silent = 0
        self.current: Way | None = None
        """The way to use now; ``None`` before an address is known."""

    @property
    def addresses(self) -> frozenset[str]:
        """Every address that the provider may speak from."""
        used = {self.current.address} if self.current else set()
        return frozenset(used | {way.address for way in self._ways})

    def found(self, addresses: Sequence[str]) -> None:
        """The provider's addresses, from DNS.  An empty answer changes nothing."""
        if not addresses:
            return
        self._ways = tuple(
            Way(door.transport, address, door.port) for door in self._doors for address in addresses
        )
        if self.current is None or (not self._worked and self.current not in self._ways):
            self.begin_anew()

    def answered(self) -> None:
        """Something came back on the way in use."""
        self._worked, self._silent = True, 0

    def silent(self) -> None:
        """Nothing came back: go on to the next way, or give this one another chance."""
        self._silent += 1
        if self.current is None or (self._worked and self._silent < CHANCES):
            return
        failed, worked = self.current, self._worked
        self._worked, self._silent = False, 0
        if worked or failed not in self._ways:
            others = [way for way in self._ways if way != failed]
            self.current = others[0] if others else failed
        else:
            place = self._ways.index(failed) + 1
            self.current = self._ways[place % len(self._ways)]

    def begin_anew(self) -> None:
        """Start with the best way: our network has changed, or the provider's addresses have."""
        self._worked, self._silent = False, 0
        if self._ways:
            self.current = self._ways[0]
