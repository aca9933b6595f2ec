"""Changes of a database, collected and written together: flash memory wears."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

_log = logging.getLogger(__name__)

FLUSH_AFTER = 30.0
"""Seconds after which a change is on the disk at the latest."""


class Batch:
    """One transaction that is open while changes wait; used by one thread.

    ``flush_after`` seconds after the first change at the latest all of them are written.  Reading
    sees them at once.  Where no event loop runs, every change is written at once.  The file is
    locked for other writers while changes wait.
    """

    def __init__(self, database: sqlite3.Connection, flush_after: float = FLUSH_AFTER) -> None:
        self.database = database
        self._flush_after = flush_after
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._log = _write_ahead_log(database)

    def flush(self) -> None:
        """Write what is waiting; ``sqlite3.Error`` if that fails, and it goes on waiting."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.database.in_transaction:
            self.database.execute("COMMIT")
            self._sync()

    def _sync(self) -> None:
        """Bring what was written to the disk, beside the event loop: a card may take a second."""
        if self._log is None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            _synced(self._log)
        else:
            loop.run_in_executor(None, _synced, self._log)

    def close(self) -> None:
        """Write what is waiting and close the file.  Idempotent."""
        if self._closed:
            return
        self._closed = True
        try:
            self.flush()
        except sqlite3.Error as error:
            _log.error("The last records cannot be written: %s", error)
        finally:
            self.database.close()

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """The transaction that waits for the next flush; begins one if there is none."""
        if not self.database.in_transaction:
            self.database.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self._plan_flush()

    def _plan_flush(self) -> None:
        if self._timer is not None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
            return
        self._timer = loop.call_later(self._flush_after, self._flush_in_time)

    def _flush_in_time(self) -> None:
        self._timer = None
        try:
            self.flush()
        except sqlite3.Error as error:
            _log.error("Records cannot be written, trying again later: %s", error)
            self._plan_flush()


def _write_ahead_log(database: sqlite3.Connection) -> Path | None:
    """The file that SQLite writes a commit to, and does not sync; ``None`` in memory."""
    name = database.execute("PRAGMA database_list").fetchone()[2]
    return Path(f"{name}-wal") if name else None


def _synced(log: Path) -> None:
    # Gone, where a checkpoint has just taken it over: that one is synced by SQLite.
    with contextlib.suppress(OSError):
        descriptor = os.open(log, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
