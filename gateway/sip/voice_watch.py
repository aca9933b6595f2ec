"""What the far end's voice packets, and their absence, tell of a call.  Pure: time is given.

Two different things:

* The network is gone: no packet, and no answer to the question (OPTIONS in the dialog) whether the
  call still lives.  Such a call is ended.
* One-way voice: the network answers, but no voice comes although it should.  Such a call goes on,
  and its record says so.  Silence is something else: a silent far end sends packets of silence.

Times are seconds of one monotonic clock.
"""

from __future__ import annotations

import enum

SILENT_AFTER = 5.0
"""Seconds without a voice packet before the network is asked, and before it counts as no voice."""
LOST_AFTER = 15.0
"""Seconds without a voice packet and without an answer to that question: the call is lost."""


class Sign(enum.Enum):
    """What a look at the packets has found."""

    ASK = enum.auto()
    """The network is to be asked whether the call still lives."""
    LOST = enum.auto()
    """The network is gone."""
    NO_VOICE = enum.auto()
    """No voice comes from the far end; told once each time."""
    VOICE_AGAIN = enum.auto()
    """It has come (back) after that."""


class VoiceWatch:
    """Watches one call, from its answer to its end."""

    def __init__(self) -> None:
        self.times = 0
        """How often no voice came from the far end although it should have."""
        self._seconds = 0.0
        self._packets = 0
        self._last_packet = 0.0
        self._last_answer = 0.0
        self._asked = 0.0
        self._expected_since: float | None = None
        self._missing = False

    def begin(self, now: float) -> None:
        """Media has begun, or has changed: the wait for a packet starts anew."""
        self._last_packet = self._last_answer = now

    def answered(self, now: float) -> None:
        """The network has answered: the call still lives."""
        self._last_answer = now

    def look(self, now: float, packets: int, *, expected: bool) -> tuple[Sign, ...]:
        """``packets`` came so far; ``expected`` if the far end is to send voice now."""
        if expected and self._expected_since is None:
            self._expected_since = now
        if not expected:
            self._settle(now)
            self._expected_since = None
            self._missing = False
        signs = []
        if packets != self._packets:
            self._packets = packets
            if self._missing:
                self._settle(now)
                self._missing = False
                signs.append(Sign.VOICE_AGAIN)
            self._last_packet = now
        elif not self._missing and self._waited(now) > SILENT_AFTER:
            self._missing = True
            self.times += 1
            signs.append(Sign.NO_VOICE)
        silent = now - max(self._last_packet, self._last_answer)
        if silent > LOST_AFTER:
            signs.append(Sign.LOST)
        elif now - max(self._last_packet, self._asked) > SILENT_AFTER:
            self._asked = now
            signs.append(Sign.ASK)
        return tuple(signs)

    def seconds_without_voice(self, now: float) -> float:
        """How long voice was missing, all times together, up to ``now``."""
        return self._seconds + (self._waited(now) if self._missing else 0.0)

    def _waited(self, now: float) -> float:
        """How long the voice that is expected has not come."""
        if self._expected_since is None:
            return 0.0
        return now - max(self._last_packet, self._expected_since)

    def _settle(self, now: float) -> None:
        self._seconds = self.seconds_without_voice(now)
