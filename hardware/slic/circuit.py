"""The line's thread: hook edges in, line events out; ringing, caller ID and the loop current.

All state below belongs to the thread ``line-NAME``.  Other threads (the exchange, the door to the
pins, the voice's) only give orders, so nothing is locked and nothing is decided in a callback.

The thread does what waits, then lets time pass for the hook, for the sequence that is running and
for the faults, and sleeps until the nearest of their deadlines.
"""

from __future__ import annotations

import enum
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial

from gateway.caller import Caller, Presentation
from gateway.line import (
    SAMPLE_RATE,
    LineCleared,
    LineEvent,
    LineFault,
    OffHook,
    OnHook,
    Post,
    RingCadence,
)
from gateway.media._dsp import DtmfDetector
from gateway.real_time import claim_real_time
from gateway.signalling import CallerIdScheme, DisconnectSignal, Taps
from hardware.caller_id import (
    ACKNOWLEDGEMENTS,
    AonRequest,
    AwaitAck,
    Reverse,
    Send,
    Step,
    aon,
    messages,
    on_hook,
    waiting,
)
from hardware.hook import HookInterpreter
from hardware.slic.options import SlicOptions
from hardware.slic.orders import Orders
from hardware.slic.port import SlicPort
from hardware.slic.ringing import Action, RingSequence, StartBurst, StopBurst
from hardware.voice.path import VoicePath

_log = logging.getLogger(__name__)

READ_AGAIN = 0.25
"""Seconds between two readings of the hook's level: they heal an edge that was missed."""
RETRY = 1.0
"""Seconds between two attempts to open pins that are gone."""
AON_WINDOW = 0.7
"""Seconds after the ring trip, or after a packet, in which a telephone asks with 500 Hz.

It asks 200 to 275 ms after it has seized the line; detector and sound card need up to 200 ms.
"""
AON_REPEAT = 1.2
"""Seconds after a packet in which it asks again (gap 100 to 900 ms)."""
AON_LONGEST = 4.0
"""Seconds after which a call is answered, whatever the telephone still asks."""
ACK_LATENCY = 0.1
"""Seconds that a sound card adds to the acknowledgement of a waiting caller's alert, at most."""
QUIET_BEFORE_MESSAGES = 1.0
"""Seconds on-hook before the message lamp is switched."""
_MUTED = bytes(2 * SAMPLE_RATE)

_PINS, _CARD = "pins", "card"


class _Purpose(enum.Enum):
    """What the sequence that is running is for."""

    RINGING = "ringing"
    WAITING = "a waiting caller"
    MESSAGES = "the message lamp"


