"""Whether a host answers in the adapter's own network: the router, or one with our address.

Asked by ARP, which every host answers, while many drop ICMP: a datagram makes the kernel look for
the address, and its table of neighbours tells whether somebody was there.
"""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path

NEIGHBOURS = Path("/proc/net/arp")
LONGEST = 3.0
"""Seconds.  The kernel asks three times, a second apart."""
_DISCARD = 9
_COMPLETE = 0x2


async def host_answers(address: str, seconds: float = LONGEST) -> bool:
    """Whether a host with this IPv4 address is on one of our own networks."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.sendto(b"", (address, _DISCARD))
        except OSError:
            pass  # no route yet
        await asyncio.sleep(0.2)
        table = await asyncio.to_thread(NEIGHBOURS.read_text, encoding="ascii")
        if is_neighbour(address, table):
            return True
        if time.monotonic() > deadline:
            return False


def is_neighbour(address: str, table: str) -> bool:
    """Whether the kernel's table (proc(5), /proc/net/arp) has the host's hardware address."""
    for row in table.splitlines()[1:]:
        fields = row.split()
        if len(fields) >= 4 and fields[0] == address and int(fields[2], 16) & _COMPLETE:
            return True
    return False
