"""The door to ``alsaaudio`` (pyalsaaudio 0.11): one sound card, both directions, 8 kHz mono.

**Alignment.**  Capture is started, then playback with ``PREFILL`` of silence before it.  From then
on one frame is written for each frame read, so a frame that answers a captured frame is heard
exactly ``latency_s`` after that one began, however late the computer was.  The echo canceller
lives on that.  After an overrun or an underrun both directions start anew in the same way.

**Latency.**  A frame of 20 ms is complete 20 ms after its first sample, and its answer may come
``MARGIN`` late before the playback runs empty: 40 ms together.  Periods of 10 ms wake the reader
twice a frame; with periods of 20 ms ALSA's plugins ask for a buffer of three and give 80 ms.

**Waiting.**  Everything is non-blocking; ``read`` waits in ``poll``, where ``flush`` wakes it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import select
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from gateway.line import FRAME_BYTES, FRAME_SAMPLES, SAMPLE_RATE

PERIOD = 80
"""Samples: 10 ms."""
PERIODS = 8
"""80 ms of room: the computer may sleep so long before what was said is lost."""
MARGIN = 160
"""Samples, 20 ms: how late an answer may come."""
PREFILL = FRAME_SAMPLES + MARGIN
NO_SOUND_AFTER = 1.0
"""Seconds without a captured frame after which a card is taken for broken."""

_OVERRUN = -errno.EPIPE
_TROUBLE = select.POLLERR | select.POLLHUP | select.POLLNVAL
_BREATH_MS = 5
_SAMPLE_BYTES = 2
_OF_A_CARD = re.compile(r"(?:plug)?hw:(?:.*\bCARD=)?([^,=]+)(?:,|$)")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SoundCardFound:
    """A sound card of this computer."""

    number: int
    """Changes from boot to boot."""
    identity: str
    """ALSA's short name, e.g. ``Device``; stays while the card is the only one of its kind."""
    name: str
    """For a person, e.g. ``USB Audio Device``."""

    @property
    def device(self) -> str:
        """What to write in the settings."""
        return f"plughw:CARD={self.identity}"


def sound_cards() -> tuple[SoundCardFound, ...]:
    """The sound cards that are there now and that this program may use."""
    alsa = _alsa()
    try:
        return tuple(
            SoundCardFound(number, identity, alsa.card_name(number)[0])
            for number, identity in zip(alsa.card_indexes(), alsa.cards(), strict=True)
        )
    except (alsa.ALSAAudioError, ValueError):
        # A card came or went between the calls.
        return ()


def require_card(device: str) -> None:
    """``OSError`` with a sentence for the user if the card of the ALSA ``device`` is not there.

    It is asked for before libasound does, which would write to the log each time.
    """
    named = _OF_A_CARD.match(device)
    if named is None:
        return
    there = sound_cards()
    if named[1] not in {str(card.number) for card in there} | {c.identity for c in there}:
        raise OSError(_refusal(device, "No such device"))


def _refusal(device: str, why: str) -> str:
    """The sentence for a card that does not open."""
    if "busy" in why:
        return f"The sound card {device} is in use by another program; end that program."
    if "Permission" in why or _shut_out():
        return f"This program may not use the sound card {device}; add its user to the group audio."
    if "No such" in why:
        there = ", ".join(card.device for card in sound_cards())
        instead = f", or choose {there}" if there else ""
        return f"The sound card {device} is not there; plug it in{instead}."
    if "Invalid" in why:
        return (
            f"The sound card {device} does not do 16-bit mono sound at 8000 samples a "
            "second by itself; write plughw: instead of hw:."
        )
    return f"The sound card {device} does not open ({why}); plug it in again."


