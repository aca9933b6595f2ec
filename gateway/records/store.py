"""Everything that is recorded: one SQLite file, one kind of record in a module each."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from gateway.records.batch import FLUSH_AFTER, Batch
from gateway.records.blocked import BlockedRecords
from gateway.records.calls import CallRecords
from gateway.records.contacts import ContactRecords
from gateway.records.database import RecordsError, open_database
from gateway.records.messages import MessageRecords


class RecordStore:
    """The records in the SQLite file ``path``, or ``:memory:``.

    Everything is called from one thread, that of the event loop; each call is one small statement.
    Changes are written ``flush_after`` seconds after the first of them at the latest, and by
    ``close``.  A killed process and a power cut lose that window; the file stays whole in both.

    ``broken`` is where a broken file was set aside, ``None`` if all was well.  Raises
    ``gateway.records.database.RecordsError`` if the file cannot be used.
    """

    def __init__(self, path: Path | str, flush_after: float = FLUSH_AFTER) -> None:
        self.database, self.broken = open_database(path)
        self._batch = Batch(self.database, flush_after)
        self.calls = CallRecords(self._batch)
        self.messages = MessageRecords(self._batch)
        self.contacts = ContactRecords(self._batch)
        self.blocked = BlockedRecords(self._batch)

    def flush(self) -> None:
        """Write what is waiting; ``sqlite3.Error`` if that fails, and it goes on waiting."""
        self._batch.flush()

    @contextlib.contextmanager
    def at_once(self) -> Iterator[None]:
        """What is changed inside is written at its end; ``RecordsError`` if that does not go."""
        try:
            yield
            self._batch.flush()
        except sqlite3.Error as error:
            raise RecordsError(f"It cannot be written: {error}.") from error

    def close(self) -> None:
        """Write what is waiting and close the file.  Idempotent."""
        self._batch.close()
