"""The calls that are under way, and the record that each leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from gateway.call.events import CallId
from gateway.call.evidence import CallEvidence
from gateway.call.quality import quality_figures
from gateway.call.reason import Reason
from gateway.call.verdict import judge_call
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
        self._evidence: dict[CallId, CallEvidence] = {}
        self._line_before: dict[CallId, Mapping[str, float]] = {}

    def placed(
        self, call: CallId, line: str, account: str, number: str, *, inside: bool = False
    ) -> None:
        self.running[call] = CallRecord(
            call, line, account, "out", number, "", self._clock(), inside=inside
        )

    def arrived(self, call: CallId, line: str, account: str, caller: Caller) -> None:
        number = caller.number or caller.presentation.value
        self.running[call] = CallRecord(
            call, line, account, "in", number, caller.name, self._clock(), inside=caller.inside
        )

    def taken(self, call: CallId, line: str) -> None:
        """Of the lines that rang, ``line`` answers."""
        found = self.running.get(call)
        if found is not None:
            self.running[call] = replace(found, line=line)

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

    def detail(
        self,
        call: CallId,
        text: str,
        figures: Mapping[str, float],
        evidence: CallEvidence | None = None,
    ) -> None:
        found = self.running.get(call)
        if found is not None:
            self.running[call] = replace(found, detail=text, figures=dict(figures))
            if evidence is not None:
                self._evidence[call] = evidence

    def line_counters(self, call: CallId, counters: Mapping[str, float]) -> None:
        """The counters of the line's voice: at the answer first, and again before ``ended``."""
        found = self.running.get(call)
        if found is None:
            return
        before = self._line_before.setdefault(call, counters)
        grown = {f"line_{name}": counters[name] - before[name] for name in before}
        self.running[call] = replace(found, figures={**found.figures, **grown})

    def ended(self, call: CallId, reason: Reason) -> CallRecord | None:
        """Write the record of ``call``; ``None`` if it is not, or no longer, under way."""
        found = self.running.pop(call, None)
        evidence = self._evidence.pop(call, None)
        self._line_before.pop(call, None)
        if found is None:
            return None
        now = self._clock()
        figures = {**found.figures, **quality_figures(found.figures)}
        if evidence is None:
            evidence = CallEvidence(found.direction, reason, found.number, registered=found.inside)
        evidence = replace(
            evidence,
            cause=reason,
            number=evidence.number or found.number,
            answered_s=None if found.answered is None else max(0.0, now - found.answered),
            rang=found.alerted is not None and not found.early_media,
            mos=figures.get("mos"),
            far_loss_percent=figures.get("far_loss_percent"),
        )
        verdict = judge_call(evidence).as_json(evidence)
        record = replace(found, ended=now, reason=reason.value, figures=figures, verdict=verdict)
        record = replace(record, seen=not record.missed)
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
            "inside": found.inside,
            "since": found.started,
            "answered": found.answered,
        }
