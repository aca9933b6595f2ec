"""Reads a WAV file as voice frames of the line.

The resampler is a windowed sinc that passes up to 3.4 kHz and stops, by more than 60 dB, what
would fold back into the band.  Plain Python manages it some ten times faster than it is spoken.
"""

from __future__ import annotations

import math
import sys
import time
import wave
from array import array
from collections.abc import Sequence
from operator import mul
from pathlib import Path

from gateway.line import FRAME_SAMPLES, SAMPLE_RATE
from hardware.simulated.dial import split

LONGEST = 600.0
"""Seconds that a file may last."""
_REACH = 32
"""Zero crossings of the sinc on each side.  With a Blackman window the cut-off is 0.65 kHz wide."""
_CUT_OFF = 3750.0
_MOST_PHASES = 512
"""Filters for points between two samples.  An odd sample rate takes the nearest of so many: 60 dB
below the voice."""


def read_frames(path: Path) -> list[bytes]:
    """The whole file as 8 kHz mono frames; ``ValueError`` says in plain words what is wrong.

    It takes its time: call it in a thread of its own.
    """
    try:
        with wave.open(str(path), "rb") as file:
            _check(path, file)
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            voice = file.readframes(file.getnframes())
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except (wave.Error, EOFError) as error:
        raise ValueError(
            f"{path} is not a WAV file with plain PCM samples ({str(error) or 'it is cut short'}); "
            "convert it, e.g.: sox FILE -r 8000 -c 1 -b 16 -e signed-integer OUT.wav"
        ) from error
    samples = _mono(voice, width, channels)
    if not samples:
        raise ValueError(f"{path} holds no sound")
    if rate == SAMPLE_RATE:
        return split(samples)
    return split(resample(samples, rate))


def _check(path: Path, file: wave.Wave_read) -> None:
    bits, channels, rate = 8 * file.getsampwidth(), file.getnchannels(), file.getframerate()
    if bits not in {8, 16}:
        raise ValueError(f"{path} has {bits} bits a sample; 8 and 16 can be spoken")
    if channels > 2:
        raise ValueError(f"{path} has {channels} channels; mono and stereo can be spoken")
    if not 4000 <= rate <= 192000:
        raise ValueError(f"{path} has {rate} Hz; 4 kHz to 192 kHz can be spoken")
    if file.getnframes() > LONGEST * rate:
        raise ValueError(f"{path} lasts longer than {LONGEST:g} s; cut it")


def _mono(voice: bytes, width: int, channels: int) -> list[float]:
    """The mean of the channels as 16-bit values."""
    if width == 1:
        # 8-bit WAV samples are unsigned, their silence is 128.
        values: Sequence[int] = array("h", ((value - 128) * 256 for value in voice))
    else:
        values = array("h", voice[: len(voice) // 2 * 2])
        if sys.byteorder == "big":
            values.byteswap()
    if channels == 1:
        return [float(value) for value in values]
    pairs = zip(values[0::2], values[1::2], strict=False)
    return [(left + right) / 2 for left, right in pairs]


def resample(samples: Sequence[float], rate: int) -> list[float]:
    """``samples`` at ``rate`` Hz as samples at 8 kHz, neither early nor late."""
    phases = min(SAMPLE_RATE // math.gcd(rate, SAMPLE_RATE), _MOST_PHASES)
    cut_off = _CUT_OFF * min(1.0, rate / SAMPLE_RATE)
    reach = math.ceil(_REACH * rate / (2 * cut_off))
    filters = [_low_pass(phase / phases, reach, cut_off / rate) for phase in range(phases + 1)]
    padding = [0.0] * reach
    padded = [*padding, *samples, *padding]
    out = []
    for index in range(len(samples) * SAMPLE_RATE // rate):
        at, beyond = divmod(index * rate, SAMPLE_RATE)
        phase = round(beyond * phases / SAMPLE_RATE)
        out.append(sum(map(mul, filters[phase], padded[at + 1 : at + 1 + 2 * reach])))
        if index % FRAME_SAMPLES == 0:
            # The voice thread waits for the interpreter lock: hand it over once a frame.
            time.sleep(0)
    return out


def _low_pass(offset: float, reach: int, cut_off: float) -> list[float]:
    """Weights of the ``2 * reach`` samples around a point ``offset`` samples after the middle one.

    ``cut_off`` is a share of the sample rate.
    """
    weights = []
    for n in range(1 - reach, reach + 1):
        distance = n - offset
        angle = math.pi * distance / reach
        window = 0.42 + 0.5 * math.cos(angle) + 0.08 * math.cos(2 * angle)
        turn = math.tau * cut_off * distance
        weights.append(window * (math.sin(turn) / turn if turn else 1.0))
    total = sum(weights)
    return [weight / total for weight in weights]