class LineCircuit:
    """One SLIC line between ``open`` and ``close``.  ``clock`` gives the local wall-clock time."""

    def __init__(
        self,
        name: str,
        options: SlicOptions,
        port: SlicPort,
        clock: Callable[[], datetime],
    ) -> None:
        self._name = name
        self._options = options
        self._scheme = options.signalling.caller_id
        self._once: CallerIdScheme | None = None
        """Shows the caller of the next ring instead."""
        self._rung = self._scheme
        """What the ring that is going on, or the last one, was sent by."""
        self._port = port
        self._clock = clock
        self._orders = Orders()
        self._edges: deque[tuple[float, bool]] = deque()
        self._hook = HookInterpreter(options.signalling.hook, options.signalling.pulses)
        self._voice: VoicePath
        self._post: Post | None = None
        self._thread: threading.Thread | None = None
        self._lifted = False
        self._since = 0.0
        """When the receiver was lifted or replaced, or the last sequence ended."""
        self._faults: dict[str, str] = {}
        self._retry = math.inf
        self._read_again = 0.0
        self._unfed = False
        self._refeed: tuple[float, Callable[[], None]] | None = None
        self._sequence: RingSequence | None = None
        self._purpose = _Purpose.RINGING
        self._reversed = False
        self._caller: Caller | None = None
        self._messages: bool | None = None
        self._held: OffHook | None = None
        self._held_until = math.inf
        self._held_longest = math.inf
        self._asked_caller: Caller | None = None

    # From other threads.

    def open(self, post: Post, voice: VoicePath) -> None:
        """Take the pins and start; posts ``OffHook`` if the receiver is lifted."""
        if self._thread is not None:
            raise OSError(f"The line {self._name} is open already; close it first.")
        self._port.open(self._edge)
        self._voice = voice
        self._post = post
        self._orders = Orders()
        self._edges.clear()
        self._faults.clear()
        self._sequence = self._held = self._refeed = None
        self._retry, self._unfed, self._reversed = math.inf, False, False
        time.sleep(max(0.0, self._port.settled - time.monotonic()))
        self._begin()
        self._thread = threading.Thread(target=self._run, name=f"line-{self._name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; nothing is posted any more and the bell is silent.  Idempotent."""
        thread, self._thread = self._thread, None
        self._post = None
        if thread is not None:
            self._orders.give(lambda: None)
            thread.join()
        self._port.close()

    def start_ringing(self, cadence: RingCadence, caller: Caller | None) -> None:
        self._orders.give(partial(self._ring, cadence, caller))

    def ring_once_with(self, scheme: CallerIdScheme) -> None:
        self._orders.give(partial(self._take_scheme, scheme))

    def stop_ringing(self) -> None:
        self._orders.give(self._stop_ringing)

    def expect(self, taps: Taps) -> None:
        self._orders.give(partial(self._hook.expect, taps, time.monotonic()))

    def announce_waiting(self, caller: Caller) -> None:
        self._orders.give(partial(self._announce_waiting, caller))

    def show_messages(self, waiting: bool) -> None:
        self._orders.give(partial(self._want_messages, waiting))

    def signal_disconnect(self) -> None:
        self._orders.give(self._signal_disconnect)

    def measure_anew(self) -> None:
        self._orders.give(self._hook.measure_anew)

    def card_lost(self, reason: str) -> None:
        """The voice has no sound card."""
        self._orders.give(partial(self._fault, _CARD, reason))

    def card_back(self) -> None:
        self._orders.give(partial(self._cleared, _CARD))

    @property
    def hook(self) -> HookInterpreter:
        """Only its figures are for other threads."""
        return self._hook

    def _edge(self, when: float, closed: bool) -> None:
        self._edges.append((when, closed))
        self._orders.give(self._take_edges)

    # The thread.

    def _run(self) -> None:
        claim_real_time()
        me = threading.current_thread()
        while self._thread is me:
            try:
                while (order := self._orders.take()) is not None and self._thread is me:
                    order()
                self._pass_time(time.monotonic())
            except OSError as error:
                self._pins_failed(str(error))
            except Exception as error:  # noqa: BLE001
                # A driver's thread never raises; the pins are opened anew.
                _log.exception("line %s failed", self._name)
                self._pins_failed(f"The line {self._name} failed ({error}); see the log.")
            self._orders.sleep(self._deadline())

    def _deadline(self) -> float:
        if _PINS in self._faults:
            return self._retry
        hook = self._hook.deadline
        sequence = self._sequence.deadline if self._sequence else None
        times = [self._read_again, self._held_until]
        times += [when for when in (hook, sequence) if when is not None]
        if self._unfed and math.isfinite(self._port.settled):
            times.append(self._port.settled)
        if self._refeed is not None:
            times.append(self._refeed[0])
        if self._messages is not None and not self._lifted and self._sequence is None:
            times.append(self._since + QUIET_BEFORE_MESSAGES)
        return min(times)

    def _pass_time(self, now: float) -> None:
        if _PINS in self._faults:
            if now >= self._retry:
                self._open_again()
            return
        if self._refeed is not None and now >= self._refeed[0]:
            restore = self._refeed[1]
            self._refeed = None
            restore()
        if self._unfed and now >= self._port.settled:
            self._unfed = False
            self._tell(self._hook.feed(now, on=True))
        due = self._hook.deadline
        if now >= self._read_again or (due is not None and now >= due):
            self._read_hook()
        if self._sequence is not None:
            self._advance(self._sequence, now)
        if self._held is not None and now >= self._held_until:
            self._release()
        self._consider_messages(now)

    # Hook.

    def _begin(self) -> None:
        now = time.monotonic()
        self._lifted = self._port.off_hook
        self._since = now
        self._read_again = now + READ_AGAIN
        for event in self._hook.begin(now, self._lifted):
            self._report(event)

    def _take_edges(self) -> None:
        while self._edges:
            when, closed = self._edges.popleft()
            if _PINS not in self._faults:
                self._tell(self._hook.edge(when, closed))

    def _read_hook(self) -> None:
        now = time.monotonic()
        self._read_again = now + READ_AGAIN
        closed = self._port.off_hook
        # This thread, or the door's, may have been held up since it last took an edge.
        self._port.collect_edges()
        self._take_edges()
        if self._unfed:
            self._tell(self._hook.advance(now))
        else:
            self._tell(self._hook.level(now, closed))

    def _tell(self, events: Iterable[LineEvent]) -> None:
        for event in events:
            match event:
                case OffHook():
                    self._on_off_hook(event)
                case OnHook():
                    self._on_on_hook(event)
                case _:
                    self._report(event)

    def _on_off_hook(self, event: OffHook) -> None:
        self._lifted, self._since = True, event.time
        rung = self._sequence is not None and self._purpose is _Purpose.RINGING
        caller = self._caller
        self._end_sequence()
        shown = caller is not None and caller.presentation is Presentation.SHOWN
        if rung and shown and self._rung.aon and not self._faults:
            now = time.monotonic()
            self._held, self._asked_caller = event, caller
            self._held_until, self._held_longest = now + AON_WINDOW, now + AON_LONGEST
            request = AonRequest()
            self._voice.listen(partial(self._listen_for_aon, request))
        else:
            self._report(event)

    def _on_on_hook(self, event: OnHook) -> None:
        self._release()
        self._lifted, self._since = False, event.time
        if self._sequence is not None and self._purpose is _Purpose.WAITING:
            self._end_sequence()
        self._report(event)

    def _report(self, event: LineEvent) -> None:
        post = self._post
        if post is not None and (not self._faults or isinstance(event, LineFault)):
            post(event)

    # Faults.

    def _fault(self, part: str, reason: str) -> None:
        first = not self._faults
        self._faults[part] = reason
        self._end_sequence()
        self._held = self._asked_caller = None
        self._held_until = math.inf
        self._stop_listening()
        if first:
            self._report(LineFault(time.monotonic(), reason))

    def _cleared(self, part: str) -> None:
        if self._faults.pop(part, None) is not None and not self._faults:
            self._report(LineCleared(time.monotonic(), self._lifted))

    def _pins_failed(self, reason: str) -> None:
        self._port.close()
        self._sequence = self._refeed = None
        self._voice.mute(on=False)
        self._voice.stop_sending()
        self._retry = time.monotonic() + RETRY
        self._fault(_PINS, reason)

    def _open_again(self) -> None:
        self._retry = time.monotonic() + RETRY
        try:
            self._port.open(self._edge)
        except OSError as error:
            self._faults[_PINS] = str(error)
            return
        time.sleep(max(0.0, self._port.settled - time.monotonic()))
        self._unfed = self._reversed = False
        self._begin()
        self._cleared(_PINS)

    # Ringing, and what is shown to the telephone.

    def _take_scheme(self, scheme: CallerIdScheme) -> None:
        self._once = scheme

    def _ring(self, cadence: RingCadence, caller: Caller | None) -> None:
        self._rung, self._once = self._once or self._scheme, None
        if self._faults or self._lifted:
            return
        before: Sequence[Step] = ()
        after: Sequence[Step] = ()
        if caller is not None:
            shown = on_hook(self._rung, caller, self._clock())
            before, after = shown.before_ring, shown.after_first_ring
        self._caller = caller
        self._begin_sequence(_Purpose.RINGING, cadence, before, after)
        self._tell(self._hook.ringing(time.monotonic(), on=True))

    def _stop_ringing(self) -> None:
        if self._purpose is _Purpose.RINGING:
            self._end_sequence()

    def _announce_waiting(self, caller: Caller) -> None:
        if self._faults or not self._lifted or self._held is not None:
            return
        steps = waiting(self._scheme, caller, self._clock())
        if steps:
            self._begin_sequence(_Purpose.WAITING, (), tuple(map(_with_latency, steps)))
            self._voice.listen(partial(self._listen_for_ack, DtmfDetector(), self._sequence))

    def _want_messages(self, waiting: bool) -> None:
        self._messages = waiting

    def _consider_messages(self, now: float) -> None:
        if self._messages is None or self._lifted or self._faults or self._sequence is not None:
            return
        if now >= self._since + QUIET_BEFORE_MESSAGES:
            steps = messages(self._scheme, self._messages)
            if steps:
                self._begin_sequence(_Purpose.MESSAGES, (), steps)
            else:
                self._messages = None

    def _begin_sequence(
        self,
        purpose: _Purpose,
        cadence: RingCadence,
        before: Sequence[Step],
        after: Sequence[Step] = (),
    ) -> None:
        self._end_sequence()
        self._purpose = purpose
        self._sequence = RingSequence(cadence, self._port.duty, before, after)

    def _advance(self, sequence: RingSequence, now: float) -> None:
        for action in sequence.advance(now):
            self._perform(sequence, action)
        if sequence.finished and self._sequence is sequence:
            if self._purpose is _Purpose.MESSAGES:
                self._messages = None
            self._end_sequence()

    def _perform(self, sequence: RingSequence, action: Action) -> None:
        match action:
            case StartBurst(seconds):
                self._voice.mute(on=True)
                self._port.start_ring_burst(self._options.signalling.ring_frequency, seconds)
            case StopBurst():
                self._port.stop_ring_burst()
                self._voice.mute(on=False)
            case Send(samples):
                _log.debug("line %s sends %s", self._name, action.what)
                self._voice.send(samples, lambda at: self._sent_at(sequence, at))
            case Reverse(on):
                self._reverse(on)

    def _sent_at(self, sequence: RingSequence, at: float) -> None:
        """In the voice thread."""
        self._orders.give(partial(self._sent, sequence, at))

    def _sent(self, sequence: RingSequence, at: float) -> None:
        if sequence is not self._sequence:
            return
        if self._purpose is _Purpose.WAITING:
            # Speech stays muted until the message is out: the acknowledgement is not the far end's.
            self._voice.send(_MUTED)
        sequence.sent(at)

    def _listen_for_ack(
        self, detector: DtmfDetector, sequence: RingSequence | None, frame: bytes
    ) -> None:
        """In the voice thread."""
        if sequence is not None and set(detector.process(frame)) & set(ACKNOWLEDGEMENTS):
            self._orders.give(partial(self._acknowledged, sequence))

    def _acknowledged(self, sequence: RingSequence) -> None:
        if sequence is self._sequence:
            sequence.acknowledged(time.monotonic())

    def _end_sequence(self) -> None:
        """Silence the bell and whatever is sent, at once; the polarity is normal again."""
        if self._sequence is None:
            return
        self._sequence = None
        self._since = time.monotonic()
        if _PINS not in self._faults:
            self._port.stop_ring_burst()
        self._voice.mute(on=False)
        self._voice.stop_sending()
        self._stop_listening()
        self._caller = None
        if self._purpose is _Purpose.RINGING:
            self._tell(self._hook.ringing(time.monotonic(), on=False))
        if _PINS not in self._faults:
            self._reverse(on=False)

    # АОН.

    def _listen_for_aon(self, request: AonRequest, frame: bytes) -> None:
        """In the voice thread."""
        if request.process(frame):
            self._orders.give(self._aon_requested)

    def _aon_requested(self) -> None:
        caller = self._asked_caller
        if self._held is None or caller is None:
            return
        self._stop_listening()
        packets = aon(caller.number, self._options.aon_category)
        self._held_until = self._held_longest
        self._voice.send(packets, lambda at: self._orders.give(partial(self._aon_sent, at)))

    def _aon_sent(self, at: float) -> None:
        if self._held is not None:
            self._held_until = min(at + AON_REPEAT, self._held_longest)
            self._voice.listen(partial(self._listen_for_aon, AonRequest()))

    def _release(self) -> None:
        """Report the lifted receiver that was held back."""
        held, self._held = self._held, None
        if held is not None:
            self._held_until = self._held_longest = math.inf
            self._asked_caller = None
            self._stop_listening()
            self._voice.stop_sending()
            self._report(held)

    def _stop_listening(self) -> None:
        self._voice.listen(None)

    # Loop current.

    def _reverse(self, on: bool) -> None:
        if on != self._reversed:
            self._reversed = on
            self._cut_feed()
            self._port.reverse(on)

    def _signal_disconnect(self) -> None:
        signal = self._options.signalling.disconnect
        if self._faults or not self._lifted or signal is DisconnectSignal.NONE or self._refeed:
            return
        end = time.monotonic() + self._options.signalling.disconnect_ms / 1000
        if signal is DisconnectSignal.OPEN_LOOP and self._port.can_cut_power:
            self._cut_feed()
            self._port.power(on=False)
            self._refeed = end, partial(self._port.power, on=True)
        else:
            # A board without PD has the polarity left to signal with.
            self._reverse(on=True)
            self._refeed = end, partial(self._reverse, on=False)

    def _cut_feed(self) -> None:
        self._unfed = True
        self._tell(self._hook.feed(time.monotonic(), on=False))


def _with_latency(step: Step) -> Step:
    return AwaitAck(step.seconds + ACK_LATENCY) if isinstance(step, AwaitAck) else step
