"""Text messages, received and sent."""

from __future__ import annotations

import enum
import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from gateway.records.batch import Batch

_log = logging.getLogger(__name__)


class MessageState(enum.Enum):
    """A message that came is unread or read; one that goes is on its way, sent or failed."""

    UNREAD = "unread"
    READ = "read"
    SENDING = "sending"
    SENT = "sent"
    """The network took it.  Whether it arrived is not known."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One message.  ``position`` identifies it; ``time`` is in UTC seconds since the epoch."""

    position: int
    account: str
    direction: str
    """``in`` or ``out``."""
    number: str
    name: str
    text: str
    time: float
    state: MessageState
    detail: str = ""
    """What the network said, such as ``405 Method Not Allowed``."""


_NAMES = tuple(column.name for column in fields(MessageRecord))
_COLUMNS = ", ".join(_NAMES)


def _record(row: Sequence[Any]) -> MessageRecord:
    values = dict(zip(_NAMES, row, strict=True))
    return MessageRecord(**{**values, "state": MessageState(values["state"])})


class MessageRecords:
    """The messages among the records; see ``gateway.records.store`` for threads and times."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._database = batch.database

    def received(self, account: str, number: str, name: str, text: str, time: float) -> int | None:
        """Keep a message that came; its position, or ``None``, logged, if it cannot be kept."""
        return self._add(account, "in", number, name, text, time, MessageState.UNREAD.value)

    def sending(self, account: str, number: str, text: str, time: float) -> int | None:
        """Keep a message that is being sent; its position, or ``None`` as ``received``."""
        return self._add(account, "out", number, "", text, time, MessageState.SENDING.value)

    def _add(self, *values: object) -> int | None:
        try:
            with self._batch.change():
                added = self._database.execute(
                    "INSERT INTO messages "
                    "(account, direction, number, name, text, time, state, detail) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, '')",
                    values,
                )
        except sqlite3.Error as error:
            _log.error("A message is lost: %s", error)
            return None
        return added.lastrowid

    def outcome(self, position: int, *, sent: bool, detail: str) -> None:
        """What became of a message that was being sent.  Logged, if it cannot be kept."""
        state = MessageState.SENT if sent else MessageState.FAILED
        try:
            with self._batch.change():
                self._database.execute(
                    "UPDATE messages SET state = ?, detail = ? WHERE position = ?",
                    (state.value, detail, position),
                )
        except sqlite3.Error as error:
            _log.error("The outcome of message %d is lost: %s", position, error)

    def mark_read(self, positions: Sequence[int]) -> int:
        """Note that these were read; returns how many were unread."""
        with self._batch.change():
            changed = self._database.executemany(
                "UPDATE messages SET state = 'read' WHERE position = ? AND state = 'unread'",
                [(position,) for position in positions],
            )
        return max(0, changed.rowcount)

    def give_up(self) -> int:
        """After a start: what was being sent when the gateway stopped has failed."""
        with self._batch.change():
            changed = self._database.execute(
                "UPDATE messages SET state = 'failed', detail = 'the gateway stopped' "
                "WHERE state = 'sending'"
            )
        return changed.rowcount

    def unread(self) -> int:
        """How many messages nobody has read yet."""
        counted = self._database.execute("SELECT count(*) FROM messages WHERE state = 'unread'")
        return int(counted.fetchone()[0])

    def latest(self, limit: int, *, unread: bool = False) -> tuple[MessageRecord, ...]:
        """At most ``limit`` messages, the newest first."""
        where = "state = 'unread'" if unread else "1"
        rows = self._database.execute(
            f"SELECT {_COLUMNS} FROM messages WHERE {where} "  # noqa: S608 - our own words
            "ORDER BY position DESC LIMIT ?",
            (max(0, limit),),
        )
        return tuple(_record(row) for row in rows)

    def prune(self, before: float, keep: int) -> int:
        """Forget messages older than ``before``, and all but the last ``keep``; how many."""
        with self._batch.change():
            forgotten = self._database.execute(
                "DELETE FROM messages WHERE time < ? OR position NOT IN "
                "(SELECT position FROM messages ORDER BY position DESC LIMIT ?)",
                (before, max(0, keep)),
            )
        return forgotten.rowcount
