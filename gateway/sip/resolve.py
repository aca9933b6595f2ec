"""The provider's address, found without holding up the SIP thread, and kept when DNS fails."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable

_log = logging.getLogger(__name__)


def addresses_of(host: str) -> tuple[str, ...]:
    """The IPv4 addresses of ``host`` in the resolver's order; empty if there are none."""
    try:
        found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)
    except OSError:
        return ()
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class Resolver:
    """Looks hosts up in a thread of their own.

    ``submit`` hands the outcome to the thread that asked.  The last good answer serves while DNS
    gives none: a name server's fault must not silence the telephone.
    """

    def __init__(self, submit: Callable[[Callable[[], None]], None]) -> None:
        self._submit = submit
        self._last_good: dict[str, tuple[str, ...]] = {}

    def resolve(self, host: str, found: Callable[[tuple[str, ...]], None]) -> None:
        """Look ``host`` up and call ``found`` with its addresses, empty if it never had any."""

        def look_up() -> None:
            addresses = addresses_of(host)
            self._submit(lambda: self._done(host, addresses, found))

        threading.Thread(target=look_up, name="resolve", daemon=True).start()

    def _done(
        self, host: str, addresses: tuple[str, ...], found: Callable[[tuple[str, ...]], None]
    ) -> None:
        if addresses:
            self._last_good[host] = addresses
        elif host in self._last_good:
            _log.warning("DNS does not know %s now; its last good address is used", host)
        found(self._last_good.get(host, ()))
