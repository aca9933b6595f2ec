"""The telephone's end of a real ALSA device: snd-aloop's other half, or a PulseAudio null sink.

A thread exchanges frames of 20 ms with the telephone, at the pace of the device.  It comes back
when the device was gone.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import threading
from collections.abc import Callable
from typing import Any, TypeAlias

import alsaaudio

RATE = 8000
FRAME_BYTES = 320
FRAME_SAMPLES = 160
PERIOD = 80
PERIODS = 8
PREFILL = 320
"""Samples of silence before the first answer: 40 ms, of which 20 ms are lateness allowed."""
RETRY_MS = 50
SHORTEST_WAIT_MS = 2

Exchange: TypeAlias = Callable[[bytes], bytes]
"""The telephone: takes 20 ms that it hears, returns what it says."""


class AlsaEnd:
    """Joins ``exchange`` to the ALSA device ``device``.  Use it in a ``with``.

    An exchange that raises ends the thread; leaving the ``with`` raises that error.
    """

    def __init__(self, device: str, exchange: Exchange) -> None:
        self.frames = 0
        """Exchanged so far."""
        self.xruns = 0
        self.opened = 0
        """How many times the device was opened."""
        self.connected = threading.Event()
        """Set while the device is open and running."""
        self._device = device
        self._exchange = exchange
        self._ending, self._end = os.pipe()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="telephone's end", daemon=True)
        self._thread.start()

    def __enter__(self) -> AlsaEnd:
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._end, b"\0")
        self._thread.join()
        os.close(self._ending)
        os.close(self._end)
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        waiting = select.poll()
        waiting.register(self._ending, select.POLLIN)
        pause = 0
        while not waiting.poll(pause):
            pause = RETRY_MS
            try:
                self._carry()
            except alsaaudio.ALSAAudioError:
                # The device is not there, or not any more.
                self.connected.clear()
            except Exception as error:  # noqa: BLE001 - raised when the ``with`` is left
                self._error = error
                return

    def _carry(self) -> None:
        """Exchange frames until the end is asked for."""
        playback = self._open(alsaaudio.PCM_PLAYBACK)
        capture = self._open(alsaaudio.PCM_CAPTURE)
        try:
            self.opened += 1
            waiting = select.poll()
            waiting.register(self._ending, select.POLLIN)
            for descriptor, events in capture.polldescriptors():
                waiting.register(descriptor, events)
            heard = self._start(playback, capture)
            while True:
                count, samples = capture.read()
                if count > 0:
                    heard += samples
                elif count == -errno.EPIPE:
                    heard = self._restart(playback, capture)
                elif self._wait(waiting, capture):
                    return
                while len(heard) >= FRAME_BYTES:
                    said = self._exchange(bytes(heard[:FRAME_BYTES]))
                    del heard[:FRAME_BYTES]
                    self.frames += 1
                    if playback.write(said) != FRAME_SAMPLES:
                        heard = self._restart(playback, capture)
        finally:
            self.connected.clear()
            for stream in (playback, capture):
                with contextlib.suppress(alsaaudio.ALSAAudioError):
                    stream.drop()
                stream.close()

    def _open(self, direction: int) -> Any:
        return alsaaudio.PCM(
            direction,
            alsaaudio.PCM_NONBLOCK,
            device=self._device,
            rate=RATE,
            channels=1,
            format=alsaaudio.PCM_FORMAT_S16_LE,
            periodsize=PERIOD,
            periods=PERIODS,
        )

    def _start(self, playback: Any, capture: Any) -> bytearray:
        """Start both directions; the beginning of what is heard."""
        _, samples = capture.read()
        playback.write(bytes(2 * PREFILL))
        self.connected.set()
        return bytearray(samples)

    def _restart(self, playback: Any, capture: Any) -> bytearray:
        self.xruns += 1
        playback.drop()
        capture.drop()
        return self._start(playback, capture)

    def _wait(self, waiting: select.poll, capture: Any) -> bool:
        """Wait for samples; true when the end is asked for."""
        happened = waiting.poll()
        if any(descriptor == self._ending for descriptor, _ in happened):
            return True
        capture.polldescriptors_revents(happened)
        if any(events & ~select.POLLIN for _, events in happened):
            # A device in trouble is always ready; the next read tells which.
            select.poll().poll(SHORTEST_WAIT_MS)
        return False
