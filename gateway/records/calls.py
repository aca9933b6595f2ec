"""The list of calls: one record for each call that has ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from gateway.records.database import open_database

_log = logging.getLogger(__name__)

FLUSH_AFTER = 30.0
"""Seconds after which a change is on the disk at the latest."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call that has ended, or one under way as it stands so far.

    Times are UTC seconds since the epoch, by the clock of the moment: when the clock is set during
    a call they may run backwards.
    """

    id: str
    line: str
    account: str
    direction: str
    """``in`` or ``out``."""
    number: str
    """As it was dialled or shown; ``withheld`` or ``unavailable`` if the caller's was not."""
    name: str
    started: float
    alerted: float | None = None
    """When the telephone, or the far end's, began to ring."""
    answered: float | None = None
    ended: float | None = None
    reason: str = "completed"
    """The value of a ``gateway.call.reason.Reason``."""
    detail: str = ""
    """What the network said, such as ``486 Busy Here``."""
    early_media: bool = False
    figures: Mapping[str, float] = field(default_factory=dict)
    """Voice figures: packets, loss, jitter, under- and overruns."""

    def __post_init__(self) -> None:
        if self.direction not in {"in", "out"}:
            raise ValueError(f"a call's direction is in or out, not {self.direction!r}")


_NAMES = tuple(column.name for column in fields(CallRecord))
_COLUMNS = ", ".join(_NAMES)


def _row(record: CallRecord) -> dict[str, Any]:
    figures = json.dumps(dict(record.figures))
    return {**{name: getattr(record, name) for name in _NAMES}, "figures": figures}


def _record(row: Sequence[Any]) -> CallRecord:
    values = dict(zip(_NAMES, row, strict=True))
    values["early_media"] = bool(values["early_media"])
    values["figures"] = json.loads(values["figures"])
    return CallRecord(**values)


class CallRecords:
    """The records in the SQLite file ``path``, or ``:memory:``.

    Everything is called from one thread, that of the event loop; each call is one small statement.
    Flash memory wears, so changes are collected and written together ``flush_after`` seconds
    after the first of them at the latest, and by ``close``.  Reading sees them at once.  A killed
    process loses that window, a power cut up to half a minute more (the kernel's own delay, since
    SQLite syncs only its checkpoints); the file stays whole in both.  Where no event loop runs,
    every change is written at once.  The file is locked for other writers while changes wait.

    ``broken`` is where a broken file was set aside, ``None`` if all was well.  Raises
    ``gateway.records.database.RecordsError`` if the file cannot be used.
    """

    def __init__(self, path: Path | str, flush_after: float = FLUSH_AFTER) -> None:
        self._database, self.broken = open_database(path)
        self._flush_after = flush_after
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    def add(self, record: CallRecord) -> None:
        """Keep ``record``.  A record that cannot be written is logged: calls go on without it."""
        places = ", ".join(f":{name}" for name in _NAMES)
        try:
            with self._change():
                self._database.execute(
                    f"INSERT INTO calls ({_COLUMNS}) VALUES ({places})",  # noqa: S608 - our names
                    _row(record),
                )
        except sqlite3.Error as error:
            _log.error("The record of call %s is lost: %s", record.id, error)

    def latest(
        self,
        limit: int,
        line: str | None = None,
        direction: str | None = None,
        number: str | None = None,
    ) -> tuple[CallRecord, ...]:
        """At most ``limit`` records, the call that ended last first, of those that fit."""
        wanted = {"line": line, "direction": direction, "number": number}
        given = {column: value for column, value in wanted.items() if value is not None}
        where = " AND ".join(f"{column} = :{column}" for column in given) or "1"
        rows = self._database.execute(
            f"SELECT {_COLUMNS} FROM calls WHERE {where} "  # noqa: S608 - our names
            "ORDER BY position DESC LIMIT :limit",
            {**given, "limit": max(0, limit)},
        )
        return tuple(_record(row) for row in rows)

    def prune(self, before: float, keep: int | None = None) -> int:
        """Forget the calls that started earlier than ``before`` (UTC seconds since the epoch).

        With ``keep`` also all but the last ``keep`` ones.  Returns how many were forgotten;
        ``sqlite3.Error`` if they cannot be.
        """
        with self._change():
            forgotten = self._database.execute("DELETE FROM calls WHERE started < ?", (before,))
            count = forgotten.rowcount
            if keep is not None:
                forgotten = self._database.execute(
                    "DELETE FROM calls WHERE position NOT IN "
                    "(SELECT position FROM calls ORDER BY position DESC LIMIT ?)",
                    (max(0, keep),),
                )
                count += forgotten.rowcount
        return count

    def flush(self) -> None:
        """Write what is waiting; ``sqlite3.Error`` if that fails, and it goes on waiting."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._database.in_transaction:
            self._database.execute("COMMIT")

    def close(self) -> None:
        """Write what is waiting and close the file.  Idempotent."""
        if self._closed:
            return
        self._closed = True
        try:
            self.flush()
        except sqlite3.Error as error:
            _log.error("The last call records cannot be written: %s", error)
        finally:
            self._database.close()

    @contextlib.contextmanager
    def _change(self) -> Iterator[None]:
        """The transaction that waits for the next flush; begins one if there is none."""
        if not self._database.in_transaction:
            self._database.execute("BEGIN IMMEDIATE")
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
            _log.error("Call records cannot be written, trying again later: %s", error)
            self._plan_flush()
