"""A sound card in the process, with the simulated telephone on its jacks.

The card has a clock of its own.  Once a frame it takes what is to be heard from its playback
buffer, gives that to the telephone, and puts what the telephone says into its capture buffer.
Both buffers are bounded, so a computer that comes too late has an underrun or an overrun, as on
ALSA; the card can be pulled, put back and stopped.

The near side, which ``FakeSoundCard.open`` gives, is what the gateway's own door to ALSA gives:
both directions begin at one moment, with ``prefill`` frames of silence in the playback buffer, so
a frame that is written after a frame was read is heard ``prefill`` frames after that one began.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

FRAME_SECONDS = 0.02
FRAME_BYTES = 320
SILENCE = bytes(FRAME_BYTES)
NO_SOUND_AFTER = 1.0
"""Seconds without a captured frame after which ``read`` takes the card for broken."""

Exchange: TypeAlias = Callable[[bytes], bytes]
"""The telephone: takes 20 ms that it hears, returns the same 20 ms as it says them."""


class FakeSoundCard:
    """The card.  Use it in a ``with``; ``open`` may be called from any thread, again and again.

    ``ppm``: how much faster than the computer's clock it runs, -500 to 500.
    ``prefill``, ``buffer``: frames of latency, and of room in each buffer.
    ``converter_delay``: samples between the end of the playback buffer and the telephone.
    ``patience``: seconds for which the card's clock waits for a computer that is behind, so that a
    test does not fail because its machine is busy.  0 is the real thing.
    ``paced``: false for accelerated time.  There is no thread then; the card runs in ``read``, as
    fast as it is read.

    An exchange that raises ends nothing; leaving the ``with`` raises the first such error.
    """

    def __init__(
        self,
        exchange: Exchange,
        *,
        ppm: float = 0.0,
        prefill: int = 2,
        buffer: int = 8,
        converter_delay: int = 0,
        patience: float = 0.5,
        paced: bool = True,
    ) -> None:
        self.exchange = exchange
        self.frames = 0
        """Frames since the card was made, with a computer or without."""
        self.underruns = 0
        self.overruns = 0
        self.prefill = prefill
        self.buffer = buffer
        self.paced = paced
        self.changed = threading.Condition()
        self.period = FRAME_SECONDS / (1 + ppm / 1e6)
        """Seconds of the computer's clock for one frame."""
        self._patience = patience
        self._due = 0.0
        self._converter = bytes(2 * converter_delay)
        self._plugged = True
        self._stalled = False
        self._streams: FakeStreams | None = None
        self._errors: list[Exception] = []
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="fake sound card", daemon=True)
        if paced:
            self._thread.start()

    def __enter__(self) -> FakeSoundCard:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def opened(self) -> bool:
        """A computer holds the card now."""
        return self._streams is not None

    @property
    def plugged(self) -> bool:
        return self._plugged

    @property
    def stalled(self) -> bool:
        return self._stalled

    def open(self) -> FakeStreams:
        """Both directions, running.  ``OSError`` when the card is pulled or open already."""
        with self.changed:
            if not self._plugged or self._closing:
                raise OSError("The fake sound card is not there; put it back.")
            if self._streams is not None:
                raise OSError("The fake sound card is in use; close it first.")
            self._streams = FakeStreams(self)
            return self._streams

    def release(self, streams: FakeStreams) -> None:
        with self.changed:
            if self._streams is streams:
                self._streams = None

    def holds(self, streams: FakeStreams) -> bool:
        """Whether ``streams`` are still those of the card: not if it was pulled meanwhile."""
        return self._streams is streams

    def pull(self) -> None:
        """Unplug the card: what holds it gets errors, it cannot be opened."""
        with self.changed:
            self._plugged = False
            self._streams = None
            self.changed.notify_all()

    def put_back(self) -> None:
        with self.changed:
            self._plugged = True

    def stall(self) -> None:
        """Keep the card plugged, but let its clock stand still."""
        with self.changed:
            self._stalled = True
            self.changed.notify_all()

    def resume(self) -> None:
        with self.changed:
            self._stalled = False
            self.changed.notify_all()

    def close(self) -> None:
        """Pull it and end its thread; idempotent."""
        self.pull()
        with self.changed:
            self._closing = True
            self.changed.notify_all()
        if self.paced:
            self._thread.join()
        if self._errors:
            raise self._errors.pop(0)

    def tick(self) -> None:
        """One frame passes."""
        with self.changed:
            streams = self._streams
            heard = streams.take() if streams else SILENCE
        sound = self._converter + heard
        self._converter = sound[FRAME_BYTES:]
        try:
            said = self.exchange(sound[:FRAME_BYTES])
            assert len(said) == FRAME_BYTES, f"the telephone said {len(said)} bytes"
        except Exception as error:  # noqa: BLE001 - kept for close(), the card runs on
            self._errors.append(error)
            said = SILENCE
        with self.changed:
            self.frames += 1
            if streams is not None and streams is self._streams:
                streams.give(said)
            self.changed.notify_all()

    def _run(self) -> None:
        patience = self._patience
        self._due = time.monotonic() + self.period
        while self._wait_until_due():
            if self._patience:
                with self.changed:
                    caught_up = self.changed.wait_for(self._computer_is_ready, patience)
                # A computer that hangs is waited for once.
                patience = self._patience if caught_up else 0.0
                self._due = max(self._due, time.monotonic() - self.period)
            self._due += self.period
            self.tick()

    def _wait_until_due(self) -> bool:
        """False when the card shall end."""
        with self.changed:
            while not self._closing:
                ahead = self._due - time.monotonic()
                if self._stalled:
                    self.changed.wait()
                    self._due = time.monotonic() + self.period
                elif ahead > 0:
                    self.changed.wait(ahead)
                else:
                    return True
        return False

    def _computer_is_ready(self) -> bool:
        return self._closing or self._streams is None or self._streams.ready


