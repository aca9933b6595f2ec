"""Two lines that call each other: what each hears of the other, without any network."""

from __future__ import annotations

from gateway.call.events import Answered, Ended, NetworkEvent, Progress
from gateway.call.reason import Reason
from gateway.inside_calls import InsideCalls


class House:
    """What was posted, and who hears whom."""

    def __init__(self) -> None:
        self.posted: list[NetworkEvent] = []
        self.joined: set[tuple[str, str]] = set()
        self.calls = InsideCalls(self, self.posted.append)
        self.offered = self.calls.place("out-1", "hall")

    def join(self, line: str, other: str) -> None:
        assert (line, other) not in self.joined
        self.joined.add((line, other))

    def part(self, line: str, other: str) -> None:
        self.joined.remove((line, other))

    def told(self) -> list[NetworkEvent]:
        told = [*self.posted]
        self.posted.clear()
        return told


def talking() -> House:
    house = House()
    house.calls.alert(house.offered)
    house.calls.answer(house.offered, "kitchen")
    house.told()
    return house


def test_ringing_and_answer_are_told_to_the_caller_and_the_voices_joined() -> None:
    house = House()
    house.calls.alert(house.offered)
    assert house.told() == [Progress("out-1", early_media=False)]
    assert not house.joined
    house.calls.answer(house.offered, "kitchen")
    assert house.told() == [Answered("out-1"), Answered(house.offered)]
    assert house.joined == {("hall", "kitchen")}


def test_either_side_ends_the_call_for_both() -> None:
    for first in ("out-1", "offered"):
        house = talking()
        call = house.offered if first == "offered" else first
        other = "out-1" if first == "offered" else house.offered
        house.calls.hang_up(call)
        assert house.told() == [Ended(call, Reason.COMPLETED), Ended(other, Reason.COMPLETED)]
        assert not house.joined
        assert call not in house.calls
        assert other not in house.calls


def test_a_caller_who_gives_up_is_told_as_that() -> None:
    house = House()
    house.calls.hang_up("out-1")
    assert house.told() == [
        Ended("out-1", Reason.COMPLETED),
        Ended(house.offered, Reason.CANCELLED),
    ]
    assert not house.joined


def test_a_refusal_reaches_the_caller_with_its_reason() -> None:
    house = House()
    house.calls.reject(house.offered, Reason.BUSY)
    assert house.told() == [Ended(house.offered, Reason.BUSY), Ended("out-1", Reason.BUSY)]


def test_a_fault_of_one_line_is_no_fault_of_the_other() -> None:
    house = talking()
    house.calls.hang_up(house.offered, Reason.LINE_FAULT)
    assert house.told() == [
        Ended(house.offered, Reason.LINE_FAULT),
        Ended("out-1", Reason.COMPLETED),
    ]


def test_nobody_hears_anybody_until_both_are_back_from_hold() -> None:
    house = talking()
    house.calls.hold("out-1")
    assert not house.joined
    house.calls.hold(house.offered)
    house.calls.resume("out-1")
    assert not house.joined
    house.calls.resume(house.offered)
    assert house.joined == {("hall", "kitchen")}


def test_the_end_of_a_call_on_hold_parts_nobody_twice() -> None:
    house = talking()
    house.calls.hold("out-1")
    house.calls.hang_up(house.offered)
    assert not house.joined
    assert [type(event) for event in house.told()] == [Ended, Ended]
