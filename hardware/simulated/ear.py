"""The ear: says which tone, or voice, or silence is heard.

It knows nothing of the gateway's tone generator; what it recognises is the table in ``tones.py``.
Frames are cut into slices of 10 ms, slices that hold a known signal are joined to bursts, and the
lengths of the last bursts and of the gaps between them decide.

A burst of ringback (1 s) and one of busy (0.35 s) both begin like a dial tone.  The ear does what
a listener does: a tone longer than any busy burst is a dial tone, unless digits were sent before,
when it first waits for longer than a burst of ringback.

Not safe for threads by itself; the telephone's lock guards it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from gateway.media import _dsp
from hardware.simulated import tones
from hardware.simulated.bursts import Bursts, SignalBurst
from hardware.simulated.slices import SLICE_BYTES, SLICES_PER_SECOND, signal_in
from hardware.simulated.tones import KnownTone, Range, Signal

LOUD = 12.0
"""dB below a tone's level above which a sound in its pause is not just noise."""
LOUD_SLICES = 12
"""So much loud sound after a burst means that the tone is over."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What is heard.  ``tone`` is one of ``tones.NAMES``, or ``None`` while it is not clear."""

    tone: str | None
    lasted: float = 0.0
    """Seconds since it began."""
    frequencies: tuple[float, ...] = ()
    """As measured, Hz; of every burst for a tone whose bursts differ."""
    cadence: tuple[float, ...] = ()
    """Seconds on and off as measured; empty for a continuous tone.  A pause that still lasts is
    left out."""
    level: float | None = None
    """Level of a tone while it sounds, dBm0."""

    def __str__(self) -> str:
        if not self.frequencies:
            return self.tone or "nothing clear yet"
        sound = "+".join(f"{frequency:g}" for frequency in self.frequencies)
        rhythm = "/".join(f"{seconds:g}" for seconds in self.cadence)
        rhythm = f"{rhythm} s" if rhythm else "continuous"
        return f"{self.tone} ({sound} Hz, {rhythm}, {self.level:g} dBm0)"


