"""Speech for the tests and the demo, and its quality after a telephone call (ITU-T P.862)."""

from __future__ import annotations

import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pesq import pesq

RATE = 8000
ROOM_NOISE = 20
"""RMS of the noise under the speech, of 32768: about -61 dBm0."""
Samples = npt.NDArray[np.int16]


def speak(text: str, path: Path, voice: str = "en", level: float = 0.5) -> Path:
    """Let espeak-ng speak ``text`` into ``path``: 8 kHz, 16-bit, mono, peak at ``level``."""
    raw = path.with_suffix(".espeak.wav")
    subprocess.run(
        ["espeak-ng", "-v", voice, "-s", "150", "-w", str(raw), text],
        check=True,
        capture_output=True,
    )
    subprocess.run(
        [
            "sox", "-q", str(raw), "-b", "16", "-c", "1", "-r", str(RATE), str(path),
            "highpass", "200", "lowpass", "3400", "gain", "-n", str(20 * np.log10(level)),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    raw.unlink()
    # Digital silence is something that no microphone gives.  A-law turns it into a buzz, which
    # alone would cost 0.3 of PESQ's scale, so the speech gets the noise floor of a quiet room.
    noise = np.random.default_rng(len(text)).normal(0, ROOM_NOISE, len(samples := read(path)))
    return write(path, np.clip(samples + noise, -32768, 32767).astype(np.int16))


def read(path: Path) -> Samples:
    """The samples of an 8 kHz mono WAV file."""
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def write(path: Path, samples: Samples) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path


def through_a_law(samples: Samples) -> Samples:
    """What G.711 A-law makes of ``samples``, by the law's own curve (ITU-T G.711, A = 87.6)."""
    magnitude = np.abs(samples.astype(float)) / 32768
    one = 1 + np.log(87.6)
    small = magnitude < 1 / 87.6
    curve = np.where(small, 87.6 * magnitude, 1 + np.log(np.maximum(87.6 * magnitude, 1e-9))) / one
    level = (np.floor(np.minimum(curve, 0.9999) * 128) + 0.5) / 128 * one
    back = np.where(level < 1, level, np.exp(level - 1)) / 87.6
    coded: Samples = np.clip(np.sign(samples) * back * 32768, -32768, 32767).astype(np.int16)
    return coded


def limit_of_g711(spoken: Path) -> float:
    """The PESQ of nothing but one A-law coding: what no telephone call can exceed by much."""
    samples = read(spoken)
    return float(pesq(RATE, samples, through_a_law(samples), "nb"))


@dataclass(frozen=True, slots=True)
class Quality:
    """How well ``spoken`` arrived."""

    mos: float
    """MOS-LQO of PESQ, narrow band, 1 to 4.5."""
    offset: float
    """Seconds into the recording at which it begins."""


def quality(spoken: Path, recorded: Path) -> Quality:
    """Find what was ``spoken`` in what was ``recorded`` and compare the two.

    Raises ``ValueError`` if the recording is too short or holds nothing of it.
    """
    reference, heard = read(spoken), read(recorded)
    if len(heard) < len(reference) // 2:
        raise ValueError(f"{recorded} has {len(heard) / RATE:.1f} s, too little to compare")
    size = 1 << (len(heard) + len(reference) - 1).bit_length()
    spectrum = np.fft.rfft(heard.astype(float), size) * np.conj(
        np.fft.rfft(reference.astype(float), size)
    )
    correlation = np.fft.irfft(spectrum, size)[: len(heard)]
    start = int(np.argmax(correlation))
    part = heard[start : start + len(reference)]
    energy = float(np.sqrt(np.sum(part.astype(float) ** 2) * np.sum(reference.astype(float) ** 2)))
    if energy == 0 or not len(part) or correlation[start] / energy < 0.3:
        raise ValueError(f"{recorded} does not hold what was spoken")
    return Quality(float(pesq(RATE, reference, part, "nb")), start / RATE)
