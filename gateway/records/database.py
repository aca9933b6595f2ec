"""Opens the database of records: brings its schema up to date, sets a broken file aside.

The schema is a row of files ``schema/NNNN_what.sql``, numbered from 1 without a gap.  SQLite's
``user_version`` is the number of the last one that was applied.  A file that was released is never
changed; a change is a new file.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import sqlite3
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

_log = logging.getLogger(__name__)

IN_MEMORY = ":memory:"


class RecordsError(Exception):
    """The records cannot be used; the message says what to do."""


def shipped_schema() -> Sequence[str]:
    """The text of every schema file; the first is number 1."""
    folder = resources.files("gateway.records") / "schema"
    files = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".sql")),
        key=lambda entry: entry.name,
    )
    for number, entry in enumerate(files, start=1):
        assert entry.name.startswith(f"{number:04d}_"), f"{entry.name} is not number {number}"
    return [entry.read_text(encoding="utf-8") for entry in files]


def open_database(
    path: Path | str, schema: Sequence[str] | None = None
) -> tuple[sqlite3.Connection, Path | None]:
    """Open the database with the newest schema; create it if there is none.

    A file that is broken is renamed, and a new one begun; the second result is then where the
    broken one is.  Transactions are the caller's: nothing begins or commits one by itself.

    Raises ``RecordsError`` if a newer version of the gateway wrote the file, or if it cannot be
    opened.
    """
    files = shipped_schema() if schema is None else schema
    try:
        try:
            return _opened(path, files), None
        except sqlite3.DatabaseError as error:
            if not _is_broken(error) or str(path) == IN_MEMORY:
                raise
            aside = _set_aside(Path(path))
            _log.error(
                "The records in %s are broken (%s). They are kept as %s and a new file is begun.",
                path,
                error,
                aside.name,
            )
            return _opened(path, files), aside
    except (sqlite3.Error, OSError) as error:
        raise RecordsError(
            f"The records in {path} cannot be opened: {error}. Check that the folder exists, that "
            "the gateway's user may write to it, and that the disk is not full."
        ) from error


def _opened(path: Path | str, schema: Sequence[str]) -> sqlite3.Connection:
    if str(path) != IN_MEMORY and not Path(path).exists():
        # Who called whom is nobody else's business; SQLite's own files beside it take this mode.
        Path(path).touch(mode=0o600)
    with contextlib.ExitStack() as on_error:
        # The event loop waits while another writer has the file, so not for long.
        database = sqlite3.connect(path, timeout=1.0, isolation_level=None)
        on_error.callback(database.close)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        findings = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        if findings != "ok":
            raise _Broken(findings)
        _upgrade(database, path, schema)
        on_error.pop_all()
    return database


def open_unchanged(path: Path) -> sqlite3.Connection:
    """Open the database for reading; ``RecordsError`` if that does not go."""
    try:
        if not path.is_file():
            raise RecordsError(f"There are no records in {path}.")
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except (sqlite3.Error, OSError) as error:
        raise RecordsError(f"The records in {path} cannot be opened: {error}.") from error


class _Broken(sqlite3.DatabaseError):
    """SQLite opened the file and then found damage inside."""


def _is_broken(error: sqlite3.DatabaseError) -> bool:
    """Whether the file itself is at fault, and not a lock, a full disk or a missing folder."""
    if isinstance(error, _Broken):
        return True
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return primary in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _upgrade(database: sqlite3.Connection, path: Path | str, schema: Sequence[str]) -> None:
    present = int(database.execute("PRAGMA user_version").fetchone()[0])
    if present > len(schema):
        raise RecordsError(
            f"The records in {path} were written by a newer version of the gateway (schema "
            f"{present}, this version knows {len(schema)}). Install the newer version again, or "
            "move the file away to begin a new one."
        )
    for number, text in enumerate(schema[present:], start=present + 1):
        # One transaction a file, its number included: a power cut leaves a whole version.
        database.executescript(
            f"BEGIN IMMEDIATE;\n{text}\n;PRAGMA user_version = {number};\nCOMMIT;"
        )


def _set_aside(path: Path) -> Path:
    """Rename the database and SQLite's files beside it; they belong together."""
    now = datetime.datetime.now(datetime.UTC)
    aside = path.with_name(f"{path.name}.broken-{now:%Y%m%dT%H%M%S.%f}Z")
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(f"{path.name}{suffix}").rename(aside.with_name(f"{aside.name}{suffix}"))
    return aside