class SoundCard:
    """Both directions of the ALSA device ``device``, running from construction to ``close``.

    One thread reads, writes and closes; only ``flush`` may come from others.  ``OSError`` with a
    sentence for the user when the card is not there, is in use, or is pulled out.
    """

    def __init__(self, device: str) -> None:
        self.xruns = 0
        """Overruns and underruns, each with a restart of both directions."""
        self._device = device
        self._alsa = _alsa()
        require_card(device)
        self._playback = self._opened(self._alsa.PCM_PLAYBACK)
        try:
            self._capture = self._opened(self._alsa.PCM_CAPTURE)
        except OSError:
            self._end(self._playback)
            raise
        self._captured = bytearray()
        self._restart = False
        self._flush = False
        self._closed = threading.Lock()
        self._wake: int | None = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        try:
            self._prefill = PREFILL + self._lateness_of_periods()
            self._wait = select.poll()
            self._wait.register(self._wake, select.POLLIN)
            for descriptor, events in self._asked(self._capture.polldescriptors):
                self._wait.register(descriptor, events)
            self._start()
        except OSError:
            self.close()
            raise

    @property
    def latency_s(self) -> float:
        """Seconds from the beginning of a captured frame to that of the frame written after it.

        What converters and the bus add is not known here.
        """
        return self._prefill / SAMPLE_RATE

    def read(self) -> bytes | None:
        """The next captured frame; waits for it, not longer than ``NO_SOUND_AFTER``.

        ``None``: both directions were started anew.
        """
        deadline = time.monotonic() + NO_SOUND_AFTER
        while self._flush or len(self._captured) < FRAME_BYTES:
            if self._flush:
                self._start()
                return None
            count, samples = self._asked(self._capture.read)
            if count == _OVERRUN:
                self.xruns += 1
                self._start()
                return None
            if count > 0:
                self._captured += samples
            elif self._restart:
                # All that was captured before the underrun has been handed out by now.
                self._start()
                return None
            elif time.monotonic() > deadline:
                raise OSError(
                    f"The sound card {self._device} gives no sound any more; "
                    "unplug it and plug it in again."
                )
            else:
                self._await_samples()
        frame = bytes(self._captured[:FRAME_BYTES])
        del self._captured[:FRAME_BYTES]
        return frame

    def write(self, frame: bytes) -> bool:
        """Play ``frame`` after all that was written before; never waits.

        False: it is lost, since the playback ran empty, or, if the card's two directions do not
        keep the same time, full.  ``read`` gives what is captured already and then starts anew.
        """
        if len(frame) != FRAME_BYTES:
            raise ValueError(f"a voice frame has {FRAME_BYTES} bytes, not {len(frame)}")
        if self._restart:
            return False
        if self._asked(self._playback.write, frame) == FRAME_SAMPLES:
            return True
        self.xruns += 1
        self._restart = True
        return False

    def flush(self) -> None:
        """From any thread: silence at once.

        What waits to be heard is thrown away by ``read``, which then returns ``None``.
        """
        with self._closed:
            if self._wake is not None:
                self._flush = True
                os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        """Silence at once, and let the card go; idempotent."""
        with self._closed:
            if self._wake is None:
                return
            os.close(self._wake)
            self._wake = None
        self._end(self._playback)
        self._end(self._capture)

    def _start(self) -> None:
        """Both directions from the beginning, at one moment."""
        with self._closed:
            if self._flush and self._wake is not None:
                self._flush = False
                os.eventfd_read(self._wake)
        self._captured.clear()
        self._restart = False
        silence = bytes(_SAMPLE_BYTES * self._prefill)
        for stream in (self._playback, self._capture):
            self._asked(stream.drop)
        # Writing nothing prepares the playback, which may take long on USB; reading starts the
        # capture and writing the playback, with nothing slow between them.
        self._asked(self._playback.write, b"")
        count, samples = self._asked(self._capture.read)
        written = self._asked(self._playback.write, silence)
        if count > 0:
            self._captured += samples
        if written != self._prefill:
            raise OSError(f"The sound card {self._device} does not start to play; try another one.")

    def _await_samples(self) -> None:
        """Wait for a period, a ``flush``, or ``NO_SOUND_AFTER``."""
        happened = self._wait.poll(NO_SOUND_AFTER * 1000)
        of_alsa = [(fd, events) for fd, events in happened if fd != self._wake]
        if of_alsa:
            # A plugin may have to be told what woke it, or it will wake us for ever.
            self._asked(self._capture.polldescriptors_revents, of_alsa)
        if any(events & _TROUBLE for _, events in of_alsa):
            # The next read tells; if it does not, this must not spin.
            select.poll().poll(_BREATH_MS)

    def _opened(self, direction: int) -> Any:
        alsa = self._alsa
        try:
            stream = alsa.PCM(
                direction,
                alsa.PCM_NONBLOCK,
                device=self._device,
                rate=SAMPLE_RATE,
                channels=1,
                format=alsa.PCM_FORMAT_S16_LE,
                periodsize=PERIOD,
                periods=PERIODS,
            )
        except alsa.ALSAAudioError as error:
            raise OSError(_refusal(self._device, str(error))) from error
        got = stream.info()
        wanted = (SAMPLE_RATE, 1, alsa.PCM_FORMAT_S16_LE)
        if (got["rate"], got["channels"], got["format"]) != wanted:
            self._end(stream)
            raise OSError(_refusal(self._device, "Invalid argument"))
        return stream

    def _lateness_of_periods(self) -> int:
        """Samples by which a frame comes later when the periods do not divide it."""
        got = [stream.info() for stream in (self._playback, self._capture)]
        period = max(info["period_size"] for info in got)
        lateness = 0 if FRAME_SAMPLES % period == 0 else period
        room = min(info["buffer_size"] for info in got)
        if room < PREFILL + lateness:
            raise OSError(
                f"The sound card {self._device} has a buffer of {room * 1000 // SAMPLE_RATE} ms, "
                "too little for a telephone; try another one."
            )
        return lateness

    def _asked(self, operation: Callable[..., _T], *arguments: object) -> _T:
        try:
            return operation(*arguments)
        except self._alsa.ALSAAudioError as error:
            raise OSError(
                f"The sound card {self._device} went away in use ({error}); plug it in again."
            ) from error

    def _end(self, stream: Any) -> None:
        # Without drop, close would wait for the end of what is still to be heard.
        with contextlib.suppress(self._alsa.ALSAAudioError):
            stream.drop()
        with contextlib.suppress(self._alsa.ALSAAudioError):
            stream.close()


def _alsa() -> Any:
    try:
        import alsaaudio  # noqa: PLC0415 - only who has a sound card needs it
    except ImportError as error:
        raise OSError(
            "Sound cards need the Python package pyalsaaudio; install it (apt: python3-alsaaudio)."
        ) from error
    return alsaaudio


def _shut_out() -> bool:
    """Sound cards are there, but this program may not touch them: ALSA would see none."""
    controls = list(Path("/dev/snd").glob("controlC*"))
    return bool(controls) and not any(os.access(control, os.R_OK | os.W_OK) for control in controls)
