"""The telephone of a page: hook, bell and lamp, and the person who has the receiver.

Threads.  The exchange and the person call from the event loop, the voice thread calls ``exchange``
once a frame.  What they share is one lock, held for moments; events are posted under it, since
``post`` never blocks, so they leave in order and none leaves after ``disconnect``.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from gateway.caller import Caller
from gateway.line import (
    DIGITS,
    FRAME_BYTES,
    SILENCE,
    Digit,
    DigitSource,
    HookFlash,
    LineEvent,
    OffHook,
    OnHook,
    Person,
    Post,
    RingCadence,
    Seen,
    VoiceExchange,
)
from gateway.signalling import Taps


class BrowserTelephone:
    """Implements ``gateway.line.Receiver``; the driver calls the rest."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._post: Post | None = None
        self._person: Person | None = None
        self._taps = Taps.IGNORED
        self._seen = Seen()

    # The person's side

    @property
    def seen(self) -> Seen:
        return self._seen

    @property
    def attended(self) -> bool:
        return self._person is not None

    def attach(self, person: Person | None) -> None:
        with self._lock:
            self._person = person
            if person is not None:
                person.notice(self._seen)

    def lift(self) -> None:
        with self._lock:
            if self._seen.off_hook:
                raise ValueError("the receiver is lifted already: hang it up first")
            # The bell is silent at once; the exchange stops to ring a moment later.
            self._show(off_hook=True, cadence=(), caller=None)
            self._report(OffHook(time.monotonic()))

    def hang_up(self) -> None:
        with self._lock:
            if not self._seen.off_hook:
                raise ValueError("the receiver is on-hook already: lift it first")
            self._show(off_hook=False, waiting=None)
            self._report(OnHook(time.monotonic()))

    def flash(self) -> None:
        with self._lock:
            self._check_in_use()
            self._show(waiting=None)
            if self._taps is Taps.FLASH:
                self._report(HookFlash(time.monotonic()))

    def press(self, digit: str) -> None:
        with self._lock:
            self._check_in_use()
            if len(digit) != 1 or digit not in DIGITS:
                raise ValueError(f"{digit!r} is no key of a telephone: there are {DIGITS}")
            self._report(Digit(time.monotonic(), digit, DigitSource.KEYPAD))

    # The line's side

    @property
    def connected(self) -> bool:
        return self._post is not None

    def connect(self, post: Post) -> None:
        """Report from now on, beginning with a receiver that is lifted already."""
        with self._lock:
            self._post = post
            self._taps = Taps.IGNORED
            if self._seen.off_hook:
                post(OffHook(time.monotonic()))

    def disconnect(self) -> None:
        """Report no more; the bell is silent."""
        with self._lock:
            self._post = None
            self._show(cadence=(), caller=None, waiting=None)

    def start_ringing(self, cadence: RingCadence, caller: Caller | None) -> None:
        with self._lock:
            if self._post is not None and not self._seen.off_hook:
                self._show(cadence=cadence, caller=caller)

    def stop_ringing(self) -> None:
        with self._lock:
            self._show(cadence=(), caller=None)

    def expect(self, taps: Taps) -> None:
        self._taps = taps

    def announce_waiting(self, caller: Caller) -> None:
        with self._lock:
            if self._post is not None and self._seen.off_hook:
                self._show(waiting=caller)

    def show_messages(self, waiting: bool) -> None:
        with self._lock:
            self._show(messages=waiting)

    def exchange(self, exchange: VoiceExchange) -> None:
        """One frame each way.  Voice thread."""
        person = self._person if self._seen.off_hook else None
        heard = exchange(SILENCE if person is None else person.speak())
        if len(heard) != FRAME_BYTES:
            raise ValueError(f"a voice frame has {FRAME_BYTES} bytes, not {len(heard)}")
        if person is not None:
            person.hear(heard)

    def _show(self, **changed: object) -> None:
        before = self._seen
        self._seen = replace(before, **changed)  # type: ignore[arg-type] # the fields of Seen
        if self._person is not None and self._seen != before:
            self._person.notice(self._seen)

    def _report(self, event: LineEvent) -> None:
        if self._post is not None:
            self._post(event)

    def _check_in_use(self) -> None:
        if self._post is None:
            raise ValueError("the line is not in service: the gateway has not opened it")
        if not self._seen.off_hook:
            raise ValueError("the receiver is on-hook: lift it first")
