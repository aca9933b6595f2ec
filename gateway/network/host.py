"""The adapter's name and time zone, asked of systemd (hostnamed and timedated)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.network.bus import At, Bus
from gateway.network.model import WishError
from gateway.words import Words

_HOSTNAME = At(
    "org.freedesktop.hostname1", "/org/freedesktop/hostname1", "org.freedesktop.hostname1"
)
_TIMEDATE = At(
    "org.freedesktop.timedate1", "/org/freedesktop/timedate1", "org.freedesktop.timedate1"
)

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Clock:
    """What the system knows about the time."""

    zone: str
    """As in the IANA data base, ``Europe/Moscow``."""
    synchronised: bool
    """By the network."""


def host_name(text: str) -> str:
    """A host name of one label (RFC 1123) from what a person types; ``WishError`` if it is none."""
    name = text.strip().lower().removesuffix(".local")
    if not _LABEL.fullmatch(name):
        raise WishError(
            "host_name",
            Words(
                "A name has 1 to 63 letters a-z, digits and hyphens, and no hyphen at its ends.",
                "Имя — от 1 до 63 латинских букв, цифр и дефисов, без дефиса по краям.",
            ),
        )
    return name


class Host:
    """The system's name and clock.  ``NetworkError`` for whatever fails."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def name(self) -> str:
        found: str = (await self._bus.properties(_HOSTNAME))["Hostname"]
        return found

    async def set_name(self, name: str) -> None:
        """Lasting and at once; avahi tells the network the new name by itself."""
        for method in ("SetStaticHostname", "SetHostname"):
            await self._bus.call(_HOSTNAME, method, "sb", name, False)

    async def clock(self) -> Clock:
        found = await self._bus.properties(_TIMEDATE)
        return Clock(found["Timezone"], bool(found["NTPSynchronized"]))

    async def zones(self) -> tuple[str, ...]:
        """The time zones that the system knows."""
        return tuple(await self._bus.call(_TIMEDATE, "ListTimezones"))

    async def set_zone(self, zone: str) -> None:
        """``WishError`` for a zone that is not there."""
        if zone not in await self.zones():
            raise WishError(
                "zone", Words("There is no such time zone.", "Такого часового пояса нет.")
            )
        await self._bus.call(_TIMEDATE, "SetTimezone", "sb", zone, False)
