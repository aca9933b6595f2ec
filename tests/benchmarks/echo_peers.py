"""Echo cancellers of Debian's libspeexdsp1 and libspandsp2, by ctypes.

``OSError`` if a library is not there.
"""

from __future__ import annotations

import ctypes

from gateway.line import SAMPLE_RATE

FRAME = 160
TAIL = 256
"""Samples: 32 ms, as ours."""


class Speex:
    """``speex_echo_cancellation`` in frames of 20 ms, without the preprocessor that would suppress
    what is left."""  # fmt: skip

    _SET_SAMPLING_RATE = 24

    def __init__(self) -> None:
        self._library = library = ctypes.CDLL("libspeexdsp.so.1")
        library.speex_echo_state_init.argtypes = [ctypes.c_int] * 2
        library.speex_echo_state_init.restype = ctypes.c_void_p
        library.speex_echo_ctl.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
        library.speex_echo_cancellation.argtypes = [ctypes.c_void_p] + [ctypes.c_char_p] * 3
        library.speex_echo_state_destroy.argtypes = [ctypes.c_void_p]
        self._state = library.speex_echo_state_init(FRAME, TAIL)
        rate = ctypes.c_int(SAMPLE_RATE)
        library.speex_echo_ctl(self._state, self._SET_SAMPLING_RATE, ctypes.byref(rate))
        self._out = ctypes.create_string_buffer(2 * FRAME)

    def __del__(self) -> None:
        self._library.speex_echo_state_destroy(self._state)

    def process(self, captured: bytes, played: bytes, /) -> bytes:
        self._library.speex_echo_cancellation(self._state, captured, played, self._out)
        return self._out.raw


class Spandsp:
    """``echo_can_update``, a call a sample, adaption alone: no suppressor, no comfort noise."""

    _USE_ADAPTION = 1

    def __init__(self) -> None:
        self._library = library = ctypes.CDLL("libspandsp.so.2")
        library.echo_can_init.argtypes = [ctypes.c_int] * 2
        library.echo_can_init.restype = ctypes.c_void_p
        library.echo_can_update.argtypes = [ctypes.c_void_p, ctypes.c_int16, ctypes.c_int16]
        library.echo_can_update.restype = ctypes.c_int16
        library.echo_can_free.argtypes = [ctypes.c_void_p]
        self._state = library.echo_can_init(TAIL, self._USE_ADAPTION)

    def __del__(self) -> None:
        self._library.echo_can_free(self._state)

    def process(self, captured: bytes, played: bytes, /) -> bytes:
        said, heard = memoryview(captured).cast("h"), memoryview(played).cast("h")
        update, state = self._library.echo_can_update, self._state
        out = (ctypes.c_int16 * len(said))(
            *(update(state, tx, rx) for tx, rx in zip(heard, said, strict=True))
        )
        return bytes(out)
