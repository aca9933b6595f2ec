"""A party at work in a call: it speaks, echoes and hears digits."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from tests.simulators.multifon.g711 import Samples
from tests.simulators.multifon.parties import PARTIES
from tests.simulators.multifon.signalling import Signalling
from tests.simulators.multifon.sound import SoundError, sine, speak
from tests.simulators.multifon.voice_stream import VoiceStream

DEFAULT_TEXTS = {
    "speech": "Здравствуйте. Это проверочный звонок сети МультиФон.",
    "menu": "Наберите цифры и решётку.",
}


@dataclass(frozen=True, slots=True)
class Script:
    """Who speaks, and what.  ``hang_up`` is seconds after the answer; 0 never."""

    party: str = "silence"
    text: str = ""
    recording: Samples | None = None
    hang_up: float = 0.0

    def __post_init__(self) -> None:
        if self.party not in PARTIES:
            known = ", ".join(PARTIES)
            raise ValueError(f"there is no party {self.party!r}; there are: {known}")


class SpeakingCall(Protocol):
    """What a conversation needs of its call."""

    @property
    def voice(self) -> VoiceStream: ...

    @property
    def script(self) -> Script: ...

    @property
    def signalling(self) -> Signalling: ...

    @property
    def remarks(self) -> list[str]: ...


class CallConversation:
    """The party's hands: ``parties.Conversation`` on a call."""

    def __init__(self, call: SpeakingCall) -> None:
        self._call = call
        self._digits: asyncio.Queue[str] = asyncio.Queue()
        self.said: list[str] = []
        """Texts, in order, as each begins."""

    @property
    def text(self) -> str:
        script = self._call.script
        return script.text or DEFAULT_TEXTS.get(script.party, "")

    @property
    def recording(self) -> Samples | None:
        return self._call.script.recording

    async def run(self, script: Script) -> None:
        await PARTIES[script.party](self)

    async def prepare(self, text: str) -> Samples:
        """``text`` as sound; without espeak-ng a tone of 1 s takes its place."""
        try:
            return await asyncio.to_thread(speak, text, self._call.signalling.settings.voice)
        except SoundError as error:
            self._call.remarks.append(str(error))
            return sine(1000.0, 1.0, -20.0)

    async def say(self, text: str) -> None:
        samples = await self.prepare(text)
        self.said.append(text)
        self._call.signalling.changes.notify()
        await self.play(samples)

    async def ask(self, text: str) -> str:
        asking = asyncio.ensure_future(self.say(text))
        try:
            return await self._digits.get()
        finally:
            asking.cancel()
            self._call.voice.fall_silent()

    async def play(self, samples: Samples) -> None:
        loop = asyncio.get_running_loop()
        done = asyncio.Event()

        def played() -> None:
            loop.call_soon_threadsafe(done.set)

        self._call.voice.play(samples, on_played=played)
        await done.wait()

    def echo(self) -> None:
        self._call.voice.echo()

    async def next_digit(self) -> str:
        return await self._digits.get()

    def heard(self, digit: str) -> None:
        self._digits.put_nowait(digit)
