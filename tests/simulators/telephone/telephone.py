"""The telephone on the line of a simulated SLIC module, and the person who uses it.

Every method may be called from any thread.  Those that move the hook return when the contacts are
at rest; ``exchange`` is called by the sound attachment once for every 20 ms, with what the
gateway plays, and returns what it records.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tests.simulators.multifon.sound import speak
from tests.simulators.telephone import display
from tests.simulators.telephone.aon import AonSet, AonSettings, Packet
from tests.simulators.telephone.bell import Bell, Burst, LineEvent, LineSense
from tests.simulators.telephone.call_waiting_set import CallWaitingSet, CallWaitingSettings
from tests.simulators.telephone.caller_id_message import Shown
from tests.simulators.telephone.clock import Clock
from tests.simulators.telephone.contacts import CLEAN, CRADLE, ContactModel, Edge
from tests.simulators.telephone.decoders import V23, Modem
from tests.simulators.telephone.ear import Ear
from tests.simulators.telephone.hybrid import OPEN, TBR21, Hybrid
from tests.simulators.telephone.keypad import Keypad
from tests.simulators.telephone.loop import Loop
from tests.simulators.telephone.microphone import Microphone, Playing
from tests.simulators.telephone.rotary import Dial
from tests.simulators.telephone.slic import Slic
from tests.simulators.telephone.sound import RATE, Signal, from_bytes, to_bytes
from tests.simulators.telephone.tape import Tape
from tests.simulators.telephone.two_wires import OnHookPath, TwoWires

AON_SEIZES_AFTER = 0.4
"""Seconds from the beginning of the first ring."""
NO_CARD_AFTER = 5.0
"""Seconds without a sound card that takes what is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephoneSettings:
    """What stands on the table.  Levels in dBm0; ``None`` is none of it."""

    dial: Dial = field(default_factory=Dial)
    cradle: ContactModel = CRADLE
    keypad: Keypad = field(default_factory=Keypad)
    hybrid: Hybrid = TBR21
    on_hook_path: OnHookPath = OnHookPath.RESISTOR_39K
    line_noise: float | None = None
    """Noise on the line, which the telephone hears."""
    room_noise: float | None = None
    """What the microphone takes up in the room."""
    ring_leak: float | None = -20.0
    """How much of the ring voltage gets into the sound card."""
    clicks: bool = True
    """The loop clicks in the sound card when it opens and closes."""
    modem: Modem = V23
    """What the caller-ID display reads."""
    call_waiting: CallWaitingSettings | None = None
    aon: AonSettings | None = None
    seed: int = 0


