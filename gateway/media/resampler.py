"""The door to speexdsp's resampler: a stream whose rate is off by some parts in a million.

speexdsp is what pjmedia and PulseAudio resample with.  Its functions are called with the
interpreter lock held: a frame takes microseconds, getting the lock back beside busy threads would
take milliseconds (docs/decisions/0002).
"""

from __future__ import annotations

import ctypes
import weakref
from typing import Any

from gateway.line import SAMPLE_RATE

LIBRARY = "libspeexdsp.so.1"
QUALITY = 3
"""Of 0 to 10: a filter of 48 samples, 3 ms of delay, 60 dB of stop band."""
LARGEST_PPM = 1000.0
"""Beyond this the line's clock is broken, not only off."""

_BYTES_PER_SAMPLE = 2
_MILLION = 1_000_000
_SPARE = 8
"""More samples may come out than go in; at ``LARGEST_PPM`` it is one in a thousand."""


def _library() -> Any:
    library = ctypes.PyDLL(LIBRARY)
    library.speex_resampler_init_frac.restype = ctypes.c_void_p
    library.speex_resampler_init_frac.argtypes = [ctypes.c_uint32] * 5 + [
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_int),
    ]
    library.speex_resampler_process_int.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_char_p,
        ctypes.POINTER(ctypes.c_uint32),
        ctypes.c_char_p,
        ctypes.POINTER(ctypes.c_uint32),
    ]
    library.speex_resampler_destroy.argtypes = [ctypes.c_void_p]
    return library


class Resampler:
    """16-bit mono samples at ``SAMPLE_RATE``, made more or fewer by ``ppm``.

    ``ppm`` above 0 gives more samples than came in; it stays as it is, because speexdsp 1.2.1
    tears the wave when the ratio of a running resampler is changed this finely.  ``OSError`` if
    the library is missing.
    """

    def __init__(self, ppm: float) -> None:
        self._library = _library()
        error = ctypes.c_int()
        state = self._library.speex_resampler_init_frac(
            1, *self._ratio(ppm), QUALITY, ctypes.byref(error)
        )
        if not state:
            raise OSError(f"{LIBRARY} makes no resampler (its error {error.value}).")
        self._state = ctypes.c_void_p(state)
        self._release = weakref.finalize(self, self._library.speex_resampler_destroy, self._state)

    @staticmethod
    def _ratio(ppm: float) -> tuple[int, int, int, int]:
        """Numerator and denominator of input to output, then both rates in Hz."""
        ppm = max(-LARGEST_PPM, min(LARGEST_PPM, ppm))
        return _MILLION, round(_MILLION + ppm), SAMPLE_RATE, SAMPLE_RATE

    def process(self, samples: bytes) -> bytes:
        """All of ``samples`` in; what comes out of the filter for them."""
        given = ctypes.c_uint32(len(samples) // _BYTES_PER_SAMPLE)
        wanted = given.value
        made = ctypes.c_uint32(wanted + _SPARE)
        out = ctypes.create_string_buffer(made.value * _BYTES_PER_SAMPLE)
        self._library.speex_resampler_process_int(
            self._state, 0, samples, ctypes.byref(given), out, ctypes.byref(made)
        )
        assert given.value == wanted, "the resampler takes all that it is given"
        return out.raw[: made.value * _BYTES_PER_SAMPLE]
