from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from gateway.records.calls import calls_in
from gateway.records.database import RecordsError, open_database, shipped_schema
from gateway.records.store import RecordStore
from tests.records.test_calls import CALL, call

KILLS = 10


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


def version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def open_with(path: Path, schema: Sequence[str]) -> sqlite3.Connection:
    database, broken = open_database(path, schema)
    assert broken is None
    return database


def test_a_new_file_has_the_newest_schema(path: Path) -> None:
    with closing(open_with(path, shipped_schema())) as database:
        assert version(database) == len(shipped_schema()) > 0
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert database.execute("PRAGMA synchronous").fetchone() == (1,)  # NORMAL


OLD_CALL = (
    "INSERT INTO calls (id, line, account, direction, number, name, started, alerted, answered, "
    "ended, reason, detail, early_media, figures) VALUES ('a1', 'hall', 'main', 'out', "
    "'84951234567', '', 1790000000.5, NULL, 1790000004, 1790000009, 'busy', '486 Busy Here', 1, "
    """'{"received": 250, "lost": 3}')"""
)
"""As the version before the verdicts wrote it."""


def test_calls_of_the_version_before_the_verdicts_are_kept_as_they_were(path: Path) -> None:
    with closing(open_with(path, shipped_schema()[:1])) as database:
        database.execute(OLD_CALL)
    with closing(RecordStore(path)) as records:
        (old,) = records.calls.latest(10)
        assert (old.id, old.number, old.started, old.answered) == (
            "a1",
            "84951234567",
            1790000000.5,
            1790000004.0,
        )
        assert (old.reason, old.early_media) == ("busy", True)
        assert old.figures == {"received": 250, "lost": 3}
        assert old.verdict == {}
        records.calls.add(CALL)
        assert [record.id for record in records.calls.latest(10)] == [CALL.id, "a1"]


def test_a_report_reads_a_file_and_changes_nothing(path: Path) -> None:
    with pytest.raises(RecordsError, match="There are no records"):
        calls_in(path, 10)
    with closing(RecordStore(path)) as records:
        records.calls.add(CALL)
    before = path.read_bytes()
    assert calls_in(path, 10) == (CALL,)
    assert path.read_bytes() == before
    path.write_bytes(b"no database at all, but as long as one has to be" * 10)
    with pytest.raises(RecordsError, match="cannot be read"):
        calls_in(path, 10)
    assert [entry.name for entry in path.parent.iterdir() if "broken" in entry.name] == []


NEWER = (
    "ALTER TABLE calls ADD COLUMN cost REAL; UPDATE calls SET cost = 1.5;",
    "CREATE INDEX calls_number ON calls (number);",
)


@pytest.mark.parametrize("before", range(len(shipped_schema()) + 2))
def test_every_older_file_is_brought_up_to_date_and_keeps_its_calls(
    path: Path, before: int
) -> None:
    schema = [*shipped_schema(), *NEWER]
    with closing(open_with(path, schema[:before])) as database:
        assert version(database) == before
    if before == len(shipped_schema()):
        with closing(RecordStore(path)) as records:
            records.calls.add(CALL)
    with closing(open_with(path, schema)) as database:
        assert version(database) == len(schema)
        found = database.execute("SELECT number, cost FROM calls").fetchall()
        assert found == ([(CALL.number, 1.5)] if before == len(shipped_schema()) else [])


def test_a_schema_file_that_fails_changes_nothing(path: Path) -> None:
    schema = [*shipped_schema(), "CREATE TABLE notes (text TEXT); INSERT INTO nowhere VALUES (1);"]
    with closing(RecordStore(path)) as records:
        records.calls.add(CALL)
    with pytest.raises(RecordsError, match="no such table: nowhere"):
        open_database(path, schema)
    with closing(RecordStore(path)) as records:
        assert records.calls.latest(9) == (CALL,)
    with closing(open_with(path, shipped_schema())) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        assert ("calls",) in tables
        assert ("notes",) not in tables


def test_a_file_of_a_newer_gateway_is_refused_and_left_alone(path: Path) -> None:
    newer = [*shipped_schema(), *NEWER]
    open_with(path, newer).close()
    before = path.read_bytes()
    known = len(shipped_schema())
    with pytest.raises(RecordsError) as caught:
        RecordStore(path)
    assert str(caught.value) == (
        f"The records in {path} were written by a newer version of the gateway (schema "
        f"{len(newer)}, this version knows {known}). Install the newer version again, or move the "
        "file away to begin a new one."
    )
    assert path.read_bytes() == before


def damage(path: Path) -> None:
    """Overwrite the pages behind the first, as failing flash memory does."""
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


@pytest.mark.parametrize("kind", ["no database at all", "damaged pages"])
def test_a_broken_file_is_set_aside_and_a_new_one_begun(
    path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    if kind == "damaged pages":
        with closing(RecordStore(path)) as records:
            for number in range(200):
                records.calls.add(call(str(number)))
        damage(path)
    else:
        path.write_bytes(b"\x00\xff" * 5000)
    content = path.read_bytes()
    with closing(RecordStore(path)) as records:
        assert records.calls.latest(9) == ()
        assert records.broken is not None
        assert records.broken.name.startswith("records.sqlite.broken-")
        assert records.broken.read_bytes() == content
        assert f"They are kept as {records.broken.name} and a new file is begun." in caplog.text
        records.calls.add(CALL)
    with closing(RecordStore(path)) as records:
        assert records.broken is None
        assert records.calls.latest(9) == (CALL,)


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="Check that the folder exists"):
        RecordStore(tmp_path / "gone" / "records.sqlite")
    folder = tmp_path / "folder.sqlite"
    folder.mkdir()
    with pytest.raises(RecordsError, match="unable to open database file"):
        RecordStore(folder)
    assert folder.is_dir()


def test_a_file_that_is_locked_is_not_taken_for_broken(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("CREATE TABLE mine (value)")
        other.execute("INSERT INTO mine VALUES (1)")
        with pytest.raises(RecordsError, match="locked"):
            RecordStore(path)
    assert path.exists()


def write_for_ever(path: Path) -> None:
    records = RecordStore(path)
    for number in range(1_000_000):
        records.calls.add(call(str(number)))
        print(number, flush=True)  # noqa: T201 - what the test reads
        if number % 7 == 0:
            records.calls.prune(before=0, keep=500)


def test_a_killed_writer_loses_nothing_that_was_written_and_breaks_nothing(path: Path) -> None:
    command = [sys.executable, "-m", "tests.records.test_database", str(path)]
    for kill in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            for _ in range(1 + 3 * kill):
                writer.stdout.readline()
            writer.kill()
            last = writer.stdout.read().split()
        with closing(RecordStore(path)) as records:
            assert records.broken is None
            numbers = [int(record.number) for record in records.calls.latest(500)]
        written = int(last[-1]) if last else 3 * kill
        assert numbers[0] >= written
        mine = numbers[: numbers[0] + 1]
        assert mine == list(range(numbers[0], -1, -1))[: len(mine)]


if __name__ == "__main__":
    write_for_ever(Path(sys.argv[1]))
