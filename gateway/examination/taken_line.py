"""A line that was taken out of use to be examined, and what happens on it meanwhile.

Call control knows of it by the states ``IN_EXAMINATION``; whatever ends them - the receiver, a
call, a fault - ends what is examined.
"""

from __future__ import annotations

import asyncio

from gateway.call.events import Event, ExamineBell, ExamineLine
from gateway.call.state import HAS_CALL, IN_EXAMINATION, State
from gateway.examination.steps import Ending
from gateway.exchange import Exchange
from gateway.exchange_line import Line


class SkippedError(Exception):
    """The person does not want this step."""


class EndedError(Exception):
    """The line is not examined any more."""


class TakenLine:
    """Takes ``line`` at once (``Exchange.begin_examination``) and keeps it until ``release``.

    ``ValueError`` says why the line cannot be had now.
    """

    def __init__(
        self, line: Line, exchange: Exchange, begin: ExamineLine | ExamineBell | None = None
    ) -> None:
        self.line = line
        self._exchange = exchange
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        exchange.begin_examination(line, self._events.put_nowait, begin)

    @property
    def ours(self) -> bool:
        """Whether the line is still being examined."""
        return self.line.session.state in IN_EXAMINATION

    @property
    def on_hook(self) -> bool:
        """Whether it is, with the receiver on the hook."""
        return self.line.session.state in {State.EXAMINATION_AWAITED, State.EXAMINATION_RINGS}

    def skip(self) -> None:
        """Let whoever waits have ``SkippedError``."""
        self._events.put_nowait(None)

    async def next(self, kind: type[Event] | None, seconds: float) -> Event | None:
        """The next event of ``kind`` within ``seconds``, else ``None``.

        ``SkippedError`` after ``skip``, ``EndedError`` when the line is ours no more.
        """
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                while True:
                    event = await self._events.get()
                    if event is None:
                        raise SkippedError
                    if not self.ours:
                        raise EndedError
                    if kind is not None and isinstance(event, kind):
                        return event
        except TimeoutError:
            return None

    async def pass_time(self, seconds: float) -> None:
        await self.next(None, seconds)

    def hush(self) -> None:
        """End our sound; one that began after the examination is not ours."""
        if self.ours:
            self.line.voice.play(None)
            self.line.voice.hush()

    def why_ended(self) -> Ending:
        """What took the line away."""
        state = self.line.session.state
        if state is State.OUT_OF_SERVICE:
            return Ending.FAULT
        return Ending.CALL if state in HAS_CALL else Ending.HUNG_UP

    def release(self) -> None:
        """Give the line back; a lifted receiver hears the dial tone.  Idempotent."""
        self.hush()
        self._exchange.end_examination(self.line)
