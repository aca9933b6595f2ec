"""A line in pjsua2's conference bridge: the media port beside the SIP door (design §3.6)."""

from __future__ import annotations

import ctypes
from typing import Any

import pjsua2 as pj

from gateway.line import FRAME_BYTES, FRAME_MS, SAMPLE_RATE, SILENCE
from gateway.media.callback import callback
from gateway.media.junction import Junction

_TWO_POINTERS = ctypes.c_void_p * 2


def _offset_of_buffer() -> int:
    """Where a MediaFrame keeps its ByteVector.  Computed, since it follows the build."""
    frame = pj.MediaFrame()
    vector = frame.buf
    return int(vector.this) - int(frame.this)


class FastFrames:
    """Moves bytes in and out of pjsua2 frames in 1-2 µs instead of SWIG's 150 µs.

    It relies on the layout of libstdc++'s vector (begin, end, capacity).  ``usable`` is found out
    by a self test on real objects; when it fails, the slow way is used.
    """

    def __init__(self) -> None:
        self.offset = _offset_of_buffer()
        self.usable = self._self_test()

    def read(self, frame: Any) -> bytes:
        if not self.usable:
            return bytes(frame.buf)
        begin, end = _TWO_POINTERS.from_address(int(frame.this) + self.offset)
        return ctypes.string_at(begin, end - begin) if begin and end else b""

    def _self_test(self) -> bool:
        pattern = bytes(range(256)) + bytes(64)
        frame = pj.MediaFrame()
        frame.buf = pj.ByteVector(pattern)
        try:
            begin, end = _TWO_POINTERS.from_address(int(frame.this) + self.offset)
            if begin is None or end is None or end - begin != len(pattern):
                return False
            return ctypes.string_at(begin, end - begin) == pattern
        except (TypeError, ValueError):
            return False


class LinePort(pj.AudioMediaPort):  # type: ignore[misc]
    """The port through which one line meets its call.

    The SIP thread makes it, joins it to calls and destroys it, alone and between two ticks of the
    bridge (``Bridge.at_rest``); the bridge's clock calls ``onFrameRequested`` and
    ``onFrameReceived``.  The line's voice thread knows the ``junction`` only.
    """

    def __init__(self, name: str, junction: Junction) -> None:
        super().__init__()
        self.junction = junction
        self._fast = FastFrames()
        self._outgoing = pj.ByteVector(FRAME_BYTES, 0)
        self._outgoing_address = _TWO_POINTERS.from_address(int(self._outgoing.this))[0] or 0
        shape = pj.MediaFormatAudio()
        shape.init(pj.PJMEDIA_FORMAT_PCM, SAMPLE_RATE, 1, FRAME_MS * 1000, 16)
        self.createPort(name, shape)

    # The names below are pjsua2's.

    @callback
    def onFrameRequested(self, frame: Any) -> None:  # noqa: N802
        """What the telephone says, for the network; else silence, so that RTP never stops."""
        said = self.junction.said.get() or SILENCE
        if self._fast.usable:
            ctypes.memmove(self._outgoing_address, said, FRAME_BYTES)
            frame.buf = self._outgoing
        else:
            frame.buf = pj.ByteVector(said)
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.size = FRAME_BYTES

    @callback
    def onFrameReceived(self, frame: Any) -> None:  # noqa: N802
        """What the network says, for the telephone.  A frame without sound may come empty."""
        data = self._fast.read(frame)
        self.junction.heard.put(data if len(data) == FRAME_BYTES else SILENCE)
