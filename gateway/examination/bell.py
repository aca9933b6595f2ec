"""A test of the bell and of the display: the telephone rings, and nobody calls."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from gateway.call.events import ExamineBell
from gateway.caller import Caller
from gateway.examination.steps import Ending
from gateway.examination.taken_line import EndedError, SkippedError, TakenLine
from gateway.exchange import Exchange
from gateway.exchange_line import Line
from gateway.line import OffHook

Tell = Callable[[Mapping[str, Any]], None]
AfterLift = Callable[[TakenLine], Awaitable[None]]
"""What is done once the receiver is lifted, before the line is given back."""

LIFTED = "lifted"


class Bell(enum.Enum):
    """What the bell is rung for; ``value`` is the stable name (event ``line-test``)."""

    RING = "ring"
    CALLER_ID = "caller-id"
    CODE = "code"


_TEXTS: Mapping[str, tuple[str, str]] = {
    LIFTED: (
        "The receiver was lifted: the bell rings.",
        "Трубку сняли: звонок работает.",
    ),
    Ending.NOT_LIFTED.value: (
        "It rang, and nobody lifted the receiver. If no bell was heard, look whether the telephone "
        "is plugged in and its bell is switched on.",
        "Телефон звонил, но трубку никто не снял. Если звонка не было слышно, проверьте, подключён "
        "ли телефон и включён ли у него звонок.",
    ),
    Ending.CALL.value: (
        "Somebody called, which ended the test; start it again after the call.",
        "Поступил звонок, и проверка прервана; повторите её после разговора.",
    ),
    Ending.FAULT.value: (
        "The line has a fault, which ended the test.",
        "На линии неисправность, проверка прервана.",
    ),
    Ending.HUNG_UP.value: (
        "The receiver was replaced.",
        "Трубку положили.",
    ),
    Ending.STOPPED.value: ("The test was stopped.", "Проверка остановлена."),
}


class BellTest:
    """Rings ``line`` for ``seconds`` or until the receiver is lifted, and shows ``caller``.

    ``ValueError`` if the line is used.  ``tell`` gets the events ``line-test``.
    """

    def __init__(
        self,
        line: Line,
        exchange: Exchange,
        tell: Tell,
        seconds: float,
        caller: Caller | None,
        *,
        bell: Bell = Bell.RING,
        after_lift: AfterLift | None = None,
    ) -> None:
        self._taken = TakenLine(line, exchange, ExamineBell(caller))
        self._told = {"line": line.name, "test": bell.value}
        self._tell = tell
        self._seconds = seconds
        self._after_lift = after_lift

    def stop(self) -> None:
        self._taken.skip()

    async def run(self) -> Mapping[str, Any]:
        """``lifted``, ``ending`` and a sentence for it."""
        lifted, ending = False, Ending.STOPPED.value
        self._tell({**self._told, "phase": "begins", "seconds": self._seconds})
        try:
            lifted = await self._taken.next(OffHook, self._seconds) is not None
            ending = LIFTED if lifted else Ending.NOT_LIFTED.value
            if lifted and self._after_lift is not None:
                self._tell({**self._told, "phase": "lifted"})
                await self._after_lift(self._taken)
        except SkippedError:
            ending = Ending.STOPPED.value
        except EndedError:
            ending = self._taken.why_ended().value
        finally:
            self._taken.release()
            text, text_ru = _TEXTS[ending]
            result = {
                "line": self._told["line"],
                "lifted": lifted,
                "ending": ending,
                "text": text,
                "text_ru": text_ru,
            }
            self._tell({**self._told, "phase": "over", "result": result})
        return result
