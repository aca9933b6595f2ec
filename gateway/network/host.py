"""The adapter's name and time zone, asked of systemd (hostnamed and timedated)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from gateway.network.bus import At, Bus
from gateway.network.model import WishError
from gateway.settings.files import locked, replace
from gateway.words import Words

_HOSTNAME = At(
    "org.freedesktop.hostname1", "/org/freedesktop/hostname1", "org.freedesktop.hostname1"
)
_TIMEDATE = At(
    "org.freedesktop.timedate1", "/org/freedesktop/timedate1", "org.freedesktop.timedate1"
)

NAME_FILE, ZONE_FILE = "hostname", "timezone"
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
    """The system's name and clock.  ``NetworkError`` for whatever fails.

    On a read-only system both are ``kept`` in the files ``hostname`` and ``timezone`` of a folder;
    what watches it (``systemd/appliance``) makes them true, at once and at every start.
    """

    def __init__(self, bus: Bus, kept: Path | None = None) -> None:
        self._bus = bus
        self._kept = kept

    async def name(self) -> str:
        if self._kept is not None and (given := _read(self._kept / NAME_FILE)):
            return given
        found: str = (await self._bus.properties(_HOSTNAME))["Hostname"]
        return found

    async def set_name(self, name: str) -> None:
        """Lasting and at once; avahi tells the network the new name by itself."""
        if self._kept is not None:
            _keep(self._kept / NAME_FILE, name)
            return
        for method in ("SetStaticHostname", "SetHostname"):
            await self._bus.call(_HOSTNAME, method, "sb", name, False)

    async def clock(self) -> Clock:
        found = await self._bus.properties(_TIMEDATE)
        given = "" if self._kept is None else _read(self._kept / ZONE_FILE)
        return Clock(given or found["Timezone"], bool(found["NTPSynchronized"]))

    async def zones(self) -> tuple[str, ...]:
        """The time zones that the system knows."""
        return tuple(await self._bus.call(_TIMEDATE, "ListTimezones"))

    async def set_zone(self, zone: str) -> None:
        """``WishError`` for a zone that is not there."""
        if zone not in await self.zones():
            raise WishError(
                "zone", Words("There is no such time zone.", "Такого часового пояса нет.")
            )
        if self._kept is not None:
            _keep(self._kept / ZONE_FILE, zone)
            return
        await self._bus.call(_TIMEDATE, "SetTimezone", "sb", zone, False)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _keep(file: Path, text: str) -> None:
    with locked(file.parent):
        replace(file, f"{text}\n".encode("ascii"), 0o600)
