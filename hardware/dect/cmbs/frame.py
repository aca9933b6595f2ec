"""The frames of a CMBS module: ``DA DA DA DA | length | number | event | length | parameters``.

All numbers have two bytes, the least significant first; the first length counts everything after
the mark, the second one the parameters.  There is no check sum and no acknowledgement.
"""

from __future__ import annotations

from dataclasses import dataclass

MARK = b"\xda" * 4
COMMAND = 0xFF00
"""An event of this and above is a command of the link itself."""
LARGEST = 1024
"""Bytes of a frame."""

_HEAD = 8
"""Bytes from the first length to the parameters."""


@dataclass(frozen=True, slots=True)
class CmbsFrame:
    event: int
    parameters: bytes = b""

    def __post_init__(self) -> None:
        if not 0 <= self.event <= 0xFFFF:
            raise ValueError(f"{self.event} is no event")
        if len(MARK) + _HEAD + len(self.parameters) > LARGEST:
            raise ValueError(f"{len(self.parameters)} bytes are too long for a frame")


def encode(frame: CmbsFrame) -> bytes:
    size = len(frame.parameters)
    fields = (_HEAD + size, 0, frame.event, size)
    return MARK + b"".join(field.to_bytes(2, "little") for field in fields) + frame.parameters


class CmbsDecoder:
    """Finds the frames in what comes from the port.  It keeps at most one frame's bytes."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self.dropped = 0
        """Bytes that belonged to no frame."""

    @property
    def waiting(self) -> bool:
        return bool(self._kept)

    def feed(self, data: bytes) -> list[CmbsFrame]:
        """The frames that are complete now."""
        self._kept += data
        found = []
        while self._seek_mark():
            total, size = self._number(0), self._number(6)
            if total != _HEAD + size or len(MARK) + total > LARGEST:
                self._drop(1)
                continue
            end = len(MARK) + total
            if len(self._kept) < end:
                break
            found.append(CmbsFrame(self._number(4), bytes(self._kept[end - size : end])))
            del self._kept[:end]
        return found

    def pause(self) -> list[CmbsFrame]:
        """The line was silent for too long: what waits is no frame; those hidden in it."""
        found = []
        while self._kept:
            self._drop(1)
            found += self.feed(b"")
        return found

    def reset(self) -> None:
        """The port was opened anew."""
        self._kept.clear()

    def _number(self, at: int) -> int:
        at += len(MARK)
        return int.from_bytes(self._kept[at : at + 2], "little")

    def _seek_mark(self) -> bool:
        """Whether a whole head begins what is kept."""
        at = self._kept.find(MARK)
        if at < 0:
            # The end may be the beginning of a mark.
            ends = range(min(len(MARK) - 1, len(self._kept)), 0, -1)
            whole = next((n for n in ends if self._kept.endswith(MARK[:n])), 0)
            at = len(self._kept) - whole
        self._drop(at)
        return len(self._kept) >= len(MARK) + _HEAD

    def _drop(self, count: int) -> None:
        self.dropped += count
        del self._kept[:count]
