"""A change of the network that is taken back unless the new network works.

NetworkManager itself keeps the old state and brings it back when its time is over, so the adapter
cannot be lost even if this process dies in the middle.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from gateway.network.model import Join, StaticAddress
from gateway.network.networkmanager import UP
from gateway.network.troubles import NetworkError, Trouble

_log = logging.getLogger(__name__)

SPARE = 30
"""Seconds between the end of a change's time and NetworkManager's own way back."""
CONFIRM = 90
"""Seconds in which a person has to open the page at an address that was set by hand."""

Answers = Callable[[str], Awaitable[bool]]
"""Whether a host answers at an IPv4 address of the adapter's own networks."""


class Network(Protocol):
    """What of ``NetworkManager`` a change needs."""

    async def join(self, interface: str, wish: Join) -> None: ...
    async def set_address(self, interface: str, static: StaticAddress | None) -> None: ...
    async def begin_trial(self, seconds: int) -> str: ...
    async def keep(self, trial: str) -> None: ...
    async def roll_back(self, trial: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Pending:
    """A change that works, and is kept only if somebody says so in time."""

    trial: str
    seconds: int


class Changes:
    """One change at a time; every other is refused meanwhile."""

    def __init__(self, network: Network, answers: Answers, confirm_within: int = CONFIRM) -> None:
        """``confirm_within`` is in seconds."""
        self._network = network
        self._confirm_within = confirm_within
        self._answers = answers
        self._busy = asyncio.Lock()
        self._pending: Pending | None = None
        self._timer: asyncio.Task[None] | None = None

    @property
    def pending(self) -> Pending | None:
        """The change that waits for a person's word."""
        return self._pending

    async def join(self, interface: str, wish: Join) -> None:
        """Join a Wi-Fi network and keep it when it is up; else all is as before.

        ``NetworkError`` says why it did not come up.
        """
        async with self._alone():
            trial = await self._network.begin_trial(int(UP) + SPARE)
            try:
                await self._network.join(interface, wish)
            except BaseException:
                await self._back(trial)
                raise
            await self._network.keep(trial)

    async def set_address(self, interface: str, static: StaticAddress | None) -> Pending | None:
        """Another IPv4 address.  One set by hand waits for ``confirm`` and ends by itself.

        An address from the router is kept when it came.
        """
        async with self._alone():
            if static is not None and await self._answers(str(static.address.ip)):
                raise NetworkError(Trouble.ADDRESS_TAKEN)
            trial = await self._network.begin_trial(int(UP) + CONFIRM + SPARE)
            try:
                await self._network.set_address(interface, static)
                await self._see_router(static)
            except BaseException:
                await self._back(trial)
                raise
            if static is None:
                await self._network.keep(trial)
                return None
            self._pending = Pending(trial, self._confirm_within)
            self._timer = asyncio.create_task(self._wait(self._confirm_within))
            return self._pending

    async def confirm(self) -> None:
        """The page was opened at the new address: it stays.  ``NetworkError`` if it is too late."""
        pending = self._settle()
        if pending is None:
            raise NetworkError(Trouble.NOT_IN_TIME)
        await self._network.keep(pending.trial)

    async def take_back(self) -> None:
        """Do not wait any longer: all is as before.  Nothing if nothing is pending."""
        pending = self._settle()
        if pending is not None:
            await self._back(pending.trial)

    def _settle(self) -> Pending | None:
        """Nothing is pending any more; what was."""
        pending, self._pending = self._pending, None
        if self._timer is not None and self._timer is not asyncio.current_task():
            self._timer.cancel()
        self._timer = None
        return pending

    async def _wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.take_back()

    async def _see_router(self, static: StaticAddress | None) -> None:
        """An address set by hand is "up" wherever it is: somebody has to answer there."""
        if static is not None and not await self._answers(str(static.router)):
            raise NetworkError(Trouble.NO_ROUTER)

    async def _back(self, trial: str) -> None:
        try:
            await self._network.roll_back(trial)
        except NetworkError as error:
            # It comes back by itself when its time is over.
            _log.warning("the network is not back yet: %s", error)

    def _alone(self) -> asyncio.Lock:
        if self._busy.locked() or self._pending is not None:
            raise NetworkError(Trouble.BUSY)
        return self._busy
