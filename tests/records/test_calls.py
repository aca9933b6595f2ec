from __future__ import annotations

import asyncio
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as property_settings
from hypothesis import strategies as st

from gateway.call.reason import Reason
from gateway.records.calls import CallRecord, Wanted
from gateway.records.store import RecordStore

CALL = CallRecord(
    id="a1-line1-out-1",
    line="line1",
    account="main",
    direction="out",
    number="84951234567",
    name="",
    started=1_790_000_000.25,
    alerted=1_790_000_003.5,
    answered=None,
    ended=1_790_000_010.0,
    reason=Reason.BUSY.value,
    detail="486 Busy Here",
    early_media=True,
    figures={"received": 250, "loss": 0.4},
    verdict={"reason": Reason.BUSY.value, "certainty": "certain", "evidence": {"status": 486}},
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TIMES = st.floats(0, 1e11)
RECORDS = st.builds(
    CallRecord,
    id=TEXTS,
    line=TEXTS,
    account=TEXTS,
    direction=st.sampled_from(["in", "out"]),
    number=TEXTS,
    name=TEXTS,
    started=TIMES,
    alerted=st.none() | TIMES,
    answered=st.none() | TIMES,
    ended=st.none() | TIMES,
    reason=st.sampled_from([reason.value for reason in Reason]),
    detail=TEXTS,
    early_media=st.booleans(),
    figures=st.dictionaries(TEXTS, st.floats(allow_nan=False) | st.integers(), max_size=4),
    verdict=st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS, max_size=2), max_size=3),
)


def call(number: str, **changes: object) -> CallRecord:
    return replace(CALL, id=f"id-{number}", number=number, **changes)  # type: ignore[arg-type]


def stored(path: Path) -> int:
    """How many calls another process would find."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as other:
        return int(other.execute("SELECT count(*) FROM calls").fetchone()[0])


@given(st.lists(RECORDS, max_size=5))
@property_settings(deadline=None, max_examples=50)
def test_a_record_reads_back_as_it_was_the_last_one_first(given: list[CallRecord]) -> None:
    with closing(RecordStore(":memory:")) as records:
        for record in given:
            records.calls.add(record)
        assert list(records.calls.latest(10)) == given[::-1]
        assert list(records.calls.latest(2)) == given[::-1][:2]


def test_a_record_survives_the_end_of_the_process(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with closing(RecordStore(path)) as records:
        assert records.broken is None
        records.calls.add(CALL)
    with closing(RecordStore(path)) as records:
        (found,) = records.calls.latest(10)
    assert found == CALL
    assert isinstance(found.early_media, bool)
    assert asdict(found)["figures"] == {"received": 250, "loss": 0.4}


def test_calls_can_be_chosen_by_line_direction_and_number() -> None:
    hall, kitchen, caller = (
        call("1", line="hall"),
        call("2", line="kitchen"),
        call("1", line="hall", direction="in"),
    )
    with closing(RecordStore(":memory:")) as records:
        for record in (hall, kitchen, caller):
            records.calls.add(record)
        assert records.calls.latest(9, Wanted(line="hall")) == (caller, hall)
        assert records.calls.latest(9, Wanted(direction="out")) == (kitchen, hall)
        assert records.calls.latest(9, Wanted(number="1", direction="in")) == (caller,)
        assert records.calls.latest(9, Wanted(number="' OR 1 --")) == ()
        assert records.calls.latest(0) == ()
        assert records.calls.latest(-1) == ()


def test_a_direction_is_in_or_out() -> None:
    with pytest.raises(ValueError, match=r"^a call's direction is in or out, not 'up'$"):
        call("1", direction="up")


def test_old_calls_are_forgotten() -> None:
    with closing(RecordStore(":memory:")) as records:
        for day in range(10):
            records.calls.add(call(str(day), started=day * 86400.0))
        assert records.calls.prune(before=3 * 86400.0) == 3
        assert [record.number for record in records.calls.latest(20)] == list("9876543")
        assert records.calls.prune(before=0, keep=2) == 5
        assert [record.number for record in records.calls.latest(20)] == ["9", "8"]
        assert records.calls.prune(before=0, keep=2) == 0


def test_nobody_else_can_read_who_called_whom(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with closing(RecordStore(path)) as records:
        records.calls.add(CALL)
        for file in tmp_path.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


# When changes reach the disk.


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - nothing tells of a file
            await asyncio.sleep(0.005)


def test_without_an_event_loop_every_change_is_written_at_once(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with closing(RecordStore(path)) as records:
        records.calls.add(CALL)
        assert stored(path) == 1
        records.calls.prune(before=CALL.started + 1)
        assert stored(path) == 0


def test_changes_wait_and_are_written_together(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"

    async def two_calls() -> None:
        with closing(RecordStore(path, flush_after=0.01)) as records:
            records.calls.add(call("1"))
            records.calls.add(call("2"))
            assert stored(path) == 0
            assert len(records.calls.latest(9)) == 2  # reading sees what waits
            await until(lambda: stored(path) > 0)
            assert stored(path) == 2

    asyncio.run(two_calls())


def test_closing_writes_what_waits(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"

    async def one_call() -> None:
        records = RecordStore(path, flush_after=3600)
        records.calls.add(CALL)
        assert stored(path) == 0
        records.close()
        records.close()
        assert stored(path) == 1

    asyncio.run(one_call())


def test_a_full_disk_is_logged_and_later_calls_are_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "records.sqlite"
    with closing(RecordStore(path)) as records:
        database = records.database
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        database.execute(f"PRAGMA max_page_count = {pages}")
        for number in range(10):
            records.calls.add(call(str(number), detail="x" * 1000))
        assert "is lost: database or disk is full" in caplog.text
        kept = [record.number for record in records.calls.latest(99)]
        assert kept == [str(number) for number in range(len(kept))][::-1]
        assert 0 < len(kept) < 10
        database.execute("PRAGMA max_page_count = 1000")
        records.calls.add(call("last"))
    with closing(RecordStore(path)) as records:
        assert records.calls.latest(1)[0].number == "last"


def test_a_flush_that_fails_is_logged_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "records.sqlite"

    async def refused_at_first() -> None:
        with closing(RecordStore(path, flush_after=0.01)) as records:
            # SQLite checks deferred foreign keys only in COMMIT, and refuses it.
            records.database.executescript(
                "PRAGMA foreign_keys = ON; CREATE TABLE parent (id INTEGER PRIMARY KEY);"
                "CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED);"
            )
            records.calls.add(CALL)
            records.database.execute("INSERT INTO child VALUES (1)")
            await until(lambda: "cannot be written, trying again later" in caplog.text)
            assert records.calls.latest(9) == (CALL,)
            assert stored(path) == 0
            records.database.execute("INSERT INTO parent VALUES (1)")
            await until(lambda: stored(path) == 1)

    asyncio.run(refused_at_first())


def test_a_call_goes_on_when_its_record_cannot_be_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "records.sqlite"
    with closing(RecordStore(path)) as records:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            records.calls.add(CALL)
        assert f"The record of call {CALL.id} is lost: database is locked" in caplog.text
        records.calls.add(call("next"))
        assert [record.number for record in records.calls.latest(9)] == ["next"]
