"""What all pages share."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from starlette.requests import HTTPConnection

from gateway.interfaces.interfaces import Interfaces
from gateway.network.system import Systems
from gateway.web.access_point import AccessPoint
from gateway.web.attempts import Attempts
from gateway.web.audit import Audit
from gateway.web.daemon import Daemon
from gateway.web.password import PagePassword
from gateway.web.sessions import Sessions
from gateway.web.update_search import Updates


@dataclass(frozen=True, slots=True)
class Site:
    """The page's parts.  ``secure``: it is reached by TLS, so cookies never travel without."""

    daemon: Daemon
    sessions: Sessions
    password: PagePassword
    audit: Audit
    interfaces: Interfaces
    """For other programs of the home."""
    secure: bool = False
    fingerprint: str = ""
    """SHA-256 of the certificate in hexadecimal; empty without TLS."""
    attempts: Attempts = field(default_factory=Attempts)
    systems: Systems = field(default_factory=Systems)
    access_point: AccessPoint = field(default_factory=lambda: AccessPoint(Systems()))
    """The adapter's own Wi-Fi network; it is never opened on a computer with other tasks."""
    updates: Updates | None = None
    """``None`` on a computer with other tasks."""


def site_in(
    folder: Path,
    daemon: Daemon,
    *,
    secure: bool = False,
    fingerprint: str = "",
    systems: Systems | None = None,
    updates: Updates | None = None,
) -> Site:
    """The site whose state is in ``folder``."""
    system = systems or Systems()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    audit = Audit(folder)
    return Site(
        daemon,
        Sessions(folder, time.time),
        PagePassword(folder),
        audit,
        Interfaces(folder, daemon, audit),
        secure,
        fingerprint,
        systems=system,
        access_point=AccessPoint(system),
        updates=updates,
    )


def site_of(connection: HTTPConnection) -> Site:
    return cast(Site, connection.app.state.site)


def address_of(connection: HTTPConnection) -> str:
    """The browser's address."""
    return connection.client.host if connection.client else "unknown"
