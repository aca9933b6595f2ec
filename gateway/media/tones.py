"""Call-progress tones as voice frames.

A shape is rendered once into samples, when it is first played; a frame is then a slice of them.
Every sound begins and ends with a raised-cosine ramp inside its segment, so that nothing clicks
and the cadence is exact to the sample.  16 kB hold a second of a cadence; a continuous tone needs
no more than two seconds, whole periods that are played round and round.
"""

from __future__ import annotations

import functools
import itertools
import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.line import FRAME_BYTES, SAMPLE_RATE
from gateway.media._dsp import mix
from gateway.toneplan import Segment, ToneShape

FULL_SCALE_SINE = 3.14
"""Level in dBm0 of a sine with a peak of full scale (ITU-T G.711)."""
RAMP_SAMPLES = SAMPLE_RATE * 5 // 1000
"""Length of the ramps: 5 ms."""
LONGEST_PERIOD = 2 * SAMPLE_RATE
"""Samples in the longest loop of a continuous tone."""

_BYTES_PER_SAMPLE = 2
_SHAPES_KEPT = 32


def sine_sum(components: Iterable[tuple[float, float]], count: int) -> array[int]:
    """``count`` samples of sines, each given by frequency (Hz) and level (dBm0), from phase 0.

    Peaks beyond full scale are cut off.
    """
    waves = []
    for frequency, level in components:
        peak = 32768 * 10 ** ((level - FULL_SCALE_SINE) / 20)
        step = math.tau * frequency / SAMPLE_RATE
        waves.append([peak * math.sin(step * n) for n in range(count)])
    if not waves:
        return array("h", bytes(_BYTES_PER_SAMPLE * count))
    return array("h", (max(-32768, min(32767, round(sum(at)))) for at in zip(*waves, strict=True)))


def ramp_up(samples: array[int], length: int = RAMP_SAMPLES) -> None:
    """Let the first ``length`` samples rise from silence as half a cosine."""
    for n in range(length):
        samples[n] = round(samples[n] * math.sin(math.pi / 2 * (n + 0.5) / length) ** 2)


def ramp_down(samples: array[int], length: int = RAMP_SAMPLES) -> None:
    """Let the last ``length`` samples fall to silence."""
    samples.reverse()
    ramp_up(samples, length)
    samples.reverse()


