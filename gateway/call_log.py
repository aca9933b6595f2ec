"""The calls that are under way, and the record that each leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.call.events import CallId
from gateway.call.reason import Reason
from gateway.caller import Caller
from gateway.records.calls import CallRecord


@dataclass(slots=True)
class RunningCall:
    """What is known of a call so far.  Times are UTC seconds since the epoch."""

    call: CallId
    line: str
    account: str
    direction: str
    number: str
    name: str
    started: float
    alerted: float | None = None
    answered: float | None = None
    early_media: bool = False
    detail: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)


class CallLog:
    """Follows every call from its first message to its end.

    ``add`` gets the finished record; ``clock`` gives UTC seconds.
    """

    def __init__(self, add: Callable[[CallRecord], None], clock: Callable[[], float]) -> None:
        self.running: dict[CallId, RunningCall] = {}
        self._add = add
        self._clock = clock

    def placed(self, call: CallId, line: str, account: str, number: str) -> None:
        self.running[call] = RunningCall(call, line, account, "out", number, "", self._clock())

    def arrived(self, call: CallId, line: str, account: str, caller: Caller) -> None:
        number = caller.number or caller.presentation.value
        self.running[call] = RunningCall(
            call, line, account, "in", number, caller.name, self._clock()
        )

    def progress(self, call: CallId, *, early_media: bool) -> None:
        found = self.running.get(call)
        if found is not None:
            found.alerted = found.alerted or self._clock()
            found.early_media = found.early_media or early_media

    def answered(self, call: CallId) -> None:
        found = self.running.get(call)
        if found is not None:
            found.answered = self._clock()

    def detail(self, call: CallId, text: str, figures: Mapping[str, float]) -> None:
        found = self.running.get(call)
        if found is not None:
            found.detail, found.figures = text, figures

    def ended(self, call: CallId, reason: Reason) -> CallRecord | None:
        """Write the record of ``call``; ``None`` if it is not, or no longer, under way."""
        found = self.running.pop(call, None)
        if found is None:
            return None
        record = CallRecord(
            id=found.call,
            line=found.line,
            account=found.account,
            direction=found.direction,
            number=found.number,
            name=found.name,
            started=found.started,
            alerted=found.alerted,
            answered=found.answered,
            ended=self._clock(),
            reason=reason.value,
            detail=found.detail,
            early_media=found.early_media,
            figures=dict(found.figures),
        )
        self._add(record)
        return record

    def of_line(self, line: str) -> Mapping[str, Any] | None:
        """The running call of ``line`` as the control socket shows it."""
        for call in self.running.values():
            if call.line == line:
                return {
                    "id": call.call,
                    "direction": call.direction,
                    "number": call.number,
                    "name": call.name,
                    "since": call.started,
                    "answered": call.answered,
                }
        return None