class Ear:
    """Takes the frames that are heard, in order; tells at any time what is heard.

    Every lifting of the receiver has its own ear, so that nothing of the past counts.
    """

    def __init__(self) -> None:
        self.hearing = Hearing(None)
        self._bursts = Bursts()
        self._tone: KnownTone | None = None
        self._since = 0
        self._quiet = 0
        self._loud = 0
        self._sounds: deque[bool] = deque(maxlen=int(tones.VOICE_WITHIN * SLICES_PER_SECOND))

    @property
    def quiet_for(self) -> float:
        """Seconds without any sound until now."""
        return self._quiet / SLICES_PER_SECOND

    def digit_sent(self) -> None:
        """The telephone sends a digit."""
        self._bursts.digit_sent()

    def process(self, frame: bytes) -> None:
        for start in range(0, len(frame), SLICE_BYTES):
            self._add(frame[start : start + SLICE_BYTES])
        self.hearing = self._judge()

    def _add(self, samples: bytes) -> None:
        level = _dsp.level(samples)
        signal = signal_in(samples, level)
        self._bursts.add(samples, level, signal)
        audible = level >= tones.QUIET
        self._quiet = 0 if audible else self._quiet + 1
        other = audible and (signal is None or self._bursts.false)
        self._sounds.append(other)
        if self._bursts.sounding is not None:
            self._loud = 0
        elif other and self.hearing.level is not None:
            self._loud += level > self.hearing.level - LOUD

    def _judge(self) -> Hearing:
        for known in tones.KNOWN_TONES:
            bursts = self._match(known)
            if bursts is not None:
                if self._tone is not known:
                    self._since = bursts[0].start
                self._tone = known
                return self._cadenced(known, bursts)
        sounding = self._bursts.sounding
        if self._tone is not None and self._goes_on(self._tone):
            return self._same_but_longer()
        self._tone = None
        if sounding is not None and self._is_dial(sounding):
            self._tone, self._since = tones.DIAL, sounding.start
            assert sounding.frequencies is not None
            return Hearing(
                tones.DIAL.name, self._lasted(), sounding.frequencies, (), round(sounding.level, 1)
            )
        return self._without_tone(sounding)

    def _lasted(self) -> float:
        return (self._bursts.now - self._since) / SLICES_PER_SECOND

    def _same_but_longer(self) -> Hearing:
        was = self.hearing
        return Hearing(was.tone, self._lasted(), was.frequencies, was.cadence, was.level)

    def _is_dial(self, burst: SignalBurst) -> bool:
        known = tones.DIAL_AFTER_DIGITS if burst.after_digits else tones.DIAL
        signal, length = known.bursts[0]
        return burst.signal is signal and _within(burst.seconds(self._bursts.now), length)

    def _goes_on(self, tone: KnownTone) -> bool:
        """Whether a recognised tone may still be heard."""
        now = self._bursts.now
        last = self._bursts.known[-1]
        if last.end is None:
            return any(
                last.signal is signal and last.seconds(now) <= length[1]
                for signal, length in tone.bursts
            )
        return (now - last.end) / SLICES_PER_SECOND <= tone.held and self._loud < LOUD_SLICES

    def _match(self, tone: KnownTone) -> list[SignalBurst] | None:
        """The last bursts, if they are those of ``tone``."""
        known = self._bursts.known
        bursts = known[-len(tone.bursts) :]
        if len(bursts) < len(tone.bursts) or not self._rests(tone, bursts[-1]):
            return None
        if not all(map(self._fits, bursts, tone.bursts)):
            return None
        # Bursts that follow each other directly may lose a slice at the change.
        between = tone.gap or (0.0, 0.03)
        if not all(_within(_gap(*pair), between) for pair in pairwise(bursts)):
            return None
        before = known[-len(tone.bursts) - 1 : -len(tone.bursts)]
        if tone.alone and before and _gap(before[0], bursts[0]) < tone.rest:
            return None
        return bursts

    def _rests(self, tone: KnownTone, last: SignalBurst) -> bool:
        """Whether the time since ``last`` can be the pause of ``tone``."""
        if last.end is None or (self._loud >= LOUD_SLICES and not tone.alone):
            return False
        return tone.rest <= (self._bursts.now - last.end) / SLICES_PER_SECOND <= tone.held

    def _fits(self, burst: SignalBurst, wanted: tuple[Signal, Range]) -> bool:
        signal, length = wanted
        whole = not burst.digit_sent
        return burst.signal is signal and whole and _within(burst.seconds(self._bursts.now), length)

    def _cadenced(self, tone: KnownTone, bursts: list[SignalBurst]) -> Hearing:
        now = self._bursts.now
        on = [burst.seconds(now) for burst in bursts]
        gaps = [_gap(*pair) for pair in pairwise(bursts)]
        alike = len({burst.signal.name for burst in bursts}) == 1
        if alike:
            cadence = (_mean(on), _mean(gaps)) if gaps else (_mean(on), *self._pause_before(tone))
            frequencies = bursts[-1].frequencies
        else:
            cadence = tuple(round(seconds, 3) for seconds in on)
            frequencies = tuple(f for burst in bursts for f in burst.frequencies or ())
        level = _mean([burst.level for burst in bursts], 1)
        return Hearing(tone.name, self._lasted(), frequencies or (), cadence, level)

    def _pause_before(self, tone: KnownTone) -> tuple[float, ...]:
        """The pause before the last burst, where that followed a burst of the same tone."""
        if tone.alone or len(self._bursts.known) < 2:
            return ()
        before, last = self._bursts.known[-2:]
        signal, length = tone.bursts[0]
        gap = _gap(before, last)
        same = before.signal is signal and _within(before.seconds(self._bursts.now), length)
        return (round(gap, 3),) if same and tone.rest <= gap <= tone.held else ()

    def _without_tone(self, sounding: SignalBurst | None) -> Hearing:
        before = self.hearing.tone
        after = tones.SILENCE_AFTER_VOICE if before == tones.VOICE else tones.SILENCE_AFTER
        if self.quiet_for >= after:
            return Hearing(tones.SILENCE, self.quiet_for)
        if sounding is not None:
            return Hearing(None)
        if before == tones.VOICE:
            return Hearing(tones.VOICE, self._lasted())
        if sum(self._sounds) >= tones.VOICE_SOUND * SLICES_PER_SECOND:
            self._since = self._bursts.now - len(self._sounds) + self._sounds.index(True)
            return Hearing(tones.VOICE, self._lasted())
        return Hearing(None)


def _within(seconds: float, limits: Range) -> bool:
    return limits[0] <= seconds <= limits[1]


def _gap(first: SignalBurst, second: SignalBurst) -> float:
    assert first.end is not None
    return (second.start - first.end) / SLICES_PER_SECOND


def _mean(values: list[float], digits: int = 3) -> float:
    return round(sum(values) / len(values), digits)
