"""What an emulated disk was told to write, and the disk as it is if the power went meanwhile.

The log is that of QEMU's block driver ``blklogwrites``: the format of Linux's dm-log-writes
(drivers/md/dm-log-writes.c): a sector with the figures of the log, then for each write a sector
that tells place, length and flags, and its data.

A disk may keep what it was told after the last flush, or not: each of these writes is kept by
chance.  That is more than ending the emulator shows, which keeps them all.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_MAGIC = 0x6A736677736872
_SUPER = struct.Struct("<QQQI")
_ENTRY = struct.Struct("<QQQQ")
_FLUSH, _FUA, _DISCARD = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Write:
    """One entry; ``at`` is its place in the log, the others are in bytes of the disk."""

    at: int
    start: int
    length: int
    data_at: int
    flush: bool
    """Everything before it is on the disk."""
    forced: bool
    """It is itself on the disk when it is done."""
    discard: bool


class WriteLog:
    """The entries of the log ``path`` that are there whole."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            magic, version, _, self.sector = _SUPER.unpack(file.read(_SUPER.size))
        if (magic, version) != (_MAGIC, 1):
            raise ValueError(f"{path} is no log of writes")
        self._file = path.open("rb")
        self.writes = tuple(self._read(path.stat().st_size))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def data(self, write: Write) -> bytes:
        """What was written; nothing is known of what was discarded, so it is zero."""
        if write.discard:
            return bytes(write.length)
        self._file.seek(write.data_at)
        return self._file.read(write.length)

    def _read(self, size: int) -> Iterator[Write]:
        at = self.sector
        while at + self.sector <= size:
            self._file.seek(at)
            sector, sectors, flags, _ = _ENTRY.unpack(self._file.read(_ENTRY.size))
            discard = bool(flags & _DISCARD)
            length = sectors * self.sector
            after = at + self.sector + (0 if discard else length)
            if after > size:
                return
            if length or flags:
                yield Write(
                    at,
                    sector * self.sector,
                    length,
                    at + self.sector,
                    flush=bool(flags & _FLUSH),
                    forced=bool(flags & _FUA),
                    discard=discard,
                )
            at = after


class CutDisk:
    """The disk ``image``, brought from how it was before the log to each of its moments in turn."""

    def __init__(self, image: Path, log: WriteLog) -> None:
        self._disk = image.open("r+b")
        self._log = log
        self._next = 0
        self.touched: set[int] = set()
        """The MiB of the disk that were written since somebody emptied this."""

    @contextmanager
    def cut_at(self, place: int, chance: random.Random) -> Iterator[int]:
        """The disk when the power went at this place of the log; places only grow.

        Gives how many writes were lost.
        """
        writes = self._log.writes
        end = self._next
        while end < len(writes) and writes[end].at < place:
            end += 1
        flushed = self._next
        for index in range(self._next, end):
            if writes[index].flush:
                flushed = index + 1
        for write in writes[self._next : flushed]:
            self._put(write.start, self._log.data(write))
        self._next = flushed
        kept = [write for write in writes[flushed:end] if write.forced or chance.random() < 0.5]
        undo = []
        for write in kept:
            self._disk.seek(write.start)
            undo.append((write.start, self._disk.read(write.length)))
            self._put(write.start, self._log.data(write))
        self._disk.flush()
        try:
            yield end - flushed - len(kept)
        finally:
            for start, old in reversed(undo):
                self._put(start, old)
            self._disk.flush()

    def close(self) -> None:
        self._disk.close()

    def _put(self, start: int, data: bytes) -> None:
        if data:
            self._disk.seek(start)
            self._disk.write(data)
            self.touched.update(range(start >> 20, ((start + len(data) - 1) >> 20) + 1))
