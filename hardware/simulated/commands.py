"""What a program can do with the simulated telephone.

Every command is declared in ``SimulatedHandset.commands`` with its arguments; the command ``help``
gives that declaration away as JSON values.  Commands run on the event loop; a cancelled one stops
what it was doing (the rest of a number, of a speech) and leaves the telephone usable.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from gateway.caller import Caller
from gateway.line import DIGITS, FRAME_MS, SAMPLE_RATE, DigitSource
from hardware.arguments import Argument, read, suggestion
from hardware.simulated import declared, tones
from hardware.simulated.bell import Ringing
from hardware.simulated.clock import VoiceClock
from hardware.simulated.dial import PULSE_PAUSE, ToneDial, pulses
from hardware.simulated.ear import Hearing
from hardware.simulated.microphone import Utterance
from hardware.simulated.recording import LONGEST, Recording
from hardware.simulated.sound_file import read_frames
from hardware.simulated.telephone import Telephone

T = TypeVar("T")

Result = dict[str, Any]
Perform = Callable[[dict[str, Any]], Awaitable[Result]]

NO_VOICE = 2.0
"""Seconds without a voice frame after which a command that needs the voice gives up."""
_LOOK_AGAIN = 0.5


@dataclass(frozen=True, slots=True)
class Command:
    """A command, what it is for, what it takes and what performs it."""

    name: str
    help: str
    arguments: tuple[Argument, ...]
    perform: Perform


class SimulatedHandset:
    """Implements ``gateway.line.Handset``."""

    def __init__(self, telephone: Telephone, clock: VoiceClock) -> None:
        self._telephone = telephone
        self._clock = clock
        self._dialling = False
        performed: dict[str, Perform] = {
            "lift": self._lift,
            "hang-up": self._hang_up,
            "flash": self._flash,
            "unplug": self._unplug,
            "plug": self._plug,
            "dial": self._dial,
            "say": self._say,
            "say-frames": self._say_frames,
            "silence": self._silence,
            "listen": self._listen,
            "listen-stop": self._listen_stop,
            "heard-frames": self._heard_frames,
            "hear": self._hear,
            "ringing": self._ringing,
            "silent": self._silent,
            "waiting": self._waiting,
            "state": self._state,
            "help": self._help,
        }
        self.commands: Mapping[str, Command] = {
            name: Command(name, declared.HELP[name], declared.ARGUMENTS.get(name, ()), perform)
            for name, perform in performed.items()
        }

    async def command(self, name: str, arguments: Mapping[str, Any]) -> Result:
        """Perform the command ``name``; ``ValueError`` says what is wrong and what to do."""
        command = self.commands.get(name)
        if command is None:
            raise ValueError(f"{name!r} is not a command{suggestion(name, self.commands)}")
        return await command.perform(read(command.arguments, arguments, f"the command {name}"))

    # Hook and plug

    async def _lift(self, _: dict[str, Any]) -> Result:
        return {"time": self._telephone.lift()}

    async def _hang_up(self, _: dict[str, Any]) -> Result:
        return {"time": self._telephone.hang_up()}

    async def _flash(self, _: dict[str, Any]) -> Result:
        return {"time": self._telephone.flash()}

    async def _unplug(self, _: dict[str, Any]) -> Result:
        return {"time": self._telephone.unplug()}

    async def _plug(self, _: dict[str, Any]) -> Result:
        return {"time": self._telephone.plug()}

    # Dial

    async def _dial(self, given: dict[str, Any]) -> Result:
        by = DigitSource(given["by"])
        digits = _digits(given["digits"], by)
        _refuse_unused(given, by)
        self._telephone.check_in_use()
        if self._dialling:
            raise ValueError("the telephone is dialling already: wait until that is done")
        self._dialling = True
        began = time.monotonic()
        try:
            if by is DigitSource.TONE:
                began = await self._dial_tones(digits, given)
            elif by is DigitSource.PULSE:
                await self._dial_pulses(digits, given["pps"])
            else:
                for digit in digits:
                    self._telephone.send_digit(digit, by)
        finally:
            self._dialling = False
        return {"digits": digits, "started": began, "seconds": round(time.monotonic() - began, 3)}

    async def _dial_tones(self, digits: str, given: dict[str, Any]) -> float:
        names = ("on_ms", "off_ms", "level", "twist", "frequency_error", "snr")
        dial = ToneDial(**{name: given[name] for name in names})
        return await self._until_said(self._telephone.press(dial.frames(digits)), "dialling")

    async def _dial_pulses(self, digits: str, pps: float) -> None:
        # Deadlines, not pauses: a late wake-up shall not make the whole number longer.
        due = time.monotonic()
        for digit in digits:
            due += pulses(digit) / pps
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._telephone.send_digit(digit, DigitSource.PULSE)
            due += PULSE_PAUSE
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    # Microphone

    async def _say(self, given: dict[str, Any]) -> Result:
        path = _absolute(given["file"])
        self._telephone.check_in_use()
        frames = await asyncio.to_thread(read_frames, path)
        utterance = self._telephone.speak(frames)
        started = await self._until_said(utterance, "speaking", whole=given["wait"])
        return {"seconds": len(frames) * FRAME_MS / 1000, "started": started}

    async def _until_said(self, utterance: Utterance, what: str, *, whole: bool = True) -> float:
        """Wait for the end, or the beginning, of ``utterance``; its first frame's time."""

        def look() -> float | None:
            if utterance.cut:
                raise ValueError(f"{what} was ended before it was done: {self._why_ended()}")
            if utterance.done or not whole:
                return utterance.started
            return None

        try:
            return await self._with_voice(look)
        except BaseException:
            self._telephone.cut(utterance)
            raise

    def _why_ended(self) -> str:
        try:
            self._telephone.check_in_use()
        except ValueError as error:
            return str(error)
        return "another command ended it"

    async def _say_frames(self, given: dict[str, Any]) -> Result:
        try:
            samples = base64.b64decode(given["audio"], validate=True)
        except binascii.Error as error:
            raise ValueError(f"audio is not base64 ({error})") from error
        if len(samples) % 2:
            raise ValueError("audio is 16-bit samples: its length in bytes is even")
        return {"queued_ms": self._telephone.feed(samples)}

    async def _silence(self, _: dict[str, Any]) -> Result:
        self._telephone.silence()
        return {}

    # Ear

    async def _listen(self, given: dict[str, Any]) -> Result:
        path = _absolute(given["file"])
        seconds: float | None = given["seconds"]
        self._telephone.check_in_use()
        samples = round((LONGEST if seconds is None else seconds) * SAMPLE_RATE)
        recording = Recording(path, samples)
        await asyncio.to_thread(_check_writable, path)
        self._telephone.record(recording)
        if seconds is None:
            return {"file": str(path)}
        try:
            await self._with_voice(lambda: recording.ended or None)
        finally:
            self._telephone.end_recording(recording)
            await _saved(recording)
        return _recorded(recording, recording.seconds >= samples / SAMPLE_RATE)

    async def _listen_stop(self, _: dict[str, Any]) -> Result:
        recording = self._telephone.recording
        if recording is None:
            raise ValueError("nothing is being recorded: begin with listen")
        self._telephone.end_recording(recording)
        await _saved(recording)
        return _recorded(recording, recording.seconds < LONGEST)

    async def _heard_frames(self, given: dict[str, Any]) -> Result:
        voice, lost = self._telephone.fetch(given["max_ms"])
        ms = len(voice) * 1000 // (2 * SAMPLE_RATE)
        return {"audio": base64.b64encode(voice).decode("ascii"), "ms": ms, "lost_ms": lost}

    async def _hear(self, given: dict[str, Any]) -> Result:
        began = time.monotonic()
        tone: str | None = given["tone"]
        self._telephone.check_in_use()
        if tone is None:
            return _heard(self._hearing(), 0.0)

        def look() -> Hearing | None:
            self._telephone.check_in_use()
            hearing = self._hearing()
            if tone == tones.SILENCE and given["lasting"] is not None and self._clock.running:
                # Asked for a length: then also the pause of a tone is silence.
                quiet = self._telephone.ear.quiet_for
                return Hearing(tone, quiet) if quiet >= given["lasting"] else None
            long_enough = hearing.lasted >= (given["lasting"] or 0.0)
            return hearing if hearing.tone == tone and long_enough else None

        found = await self._changed(look, began + given["timeout"])
        if found is None:
            instead = (
                f"what is heard is {self._hearing()}"
                if self._clock.running
                else "nothing can be heard, because the gateway has not started the line's voice"
            )
            lasting = "" if given["lasting"] is None else f" for {given['lasting']:g} s"
            raise ValueError(
                f"{tone} was not heard{lasting} within {given['timeout']:g} s; {instead}"
            )
        return _heard(found, time.monotonic() - began)

    def _hearing(self) -> Hearing:
        return self._telephone.ear.hearing if self._clock.running else Hearing(None)

    # Bell

    async def _ringing(self, given: dict[str, Any]) -> Result:
        count = int(given["bursts"])
        if count != given["bursts"]:
            raise ValueError("the command ringing: bursts is a whole number")

        def look() -> Ringing | None:
            ringing = self._telephone.ringing()
            rung = ringing.sounding and len(ringing.bursts) >= count
            shown = ringing.caller is not None or not given["shown"]
            return ringing if rung and shown else None

        if not given["wait"]:
            return _rung(self._telephone.ringing())
        deadline = time.monotonic() + given["timeout"]
        found = await self._changed(look, deadline, self._telephone.next_ring_edge)
        if found is None:
            now = self._telephone.ringing()
            noticed = f"it rang {_times(len(now.bursts))}" if now.sounding else "it does not ring"
            wanted = "show a caller" if given["shown"] else f"ring {_times(count)}"
            raise ValueError(
                f"the telephone did not {wanted} within {given['timeout']:g} s; {noticed}"
            )
        return _rung(found)

    async def _silent(self, given: dict[str, Any]) -> Result:
        def look() -> Ringing | None:
            ringing = self._telephone.ringing()
            return None if ringing.sounding else ringing

        found = await self._changed(look, time.monotonic() + given["timeout"])
        if found is None:
            raise ValueError(f"the telephone still rings after {given['timeout']:g} s")
        return _rung(found)

    async def _waiting(self, given: dict[str, Any]) -> Result:
        found = self._telephone.waiting
        if given["wait"]:
            deadline = time.monotonic() + given["timeout"]
            found = await self._changed(lambda: self._telephone.waiting, deadline)
            if found is None:
                raise ValueError(f"no second caller was shown within {given['timeout']:g} s")
        return {"caller": _caller(found)}

    # About itself

    async def _state(self, _: dict[str, Any]) -> Result:
        telephone, recording = self._telephone, self._telephone.recording
        hearing = self._hearing() if telephone.off_hook else Hearing(None)
        clock = asdict(self._clock.counters)
        return {
            "open": telephone.connected,
            "hook": "off-hook" if telephone.off_hook else "on-hook",
            "plugged": telephone.plugged,
            "ringing": telephone.ringing().sounding,
            "waiting": _caller(telephone.waiting),
            "messages": telephone.messages,
            "disconnects": telephone.disconnects,
            "taps": telephone.taps.value,
            "dialling": self._dialling,
            "speaking": telephone.speaking,
            "queued_ms": telephone.queued_ms,
            "recording": None if recording is None else str(recording.path),
            "hearing": hearing.tone,
            "voice": self._clock.running,
            "clock": clock,
        }

    async def _help(self, _: dict[str, Any]) -> Result:
        return {
            command.name: {
                "help": command.help,
                "arguments": {argument.name: argument.describe() for argument in command.arguments},
            }
            for command in self.commands.values()
        }

    # Waiting

    async def _changed(
        self,
        look: Callable[[], T | None],
        deadline: float,
        look_again: Callable[[], float] | None = None,
    ) -> T | None:
        return await self._telephone.changes.wait_for(look, deadline, look_again)

    async def _with_voice(self, look: Callable[[], T | None]) -> T:
        """Wait for something that the voice brings about, as long as there is a voice."""
        began = time.monotonic()

        def look_while_voice() -> T | None:
            found = look()
            last = max(began, self._clock.counters.last_frame)
            if found is None and time.monotonic() - last > NO_VOICE:
                raise ValueError(
                    f"the line has taken no voice for {NO_VOICE:g} s: the gateway starts it when "
                    "the receiver is lifted and no fault is reported"
                )
            return found

        found = await self._changed(
            look_while_voice, math.inf, lambda: time.monotonic() + _LOOK_AGAIN
        )
        assert found is not None
        return found