def burst(components: Iterable[tuple[float, float]], count: int) -> array[int]:
    """``sine_sum`` between two ramps of 5 ms, or of half of it where that is shorter."""
    samples = sine_sum(components, count)
    length = min(RAMP_SAMPLES, count // 2)
    ramp_up(samples, length)
    ramp_down(samples, length)
    return samples


@dataclass(frozen=True, slots=True)
class _Sound:
    """Samples of a shape: ``once``, then ``loop`` again and again, ``length`` bytes in all.

    ``loop`` repeats after ``period`` bytes and goes on for a frame beyond that, so that a frame
    can be cut out of it in one piece.  ``length`` is ``None`` for a sound without end.
    """

    once: bytes
    loop: bytes
    period: int
    length: int | None

    def frame(self, start: int) -> bytes | None:
        """The frame that begins ``start`` bytes after the sound; ``None`` behind its end."""
        end = start + FRAME_BYTES
        if self.length is not None:
            if start >= self.length:
                return None
            end = min(end, self.length)
        cut = self.once[start:end]
        missing = end - start - len(cut)
        if missing:
            offset = (start + len(cut) - len(self.once)) % self.period
            cut += self.loop[offset : offset + missing]
        return cut.ljust(FRAME_BYTES, b"\0")


def _components(segment: Segment, level: float) -> Sequence[tuple[float, float]]:
    share = level - 10 * math.log10(len(segment.frequencies) or 1)
    return [(frequency, share) for frequency in segment.frequencies]


def _whole_periods(frequencies: Sequence[float]) -> tuple[int, list[float]]:
    """A length in samples, and frequencies that have whole periods in it.

    They are the wanted ones wherever a length up to ``LONGEST_PERIOD`` allows (always, if they are
    whole numbers), else the nearest possible.
    """

    def rounded(count: int) -> list[float]:
        return [round(f * count / SAMPLE_RATE) * SAMPLE_RATE / count for f in frequencies]

    best, smallest = SAMPLE_RATE, math.inf
    for count in range(RAMP_SAMPLES, LONGEST_PERIOD + 1):
        pairs = zip(rounded(count), frequencies, strict=True)
        error = max((abs(possible - wanted) for possible, wanted in pairs), default=0.0)
        if error < smallest:
            best, smallest = count, error
        if error < 1e-9:
            break
    return best, rounded(best)


def _sound(once: bytes, cycle: bytes, rounds: int | None) -> _Sound:
    copies = 1 + -(-FRAME_BYTES // len(cycle))
    loop = (cycle * copies)[: len(cycle) + FRAME_BYTES]
    length = None if rounds is None else len(once) + rounds * len(cycle)
    return _Sound(once, loop, len(cycle), length)


@functools.lru_cache(maxsize=_SHAPES_KEPT)
def _rendered(shape: ToneShape) -> _Sound:
    finite = list(itertools.takewhile(lambda s: math.isfinite(s.seconds), shape.segments))
    cadence = b"".join(
        burst(
            _components(segment, shape.level), max(1, round(segment.seconds * SAMPLE_RATE))
        ).tobytes()
        for segment in finite
    )
    if len(finite) == len(shape.segments):
        return _sound(b"", cadence, shape.repeat or None)
    endless = shape.segments[len(finite)]
    count, frequencies = _whole_periods(endless.frequencies)
    whole = Segment(tuple(frequencies), endless.seconds)
    # The ramp is played once, so the loop begins behind it; it ends where the ramp would.
    wave = sine_sum(_components(whole, shape.level), RAMP_SAMPLES + count)
    onset, loop = wave[:RAMP_SAMPLES], wave[RAMP_SAMPLES:]
    ramp_up(onset)
    return _sound(cadence + onset.tobytes(), loop.tobytes(), None)


class _Playing:
    """A sound that is being played, read by the voice thread alone."""

    def __init__(self, sound: _Sound) -> None:
        self._sound = sound
        self._position = 0

    def frame(self) -> bytes | None:
        frame = self._sound.frame(self._position)
        self._position += FRAME_BYTES
        return frame

    def last_frame(self) -> bytes | None:
        """The next frame, fading out in 5 ms."""
        frame = self.frame()
        if frame is None:
            return None
        samples = array("h", frame[: RAMP_SAMPLES * _BYTES_PER_SAMPLE])
        ramp_down(samples)
        return samples.tobytes().ljust(FRAME_BYTES, b"\0")


class TonePlayer:
    """Plays one tone at a time.

    ``play`` may be called from any thread and renders a shape that it sees for the first time
    (some milliseconds); ``frame`` is the voice thread's and never waits.
    """

    def __init__(self) -> None:
        # Set by play(), read by frame(): one assignment hands the tone over.
        self._wanted: _Playing | None = None
        # The voice thread's own.
        self._current: _Playing | None = None

    def play(self, shape: ToneShape | None) -> None:
        """Play ``shape`` from its beginning, instead of what sounds; ``None`` is silence."""
        self._wanted = None if shape is None else _Playing(_rendered(shape))

    def play_sound(self, samples: bytes) -> None:
        """Play ``samples`` (16-bit, whole ones) once from their beginning, as ``play`` a shape."""
        self._wanted = _Playing(_sound(b"", samples, 1))

    def frame(self) -> bytes | None:
        """The next frame (``FRAME_BYTES``), or ``None`` when no tone is on.

        In the pause of a cadence it is a frame of silence.  A tone that was stopped fades within
        one frame; a new one begins in the same frame.
        """
        wanted, before = self._wanted, self._current
        if wanted is before:
            return None if wanted is None else wanted.frame()
        self._current = wanted
        fading = None if before is None else before.last_frame()
        begun = None if wanted is None else wanted.frame()
        if fading is None or begun is None:
            return fading or begun
        return mix(fading, begun)
