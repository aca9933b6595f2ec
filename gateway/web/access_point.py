"""Opens and closes the adapter's own Wi-Fi network, as ``gateway.network.own_network`` decides."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Sequence

from gateway.network.model import Interface, Join, State, WifiNetwork
from gateway.network.own_network import OwnNetworkPolicy, Step
from gateway.network.system import Systems
from gateway.network.troubles import NetworkError
from gateway.words import Words

_log = logging.getLogger(__name__)

LOOK_EVERY = 5.0
"""Seconds between two looks at the interfaces."""
LEAVE_AFTER = 2.0
"""Seconds from the answer to a visitor until the network that carries it goes."""


class AccessPoint:
    """The network of our own; ``address`` is where the page is found in it while it is open.

    It is open to everybody in reach: what a visitor may do is decided by the page, which asks for
    a code of the telephone and takes passwords over TLS only (docs/decisions/0028).
    """

    def __init__(self, systems: Systems, policy: OwnNetworkPolicy | None = None) -> None:
        self._systems = systems
        self._policy = policy or OwnNetworkPolicy()
        self._task: asyncio.Task[None] | None = None
        self._joining: asyncio.Task[None] | None = None
        self.address = ""
        """Of the adapter in its own network; empty while there is none."""
        self.interface = ""
        self.found: Sequence[WifiNetwork] = ()
        """The networks that were in reach before the radio became an access point."""
        self.trouble: Words | None = None
        """Why the last network could not be joined."""

    @property
    def open(self) -> bool:
        return bool(self.address)

    def start(self) -> None:
        """Begin to look.  On the event loop."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Look no more; a network that is open stays, for whoever is in it."""
        tasks = [task for task in (self._task, self._joining) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def join(self, wish: Join) -> None:
        """Leave our own network for another one, a moment later; ours comes back if that fails."""
        self.trouble = None
        self._joining = asyncio.create_task(self._join(wish))

    async def look(self, now: float) -> None:
        """Look once, and do what is to be done; ``now`` as the policy has it."""
        network = (await self._systems.system()).network
        interfaces = await network.interfaces()
        self._note(interfaces)
        knows_wifi = await network.knows_wifi()
        decision = self._policy.decide(now, interfaces, knows_wifi=knows_wifi)
        match decision.step:
            case Step.OPEN:
                self.found = await network.scan(decision.interface)
                _log.info("no network: the adapter opens one of its own, %s", own_name())
                await network.open_access_point(decision.interface, own_name())
                self._note(await network.interfaces())
            case Step.CLOSE:
                _log.info("a cable works: the adapter's own network is closed")
                await network.close_access_point()
                self.address = ""
            case Step.NOTHING:
                pass

    async def _run(self) -> None:
        while True:
            if self._joining is None or self._joining.done():
                try:
                    await self.look(time.monotonic())
                except NetworkError as error:
                    _log.debug("the network cannot be looked at: %s", error)
            await asyncio.sleep(LOOK_EVERY)

    async def _join(self, wish: Join) -> None:
        interface = self.interface
        await asyncio.sleep(LEAVE_AFTER)
        system = await self._systems.system()
        try:
            await system.changes.join(interface, wish)
            await system.network.close_access_point()
        except NetworkError as error:
            _log.warning("the network %s was not joined: %s", wish.ssid, error)
            self.trouble = error.trouble.words

    def _note(self, interfaces: Sequence[Interface]) -> None:
        sharing = next((one for one in interfaces if one.state is State.SHARING), None)
        self.address, self.interface = "", ""
        if sharing is not None and sharing.addresses:
            self.address = sharing.addresses[0].partition("/")[0]
            self.interface = sharing.name


def own_name() -> str:
    """What our network is called: as the adapter is, so that two of them differ."""
    return socket.gethostname().partition(".")[0][:32] or "multifon"
