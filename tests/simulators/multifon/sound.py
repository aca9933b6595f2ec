"""Sounds that the network plays: WAV files, speech from espeak-ng, ringback tone."""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from tests.simulators.multifon.g711 import Samples
from tests.simulators.multifon.recording import RATE

FULL_SCALE_DBM0 = 3.14
"""Level of a sine that fills the A-law range (ITU-T G.711)."""
SPEECH_DBFS = -20.0
RINGBACK_HZ = 425.0
RINGBACK_DBM0 = -13.0
_LOWEST_HZ, _HIGHEST_HZ = 200.0, 3600.0
"""What passes a telephone channel."""
_SPEAKING_SECONDS = 30.0


class SoundError(ValueError):
    """A sound cannot be had; the message says why and what to do."""


def sine(frequency: float, seconds: float, dbm0: float) -> Samples:
    amplitude = 32767 * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20)
    time = np.arange(round(seconds * RATE)) / RATE
    return np.round(amplitude * np.sin(2 * np.pi * frequency * time)).astype(np.int16)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), dtype=np.int16)


def ringback(cycle: float) -> Samples:
    """One cycle of ringback: a fifth of it tone (Russia: 1 s of 5 s)."""
    return np.concatenate([sine(RINGBACK_HZ, cycle / 5, RINGBACK_DBM0), silence(cycle * 4 / 5)])


def resample(signal: npt.NDArray[np.float64], rate: int) -> npt.NDArray[np.float64]:
    """A whole recording at ``rate`` Hz as telephone band at 8 kHz, in the frequency domain."""
    wanted = round(len(signal) * RATE / rate)
    if wanted < 2:
        return np.zeros(wanted)
    spectrum = np.fft.rfft(signal)
    frequency = np.arange(len(spectrum)) * rate / len(signal)
    spectrum[(frequency < _LOWEST_HZ) | (frequency > _HIGHEST_HZ)] = 0
    bins = wanted // 2 + 1
    fitted = np.zeros(bins, dtype=np.complex128)
    fitted[: min(bins, len(spectrum))] = spectrum[:bins]
    return np.fft.irfft(fitted, wanted) * (wanted / len(signal))


def read_wav(source: BinaryIO, name: str) -> tuple[npt.NDArray[np.int16], int]:
    """Mono samples and rate of a 16-bit WAV; ``SoundError`` for another kind of file."""
    try:
        with wave.open(source, "rb") as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise SoundError(f"{name} is not a WAV file that can be read: {error}") from error
    if width != 2:
        raise SoundError(f"{name} has {8 * width} bits a sample; 16 are needed")
    samples = np.frombuffer(data[: len(data) // (2 * channels) * 2 * channels], dtype="<i2")
    return samples.reshape(-1, channels)[:, 0].astype(np.int16), rate


def load_wav(path: Path) -> Samples:
    """A WAV file as telephone voice.  8 kHz mono passes unchanged, sample for sample."""
    try:
        with path.open("rb") as source:
            samples, rate = read_wav(source, str(path))
    except OSError as error:
        raise SoundError(f"{path} cannot be read: {error.strerror}") from error
    if rate == RATE:
        return samples
    return np.clip(np.round(resample(samples.astype(np.float64), rate)), -32768, 32767).astype(
        np.int16
    )


@lru_cache(maxsize=64)
def speak(text: str, voice: str) -> Samples:
    """``text`` spoken by espeak-ng, as telephone voice.  Takes about 0.1 s a sentence."""
    program = shutil.which("espeak-ng")
    if program is None:
        raise SoundError("espeak-ng is not installed; install it to hear the announcements")
    try:
        done = subprocess.run(
            [program, "-v", voice, "-s", "150", "--stdout", "--", text],
            capture_output=True, check=True, timeout=_SPEAKING_SECONDS,
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError) as error:
        raise SoundError(f"espeak-ng cannot speak with the voice {voice}: {error}") from error
    # espeak-ng writes to a pipe with an unknown length in the header; wave reads what is there.
    samples, rate = read_wav(io.BytesIO(done.stdout), "espeak-ng's output")
    signal = resample(samples.astype(np.float64), rate)
    loud = float(np.sqrt(np.mean(signal**2))) if len(signal) else 0.0
    if not loud:
        raise SoundError(f"espeak-ng has nothing to say for {text!r}")
    signal *= 32767 * 10 ** (SPEECH_DBFS / 20) / loud
    return np.clip(np.round(signal), -32000, 32000).astype(np.int16)
