"""Our own address in the network, as the kernel would use it."""

from __future__ import annotations

import socket

_DISCARD = 9
"""A port number for ``connect``, which sends nothing on UDP (RFC 863)."""


def own_address(remote: str) -> str:
    """The IPv4 address from which this computer would speak to ``remote``.

    Empty while there is no route.  It takes some ten microseconds and sends nothing.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect((remote, _DISCARD))
        except OSError:
            return ""
        return str(sock.getsockname()[0])


class OwnAddress:
    """Notices that this computer has moved: another address, or a network that came back."""

    def __init__(self) -> None:
        self.address = ""
        """The last one that there was."""
        self._away = False

    def moved(self, now_own: str) -> bool:
        """Whether ``now_own`` (empty without a route) is another place than before."""
        if not now_own:
            self._away = bool(self.address)
            return False
        known = bool(self.address)
        changed = known and (self._away or now_own != self.address)
        self.address, self._away = now_own, False
        return changed