class FakeStreams:
    """The near side: the computer's capture and playback of the card."""

    def __init__(self, card: FakeSoundCard) -> None:
        self.latency_s = card.prefill * FRAME_SECONDS
        """Seconds from the beginning of a captured frame to that of the frame written after it."""
        self.xruns = 0
        self._card = card
        self._changed = card.changed
        self._flush = False
        self._begin()

    @property
    def ready(self) -> bool:
        """The computer has read what was captured, and something to be heard is there."""
        return not self._running or (not self._captured and bool(self._playing))

    def read(self) -> bytes | None:
        """The next captured frame; waits for it.

        ``None``: the streams were started anew, after an overrun, an underrun or ``flush``.
        ``OSError``: the card was pulled, or gives no sound.
        """
        with self._changed:
            deadline = time.monotonic() + NO_SOUND_AFTER
            while True:
                self._check()
                if self._flush or self._overrun or (self._underrun and not self._captured):
                    self.xruns += not self._flush
                    self._begin()
                    return None
                if self._captured:
                    frame = self._captured.popleft()
                    self._changed.notify_all()
                    return frame
                self._wait(deadline)

    def write(self, frame: bytes) -> bool:
        """Play ``frame`` after all that was written.  False: lost, for the playback has stopped."""
        if len(frame) != FRAME_BYTES:
            raise ValueError(f"a frame has {FRAME_BYTES} bytes, not {len(frame)}")
        with self._changed:
            self._check()
            if not self._running:
                return False
            if len(self._playing) >= self._card.buffer:
                self._overrun = True
                return False
            self._playing.append(frame)
            self._changed.notify_all()
            return True

    def flush(self) -> None:
        """From any thread: what waits to be heard is thrown away; ``read`` returns ``None``."""
        with self._changed:
            self._flush = True
            self._changed.notify_all()

    def close(self) -> None:
        self._card.release(self)

    def take(self) -> bytes:
        """The card, with its lock held: the next frame to be heard."""
        if not self._running:
            return SILENCE
        if not self._playing:
            self._underrun = True
            self._card.underruns += 1
            return SILENCE
        return self._playing.popleft()

    def give(self, said: bytes) -> None:
        """The card, with its lock held: the frame captured.  Capture outlives an underrun."""
        if self._overrun:
            return
        self._captured.append(said)
        if len(self._captured) > self._card.buffer:
            self._captured.clear()
            self._overrun = True
            self._card.overruns += 1

    @property
    def _running(self) -> bool:
        return not (self._underrun or self._overrun)

    def _begin(self) -> None:
        self._playing = deque([SILENCE] * self._card.prefill)
        self._captured: deque[bytes] = deque()
        self._underrun = self._overrun = self._flush = False
        self._changed.notify_all()

    def _check(self) -> None:
        if not self._card.holds(self):
            raise OSError("The fake sound card was pulled out; put it back.")

    def _wait(self, deadline: float) -> None:
        ahead = deadline - time.monotonic()
        if ahead <= 0 or (self._card.stalled and not self._card.paced):
            raise OSError("The fake sound card gives no sound.")
        if self._card.paced:
            self._changed.wait(ahead)
        else:
            self._changed.release()
            try:
                self._card.tick()
            finally:
                self._changed.acquire()
