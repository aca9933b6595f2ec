"""The calls that are under way, and the record that each leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from gateway.call.events import CallId
from gateway.call.reason import Reason
from gateway.caller import Caller
from gateway.records.calls import CallRecord


class CallLog:
    """Follows every call from its first message to its end.

    ``add`` gets the finished record; ``clock`` gives UTC seconds.
    """

    def __init__(self, add: Callable[[CallRecord], None], clock: Callable[[], float]) -> None:
        self.running: dict[CallId, CallRecord] = {}
        """Each call that is under way, as its record stands so far."""
        self._add = add
        self._clock = clock

    def placed(self, call: CallId, line: str, account: str, number: str) -> None:
        self.running[call] = CallRecord(call, line, account, "out", number, "", self._clock())

    def arrived(self, call: CallId, line: str, account: str, caller: Caller) -> None:
        number = caller.number or caller.presentation.value
        self.running[call] = CallRecord(
            call, line, account, "in", number, caller.name, self._clock()
        )

    def progress(self, call: CallId, *, early_media: bool) -> None:
        found = self.running.get(call)
        if found is not None:
            self.running[call] = replace(
                found,
                alerted=found.alerted or self._clock(),
                early_media=found.early_media or early_media,
            )

    def answered(self, call: CallId) -> None:
        found = self.running.get(call)
        if found is not None:
            self.running[call] = replace(found, answered=self._clock())

    def detail(self, call: CallId, text: str, figures: Mapping[str, float]) -> None:
        found = self.running.get(call)
        if found is not None:
            self.running[call] = replace(found, detail=text, figures=dict(figures))

    def ended(self, call: CallId, reason: Reason) -> CallRecord | None:
        """Write the record of ``call``; ``None`` if it is not, or no longer, under way."""
        found = self.running.pop(call, None)
        if found is None:
            return None
        record = replace(found, ended=self._clock(), reason=reason.value)
        self._add(record)
        return record

    def shown(self, call: CallId | None) -> Mapping[str, Any] | None:
        """A running call as the control socket shows it; ``None`` if it does not run."""
        found = self.running.get(call) if call is not None else None
        if found is None:
            return None
        return {
            "id": found.id,
            "direction": found.direction,
            "number": found.number,
            "name": found.name,
            "since": found.started,
            "answered": found.answered,
        }
