"""pjproject's sockets: it keeps them to itself, so they are found among our own descriptors."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator


def _duplicate(descriptor: int) -> socket.socket | None:
    """A socket object on a duplicate of ``descriptor``, so that closing it closes nothing else."""
    try:
        duplicate = os.dup(descriptor)
    except OSError:  # closed by another thread meanwhile
        return None
    try:
        return socket.socket(fileno=duplicate)
    except OSError:  # not a socket
        os.close(duplicate)
        return None


def sockets_on_port(port: int, kind: int) -> Iterator[socket.socket]:
    """This process's IPv4 sockets of ``kind`` (``SOCK_DGRAM``, ``SOCK_STREAM``) bound to ``port``.

    Of TCP only the listening ones.  Each is a duplicate, which the caller closes.
    """
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - a Path per descriptor gains nothing
        sock = _duplicate(int(name))
        if sock is None:
            continue
        if (
            sock.family == socket.AF_INET
            and sock.type == kind
            and sock.getsockname()[1] == port
            and (
                kind != socket.SOCK_STREAM
                or sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            )
        ):
            yield sock
        else:
            sock.close()
