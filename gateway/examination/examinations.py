"""The examinations that run, at most one a line; what the control socket asks of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from gateway.examination.examination import Examination
from gateway.examination.steps import Pace, Step
from gateway.exchange import Exchange, Line, Publish

_log = logging.getLogger(__name__)

EVENT = "examination"


class Examinations:
    """Begins and ends them.  Every refusal is a ``ValueError`` with a sentence."""

    def __init__(self, exchange: Exchange, publish: Publish, pace: Pace | None = None) -> None:
        self._exchange = exchange
        self._publish = publish
        self._pace = pace or Pace()
        self._running: dict[str, tuple[Examination, asyncio.Task[None]]] = {}

    def begin(self, line: Line) -> Mapping[str, Any]:
        """Begin to examine ``line``; the events ``examination`` tell the rest."""
        examination = Examination(line, self._exchange, partial(self._publish, EVENT), self._pace)
        task = asyncio.create_task(examination.run(), name=f"examination of {line.name}")
        self._running[line.name] = examination, task
        task.add_done_callback(partial(self._over, line))
        steps = [{"step": step.value, "seconds": self._pace.limit(step)} for step in Step]
        return {"line": line.name, "steps": steps}

    def skip(self, line: Line) -> None:
        """Go on with the next step."""
        self._of(line)[0].skip()

    async def stop(self, line: Line) -> None:
        """End it; returns when the line is as it was."""
        await _ended(self._of(line)[1])

    async def close(self) -> None:
        """Stop all of them.  Idempotent."""
        for _, task in tuple(self._running.values()):
            await _ended(task)

    def _over(self, line: Line, task: asyncio.Task[None]) -> None:
        self._running.pop(line.name, None)
        # A task that is cancelled before it begins never comes to its own end.
        self._exchange.end_examination(line)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("the examination of line %s failed", line.name, exc_info=error)

    def _of(self, line: Line) -> tuple[Examination, asyncio.Task[None]]:
        if line.name not in self._running:
            raise ValueError(f"Line {line.name} is not being examined.")
        return self._running[line.name]


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
