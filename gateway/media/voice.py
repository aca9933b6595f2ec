"""The voice of one line: what its telephone hears, and what is heard of it.

Threads: the event loop calls ``play``, ``play_sound``, ``say``, ``hush``, ``measure``,
``send_digit``, ``start`` and ``stop``; the SIP thread and the bridge's clock know the ``junction``;
the line's voice thread calls ``exchange`` once a frame.  Each crossing is one assignment or one
deque operation, so no lock is ever waited for in the voice thread.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gateway.line import FRAME_MS, SILENCE, Digit, DigitSource
from gateway.media import _dsp
from gateway.media.bridge import FALLBACK_AFTER, Bridge
from gateway.media.dtmf import digit_frames
from gateway.media.junction import Junction
from gateway.media.rate_match import MATTERS_PPM, RateMatch
from gateway.media.speech import SpeechPlayer
from gateway.media.tones import TonePlayer
from gateway.toneplan import Tone, TonePlan

_log = logging.getLogger(__name__)

PRIME = 2
"""Frames queued before a line that is not the bridge's clock is read: 40 ms of late threads."""
LATE = 1.5 * FRAME_MS / 1000
"""Seconds between two frames above which the second is late."""


Meter: TypeAlias = Callable[[bytes, bytes], None]
"""Gets each captured frame and the one that is played after it, in the voice thread."""


@dataclass(frozen=True, slots=True)
class VoiceCounters:
    """Frames since the line opened.  Underruns and overruns are of the queues to the bridge."""

    frames: int
    late: int
    """Frames that came more than half a frame too late."""
    underruns: int
    overruns: int
    last_frame: float
    """Monotonic time of the last exchange, or of the start, in seconds; 0 while stopped."""

    @property
    def glitches(self) -> Mapping[str, float]:
        """The counters of what went wrong, by name."""
        return {"late": self.late, "underruns": self.underruns, "overruns": self.overruns}


class LineVoice:
    """Joins a line's voice frames to tones, to the digit detector and to a call."""

    def __init__(
        self,
        name: str,
        plan: TonePlan,
        bridge: Bridge,
        on_digit: Callable[[Digit], None],
        drift_ppm: Callable[[], float | None] = lambda: None,
    ) -> None:
        """``drift_ppm`` is that of the line's clock (``gateway.line.Voice``)."""
        self.name = name
        self.junction = Junction()
        self._plan = plan
        self._bridge = bridge
        self._on_digit = on_digit
        self._drift_ppm = drift_ppm
        self._match: RateMatch | None = None
        self._detector = _dsp.DtmfDetector()
        self._tones = TonePlayer()
        self._speech = SpeechPlayer()
        self._sending: deque[bytes] = deque()
        self._hearing: deque[bytes] = deque()
        self._meter: Meter | None = None
        self._frames = 0
        self._late = 0
        self._last_frame = 0.0
        self._in_call = False

    @property
    def counters(self) -> VoiceCounters:
        queues = self.junction.said, self.junction.heard
        return VoiceCounters(
            self._frames,
            self._late,
            sum(queue.underruns for queue in queues),
            sum(queue.overruns for queue in queues),
            self._last_frame,
        )

    def start(self) -> None:
        """Before the line's voice starts: forget what was said in the last call."""
        self.junction.slides = self._drift() is not None
        self._detector.reset()
        self._sending.clear()
        self._hearing.clear()
        self._speech = SpeechPlayer()
        self._in_call = False
        self._last_frame = time.monotonic()

    def stop(self) -> None:
        """After the line's voice stopped: another line may be the bridge's clock."""
        self._tones.play(None)
        self._speech.hush()
        self._bridge.release(self)
        self._last_frame = 0.0

    def use_plan(self, plan: TonePlan) -> None:
        """Play the tones of ``plan`` from the next one on."""
        self._plan = plan

    def play(self, tone: Tone | None) -> None:
        self._tones.play(None if tone is None else self._plan.tones[tone])

    def say(self, samples: bytes, ended: Callable[[], None] | None = None) -> None:
        """Speak to the telephone; see ``SpeechPlayer.say``."""
        self._speech.say(samples, ended)

    def hush(self) -> None:
        self._speech.hush()

    @property
    def sends_events(self) -> bool:
        """Digits are to leave as telephone events: their tones are kept from the far end."""
        return self.junction.joined and self.junction.events

    def play_sound(self, samples: bytes) -> None:
        """Let the telephone hear ``samples`` (16-bit, whole ones) once, instead of a tone."""
        self._tones.play_sound(samples)

    def measure(self, meter: Meter | None) -> None:
        """Give every frame to ``meter`` too; it never blocks and never raises."""
        self._meter = meter

    def send_digit(self, digit: str) -> None:
        """Say a digit to the far end: a pulse or a key made no sound itself (design §3.9)."""
        self._sending.extend(digit_frames(digit))

    def exchange(self, captured: bytes) -> bytes:
        """One frame each way; called by the driver (``gateway.line.VoiceExchange``)."""
        now = time.monotonic()
        pause = now - self._last_frame
        self._frames += 1
        self._late += pause > LATE
        self._last_frame = now
        if pause > FALLBACK_AFTER:
            # Another clock ticked meanwhile: what it left in the queues would be late for ever.
            self._in_call = False
        for digit in self._detector.process(captured):
            self._on_digit(Digit(now, digit, DigitSource.TONE))
        heard = self._exchange_with_call(captured)
        for own in (self._tones.frame(), self._speech.frame()):
            if own is not None:
                heard = own if heard is SILENCE else _dsp.mix(heard, own)
        meter = self._meter
        if meter is not None:
            meter(captured, heard)
        return heard

    def _exchange_with_call(self, captured: bytes) -> bytes:
        junction = self.junction
        if not junction.joined:
            self._in_call = False
            return SILENCE
        if not self._in_call:
            self._in_call = True
            prime = 0 if self._bridge.elect(self) else PRIME
            junction.said.reset(prime)
            junction.heard.reset(prime)
            drift = self._drift()
            self._match = None if drift is None else RateMatch(drift)
        if self._match is not None:
            return self._match.exchange(captured, self._tick)
        return self._tick(captured)

    def _drift(self) -> float | None:
        """That of the line's clock, where it matters."""
        drift = self._drift_ppm()
        return None if drift is None or abs(drift) < MATTERS_PPM else drift

    def _tick(self, said: bytes) -> bytes:
        """One frame of the bridge's time each way."""
        junction = self.junction
        if junction.events and self._detector.tone_present:
            said = SILENCE
        if self._sending:
            said = self._sending.popleft()
        junction.said.put(said)
        self._bridge.tick(self)
        heard = junction.heard.get() or SILENCE
        while junction.heard_digits:
            self._hearing.extend(digit_frames(junction.heard_digits.popleft()))
        return _dsp.mix(heard, self._hearing.popleft()) if self._hearing else heard
