"""The block list among the records."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.call.block_list import Pattern
from gateway.records.batch import Batch


@dataclass(frozen=True, slots=True)
class Blocked:
    """One entry; ``since`` is in UTC seconds since the epoch."""

    id: int
    pattern: str
    note: str
    since: float


class BlockedRecords:
    """See ``gateway.records.store`` for threads and times.

    A change that cannot be written raises ``sqlite3.Error``.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._database = batch.database

    def all(self) -> tuple[Blocked, ...]:
        """Every entry, the newest first."""
        rows = self._database.execute(
            "SELECT id, pattern, note, since FROM blocked ORDER BY id DESC"
        )
        return tuple(Blocked(*row) for row in rows)

    def add(self, pattern: Pattern, note: str, since: float) -> int:
        """Keep an entry, or the note of one that is there already; its id."""
        with self._batch.change():
            self._database.execute(
                "INSERT INTO blocked (pattern, key, note, since) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET note = excluded.note",
                (pattern.text, pattern.key, note, since),
            )
        row = self._database.execute("SELECT id FROM blocked WHERE key = ?", (pattern.key,))
        return int(row.fetchone()[0])

    def remove(self, ident: int) -> bool:
        """Forget an entry; false if there is none."""
        with self._batch.change():
            gone = self._database.execute("DELETE FROM blocked WHERE id = ?", (ident,))
        return gone.rowcount > 0

    def clear(self) -> None:
        """Forget all of them."""
        with self._batch.change():
            self._database.execute("DELETE FROM blocked")
