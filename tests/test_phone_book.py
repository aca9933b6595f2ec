"""The phone book and the block list, by the methods of the control socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest

from gateway.blocking import Blocking
from gateway.book_commands import BookCommands
from gateway.caller import Caller
from gateway.control.protocol import RefusalError
from gateway.phone_book import MOST_NUMBERS, PhoneBook
from gateway.records.calls import CallRecord
from gateway.records.store import RecordStore


class Desk:
    """The methods, and the events that they tell."""

    def __init__(self, records: RecordStore) -> None:
        self.records = records
        self.told: list[str] = []
        self.book = PhoneBook(records)
        self.blocking = Blocking(records, lambda: 100.0)
        commands = BookCommands(self.book, self.blocking, records.calls, self._publish)
        self._methods = commands.methods()

    def _publish(self, name: str, _params: Mapping[str, Any]) -> None:
        self.told.append(name)

    def ask(self, method: str, **arguments: Any) -> Any:
        async def run() -> Any:
            return await self._methods[method](arguments)

        return asyncio.run(run())


@pytest.fixture
def desk() -> Iterator[Desk]:
    with closing(RecordStore(":memory:")) as records:
        yield Desk(records)


def test_a_contact_is_saved_listed_by_name_found_and_deleted(desk: Desk) -> None:
    desk.ask("phonebook.save", name="  Пётр   Иванов ", numbers=["+7 926 123-45-67"])
    anna = desk.ask(
        "phonebook.save", name="анна", numbers=[{"number": "84951112233", "kind": "home"}]
    )["id"]
    assert [one["name"] for one in desk.ask("phonebook")] == ["анна", "Пётр Иванов"]
    assert [one["name"] for one in desk.ask("phonebook", search="ПЁТР")] == ["Пётр Иванов"]
    assert [one["name"] for one in desk.ask("phonebook", search="495 111")] == ["анна"]
    assert desk.ask("phonebook.delete", ids=[anna]) == {"deleted": 1}
    assert desk.told == ["phonebook"] * 3


@pytest.mark.parametrize(
    ("contact", "word"),
    [
        ({"name": " ", "numbers": ["1"]}, "имя"),
        ({"name": "x" * 81, "numbers": ["1"]}, "имя"),
        ({"name": "x", "numbers": []}, "номеров"),
        ({"name": "x", "numbers": [f"{i}{i}" for i in range(MOST_NUMBERS + 1)]}, "номеров"),
        ({"name": "x", "numbers": ["abc"]}, "не телефонный номер"),
        ({"name": "x", "numbers": ["1" * 21]}, "не телефонный номер"),
        ({"name": "x", "numbers": [{"number": "1", "kind": "boat"}]}, "Вид"),
        ({"id": 7, "name": "x", "numbers": ["1"]}, "нет"),
    ],
)
def test_what_is_wrong_with_a_contact_is_said_in_both_languages(
    desk: Desk, contact: Mapping[str, Any], word: str
) -> None:
    with pytest.raises(RefusalError) as refused:
        desk.ask("phonebook.save", **contact)
    assert str(refused.value).endswith(".")
    assert word in refused.value.data["text_ru"]
    assert desk.ask("phonebook") == []


def test_an_import_adds_and_merges_and_loses_nothing(desk: Desk) -> None:
    desk.ask("phonebook.save", name="Anna", numbers=["84951112233"])
    contacts = [
        {"name": "ANNA", "numbers": ["74951112233", "79261234567"]},
        {"name": "Boris", "numbers": ["112"]},
        {"name": "boris", "numbers": ["113"]},
    ]
    assert desk.ask("phonebook.import", contacts=contacts) == {
        "added": 1,
        "merged": 1,
        "unchanged": 0,
    }
    assert desk.ask("phonebook.import", contacts=contacts)["unchanged"] == 2
    numbers = {one["name"]: [n["number"] for n in one["numbers"]] for one in desk.ask("phonebook")}
    assert numbers == {"Anna": ["84951112233", "79261234567"], "Boris": ["112", "113"]}


def test_one_bad_contact_of_an_import_takes_nothing(desk: Desk) -> None:
    with pytest.raises(RefusalError):
        desk.ask(
            "phonebook.import",
            contacts=[{"name": "Anna", "numbers": ["1"]}, {"name": "", "numbers": ["2"]}],
        )
    assert desk.ask("phonebook") == []


def test_the_familys_own_name_goes_before_the_networks(desk: Desk) -> None:
    desk.ask("phonebook.save", name="Бабушка", numbers=["89261234567"])
    assert desk.book.named(Caller("79261234567", "IVANOVA A")).name == "Бабушка"
    assert desk.book.named(Caller("74951234567", "IVANOVA A")).name == "IVANOVA A"


def test_old_calls_get_the_name_that_was_written_down_later(desk: Desk) -> None:
    desk.records.calls.add(CallRecord("c", "hall", "main", "in", "79261234567", "", 1.0))
    desk.ask("phonebook.save", name="Бабушка", numbers=["89261234567"])
    assert desk.ask("calls")[0]["name"] == "Бабушка"
    assert len(desk.ask("calls", search="бабуш")) == 1
    assert desk.ask("calls", search="дедуш") == []


def test_a_caller_is_blocked_and_may_ring_again(desk: Desk) -> None:
    ident = desk.ask("block.add", pattern="8 495 123-45-67", note="ads")["id"]
    assert desk.blocking.blocks(Caller("74951234567"))
    (entry,) = desk.ask("block")
    assert (entry["pattern"], entry["note"], entry["since"]) == ("8 495 123-45-67", "ads", 100.0)
    assert desk.ask("block.remove", id=ident) == {"removed": True}
    assert not desk.blocking.blocks(Caller("74951234567"))
    assert desk.ask("block.remove", id=ident) == {"removed": False}


@pytest.mark.parametrize("pattern", ["112", "*", "74*", "x", "1" * 30])
def test_nobody_is_blocked_by_a_slip(desk: Desk, pattern: str) -> None:
    with pytest.raises(RefusalError) as refused:
        desk.ask("block.add", pattern=pattern)
    assert refused.value.data["text_ru"].endswith(".")
    assert desk.ask("block") == []


def test_calls_can_be_seen_and_deleted(desk: Desk) -> None:
    for number in range(3):
        record = CallRecord(f"c{number}", "hall", "main", "in", "1", "", 1.0, seen=False)
        desk.records.calls.add(record)
    assert len(desk.ask("calls", missed=True, limit=2, offset=1)) == 2
    assert desk.ask("calls.seen") == {"marked": 3}
    assert desk.ask("calls.delete", ids=["c1"]) == {"deleted": 1}
    assert [one["id"] for one in desk.ask("calls")] == ["c2", "c0"]
    assert desk.ask("calls.delete", ids="all") == {"deleted": 2}
    assert desk.told == ["calls"] * 3


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("calls", {"offset": -1}),
        ("calls", {"limit": 0}),
        ("calls", {"limit": 10001}),
        ("calls", {"direction": "up"}),
        ("calls", {"missed": 1}),
        ("calls", {"search": "x" * 81}),
        ("calls.delete", {"ids": [1]}),
        ("phonebook.save", {"name": 1, "numbers": []}),
        ("phonebook.import", {"contacts": ["x"]}),
        ("phonebook.delete", {"ids": "all"}),
        ("block.add", {"pattern": 7}),
        ("block.remove", {}),
    ],
)
def test_bad_parameters_are_refused(desk: Desk, method: str, arguments: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        desk.ask(method, **arguments)
