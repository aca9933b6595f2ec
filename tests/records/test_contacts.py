"""The phone book and the block list in their file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from gateway.call.block_list import Pattern
from gateway.records.calls import Wanted
from gateway.records.contacts import Contact, Number
from gateway.records.store import RecordStore
from tests.records.test_calls import call

ANNA = Contact(0, "Анна", (Number("+7 926 123-45-67", "mobile"), Number("84951112233", "home")))


def test_a_contact_is_kept_found_by_each_number_changed_and_forgotten(tmp_path: Path) -> None:
    with closing(RecordStore(tmp_path / "records.sqlite")) as records:
        (ident,) = records.contacts.save([ANNA])
    with closing(RecordStore(tmp_path / "records.sqlite")) as records:
        (found,) = records.contacts.all()
        assert (found.name, found.numbers) == (ANNA.name, ANNA.numbers)
        assert records.contacts.name_of("79261234567") == "Анна"
        assert records.contacts.name_of("4951112233") == "Анна"
        assert records.contacts.name_of("79261234568") == ""
        assert records.contacts.name_of("withheld") == ""
        records.contacts.save([Contact(ident, "Аня", ANNA.numbers[:1])])
        assert records.contacts.name_of("84951112233") == ""
        assert records.contacts.name_of("89261234567") == "Аня"
        assert records.contacts.delete([ident, 99]) == 1
        assert records.contacts.count() == 0
        assert records.contacts.name_of("89261234567") == ""


def test_the_same_number_is_blocked_once_and_keeps_the_newer_note() -> None:
    with closing(RecordStore(":memory:")) as records:
        first = records.blocked.add(Pattern("79261234567"), "ads", 5.0)
        assert records.blocked.add(Pattern("+7 926 123 45 67"), "rude", 6.0) == first
        (entry,) = records.blocked.all()
        assert (entry.pattern, entry.note, entry.since) == ("79261234567", "rude", 5.0)
        assert records.blocked.remove(first)
        assert not records.blocked.remove(first)


def test_calls_are_found_by_part_of_a_number_or_a_name_in_any_letters() -> None:
    with closing(RecordStore(":memory:")) as records:
        for number, name in (("74951234567", "Бабушка"), ("79261112233", "Пётр"), ("112", "")):
            records.calls.add(call(number, name=name))
        assert [one.name for one in records.calls.latest(9, Wanted(search="бАБ"))] == ["Бабушка"]
        assert [one.name for one in records.calls.latest(9, Wanted(search="111-22"))] == ["Пётр"]
        assert records.calls.latest(9, Wanted(search="%")) == ()
        assert len(records.calls.latest(9, offset=1)) == 2


def test_missed_calls_are_new_until_somebody_looks() -> None:
    with closing(RecordStore(":memory:")) as records:
        missed = call("1", direction="in", reason="no-answer", seen=False)
        blocked = call("2", direction="in", reason="blocked")
        records.calls.add(missed)
        records.calls.add(blocked)
        records.calls.add(call("3"))
        assert records.calls.latest(9, Wanted(missed=True)) == (missed,)
        assert records.calls.unseen() == 1
        assert records.calls.mark_seen() == 1
        assert records.calls.unseen() == 0
        assert records.calls.mark_seen() == 0
        assert records.calls.delete([blocked.id]) >= 1
