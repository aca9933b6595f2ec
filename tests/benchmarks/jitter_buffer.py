"""What losses do to pjmedia's jitter buffer, with the ways in which it may give delay back.

``python -m tests.benchmarks.jitter_buffer``

The real jitter buffer (``pjmedia_jbuf_*`` of the pjsua2 extension, by ctypes) gets packets of 20 ms
of which some are lost, and is asked for 20 ms in every 20, as a stream of G.711 does it: frames of
10 ms, and the rest of a packet made up when the buffer is empty.  No clock is involved, so the load
of the machine is in no figure.  Concealed is the share of frames that had to be made up; a slip is
a jump of what follows against the time in which it was spoken; delay the mean age of what is heard.
"""

from __future__ import annotations

import ctypes
import random
import sys
from dataclasses import dataclass

import pjsua2 as pj

FRAME_MS = 10
PACKET_MS = 20
MOST_MS = 200
SECONDS = 60
CALLS = 6
RESERVES = (40, 60, 80)
LOSSES = (0.0, 0.01, 0.03, 0.05, 0.1)
WAYS = {0: "none", 1: "static", 2: "progressive"}
"""``pjmedia_jb_discard_algo``."""
_MISSING, _NORMAL = 0, 1
"""``PJMEDIA_JB_MISSING_FRAME`` and ``PJMEDIA_JB_NORMAL_FRAME``; all others are "nothing there"."""
_FRAME_BYTES = 80


class _Text(ctypes.Structure):
    """``pj_str_t``."""

    _fields_ = (("text", ctypes.c_char_p), ("length", ctypes.c_ssize_t))


@dataclass(slots=True)
class Outcome:
    """Of one call; ``delay_ms`` is the mean age of what is played."""

    frames: int = 0
    concealed: int = 0
    slips: int = 0
    delay_ms: float = 0.0


class JitterBuffer:
    """pjmedia's, with ``reserve_ms`` and one of ``WAYS``."""

    def __init__(self, library: ctypes.CDLL, pool: ctypes.c_void_p, reserve_ms: int, way: int):
        self._library = library
        self._buffer = ctypes.c_void_p()
        frames = reserve_ms // FRAME_MS
        most = MOST_MS // FRAME_MS
        name = _Text(b"jb", 2)
        _check(
            library.pjmedia_jbuf_create(
                pool, ctypes.byref(name), _FRAME_BYTES, FRAME_MS, most, ctypes.byref(self._buffer)
            )
        )
        _check(
            library.pjmedia_jbuf_set_adaptive(self._buffer, frames, frames, min(2 * frames, most))
        )
        _check(library.pjmedia_jbuf_set_discard(self._buffer, way))

    def put(self, sequence: int) -> None:
        self._library.pjmedia_jbuf_put_frame3(
            self._buffer, bytes(_FRAME_BYTES), ctypes.c_size_t(_FRAME_BYTES), 0, sequence, 0, None
        )

    def get(self) -> tuple[int, int]:
        """The kind of the next frame, and its number if it is a real one."""
        frame = ctypes.create_string_buffer(_FRAME_BYTES)
        size, kind, sequence = ctypes.c_size_t(_FRAME_BYTES), ctypes.c_char(), ctypes.c_int()
        self._library.pjmedia_jbuf_get_frame3(
            self._buffer, frame, ctypes.byref(size), ctypes.byref(kind), None, None,
            ctypes.byref(sequence),
        )  # fmt: skip
        return kind.value[0], sequence.value

    def close(self) -> None:
        self._library.pjmedia_jbuf_destroy(self._buffer)


def call(buffer: JitterBuffer, loss: float, seed: int) -> Outcome:
    """One call of ``SECONDS`` with random loss, 1 ms of jitter and a random phase of the clocks."""
    chance = random.Random(seed)
    phase = chance.uniform(0, PACKET_MS)
    events = []
    for number in range(SECONDS * 1000 // PACKET_MS):
        if chance.random() >= loss:
            events.append((PACKET_MS * number + chance.uniform(0, 1), True, number))
        events.append((PACKET_MS * number + phase, False, number))
    found, offset, played, ages = Outcome(), None, 0, []
    for moment, arrives, number in sorted(events):
        if arrives:
            buffer.put(2 * number)
            buffer.put(2 * number + 1)
            continue
        left = PACKET_MS // FRAME_MS
        while left:
            kind, sequence = buffer.get()
            taken = left if kind not in {_MISSING, _NORMAL} else 1
            if kind == _NORMAL:
                found.slips += offset is not None and sequence - played != offset
                offset = sequence - played
                ages.append(moment - FRAME_MS * sequence)
            else:
                found.concealed += taken
            left -= taken
            played += taken
    found.frames, found.delay_ms = played, sum(ages) / len(ages)
    return found


def main() -> None:
    library = ctypes.CDLL(pj._pjsua2.__file__)
    library.pj_log_set_level(0)
    _check(library.pj_init())
    library.pj_log_set_level(0)
    factory = ctypes.create_string_buffer(1 << 14)
    library.pj_caching_pool_init(factory, None, ctypes.c_size_t(0))
    library.pj_pool_create.restype = ctypes.c_void_p
    size = ctypes.c_size_t(1 << 16)
    pool = ctypes.c_void_p(library.pj_pool_create(factory, b"jb", size, size, None))
    _write("| reserve | gives back | " + " | ".join(f"loss {loss:.0%}" for loss in LOSSES) + " |")
    _write("|---" * (len(LOSSES) + 2) + "|")
    for reserve in RESERVES:
        for way, name in WAYS.items():
            cells = [f"{reserve} ms", name]
            for loss in LOSSES:
                found = []
                for seed in range(CALLS):
                    buffer = JitterBuffer(library, pool, reserve, way)
                    found.append(call(buffer, loss, seed))
                    buffer.close()
                concealed = sum(f.concealed for f in found) / sum(f.frames for f in found)
                slips = sum(f.slips for f in found) / CALLS * 60 / SECONDS
                delay = sum(f.delay_ms for f in found) / CALLS
                cells.append(f"{concealed:.1%}, {slips:.0f}/min, {delay:.0f} ms")
            _write("| " + " | ".join(cells) + " |")


def _check(status: int) -> None:
    if status:
        raise RuntimeError(f"pjmedia says {status}")


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
