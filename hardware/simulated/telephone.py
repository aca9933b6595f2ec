"""The telephone on the simulated line: hook, bell, microphone and ear.

Threads.  The voice thread calls ``exchange`` once a frame; programs operate the telephone from the
event loop; the exchange rings it from any thread.  What they share is guarded by the telephone's
one lock, which is held for moments: never while a file is read, never while the exchange function
runs.  Events are posted under the lock, since ``post`` never blocks; so they leave in order, and
none leaves after ``disconnect``.  A coroutine that waits for another thread waits in ``changes``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from gateway.caller import Caller
from gateway.line import (
    SILENCE,
    Digit,
    DigitSource,
    HookFlash,
    LineCleared,
    LineEvent,
    LineFault,
    OffHook,
    OnHook,
    Person,
    Post,
    RingCadence,
    Seen,
    VoiceExchange,
)
from gateway.media import _dsp
from gateway.signalling import Taps
from hardware.simulated.bell import Bell, Ringing
from hardware.simulated.clock import checked
from hardware.simulated.ear import Ear
from hardware.simulated.microphone import Microphone, Utterance
from hardware.simulated.noise import Noise
from hardware.simulated.recording import Recent, Recording
from hardware.simulated.waiting import Changes

UNPLUGGED = "The simulated telephone is unplugged; plug it in with the handset command plug."


class Telephone:
    """One telephone.

    ``hybrid_return_loss`` (dB) is how much weaker what it hears leaks back into what it says;
    ``None`` is no leak.  Methods that operate it raise ``ValueError`` with a sentence when a
    person could not do that now.
    """

    def __init__(self, hybrid_return_loss: float | None, noise: Noise | None) -> None:
        self.changes = Changes()
        self._lock = threading.RLock()
        self._leak = 0.0 if hybrid_return_loss is None else 10 ** (-hybrid_return_loss / 20)
        self._noise = noise
        self._post: Post | None = None
        self._off_hook = False
        self._pressing = False
        self._plugged = True
        self._taps = Taps.IGNORED
        self._waiting: Caller | None = None
        self._messages = False
        self._disconnects = 0
        self._heard = SILENCE
        self._microphone = Microphone()
        self._bell = Bell()
        self._ear = Ear()
        self._recording: Recording | None = None
        self._recent = Recent()
        self._person: Person | None = None
        self._seen = Seen()

    # The line's side

    def connect(self, post: Post) -> None:
        """Report from now on, beginning with what is the matter already."""
        with self._lock:
            self._post = post
            self._taps = Taps.IGNORED
            if not self._plugged:
                post(LineFault(time.monotonic(), UNPLUGGED))
            elif self._off_hook:
                post(OffHook(time.monotonic()))
        self._changed()

    def disconnect(self) -> None:
        """Report no more; the bell is silent."""
        with self._lock:
            self._post = None
            self._bell.stop(time.monotonic())
            self._fall_silent()
        self._changed()

    @property
    def connected(self) -> bool:
        return self._post is not None

    def start_ringing(self, cadence: RingCadence, caller: Caller | None) -> None:
        with self._lock:
            if self._post is not None:
                self._bell.start(time.monotonic(), cadence, caller)
        self._changed()

    def stop_ringing(self) -> None:
        with self._lock:
            self._bell.stop(time.monotonic())
        self._changed()

    def expect(self, taps: Taps) -> None:
        """What a tap of the cradle, or a pulse of the dial, means to the line."""
        with self._lock:
            self._taps = taps
        self._changed()

    def announce_waiting(self, caller: Caller) -> None:
        """Show a second caller; a telephone that is not in use has no ear for that."""
        with self._lock:
            if self._post is not None and self._in_use:
                self._waiting = caller
        self._changed()

    def show_messages(self, waiting: bool) -> None:
        """Switch the lamp."""
        with self._lock:
            if self._post is not None:
                self._messages = waiting
        self._changed()

    def signal_disconnect(self) -> None:
        """The current of the line says that the far end is gone."""
        with self._lock:
            self._disconnects += self._post is not None
        self._changed()

    def voice_starts(self) -> None:
        """Before the first frame of a conversation."""
        with self._lock:
            self._ear = Ear()
            self._heard = SILENCE

    def exchange(self, exchange: VoiceExchange) -> None:
        """One frame each way.  Voice thread."""
        with self._lock:
            said = self._say()
        heard = checked(exchange(said))
        with self._lock:
            self._hear(heard)
        self.changes.tell()

    def _say(self) -> bytes:
        voice = SILENCE
        if self._in_use:
            # Only the first key ends a tone that is heard; a fast exchange already sends
            # ringback while the last one is still pressed.
            pressing = self._microphone.pressing
            if pressing and not self._pressing:
                self._ear.digit_sent()
            self._pressing = pressing
            voice = self._microphone.take(time.monotonic())
            if self._person is not None:
                voice = _dsp.mix(voice, self._person.speak())
            if self._leak:
                voice = _dsp.mix(voice, _dsp.scale(self._heard, self._leak))
        return voice if self._noise is None else _dsp.mix(voice, self._noise.frame())

    def _hear(self, frame: bytes) -> None:
        if not self._in_use:
            self._heard = SILENCE
            return
        self._heard = frame
        self._ear.process(frame)
        self._recent.add(frame)
        if self._person is not None:
            self._person.hear(frame)
        if self._recording is not None and not self._recording.ended:
            self._recording.add(frame)

    # The person's side

    @property
    def off_hook(self) -> bool:
        return self._off_hook

    @property
    def plugged(self) -> bool:
        return self._plugged

    def lift(self) -> float:
        """Lift the receiver; the monotonic time of it."""
        with self._lock:
            if self._off_hook:
                raise ValueError("the receiver is lifted already: hang it up first")
            now = time.monotonic()
            self._off_hook = True
            self._bell.disconnect(now)
            self._waiting = None
            self._listen_anew()
            self._report(OffHook(now))
        self._changed()
        return now

    def hang_up(self) -> float:
        """Replace the receiver; the monotonic time of it."""
        with self._lock:
            if not self._off_hook:
                raise ValueError("the receiver is on-hook already: lift it first")
            now = time.monotonic()
            self._off_hook = False
            self._waiting = None
            self._fall_silent()
            if self._plugged:
                self._bell.connect(now)
            self._report(OnHook(now))
        self._changed()
        return now

    def flash(self) -> float:
        """Tap the cradle; the monotonic time of it.  The line may take no notice."""
        with self._lock:
            self.check_in_use()
            now = time.monotonic()
            self._ear = Ear()
            if self._taps is Taps.FLASH:
                self._report(HookFlash(now))
        self._changed()
        return now

    def unplug(self) -> float:
        """Pull the plug; the monotonic time of it."""
        with self._lock:
            if not self._plugged:
                raise ValueError("the telephone is unplugged already: plug it in first")
            now = time.monotonic()
            self._report(LineFault(now, UNPLUGGED))
            self._plugged = False
            self._bell.disconnect(now)
            self._fall_silent()
        self._changed()
        return now

    def plug(self) -> float:
        """Put the plug back; the monotonic time of it."""
        with self._lock:
            if self._plugged:
                raise ValueError("the telephone is plugged in already")
            now = time.monotonic()
            self._plugged = True
            self._listen_anew()
            if not self._off_hook:
                self._bell.connect(now)
            self._report(LineCleared(now, self._off_hook))
        self._changed()
        return now

    def send_digit(self, digit: str, source: DigitSource) -> None:
        """Report a digit that makes no sound."""
        with self._lock:
            self.check_in_use()
            self._ear.digit_sent()
            # In a call a train of breaks is still a digit; only one alone would be a flash.
            if source is not DigitSource.PULSE or self._taps is not Taps.IGNORED:
                self._report(Digit(time.monotonic(), digit, source))

    def press(self, frames: list[bytes]) -> Utterance:
        """Send the tones of keys."""
        return self._operate(lambda: self._microphone.press(frames))

    def speak(self, frames: list[bytes]) -> Utterance:
        """Say something, after what is being said."""
        return self._operate(lambda: self._microphone.speak(frames))

    def feed(self, samples: bytes) -> float:
        """The voice of a program, any number of samples; how many ms are queued now."""
        with self._lock:
            self.check_in_use()
            self._microphone.feed(samples)
            return self._microphone.queued_ms

    def silence(self) -> None:
        """Stop speaking."""
        with self._lock:
            self._microphone.silence()
        self.changes.tell()

    def cut(self, utterance: Utterance) -> None:
        """Stop saying ``utterance``."""
        with self._lock:
            utterance.cut = not utterance.done or utterance.cut
        self.changes.tell()

    def record(self, recording: Recording) -> None:
        """Begin a recording with the next frame."""
        with self._lock:
            self.check_in_use()
            if self._recording is not None:
                raise ValueError(
                    f"{self._recording.path} is not written yet: end that with listen-stop first"
                )
            self._recording = recording

    def end_recording(self, recording: Recording) -> None:
        """End ``recording`` and make room for the next."""
        with self._lock:
            recording.ended = True
            if self._recording is recording:
                self._recording = None
        self.changes.tell()

    def fetch(self, most_ms: float) -> tuple[bytes, int]:
        """What was heard since the last call, and the ms lost before it."""
        with self._lock:
            return self._recent.fetch(most_ms)

    def ringing(self) -> Ringing:
        """What the bell noticed."""
        with self._lock:
            return self._bell.ringing(time.monotonic())

    def next_ring_edge(self) -> float:
        """Monotonic time at which the bell next begins or ends to sound by itself."""
        with self._lock:
            return self._bell.next_edge(time.monotonic())

    def attach(self, person: Person | None) -> None:
        """A person in another process speaks and hears too, beside what programs do."""
        with self._lock:
            self._person = person
            if person is not None:
                person.notice(self._seen)

    @property
    def seen(self) -> Seen:
        """What a person notices of the telephone."""
        return self._seen

    def _changed(self) -> None:
        """Tell who waits, and the person."""
        self.changes.tell()
        with self._lock:
            cadence, caller = self._bell.rung
            seen = Seen(self._off_hook, cadence, caller, self._waiting, self._messages)
            if seen != self._seen:
                self._seen = seen
                if self._person is not None:
                    self._person.notice(seen)

    @property
    def taps(self) -> Taps:
        return self._taps

    @property
    def waiting(self) -> Caller | None:
        """The second caller on the display, from the announcement until the receiver moves."""
        return self._waiting

    @property
    def messages(self) -> bool:
        """The lamp is lit."""
        return self._messages

    @property
    def disconnects(self) -> int:
        """How often the current of the line has said that the far end is gone."""
        return self._disconnects

    @property
    def ear(self) -> Ear:
        """Only ``hearing`` and ``quiet_for`` may be read: single values that are replaced."""
        return self._ear

    @property
    def speaking(self) -> bool:
        with self._lock:
            return self._microphone.speaking

    @property
    def queued_ms(self) -> float:
        """What a program has sent ahead to be spoken."""
        with self._lock:
            return self._microphone.queued_ms

    @property
    def recording(self) -> Recording | None:
        return self._recording

    def check_in_use(self) -> None:
        """``ValueError`` unless a person could dial or speak now."""
        if self._post is None:
            raise ValueError("the line is not in service: the gateway has not opened it")
        self.check_plugged()
        if not self._off_hook:
            raise ValueError("the receiver is on-hook: lift it first")

    def check_plugged(self) -> None:
        """``ValueError`` unless the line would notice what is done with the telephone."""
        if not self._plugged:
            raise ValueError("the telephone is unplugged: plug it in with the command plug")

    @property
    def _in_use(self) -> bool:
        return self._plugged and self._off_hook

    def _operate(self, action: Callable[[], Utterance]) -> Utterance:
        with self._lock:
            self.check_in_use()
            return action()

    def _report(self, event: LineEvent) -> None:
        if self._post is not None and self._plugged:
            self._post(event)

    def _listen_anew(self) -> None:
        self._ear = Ear()
        self._recent = Recent()
        self._heard = SILENCE

    def _fall_silent(self) -> None:
        self._microphone.clear()
        if self._recording is not None:
            self._recording.ended = True
