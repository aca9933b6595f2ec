"""The examinations and tests that run, at most one a line; what the control socket asks of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

from gateway.examination.examination import Examination
from gateway.examination.progress import Progress
from gateway.examination.steps import Pace, Step
from gateway.exchange import Exchange, Publish
from gateway.exchange_line import Line
from gateway.refusal import refusal
from gateway.words import Words

_log = logging.getLogger(__name__)

EVENT = "examination"

Values = Mapping[str, Any]

_NOT_EXAMINED = Words("Line {line} is not being examined.", "Телефон {line} не проверяется.")


class LineTest(Protocol):
    """One short test of a line (``gateway.examination.bell``, ``dial``)."""

    async def run(self) -> Values:
        """Perform it and give the line back, also when it is cancelled; what came of it."""

    def stop(self) -> None:
        """Let it come to its end now."""


class Examinations:
    """Begins and ends them.  Every refusal is a ``ValueError`` with a sentence."""

    def __init__(self, exchange: Exchange, publish: Publish, pace: Pace | None = None) -> None:
        self._exchange = exchange
        self._publish = publish
        self._pace = pace or Pace()
        self._running: dict[str, tuple[Examination | LineTest, asyncio.Task[Values | None]]] = {}
        self._told: dict[str, Progress] = {}
        """Of the newest examination of each line."""

    def begin(self, line: Line) -> Values:
        """Begin to examine ``line``; the events ``examination`` tell the rest."""
        examination = Examination(line, self._exchange, self._tell, self._pace)
        self._told[line.name] = Progress()
        task = asyncio.create_task(examination.run(), name=f"examination of {line.name}")
        self._keep(line, examination, task)
        steps = [{"step": step.value, "seconds": self._pace.limit(step)} for step in Step]
        return {"line": line.name, "steps": steps}

    def start(self, line: Line, test: LineTest) -> asyncio.Task[Values]:
        """Begin ``test``, which has taken ``line`` already; its result is the task's."""
        task = asyncio.create_task(test.run(), name=f"test of {line.name}")
        self._keep(line, test, task)
        return task

    async def perform(self, line: Line, test: LineTest) -> Values:
        """What comes of ``test``; whoever waits no longer ends it."""
        task = self.start(line, test)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await _ended(task)
            raise

    def progress(self, line: Line) -> Values:
        """How far the newest examination of ``line`` has come, for who joins later."""
        return {"line": line.name, **self._told.get(line.name, Progress()).values}

    def _tell(self, event: Values) -> None:
        told = self._told[event["line"]]
        self._told[event["line"]] = told.after(event)
        self._publish(EVENT, event)

    def skip(self, line: Line) -> None:
        """Go on with the next step."""
        found = self._of(line)[0]
        if not isinstance(found, Examination):
            raise refusal(_NOT_EXAMINED, line=line.name)
        found.skip()

    async def stop(self, line: Line) -> None:
        """End it; returns when the line is as it was."""
        found, task = self._of(line)
        if isinstance(found, Examination):
            await _ended(task)
        else:
            found.stop()
            await asyncio.gather(asyncio.shield(task), return_exceptions=True)

    async def close(self) -> None:
        """Stop all of them.  Idempotent."""
        for _, task in tuple(self._running.values()):
            await _ended(task)

    def _keep(
        self, line: Line, examination: Examination | LineTest, task: asyncio.Task[Any]
    ) -> None:
        self._running[line.name] = examination, task
        task.add_done_callback(partial(self._over, line))

    def _over(self, line: Line, task: asyncio.Task[Any]) -> None:
        self._running.pop(line.name, None)
        # A task that is cancelled before it begins never comes to its own end.
        self._exchange.end_examination(line)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("the examination of line %s failed", line.name, exc_info=error)

    def _of(self, line: Line) -> tuple[Examination | LineTest, asyncio.Task[Any]]:
        if line.name not in self._running:
            raise refusal(_NOT_EXAMINED, line=line.name)
        return self._running[line.name]


async def _ended(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
