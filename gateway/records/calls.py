"""The list of calls: one record for each call that has ended."""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from gateway.call.reason import Reason
from gateway.call.same_number import digits_of, key_of
from gateway.records.batch import Batch
from gateway.records.database import RecordsError, open_unchanged

_log = logging.getLogger(__name__)


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
    """Voice figures: packets, loss, jitter, under- and overruns, estimated quality."""
    verdict: Mapping[str, Any] = field(default_factory=dict)
    """What ``gateway.call.verdict.Verdict.as_json`` says; empty for calls of older versions."""
    inside: bool = False
    """Between two lines of the gateway: each has a record of its own, without an account."""
    seen: bool = True
    """False for a missed call that nobody has looked at yet."""

    @property
    def missed(self) -> bool:
        """It rang here, and nobody answered."""
        return (
            self.direction == "in" and self.answered is None and self.reason != Reason.BLOCKED.value
        )

    def __post_init__(self) -> None:
        if self.direction not in {"in", "out"}:
            raise ValueError(f"a call's direction is in or out, not {self.direction!r}")


_NAMES = tuple(column.name for column in fields(CallRecord))
_COLUMNS = ", ".join(_NAMES)
_OBJECTS = ("figures", "verdict")
"""Kept as JSON."""
_FLAGS = ("early_media", "seen", "inside")
_MISSED = f"direction = 'in' AND answered IS NULL AND reason != '{Reason.BLOCKED.value}'"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls are wanted; without anything, all of them."""

    line: str | None = None
    direction: str | None = None
    number: str | None = None
    """Exactly as it is recorded."""
    missed: bool = False
    """Only those that nobody answered here."""
    search: str = ""
    """Part of a number or a name, capital letters or not."""
    keys: frozenset[str] = frozenset()
    """With ``search``, calls with these numbers fit, too (``gateway.call.same_number``)."""

    @property
    def where(self) -> str:
        parts = [
            f"{column} = :{column}"
            for column in ("line", "direction", "number")
            if getattr(self, column) is not None
        ]
        if self.missed:
            parts.append(_MISSED)
        if self.search:
            parts.append(
                "(instr(number, :digits) > 0 AND :digits != '' "
                "OR instr(casefold(name), :search) > 0 "
                "OR number_key(number) IN (SELECT value FROM json_each(:keys)))"
            )
        return " AND ".join(parts) or "1"

    @property
    def values(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "direction": self.direction,
            "number": self.number,
            "search": self.search.casefold(),
            "digits": digits_of(self.search),
            "keys": json.dumps(sorted(self.keys)),
        }


EVERY_CALL = Wanted()


def _row(record: CallRecord) -> dict[str, Any]:
    row = {name: getattr(record, name) for name in _NAMES}
    return row | {name: json.dumps(dict(row[name])) for name in _OBJECTS}


def _record(row: Sequence[Any]) -> CallRecord:
    values = dict(zip(_NAMES, row, strict=True))
    values |= {name: bool(values[name]) for name in _FLAGS}
    values |= {name: json.loads(values[name]) for name in _OBJECTS}
    return CallRecord(**values)


def calls_in(path: Path, limit: int) -> tuple[CallRecord, ...]:
    """At most ``limit`` records of a file that nobody has open, the newest first; changes nothing.

    ``gateway.records.database.RecordsError`` says why it cannot be read.
    """
    with contextlib.closing(open_unchanged(path)) as database:
        try:
            rows = database.execute(
                f"SELECT {_COLUMNS} FROM calls ORDER BY position DESC LIMIT ?",  # noqa: S608
                (limit,),
            ).fetchall()
        except sqlite3.Error as error:
            raise RecordsError(f"The records in {path} cannot be read: {error}.") from error
    return tuple(_record(row) for row in rows)


class CallRecords:
    """The calls among the records; see ``gateway.records.store`` for threads and times."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._database = batch.database
        # SQLite's own lower() knows ASCII only.
        self._database.create_function("casefold", 1, str.casefold, deterministic=True)
        self._database.create_function("number_key", 1, key_of, deterministic=True)

    def add(self, record: CallRecord) -> None:
        """Keep ``record``.  A record that cannot be written is logged: calls go on without it."""
        places = ", ".join(f":{name}" for name in _NAMES)
        try:
            with self._batch.change():
                self._database.execute(
                    f"INSERT INTO calls ({_COLUMNS}) VALUES ({places})",  # noqa: S608 - our names
                    _row(record),
                )
        except sqlite3.Error as error:
            _log.error("The record of call %s is lost: %s", record.id, error)

    def latest(
        self, limit: int, wanted: Wanted = EVERY_CALL, offset: int = 0
    ) -> tuple[CallRecord, ...]:
        """At most ``limit`` records of those that are ``wanted``, the call that ended last first.

        The first ``offset`` of them are left out.
        """
        rows = self._database.execute(
            f"SELECT {_COLUMNS} FROM calls WHERE {wanted.where} "  # noqa: S608 - our names
            "ORDER BY position DESC LIMIT :limit OFFSET :offset",
            {**wanted.values, "limit": max(0, limit), "offset": max(0, offset)},
        )
        return tuple(_record(row) for row in rows)

    def unseen(self) -> int:
        """Missed calls that nobody has looked at yet."""
        counted = self._database.execute("SELECT count(*) FROM calls WHERE seen = 0")
        return int(counted.fetchone()[0])

    def mark_seen(self) -> int:
        """Somebody has looked at the missed calls; how many were new to them."""
        if not self.unseen():
            return 0
        with self._batch.change():
            changed = self._database.execute("UPDATE calls SET seen = 1 WHERE seen = 0")
        return changed.rowcount

    def delete(self, ids: Sequence[str]) -> int:
        """Forget these calls; how many were there."""
        with self._batch.change():
            gone = self._database.executemany(
                "DELETE FROM calls WHERE id = ?", [(ident,) for ident in ids]
            )
        return max(0, gone.rowcount)

    def prune(self, before: float, keep: int | None = None) -> int:
        """Forget the calls that started earlier than ``before`` (UTC seconds since the epoch).

        With ``keep`` also all but the last ``keep`` ones.  Returns how many were forgotten;
        ``sqlite3.Error`` if they cannot be.
        """
        with self._batch.change():
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
