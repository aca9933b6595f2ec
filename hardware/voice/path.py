"""The voice of a line on a sound card (implements ``gateway.line.Voice``).

One thread, ``voice-NAME``, lives from ``open`` to ``close``.  The card runs all that time, so that
its two directions keep their alignment, signals can be sent to a telephone at rest, and a card
that is pulled out is noticed before somebody wants to telephone.  While the card is missing no
exchange is called: the bridge has a clock of its own for that.

Other threads hand over one reference at a time; they never wait for the voice thread, but for
``stop`` and ``close``, which give an exchange under way ``PATIENCE``.

A USB card that is reset, by a spark in its plug or by a dip of its power, is a new device to the
kernel and there again after a second or two.  A call survives that: a card that has worked may be
away for ``GRACE`` before it is a fault, and meanwhile it is looked for often.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gateway.line import FRAME_BYTES, FRAME_MS, SAMPLE_RATE, SILENCE, VoiceExchange
from gateway.real_time import claim_real_time
from hardware.clock_drift import ClockDrift
from hardware.voice._echo import LineEchoCanceller
from hardware.voice.card import Card
from hardware.voice.options import VoiceOptions
from hardware.voice.processing import EARLY_SAMPLES, VoiceProcessing
from hardware.voice.signal import Done, SignalPlayer

_logger = logging.getLogger(__name__)

PATIENCE = 0.030
"""Seconds that ``stop`` and ``close`` wait for an exchange under way; a method has 50 ms."""
RETRY = 1.0
"""Seconds between two attempts to open a card that is missing."""
GRACE = 3.0
"""Seconds that a card which has worked may be away before that is told.

