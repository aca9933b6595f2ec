"""Decoders that this project did not write: minimodem for FSK, multimon-ng for DTMF."""

from __future__ import annotations

import subprocess
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.simulators.telephone.sound import RATE, Signal, silence, to_bytes

_TIMEOUT = 30.0
_MULTIMON_RATE = 22050


@dataclass(frozen=True, slots=True)
class Modem:
    """Hz of a 1 and of a 0, and how far the sender may be off (relative)."""

    name: str
    mark: float
    space: float
    tolerance: float


BELL_202 = Modem("Bell 202", 1200.0, 2200.0, 0.01)
V23 = Modem("V.23", 1300.0, 2100.0, 0.015)


def _output(words: list[str], stdin: bytes = b"") -> bytes:
    """``OSError`` if the program is not there or fails."""
    done = subprocess.run(words, check=False, capture_output=True, input=stdin, timeout=_TIMEOUT)
    if done.returncode not in (0, 1):  # minimodem: 1 for no carrier at the end
        raise OSError(f"{words[0]} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def fsk_bytes(signal: Signal, modem: Modem) -> bytes:
    """What ``minimodem --rx`` reads in a signal at 1200 baud, 8 bits with start and stop."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "heard.wav")
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(to_bytes(np.concatenate([silence(0.05), signal, silence(0.1)])))
        tones = ["-M", f"{modem.mark:g}", "-S", f"{modem.space:g}"]
        return _output(["minimodem", "--rx", "--quiet", "-f", str(path), *tones, "1200"])


def dtmf_digits(signal: Signal) -> str:
    """What multimon-ng reads in a signal."""
    padded = np.concatenate([silence(0.05), signal, silence(0.1)])
    spectrum = np.fft.rfft(padded)
    length = round(len(padded) * _MULTIMON_RATE / RATE)
    wider = np.zeros(length // 2 + 1, dtype=np.complex128)
    wider[: len(spectrum)] = spectrum
    samples = to_bytes(np.fft.irfft(wider, length) * (length / len(padded)))
    lines = _output(["multimon-ng", "-q", "-t", "raw", "-a", "DTMF", "-"], samples).decode()
    return "".join(line.split()[1] for line in lines.splitlines() if line.startswith("DTMF:"))