class Telephone:
    """On the line of ``slic``; it registers itself there."""

    def __init__(self, slic: Slic, clock: Clock, settings: TelephoneSettings | None = None) -> None:
        self.slic = slic
        self.settings = settings or TelephoneSettings()
        self.clock = clock
        self.tape = Tape()
        self.ear = Ear()
        self.microphone = Microphone(self.settings.room_noise, self.settings.seed)
        self.bell = Bell()
        self.sense = LineSense()
        self.call_waiting = (
            CallWaitingSet(self.settings.call_waiting) if self.settings.call_waiting else None
        )
        self.aon = AonSet(self.settings.aon) if self.settings.aon else None
        self._loop = Loop(clock, self.settings.cradle, self._loop_changed, self.settings.seed)
        self._wires = TwoWires(self.settings.seed)
        self._digits = 0
        """Digits dialled; each has a seed of its own."""
        self._dialling = False
        self._hand = threading.RLock()
        self.bell.on_ring = self._rung
        slic.connect(self)

    # The person

    @property
    def lifted(self) -> bool:
        """Off-hook, by a person or by an AON set."""
        return self._loop.lifted

    def lift(self) -> None:
        """Take the receiver; where an AON set holds the line already, take the call from it."""
        with self._hand:
            if self.aon is not None:
                self.aon.answer()
            if not self.lifted:
                self._rest(self._loop.cradle(True))
                self.ear.forget()

    def hang_up(self) -> None:
        with self._hand:
            if self.lifted:
                self._rest(self._loop.cradle(False))
            self.microphone.stop()
            for device in (self.aon, self.call_waiting):
                if device is not None:
                    device.release()

    def tap(self, seconds: float = 0.1) -> None:
        """Open the loop for so long with the cradle: a hook flash, or a "1" by hand."""
        with self._hand:
            self._lifted_or_error("tap the cradle")
            self._rest(self._loop.tap(seconds))

    def dial(self, digits: str, dial: Dial | None = None, pause: float = 0.7) -> None:
        """Dial with the rotary dial; ``pause`` (s) from the last make to the next break.

        While the dial is off its rest it silences receiver and microphone.
        """
        with self._hand:
            self._lifted_or_error("dial")
            used = dial or self.settings.dial
            for number, digit in enumerate(digits):
                if number:
                    self.clock.sleep_until(self.clock.now() + pause)
                edges = used.digit(digit, self.settings.seed + self._digits)
                self._digits += 1
                self._dialling = True
                self._rest(self._loop.dial(edges))
                self._dialling = False

    def move_dial(self, edges: Sequence[Edge]) -> None:
        """Dial what ``Dial.number`` has made, times from now on: no pause depends on a thread."""
        with self._hand:
            self._lifted_or_error("dial")
            self._dialling = True
            self._rest(self._loop.dial(edges))
            self._dialling = False

    def press(self, digits: str, keypad: Keypad | None = None, *, wait: bool = True) -> Playing:
        """Press keys (DTMF), one after the other; with ``wait`` return when they were sent."""
        signal = (keypad or self.settings.keypad).digits(digits, self.settings.seed)
        return self._played(self.microphone.send(signal), len(signal), wait=wait)

    def say(self, sound: Signal | bytes, *, wait: bool = False) -> Playing:
        """Speak samples; with ``wait`` return when they were said."""
        signal = from_bytes(sound) if isinstance(sound, bytes) else sound
        return self._played(self.microphone.say(signal), len(signal), wait=wait)

    def speak(self, text: str, voice: str = "ru", *, wait: bool = False) -> Playing:
        """Say a text with the voice of espeak-ng."""
        return self.say(speak(text, voice).astype(np.float64), wait=wait)

    def hearing(self) -> str:
        """Which tone is heard: one of the names in ``ear.py``."""
        return self.ear.hearing()

    def heard(self, since: float = float("-inf")) -> bytes:
        """Samples that were heard, on-hook and off-hook, from the time ``since`` on."""
        return self.tape.heard(since)

    # What it feels and shows

    @property
    def ringing(self) -> bool:
        """The bell sounds now."""
        self.clock.settle()
        return self.bell.sounding(self.clock.now())

    @property
    def bursts(self) -> list[Burst]:
        """Every burst of the bell."""
        self.clock.settle()
        return self.bell.bursts(self.clock.now())

    @property
    def line_events(self) -> tuple[LineEvent, ...]:
        """Every open loop and reversal, but those of the ring wave."""
        self.clock.settle()
        return self.sense.events

    def told(self, slack: float = 0.03) -> list[display.Told]:
        """Everything that the exchange told the display on-hook, with what was wrong with it.

        ``slack`` (s): times are judged with so much mercy.  Runs the decoders: some 10 ms each.
        """
        noise = self.settings.line_noise
        quiet = -45.0 if noise is None else max(-45.0, noise + 8.0)
        around = display.Surroundings(self.bursts, self.line_events, slack)
        return display.read(self.tape.stretches(off_hook=False), around, self.settings.modem, quiet)

    @property
    def shown(self) -> Shown | None:
        """The last call that the display shows, rung or waiting."""
        calls = [one.shown for one in self.told() if one.shown and one.shown.lamp is None]
        waiting = self.call_waiting.shown() if self.call_waiting else []
        return next((one for one in reversed([*calls, *waiting]) if one is not None), None)

    @property
    def lamp(self) -> bool:
        """The message lamp."""
        lamps = [one.shown.lamp for one in self.told() if one.shown and one.shown.lamp is not None]
        return bool(lamps and lamps[-1])

    @property
    def aon_packet(self) -> Packet | None:
        """What the AON set read of the last call."""
        return None if self.aon is None else self.aon.packet

    @property
    def violations(self) -> list[str]:
        """What the module's data sheet forbids and the gateway did."""
        return self.slic.violations

    # Sound

    def exchange(self, heard: bytes) -> bytes:
        """One frame of 20 ms: what the gateway plays, for what it records."""
        settings, lifted = self.settings, self.lifted
        played = from_bytes(heard)
        earpiece = self._wires.to_telephone(
            played if self.slic.feeding else np.zeros(len(played)),
            None if lifted else settings.on_hook_path,
            settings.line_noise,
        )
        self.tape.add(self.clock.now(), to_bytes(earpiece), off_hook=lifted)
        said: Signal | None = None
        if lifted and not self._dialling:
            self.ear.feed(earpiece)
            said = self._sets(earpiece)
        talking = lifted and self.slic.feeding and not self._dialling and said is None
        spoken = self.microphone.take(len(played), heard=talking)
        if settings.ring_leak is not None and self.bell.sounding(self.clock.now()):
            spoken += self._wires.ring_leak(len(played), settings.ring_leak)
        echo = self._wires.echo(played, settings.hybrid if lifted else OPEN)
        clicks = self._wires.clicks(len(played))
        return to_bytes((spoken if said is None else said) + echo + clicks)

    def _sets(self, heard: Signal) -> Signal | None:
        """What AON or call-waiting set says instead of the person."""
        said = None if self.aon is None else self.aon.process(heard)
        if said is None and self.call_waiting is not None:
            said = self.call_waiting.process(heard)
        return said

    # The line: called in the clock's thread

    def feed(self, on: bool, time: float) -> None:
        self.sense.feed(on, time)

    def polarity(self, is_reversed: bool, time: float) -> None:
        self.sense.polarity(is_reversed, time)

    def half_wave(self, time: float) -> None:
        if not self._loop.closed:
            self.bell.half_wave(time)

    def ring_ended(self, time: float) -> None:
        self.bell.ring_ended(time)

    def _loop_changed(self, closed: bool, time: float) -> None:
        if closed:
            self.bell.ring_ended(time)
        if self.settings.clicks:
            self._wires.click(closed)
        self.slic.loop(closed, time)

    def _rung(self, time: float) -> None:
        aon = self.aon
        if aon is None or not aon.settings.answers or self.lifted:
            return

        def seize() -> None:
            if not self.lifted:
                self._loop.cradle(True, CLEAN)
                aon.seize()

        self.clock.at(time + AON_SEIZES_AFTER, seize)

    # Waiting

    def _rest(self, moment: float) -> None:
        """Wait for contacts that are at rest at ``moment``, and for the module to see it."""
        self.clock.sleep_until(moment + self.slic.module.detect + 0.001)

    def _lifted_or_error(self, what: str) -> None:
        if not self.lifted:
            raise RuntimeError(f"Lift the receiver before you {what}.")

    @staticmethod
    def _played(playing: Playing, samples: int, *, wait: bool) -> Playing:
        patience = samples / RATE * 3 + NO_CARD_AFTER
        if wait and not playing.done.wait(patience):
            raise TimeoutError(
                f"No sound card took the sound within {patience:.1f} s; is the voice running?"
            )
        return playing
