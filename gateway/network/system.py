"""The system's services for the network, together: asked for when they are needed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from gateway.network.bus import Bus
from gateway.network.change import Changes
from gateway.network.host import Host
from gateway.network.neighbour import host_answers
from gateway.network.networkmanager import NetworkManager


@dataclass(frozen=True, slots=True)
class System:
    """What the adapter can ask of its operating system."""

    network: NetworkManager
    changes: Changes
    host: Host


class Systems:
    """One connection for the life of the process, made when it is first asked for.

    ``address`` is that of another D-Bus than the system's; ``kept`` as in ``Host``.
    """

    def __init__(self, address: str | None = None, kept: Path | None = None) -> None:
        self._address = address
        self._kept = kept
        self._bus: Bus | None = None
        self._system: System | None = None
        self._connecting = asyncio.Lock()

    async def system(self) -> System:
        """``NetworkError`` where there is no bus; tried again the next time."""
        async with self._connecting:
            if self._system is None or self._bus is None or not self._bus.connected:
                self._bus = await Bus.connect(self._address)
                network = NetworkManager(self._bus)
                self._system = System(
                    network, Changes(network, host_answers), Host(self._bus, self._kept)
                )
            return self._system

    def close(self) -> None:
        if self._bus is not None:
            self._bus.close()