def _digits(text: str, by: DigitSource) -> str:
    digits = text.upper()
    possible = DIGITS[:10] if by is DigitSource.PULSE else DIGITS
    if not digits:
        raise ValueError("the command dial: digits is empty")
    for digit in digits:
        if digit not in possible:
            way = "a rotary dial" if by is DigitSource.PULSE else "a keypad"
            raise ValueError(f"the command dial: {digit!r} is not on {way}, there is {possible}")
    return digits


def _refuse_unused(given: dict[str, Any], by: DigitSource) -> None:
    """Refuse what would have no effect, and fill in the defaults of the rest."""
    used = declared.DIAL_BY[by.value]
    for name, default in declared.DIAL_DEFAULTS.items():
        if given[name] is None:
            given[name] = default
        elif name not in used:
            raise ValueError(f"the command dial: {name} means nothing when dialling by {by.value}")


def _absolute(file: str) -> Path:
    path = Path(file)
    if not path.is_absolute():
        raise ValueError(
            f"file {file!r} does not begin with a slash: give the whole path, since the gateway "
            "works in a folder of its own"
        )
    return path


def _check_writable(path: Path) -> None:
    try:
        path.open("ab").close()
    except OSError as error:
        raise ValueError(f"{path} cannot be written: {error.strerror}") from error


async def _saved(recording: Recording) -> None:
    try:
        await asyncio.to_thread(recording.save)
    except OSError as error:
        raise ValueError(f"{recording.path} could not be written: {error.strerror}") from error


def _recorded(recording: Recording, complete: bool) -> Result:
    return {"file": str(recording.path), "seconds": recording.seconds, "complete": complete}


def _heard(hearing: Hearing, took: float) -> Result:
    return {
        "tone": hearing.tone,
        "lasted": round(hearing.lasted, 2),
        "frequencies": list(hearing.frequencies),
        "cadence": list(hearing.cadence),
        "level": hearing.level,
        "took": round(took, 3),
    }


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _rung(ringing: Ringing) -> Result:
    return {
        "ringing": ringing.sounding,
        "started": ringing.started,
        "bursts": [[burst.on, burst.off] for burst in ringing.bursts],
        "caller": _caller(ringing.caller),
    }


def _caller(caller: Caller | None) -> dict[str, str] | None:
    if caller is None:
        return None
    return {
        "number": caller.number,
        "name": caller.name,
        "presentation": caller.presentation.value,
    }
