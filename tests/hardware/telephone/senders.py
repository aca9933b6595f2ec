"""What an exchange sends to a display: signals made by the test, apart from the gateway's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.simulators.telephone.aon import SIGNS
from tests.simulators.telephone.decoders import BELL_202, Modem
from tests.simulators.telephone.sound import RATE, Signal, amplitude, sine, to_bytes

BAUD = 1200


def with_checksum(content: bytes) -> bytes:
    return content + bytes([-sum(content) % 256])


def mdmf(number: str = "74951234567", name: str = "IVANOV") -> bytes:
    parameters = b"\x01\x0803151805"
    parameters += bytes([2, len(number)]) + number.encode()
    parameters += bytes([7, len(name)]) + name.encode()
    return with_checksum(bytes([0x80, len(parameters)]) + parameters)


def fsk(
    message: bytes, modem: Modem = BELL_202, seizure: int = 300, mark: int = 180, dbm0: float = -14
) -> Signal:
    """Phase-continuous FSK at 1200 baud; the lengths are in bits."""
    bits = [bit % 2 for bit in range(seizure)] + [1] * mark
    for byte in message:
        bits += [0, *(byte >> place & 1 for place in range(8)), 1]
    bits += [1] * 20
    at = np.arange(round(len(bits) * RATE / BAUD)) * BAUD // RATE
    hertz = np.where(np.array(bits)[np.minimum(at, len(bits) - 1)] == 1, modem.mark, modem.space)
    wave: Signal = amplitude(dbm0) * np.sin(2 * np.pi * np.cumsum(hertz) / RATE)
    return wave


def alert(seconds: float, dbm0: float = -15.0) -> Signal:
    return sine(2130.0, dbm0, seconds) + sine(2750.0, dbm0, seconds)


def aon(signs: str, dbm0: float = -7.4, seconds: float = 0.04) -> Signal:
    pairs = {sign: pair for pair, sign in SIGNS.items()}
    tones = [
        sine(low, dbm0, seconds) + sine(high, dbm0, seconds)
        for low, high in (pairs[sign] for sign in signs)
    ]
    return np.concatenate(tones)


def pcm(parts: Sequence[Signal]) -> bytes:
    return to_bytes(np.concatenate(parts))
