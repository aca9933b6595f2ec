"""``adsi_rx`` of Debian's libspandsp2: the display of a telephone, by ctypes."""

from __future__ import annotations

import ctypes
import enum
from typing import Any

from tests.media.signals import frames

_Received = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint8), ctypes.c_int)


class Standard(enum.IntEnum):
    """The receivers of ``spandsp/adsi.h``."""

    CLASS = 1
    """Bell 202."""
    CLIP = 2
    """V.23."""
    CLIP_DTMF = 5


def displayed(samples: bytes, standard: Standard) -> list[bytes]:
    """The messages that the receiver takes from 8 kHz ``samples``: of FSK those with a right
    checksum, without it; of DTMF the signs.  ``OSError`` if the library is not there.
    """  # fmt: skip
    library = ctypes.CDLL("libspandsp.so.2")
    library.adsi_rx_init.argtypes = [ctypes.c_void_p, ctypes.c_int, _Received, ctypes.c_void_p]
    library.adsi_rx_init.restype = ctypes.c_void_p
    library.adsi_rx.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    library.adsi_rx_free.argtypes = [ctypes.c_void_p]
    found: list[bytes] = []

    def received(_user: Any, message: Any, length: int) -> None:
        found.append(bytes(message[:length]))

    callback = _Received(received)
    receiver = library.adsi_rx_init(None, standard, callback, None)
    for frame in frames(samples):
        library.adsi_rx(receiver, frame, len(frame) // 2)
    library.adsi_rx_free(receiver)
    return found
