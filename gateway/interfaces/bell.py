"""Lets telephones ring for the home."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from gateway.control.errors import ControlError
from gateway.interfaces.ringing import Ring
from gateway.web.daemon import AwayError, Daemon

ON_AND_ON = "not-lifted"
"""What ``line.ring`` ends with when nobody did anything: the next ring of the pattern follows."""


class Bells:
    """One pattern at a time for each line; a new one takes the place of the old.

    ``rings`` is told when a line begins (true) and ends to ring, ``refused`` why it does not.
    """

    def __init__(
        self,
        daemon: Daemon,
        rings: Callable[[str, bool], None],
        refused: Callable[[str, str], None],
    ) -> None:
        self._daemon = daemon
        self._rings = rings
        self._refused = refused
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopping: set[asyncio.Task[None]] = set()

    def wish(self, line: str, ring: Ring | None) -> None:
        """Ring in this way from now on, or with ``None`` be silent."""
        before = self._tasks.pop(line, None)
        if before is not None:
            before.cancel()
        if ring is not None:
            task = asyncio.create_task(self._ring(line, ring, before), name=f"bell of {line}")
            self._tasks[line] = task
            task.add_done_callback(lambda done: self._forget(line, done))
        elif before is not None:
            task = asyncio.create_task(self._silence(line, before))
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)

    async def close(self) -> None:
        """Every bell that rings for the home is silent."""
        for line in tuple(self._tasks):
            self.wish(line, None)
        await asyncio.gather(*self._stopping, return_exceptions=True)

    def _forget(self, line: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(line) is task:
            del self._tasks[line]

    async def _ring(self, line: str, ring: Ring, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await self._silence(line, before)
        shown = {"caller": ring.caller, "name": ring.name} if ring.caller or ring.name else {}
        self._rings(line, True)
        try:
            for seconds, pause in ring.steps():
                result = await self._daemon.call("line.ring", line=line, seconds=seconds, **shown)
                if result.get("ending") != ON_AND_ON:
                    break
                await asyncio.sleep(pause)
        except (ControlError, AwayError) as error:
            self._refused(line, str(error))
        finally:
            self._rings(line, False)

    async def _silence(self, line: str, before: asyncio.Task[None]) -> None:
        await asyncio.gather(before, return_exceptions=True)
        # It may have just ended by itself; then this is refused.
        with contextlib.suppress(ControlError, AwayError):
            await self._daemon.call("line.stop-ring", line=line)
