"""The door to D-Bus: calls, properties, and what went wrong in our own words."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from dbus_fast import BusType, Message, MessageType, unpack_variants
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusError, InvalidAddressError

from gateway.network.troubles import NetworkError, Trouble

ANSWER = 30.0
"""Seconds within which a service has to answer a call."""
_PROPERTIES = "org.freedesktop.DBus.Properties"

_ABSENT = {
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.Spawn.ServiceNotFound",
}
_FORBIDDEN = {
    "org.freedesktop.DBus.Error.AccessDenied",
    "org.freedesktop.NetworkManager.PermissionDenied",
    "org.freedesktop.NetworkManager.Settings.PermissionDenied",
    "org.freedesktop.PolicyKit.Error.NotAuthorized",
}
_GONE = {
    "org.freedesktop.DBus.Error.UnknownObject",
    "org.freedesktop.DBus.Error.UnknownMethod",
    "org.freedesktop.NetworkManager.UnknownDevice",
    "org.freedesktop.NetworkManager.UnknownConnection",
}


@dataclass(frozen=True, slots=True)
class At:
    """An interface of an object of a service."""

    service: str
    path: str
    interface: str


class Bus:
    """A connection to the system's bus, for the life of the process."""

    def __init__(self, connection: MessageBus) -> None:
        self._connection = connection

    @classmethod
    async def connect(cls, address: str | None = None) -> Self:
        """``address`` is that of another bus than the system's.  ``NetworkError`` without a bus."""
        try:
            connection = MessageBus(bus_address=address, bus_type=BusType.SYSTEM)
            return cls(await connection.connect())
        except (OSError, DBusError, InvalidAddressError) as error:
            raise NetworkError(Trouble.NO_BUS, str(error)) from error

    async def call(self, at: At, member: str, signature: str = "", *body: Any) -> Any:
        """The answer: nothing, a value, or a list of values.  ``NetworkError`` if it is refused."""
        values = unpack_variants(await self.typed(at, member, signature, *body))
        return None if not values else values[0] if len(values) == 1 else values

    async def typed(self, at: At, member: str, signature: str = "", *body: Any) -> list[Any]:
        """As ``call``, with the values' D-Bus types: for what is to be sent back."""
        message = Message(
            destination=at.service,
            path=at.path,
            interface=at.interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        try:
            reply = await asyncio.wait_for(self._connection.call(message), ANSWER)
        except TimeoutError as error:
            raise NetworkError(Trouble.NO_ANSWER, at.service) from error
        except (OSError, EOFError, DBusError) as error:
            raise NetworkError(Trouble.NO_BUS, str(error)) from error
        if reply is None:
            raise NetworkError(Trouble.NO_BUS, "the bus has closed the connection")
        if reply.message_type is MessageType.ERROR:
            raise _refusal(reply)
        return list(reply.body)

    async def properties(self, at: At) -> Mapping[str, Any]:
        """All properties of an interface of an object."""
        found: Mapping[str, Any] = await self.call(
            At(at.service, at.path, _PROPERTIES), "GetAll", "s", at.interface
        )
        return found

    @property
    def connected(self) -> bool:
        """Whether the bus has not closed the connection meanwhile."""
        return bool(self._connection.connected)

    def close(self) -> None:
        self._connection.disconnect()


def _refusal(reply: Message) -> NetworkError:
    name = reply.error_name or ""
    detail = str(reply.body[0]) if reply.body else name
    if name in _ABSENT:
        return NetworkError(Trouble.NO_SERVICE, detail)
    if name in _FORBIDDEN:
        return NetworkError(Trouble.FORBIDDEN, detail)
    if name in _GONE:
        return NetworkError(Trouble.GONE, detail)
    return NetworkError(Trouble.REFUSED, detail)
