"""G.711 A-law and mu-law as tables, made from the recommendation's segment rules (ITU-T G.711)."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Samples: TypeAlias = npt.NDArray[np.int16]
"""Linear voice: 16-bit, 8000 Hz, mono."""
Codes: TypeAlias = npt.NDArray[np.uint8]


def _decode_a_law() -> Samples:
    """13-bit values (Table 1/G.711, even bits inverted) scaled to 16 bits."""
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, step = (code >> 4) & 7, code & 15
    magnitude = np.where(segment == 0, 2 * step + 1, (2 * step + 33) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude * 8, -magnitude * 8).astype(np.int16)


def _decode_mu_law() -> Samples:
    """14-bit values (Table 2/G.711, all bits inverted) scaled to 16 bits."""
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    segment, step = (code >> 4) & 7, code & 15
    magnitude = ((2 * step + 33) << segment) - 33
    return np.where(code & 0x80, -magnitude * 4, magnitude * 4).astype(np.int16)


def _encoder(decoder: Samples) -> Codes:
    """For every 16-bit value, the code whose decoded value is nearest."""
    order = np.argsort(decoder, kind="stable")
    levels = decoder[order].astype(np.int32)
    middles = (levels[1:] + levels[:-1]) / 2
    values = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    # On a decision value the larger magnitude is taken on both sides of zero.
    up = np.searchsorted(middles, values, side="right")
    down = np.searchsorted(middles, values, side="left")
    return order[np.where(values >= 0, up, down)].astype(np.uint8)


A_LAW_DECODED = _decode_a_law()
MU_LAW_DECODED = _decode_mu_law()
_A_LAW = _encoder(A_LAW_DECODED)
_MU_LAW = _encoder(MU_LAW_DECODED)

_DECODERS = {8: A_LAW_DECODED, 0: MU_LAW_DECODED}
_ENCODERS = {8: _A_LAW, 0: _MU_LAW}


def encode(payload_type: int, samples: Samples) -> bytes:
    """RTP payload of ``samples``; ``payload_type`` is 8 (PCMA) or 0 (PCMU)."""
    return _ENCODERS[payload_type][samples.view(np.uint16)].tobytes()


def decode(payload_type: int, payload: bytes) -> Samples:
    return _DECODERS[payload_type][np.frombuffer(payload, dtype=np.uint8)]
