"""The sockets of a process, as the kernel lists them (proc(5))."""

from __future__ import annotations

import contextlib
from pathlib import Path

_LISTENS = "0A"
"""TCP_LISTEN, in the column ``st`` of /proc/net/tcp."""


def udp_ports(pid: int) -> set[int]:
    """The IPv4 UDP ports that the process ``pid`` has bound."""
    return {port for port, _ in _ports(pid, "udp")}


def listening_tcp_ports(pid: int) -> set[int]:
    """The IPv4 TCP ports on which the process ``pid`` takes connections."""
    return {port for port, state in _ports(pid, "tcp") if state == _LISTENS}


def _ports(pid: int, protocol: str) -> list[tuple[int, str]]:
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            target = str(descriptor.readlink())
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    rows = Path(f"/proc/{pid}/net/{protocol}").read_text().splitlines()[1:]
    columns = [row.split() for row in rows]
    return [(int(row[1].partition(":")[2], 16), row[3]) for row in columns if row[9] in inodes]
