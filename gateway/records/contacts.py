"""The phone book among the records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.call.same_number import key_of
from gateway.records.batch import Batch

KINDS = ("mobile", "home", "work", "other")


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a contact, as it was written; ``kind`` is one of ``KINDS``."""

    number: str
    kind: str = "other"

    @property
    def key(self) -> str:
        return key_of(self.number)


@dataclass(frozen=True, slots=True)
class Contact:
    """One entry; ``id`` is 0 before it is kept."""

    id: int
    name: str
    numbers: tuple[Number, ...]

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(number.key for number in self.numbers)


class ContactRecords:
    """See ``gateway.records.store`` for threads and times.

    A change that cannot be written raises ``sqlite3.Error``.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._database = batch.database

    def all(self) -> tuple[Contact, ...]:
        """Every contact, in no order."""
        numbers: dict[int, list[Number]] = {}
        rows = self._database.execute(
            "SELECT contact, number, kind FROM contact_numbers ORDER BY contact, place"
        )
        for contact, number, kind in rows:
            numbers.setdefault(contact, []).append(Number(number, kind))
        rows = self._database.execute("SELECT id, name FROM contacts")
        return tuple(Contact(ident, name, tuple(numbers.get(ident, ()))) for ident, name in rows)

    def count(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM contacts").fetchone()[0])

    def name_of(self, number: str) -> str:
        """What the owner of ``number`` is called; empty if the phone book does not know."""
        key = key_of(number)
        if not key:
            return ""
        row = self._database.execute(
            "SELECT name FROM contacts JOIN contact_numbers ON contact = id WHERE key = ? LIMIT 1",
            (key,),
        ).fetchone()
        return "" if row is None else str(row[0])

    def save(self, contacts: Iterable[Contact]) -> Sequence[int]:
        """Keep all of them or none; one with an id that is there is replaced.  Their ids."""
        found: list[int] = []
        with self._batch.change():
            for contact in contacts:
                ident = self._put(contact)
                self._database.execute("DELETE FROM contact_numbers WHERE contact = ?", (ident,))
                self._database.executemany(
                    "INSERT INTO contact_numbers (contact, place, kind, number, key) "
                    "VALUES (?, ?, ?, ?, ?)",
                    [
                        (ident, place, number.kind, number.number, number.key)
                        for place, number in enumerate(contact.numbers)
                    ],
                )
                found.append(ident)
        return found

    def _put(self, contact: Contact) -> int:
        if contact.id:
            self._database.execute(
                "INSERT INTO contacts (id, name) VALUES (?, ?) "
                "ON CONFLICT (id) DO UPDATE SET name = excluded.name",
                (contact.id, contact.name),
            )
            return contact.id
        added = self._database.execute("INSERT INTO contacts (name) VALUES (?)", (contact.name,))
        assert added.lastrowid is not None
        return added.lastrowid

    def delete(self, ids: Iterable[int]) -> int:
        """Forget these; how many were there."""
        count = 0
        with self._batch.change():
            for ident in ids:
                self._database.execute("DELETE FROM contact_numbers WHERE contact = ?", (ident,))
                gone = self._database.execute("DELETE FROM contacts WHERE id = ?", (ident,))
                count += gone.rowcount
        return count

    def clear(self) -> None:
        """Forget everybody."""
        with self._batch.change():
            self._database.execute("DELETE FROM contact_numbers")
            self._database.execute("DELETE FROM contacts")