Longer than a USB card needs to come back, shorter than people in a call that has fallen silent
wait before they hang up.
"""
RETRY_IN_GRACE = 0.2
"""Seconds between two attempts meanwhile."""
STEADY = 1.0
"""Seconds for which a card must give sound to be one that works: it may come back by fits."""
LATE = 1.5 * FRAME_MS / 1000
"""Seconds between two frames above which the second is late."""

OpenCard: TypeAlias = Callable[[], Card]
Tap: TypeAlias = Callable[[bytes], None]


class VoicePath:
    """Joins a sound card to the exchange function of a call, and sends signals.

    ``open_card`` gives a running card or raises ``OSError`` with a sentence for the user.
    ``on_fault`` gets that sentence, once, when the card is missing, or lost and not back within
    ``GRACE``; ``on_cleared`` tells that it gives sound again.  Both are called in the voice thread
    and must not block.
    """

    def __init__(
        self,
        name: str,
        open_card: OpenCard,
        options: VoiceOptions,
        on_fault: Callable[[str], None],
        on_cleared: Callable[[], None],
    ) -> None:
        self._name = name
        self._open_card = open_card
        self._on_fault = on_fault
        self._on_cleared = on_cleared
        self._canceller = LineEchoCanceller() if options.echo_canceller else None
        self._processing = VoiceProcessing(options, self._canceller)
        self._signal = SignalPlayer()
        self._drift = ClockDrift()
        self._counters = _Counters()
        self._state = threading.Condition()
        self._thread: threading.Thread | None = None
        self._card: Card | None = None
        self._faulty = False
        self._came = math.inf
        """When the card gave its first frame; infinite while there is none."""
        self._grace_ends = -math.inf
        """When a loss of the card is told; infinite while the card works steadily."""
        self._exchange: VoiceExchange | None = None
        self._exchanging: threading.Thread | None = None
        self._tap: Tap | None = None
        self._muted = False
        self._anew = False
        self._cut = False

    @property
    def drift_ppm(self) -> float | None:
        """How much faster the card runs than the computer; ``None`` while it is not known."""
        return self._drift.ppm

    @property
    def figures(self) -> Mapping[str, float]:
        """What was measured so far, for the line doctor; what is not known yet is left out.

        Levels in dBm0 are those before the gains: of active speech, and of the line's noise.
        """
        counters, card = self._counters, self._card
        microphone, ear = self._processing.microphone, self._processing.ear
        echo = self._canceller
        known: dict[str, float | None] = {
            "frames": counters.frames,
            "late": counters.late,
            "xruns": counters.xruns + (card.xruns if card else 0),
            "outages": counters.outages,
            "card_latency_ms": card.latency_s * 1000 if card else None,
            "card_drift_ppm": self._drift.ppm,
            "said_dbm0": microphone.speech.active,
            "heard_dbm0": ear.speech.active,
            "said_noise_dbm0": microphone.speech.noise,
            "microphone_automatic_db": microphone.automatic_db,
            "ear_automatic_db": ear.automatic_db,
            "limited": microphone.limited + ear.limited,
            "echo_return_loss_db": echo.echo_return_loss_db if echo else None,
            "echo_enhancement_db": echo.erle_db if echo else None,
            "echo_delay_ms": _echo_delay_ms(echo.delay_samples) if echo else None,
        }
        return {
            name: round(float(value), 1)
            for name, value in known.items()
            if value is not None and math.isfinite(value)
        }

    def open(self) -> None:
        """Start the thread, which opens the card.  A missing card is a fault, not an error."""
        with self._state:
            if self._thread is None:
                self._faulty = False
                self._came, self._grace_ends = math.inf, -math.inf
                self._thread = threading.Thread(
                    target=self._run, name=f"voice-{self._name}", daemon=True
                )
                self._thread.start()

    def close(self) -> None:
        """Stop, and end the thread.  An exchange that blocks ends the thread when it returns."""
        self.stop()
        self._signal.stop()
        with self._state:
            thread, self._thread = self._thread, None
            card = self._card
            self._state.notify_all()
        if card is not None:
            card.flush()
        if thread is not None and thread is not threading.current_thread():
            thread.join(PATIENCE / 3)

    def start(self, exchange: VoiceExchange) -> None:
        """Begin to exchange frames; a second ``start`` replaces the function."""
        with self._state:
            self._exchange = exchange

    def stop(self) -> None:
        """Stop; the exchange is not called again.  Idempotent."""
        with self._state:
            self._exchange = None
            # From within the exchange there is nothing to wait for: it is the last one.
            if threading.current_thread() is not self._thread:
                self._state.wait_for(lambda: self._exchanging is None, PATIENCE)

    def send(self, samples: bytes, done: Done | None = None) -> None:
        """Let the telephone hear ``samples`` alone, whole 16-bit samples, without any gain.

        The far end hears silence meanwhile; the tap goes on.  Speech is faded out before, in one
        frame, and in after.  ``done`` is called in the voice thread with the monotonic time at
        which the last sample left the card, up to a frame after that; never if the signal is
        stopped, replaced by another, or if there is no card.
        """
        self._signal.send(samples, done)

    def stop_sending(self) -> None:
        """Cut the signal off at once.

        The card's buffer is thrown away: what may still sound is in the converter and on the bus,
        some ms, and on a card that restarts slowly nothing is heard or said for up to 60 ms.
        """
        if self._signal.stop():
            with self._state:
                card = self._card
                self._cut = card is not None
            if card is not None:
                card.flush()

    def listen(self, tap: Tap | None) -> None:
        """Call ``tap`` in the voice thread with every frame captured, after the echo canceller."""
        self._tap = tap

    def mute(self, on: bool) -> None:
        """Capture silence, from the next frame on: the ring voltage leaks into the card."""
        self._muted = on

    def measure_anew(self) -> None:
        """From the next frame on, measure the level of what the telephone says anew."""
        self._anew = True

    def _run(self) -> None:
        claim_real_time()
        me = threading.current_thread()
        while self._thread is me:
            try:
                card = self._open_card()
                try:
                    self._carry(card, me)
                finally:
                    self._let_go(card)
            except OSError as error:
                self._fault(str(error), me)
            except Exception as error:
                # A driver's thread never raises; the card is opened anew.
                _logger.exception("line %s: the voice failed", self._name)
                self._fault(f"The voice of line {self._name} failed ({error}); see the log.", me)

    def _let_go(self, card: Card) -> None:
        with self._state:
            if self._card is card:
                self._card = None
                self._counters.xruns += card.xruns
        card.close()

    def _fault(self, sentence: str, me: threading.Thread) -> None:
        """Tell once, after the grace, and wait a little before the card is tried again."""
        if self._thread is not me:
            return
        now = time.monotonic()
        if self._came != math.inf:
            self._came = math.inf
            self._counters.outages += 1
            self._signal.stop()
            _logger.warning("line %s: %s", self._name, sentence)
            self._grace_ends = min(self._grace_ends, now + GRACE)
        if now < self._grace_ends:
            pause = min(RETRY_IN_GRACE, self._grace_ends - now)
        else:
            pause = RETRY
            if not self._faulty:
                self._faulty = True
                self._on_fault(sentence)
        with self._state:
            self._state.wait_for(lambda: self._thread is not me, pause)

    def _carry(self, card: Card, me: threading.Thread) -> None:
        """Carry the voice over ``card`` until the path is closed; ``OSError``: the card is lost."""
        with self._state:
            if self._thread is not me:
                return
            self._card = card
        self._restarted(card, same_echo=False)
        while self._thread is me:
            captured = card.read()
            now = time.monotonic()
            if captured is None:
                with self._state:
                    cut, self._cut = self._cut, False
                self._restarted(card, same_echo=cut)
                continue
            if self._came == math.inf:
                self._card_came(now)
            elif now - self._came >= STEADY:
                self._grace_ends = math.inf
            self._counters.frame(now)
            self._drift.frame(now)
            self._frame(card, captured, now, me)

    def _card_came(self, now: float) -> None:
        if self._faulty or self._counters.outages:
            # What was to be sent meanwhile is of a moment that is over.
            self._signal.stop()
        self._came = now
        if self._faulty:
            self._faulty = False
            self._on_cleared()

    def _restarted(self, card: Card, *, same_echo: bool) -> None:
        self._processing.restarted(card.latency_s, same_echo=same_echo)
        self._drift.restart()
        self._counters.last_frame = math.inf

    def _frame(self, card: Card, captured: bytes, now: float, me: threading.Thread) -> None:
        processing, signal = self._processing, self._signal
        if self._anew:
            self._anew = False
            processing.measure_anew()
        exchange = self._begin_exchange(me)
        try:
            sending = signal.waiting
            clean = processing.captured(captured, muted=self._muted, in_use=exchange is not None)
            self._tell_tap(clean)
            heard = None
            if exchange is not None:
                said = processing.said(clean, passing=not sending)
                heard = self._exchanged(exchange, said)
        finally:
            self._end_exchange(me)
        if self._thread is not me:
            return
        frame = processing.heard(heard, passing=not sending)
        if sending and frame is SILENCE:
            began = now - FRAME_MS / 1000 + card.latency_s
            frame = signal.frame(began) or SILENCE
        card.write(frame)
        processing.written(frame)
        ended = signal.due(now)
        if ended is not None and ended[1] is not None:
            self._tell_done(ended[1], ended[0])

    def _begin_exchange(self, me: threading.Thread) -> VoiceExchange | None:
        with self._state:
            if self._exchange is not None and self._thread is me:
                self._exchanging = me
                return self._exchange
            return None

    def _end_exchange(self, me: threading.Thread) -> None:
        with self._state:
            if self._exchanging is me:
                self._exchanging = None
                self._state.notify_all()

    def _exchanged(self, exchange: VoiceExchange, said: bytes) -> bytes | None:
        try:
            return _checked(exchange(said))
        except Exception:
            _logger.exception("line %s: the voice was stopped by an error", self._name)
            with self._state:
                if self._exchange is exchange:
                    self._exchange = None
            return None

    def _tell_tap(self, frame: bytes) -> None:
        tap = self._tap
        if tap is None:
            return
        try:
            tap(frame)
        except Exception:
            _logger.exception("line %s: what listens to the line failed", self._name)
            self._tap = None

    def _tell_done(self, done: Done, at: float) -> None:
        try:
            done(at)
        except Exception:
            _logger.exception("line %s: the end of a signal could not be told", self._name)


def _echo_delay_ms(samples: int | None) -> float | None:
    """From the sound in the line to its echo there: the canceller is shown the sound early."""
    return None if samples is None else (samples - EARLY_SAMPLES) * 1000 / SAMPLE_RATE


def _checked(frame: bytes) -> bytes:
    if len(frame) != FRAME_BYTES:
        raise ValueError(f"a voice frame has {FRAME_BYTES} bytes, not {len(frame)}")
    return frame


@dataclass(slots=True)
class _Counters:
    """Written by the voice thread."""

    frames: int = 0
    late: int = 0
    xruns: int = 0
    """Of the cards that were let go."""
    outages: int = 0
    last_frame: float = math.inf

    def frame(self, now: float) -> None:
        self.frames += 1
        self.late += now - self.last_frame > LATE
        self.last_frame = now
