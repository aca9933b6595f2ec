"""A call that is offered to two lines: what they, its far side and the list of calls are told."""

from __future__ import annotations

import pytest

from gateway.call.events import Ended, Event, Incoming
from gateway.call.reason import Reason
from gateway.call_log import CallLog
from gateway.caller import Caller
from gateway.offered_calls import OfferedCalls
from gateway.records.calls import CallRecord

ALICE = Incoming("in-1", Caller("79161234567", "Alice"))


class House:
    """Notes what everybody is told."""

    def __init__(self) -> None:
        self.records: list[CallRecord] = []
        self.far_side: list[tuple[object, ...]] = []
        self.lines: list[tuple[str, Event]] = []
        self.log = CallLog(self.records.append, lambda: 1795000000.0)
        self.calls = OfferedCalls(
            self.log, lambda _call: self, lambda line, event: self.lines.append((line, event))
        )

    def alert(self, call: str) -> None:
        self.far_side.append(("alert", call))

    def answer(self, call: str, line: str) -> None:
        self.far_side.append(("answer", call, line))

    def reject(self, call: str, reason: Reason) -> None:
        self.far_side.append(("reject", call, reason))


@pytest.fixture
def house() -> House:
    found = House()
    found.calls.offer(ALICE, "main", ["hall", "kitchen"])
    for line in ("hall", "kitchen"):
        found.calls.alert("in-1", line)
    return found


def test_every_line_has_the_call_and_the_far_side_hears_once_that_it_rings(house: House) -> None:
    assert house.lines == [("hall", ALICE), ("kitchen", ALICE)]
    assert house.far_side == [("alert", "in-1")]
    assert house.calls.holders("in-1") == ("hall", "kitchen")


def test_the_record_is_that_of_the_line_that_answered(house: House) -> None:
    house.calls.answer("in-1", "kitchen")
    assert house.far_side[-1] == ("answer", "in-1", "kitchen")
    assert house.lines[-1] == ("hall", Ended("in-1", Reason.COMPLETED))
    house.log.ended("in-1", Reason.COMPLETED)
    assert house.calls.end("in-1") == ()
    assert [record.line for record in house.records] == ["kitchen"]


def test_the_far_side_is_refused_by_the_last_line_only(house: House) -> None:
    house.calls.reject("in-1", "kitchen", Reason.UNREACHABLE)
    assert house.far_side == [("alert", "in-1")]
    house.calls.reject("in-1", "hall", Reason.NO_ANSWER)
    assert house.far_side[-1] == ("reject", "in-1", Reason.NO_ANSWER)
    assert house.calls.end("in-1") == ("hall", "kitchen")


def test_what_a_line_does_with_a_call_that_has_ended_is_dropped(house: House) -> None:
    house.calls.end("in-1")
    before = list(house.far_side)
    house.calls.alert("in-1", "hall")
    house.calls.answer("in-1", "hall")
    house.calls.reject("in-1", "hall", Reason.BUSY)
    assert house.far_side == before
    assert house.calls.holders("in-1") is None
