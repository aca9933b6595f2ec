from __future__ import annotations

import json

from gateway.call.evidence import CallEvidence, SipEvidence
from gateway.call.reason import Reason
from gateway.call_log import CallLog
from gateway.caller import Caller
from gateway.records.calls import CallRecord


class Log:
    """A call log with a clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.records: list[CallRecord] = []
        self.log = CallLog(self.records.append, lambda: self.now)

    def talk(self, call: str, seconds: float) -> None:
        self.log.placed(call, "line1", "main", "74951234567")
        self.log.answered(call)
        self.now += seconds


def test_a_record_holds_the_verdict_the_quality_and_the_glitches_of_its_line() -> None:
    it = Log()
    it.talk("a", 60)
    it.log.line_counters("a", {"late": 5, "underruns": 1})
    it.log.line_counters("a", {"late": 9, "underruns": 1})
    sip = SipEvidence(status=200, ended_by="network")
    evidence = CallEvidence("out", Reason.COMPLETED, "74951234567", sip, sent=3000, received=2000)
    it.log.detail("a", "200 OK", {"received": 2000, "lost": 1000, "sent": 3000}, evidence)
    it.log.line_counters("a", {"late": 12, "underruns": 3})
    record = it.log.ended("a", Reason.COMPLETED)
    assert record is not None
    assert it.records == [record]
    assert record.reason == "completed"
    assert record.verdict["reason"] == "poor-voice"
    assert record.verdict["evidence"]["answered_s"] == 60
    assert record.figures["loss_percent"] == 33.33
    assert record.figures["mos"] == record.verdict["evidence"]["mos"]
    assert (record.figures["line_late"], record.figures["line_underruns"]) == (7, 2)


def test_a_call_that_never_reached_the_network_has_a_verdict_too() -> None:
    it = Log()
    it.log.placed("a", "line1", "main", "74951234567")
    record = it.log.ended("a", Reason.NOT_REGISTERED)
    assert record is not None
    assert record.verdict["reason"] == "not-registered"
    assert "mos" not in record.figures


def test_nothing_of_a_call_is_left_after_its_end() -> None:
    it = Log()
    it.log.arrived("a", "line1", "main", Caller(number="74951234567"))
    it.log.detail("a", "", {}, CallEvidence("in", Reason.COMPLETED))
    it.log.ended("a", Reason.CANCELLED)
    it.log.detail("a", "late", {}, CallEvidence("in", Reason.COMPLETED))
    it.log.line_counters("a", {"late": 1})
    assert it.log.ended("a", Reason.CANCELLED) is None
    assert len(it.records) == 1
    assert "a" not in json.dumps(list(it.log.running))


def test_a_clock_that_is_set_back_during_a_call_makes_no_negative_time() -> None:
    it = Log()
    it.talk("a", -5000)
    record = it.log.ended("a", Reason.COMPLETED)
    assert record is not None
    assert record.verdict["evidence"]["answered_s"] == 0
