"""The log of a disk's writes, and the disk as a power cut leaves it."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.appliance.write_log import CutDisk, WriteLog

SECTOR = 512
FLUSH, FUA, DISCARD = 1, 2, 4


def entry(sector: int, data: bytes = b"", flags: int = 0, length: int = 0) -> bytes:
    sectors = (length or len(data)) // SECTOR
    head = struct.pack("<QQQQ", sector, sectors, flags, len(data))
    return head.ljust(SECTOR, b"\0") + data


def filled(letter: str) -> bytes:
    return letter.encode() * SECTOR


@pytest.fixture
def log(tmp_path: Path) -> Iterator[WriteLog]:
    parts = [
        struct.pack("<QQQI", 0x6A736677736872, 1, 7, SECTOR).ljust(SECTOR, b"\0"),
        entry(0, filled("a")),
        entry(1, filled("b")),
        entry(0, flags=FLUSH),
        entry(0, filled("c")),
        entry(2, filled("d"), FUA),
        entry(1, flags=DISCARD, length=SECTOR),
        entry(0, flags=FLUSH),
        entry(3, filled("e")),
    ]
    path = tmp_path / "log"
    # The last one is not whole: the emulator was ended in the midst of it.
    path.write_bytes(b"".join(parts) + entry(3, filled("f"))[:-1])
    with WriteLog(path) as log:
        yield log


def disk(path: Path) -> str:
    content = path.read_bytes()
    return "".join(chr(content[at]) if content[at] else "." for at in range(0, 4 * SECTOR, SECTOR))


def test_what_was_flushed_is_there_and_the_rest_is_left_to_chance(
    log: WriteLog, tmp_path: Path
) -> None:
    image = tmp_path / "image"
    image.write_bytes(bytes(4 * SECTOR))
    cutter = CutDisk(image, log)
    places = [write.at for write in log.writes]
    assert len(places) == 8
    seen: dict[int, set[str]] = {}
    for seed in range(40):
        chance = random.Random(seed)
        # Always from the same flush on, so that every choice comes up.
        with cutter.cut_at(places[2], chance):
            seen.setdefault(2, set()).add(disk(image))
    assert seen[2] == {"....", "a...", ".b..", "ab.."}
    for seed in range(40):
        with cutter.cut_at(places[6], random.Random(seed)) as lost:
            seen.setdefault(6, set()).add(disk(image))
            assert lost == 2 - (disk(image)[0] == "c") - (disk(image)[1] == ".")
    # "d" was forced, "ab" flushed.
    assert seen[6] == {"abd.", "cbd.", "a.d.", "c.d."}
    with cutter.cut_at(places[7], random.Random(0)) as lost:
        assert (disk(image), lost) == ("c.d.", 0)
    assert cutter.touched == {0}
    cutter.close()


def test_a_file_that_is_no_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(bytes(1024))
    with pytest.raises(ValueError, match="no log of writes"):
        WriteLog(path)
