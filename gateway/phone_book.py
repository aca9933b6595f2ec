"""The phone book: who a number belongs to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.call.same_number import LONGEST, digits_of
from gateway.caller import Caller
from gateway.records.contacts import KINDS, Contact, Number
from gateway.records.database import RecordsError
from gateway.records.store import RecordStore
from gateway.refusal import refusal
from gateway.words import Words

MOST = 2000
"""Contacts: what a page can show, and a handset search."""
LONGEST_NAME = 80
"""Characters."""
MOST_NUMBERS = 10
"""Of one contact."""


class Wrong:
    """What can be wrong with a contact."""

    NAME = Words(
        f"A contact has a name of 1 to {LONGEST_NAME} characters.",
        f"У контакта есть имя длиной от 1 до {LONGEST_NAME} знаков.",
    )
    NUMBERS = Words(
        f"A contact has 1 to {MOST_NUMBERS} numbers; {{name}} has {{count}}.",
        f"У контакта от 1 до {MOST_NUMBERS} номеров, а у {{name}} их {{count}}.",
    )
    NUMBER = Words(
        f"{{number}} is no telephone number: write up to {LONGEST} digits.",
        f"{{number}} — не телефонный номер: напишите до {LONGEST} цифр.",
    )
    KIND = Words(
        f"The kind of a number is one of {', '.join(KINDS)}.",
        f"Вид номера — один из {', '.join(KINDS)}.",
    )
    FULL = Words(
        f"The phone book holds {MOST} contacts and no more.",
        f"В телефонной книге помещается {MOST} контактов, не больше.",
    )
    GONE = Words("There is no such contact.", "Такого контакта нет.")
    UNWRITTEN = Words(
        "It cannot be written: is the disk full?", "Не удалось записать: не заполнен ли диск?"
    )


@contextlib.contextmanager
def written(records: RecordStore) -> Iterator[None]:
    """What a person has typed does not wait to be written; a refusal if it cannot be."""
    try:
        with records.at_once():
            yield
    except RecordsError:
        raise refusal(Wrong.UNWRITTEN) from None


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: so many contacts are new, got numbers, or were there already."""

    added: int
    merged: int
    unchanged: int


class PhoneBook:
    """Everything runs on the event loop.  Refusals are ``RefusalError`` with both languages."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def name_of(self, number: str) -> str:
        """What the owner of ``number`` is called; empty if nobody knows."""
        return self._records.contacts.name_of(number)

    def named(self, caller: Caller) -> Caller:
        """``caller`` by the name that the family uses, else by what the network gave."""
        name = self.name_of(caller.number)
        return replace(caller, name=name) if name else caller

    def contacts(self, search: str = "") -> Sequence[Contact]:
        """By name; with ``search``, those with it in a name or a number."""
        wanted, digits = search.casefold(), digits_of(search)
        found = [
            contact
            for contact in self._records.contacts.all()
            if wanted in contact.name.casefold()
            or (digits and any(digits in digits_of(n.number) for n in contact.numbers))
        ]
        return sorted(found, key=lambda contact: (contact.name.casefold(), contact.id))

    def save(self, contact: Contact) -> int:
        """Keep a contact, new if its id is 0; its id."""
        checked = check(contact)
        known = {one.id for one in self._records.contacts.all()}
        if checked.id and checked.id not in known:
            raise refusal(Wrong.GONE)
        if not checked.id and len(known) >= MOST:
            raise refusal(Wrong.FULL)
        return self._kept([checked])[0]

    def delete(self, ids: Sequence[int]) -> int:
        """Forget these contacts; how many were there."""
        with written(self._records):
            return self._records.contacts.delete(ids)

    def take(self, contacts: Sequence[Contact]) -> Imported:
        """Add ``contacts``, all or none.

        One with a name that is there adds its numbers to that contact; nothing is ever removed.
        """
        by_name: dict[str, Contact] = {
            one.name.casefold(): one for one in self._records.contacts.all()
        }
        present, changed = dict(by_name), set[str]()
        for contact in map(check, contacts):
            key = contact.name.casefold()
            before = by_name.get(key)
            after = contact if before is None else _merged(before, contact)
            if after != before:
                by_name[key] = check(after)
                changed.add(key)
        if len(by_name) > MOST:
            raise refusal(Wrong.FULL)
        self._kept([by_name[key] for key in sorted(changed)])
        added = sum(key not in present for key in changed)
        named = {contact.name.casefold() for contact in contacts}
        return Imported(added, len(changed) - added, len(named) - len(changed))

    def replace_all(self, contacts: Sequence[Contact]) -> None:
        """Only ``contacts`` from now on, as a backup has them."""
        checked = [replace(check(contact), id=0) for contact in contacts]
        with written(self._records):
            self._records.contacts.clear()
        self._kept(checked)

    def _kept(self, contacts: Sequence[Contact]) -> Sequence[int]:
        with written(self._records):
            return self._records.contacts.save(contacts)


def check(contact: Contact) -> Contact:
    """``contact`` tidied; ``RefusalError`` says what is wrong with it."""
    name = " ".join(contact.name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise refusal(Wrong.NAME)
    numbers: dict[str, Number] = {}
    for number in contact.numbers:
        written = number.number.strip()
        if not 0 < len(digits_of(written)) <= LONGEST or len(written) > 2 * LONGEST:
            raise refusal(Wrong.NUMBER, number=repr(written[:40]))
        if number.kind not in KINDS:
            raise refusal(Wrong.KIND)
        numbers.setdefault(number.key, Number(written, number.kind))
    if not 0 < len(numbers) <= MOST_NUMBERS:
        raise refusal(Wrong.NUMBERS, name=name, count=len(numbers))
    return Contact(contact.id, name, tuple(numbers.values()))


def _merged(before: Contact, further: Contact) -> Contact:
    new = tuple(number for number in further.numbers if number.key not in before.keys)
    return replace(before, numbers=(*before.numbers, *new))


def contact_from(values: Mapping[str, object]) -> Contact:
    """A contact as the control socket takes it; ``ValueError`` if it is none."""
    ident, name, numbers = values.get("id", 0), values.get("name"), values.get("numbers")
    if type(ident) is not int or ident < 0:
        raise ValueError("id is a whole number.")
    if not isinstance(name, str) or not isinstance(numbers, list):
        raise ValueError("A contact has a name and a list of numbers.")  # noqa: TRY004
    return Contact(ident, name, tuple(_number_from(one) for one in numbers))


def _number_from(value: object) -> Number:
    match value:
        case {"number": str(number), "kind": str(kind)}:
            return Number(number, kind)
        case {"number": str(number)} | str(number):
            return Number(number)
    raise ValueError("A number is a text, or an object with number and kind.")


def contact_told(contact: Contact) -> Mapping[str, object]:
    """A contact as JSON values."""
    return {
        "id": contact.id,
        "name": contact.name,
        "numbers": [{"number": one.number, "kind": one.kind} for one in contact.numbers],
    }
