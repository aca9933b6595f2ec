"""What is done to each frame of a line's voice between its sound card and the exchange.

    card -> mute -> echo canceller -> tap -> gain -> exchange -> gain -> signals -> card

No thread and no clock; used by the voice thread alone.
"""

from __future__ import annotations

from typing import Protocol

from gateway.line import FRAME_BYTES, SAMPLE_RATE, SILENCE
from gateway.media import _dsp
from hardware.voice.edges import Gate, ring_out
from hardware.voice.gain import GainControl, SpeechLevel
from hardware.voice.options import VoiceOptions

EARLY_SAMPLES = 16
"""2 ms by which the canceller is shown what is played before it sounds, as far as is known: an
echo must never seem to come before its cause."""
ECHO_OF_SPEECH_DB = 15.0
"""What is this much weaker than what is played may be its echo, and teaches the gain nothing."""

_SAMPLE_BYTES = 2


class EchoCanceller(Protocol):
    """As in ``hardware.voice._echo``."""

    def process(self, captured: bytes, played: bytes, /) -> bytes: ...

    def reset(self) -> None: ...


class _Played:
    """What was written, delayed until it is heard."""

    def __init__(self) -> None:
        self._rest = SILENCE

    def sounding(self) -> bytes:
        return self._rest[:FRAME_BYTES]

    def written(self, frame: bytes) -> None:
        self._rest = self._rest[FRAME_BYTES:] + frame

    def reset(self, delay_s: float) -> None:
        delay = round(delay_s * SAMPLE_RATE) - EARLY_SAMPLES
        # A frame is written only after the one that was captured while it should sound.
        self._rest = bytes(max(FRAME_BYTES, _SAMPLE_BYTES * delay))


class VoiceProcessing:
    """Both directions of a line.

    ``restarted`` comes first; then, once a frame and in this order, ``captured``, with an exchange
    ``said``, ``heard``, ``written``.
    """

    def __init__(self, options: VoiceOptions, canceller: EchoCanceller | None) -> None:
        self.microphone = GainControl(
            options.microphone_gain, automatic=options.microphone_automatic
        )
        self.ear = GainControl(options.ear_gain, automatic=options.ear_automatic)
        self._canceller = canceller
        self._played = _Played()
        self._unmuted = Gate()
        self._was_muted = False
        self._said = Gate()
        self._heard = Gate()
        self._last = SILENCE

    def restarted(self, delay_s: float, *, same_echo: bool) -> None:
        """The card began anew: nothing of the past sounds any more.

        ``delay_s``: from a captured frame to the frame written after it, 20 ms or more.
        ``same_echo``: nothing was lost on the way, so the echo comes as late as before.
        """
        self._played.reset(delay_s)
        if self._canceller is not None and not same_echo:
            self._canceller.reset()
        self._last = SILENCE
        for gate in (self._unmuted, self._said, self._heard):
            gate.open = False

    def measure_anew(self) -> None:
        """Forget how loud the telephone was: another person speaks, or another telephone."""
        self.microphone.speech = SpeechLevel()

    def captured(self, frame: bytes, *, muted: bool, in_use: bool) -> bytes:
        """The frame without echo, for the tap and for ``said``.

        ``in_use``: there is an exchange.  On-hook the line has another echo; the canceller would
        forget the one that it will need.
        """
        # When muting ends, the frame under way still holds what the muting was for.
        frame = self._unmuted.process(frame, wanted=not (muted or self._was_muted))
        self._was_muted = muted
        if self._canceller is None or not in_use or not self._unmuted.open:
            return frame
        return self._canceller.process(frame, self._played.sounding())

    def said(self, frame: bytes, *, passing: bool) -> bytes:
        """What the exchange gets: the frame with its gain, or silence."""
        level = _dsp.level(frame)
        own = level > _dsp.level(self._played.sounding()) - ECHO_OF_SPEECH_DB
        frame = self.microphone.process(frame, level, adapt=passing and own)
        return self._said.process(frame, wanted=passing)

    def heard(self, frame: bytes | None, *, passing: bool) -> bytes:
        """What the telephone hears of ``frame``, which is ``None`` without an exchange.

        ``SILENCE`` itself only when it was silence before.
        """
        if frame is None:
            self._said.open = False
            was, self._heard.open = self._heard.open, False
            return ring_out(self._last) if was else SILENCE
        if passing:
            frame = self.ear.process(frame, _dsp.level(frame))
        return self._heard.process(frame, wanted=passing)

    def written(self, frame: bytes) -> None:
        """What was given to the card in the end."""
        self._last = frame
        self._played.written(frame)
