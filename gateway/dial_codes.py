"""Does what a dial code asks for, and speaks the answer.

Everything here runs on the event loop, but for the reading of recordings, which has a thread.
"""

from __future__ import annotations

import asyncio
import enum
import logging
from collections.abc import Callable, Coroutine, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from gateway.call.actions import AskService, Speak
from gateway.call.events import Event, ServiceAnswered, Spoken
from gateway.call.reason import Reason
from gateway.call.service_codes import Codes, Service
from gateway.prompts import answers
from gateway.prompts.answers import MODES, Pieces
from gateway.prompts.language import LONG_PAUSE, Language
from gateway.prompts.recordings import RecordingError, samples_of

_log = logging.getLogger(__name__)

PATIENCE = 45.0
"""Seconds after which an answer of the provider's is no longer waited for."""

Tell = Callable[[Event], None]
"""Takes an event to call control; on the event loop."""


class Trouble(enum.Enum):
    """Why the provider's account service did not do it; ``value`` is the phrase that says so."""

    SILENT = "service-silent"
    REFUSED = "service-refused"
    BAD_LOGIN = "why-password"
    FAILED = "service-failed"


class ServiceTrouble(Exception):  # noqa: N818 - named after what it carries
    """The provider's account service did not do what it was asked for."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


class AccountService(Protocol):
    """What an account's provider can be asked for.  Each raises ``ServiceTrouble``."""

    async def routing(self) -> str:
        """Where incoming calls go: one of ``MODES``."""

    async def set_routing(self, mode: str) -> None: ...

    async def balance(self) -> Decimal:
        """Roubles."""


class Voice(Protocol):
    """Where an answer is spoken: ``gateway.media.voice.LineVoice``."""

    def say(self, samples: bytes, ended: Callable[[], None] | None = None) -> None: ...


class DialCodes:
    """Serves every line.  ``services`` and ``numbers`` are by account.

    Whoever makes the accounts fills ``services``; one that is not there has no such service.
    """

    def __init__(
        self,
        language: Language,
        archive: Path,
        codes: Codes,
        numbers: Mapping[str, str],
    ) -> None:
        self._language = language
        self._archive = archive
        self._codes = codes
        self.services: dict[str, AccountService] = {}
        self.own: dict[Service, Callable[[str], Pieces]] = {}
        """What the gateway answers without a provider, by service; each takes what was dialled."""
        self._numbers = numbers
        self._speaking = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def change(
        self, language: Language, archive: Path, codes: Codes, numbers: Mapping[str, str]
    ) -> None:
        """Answer by these from the next question on."""
        self._language, self._archive = language, archive
        self._codes, self._numbers = codes, numbers

    def ask(self, asked: AskService, account: str, down: Reason | None, tell: Tell) -> None:
        """Find the answer to ``asked`` and ``tell`` it.

        ``down`` is why the account is not registered, ``None`` if it is.
        """
        self._start(self._ask(asked, account, down, tell))

    def speak(self, speech: Speak, voice: Voice, wanted: Callable[[], bool], tell: Tell) -> None:
        """Speak in the order of the calls what is still ``wanted`` when it was read."""
        self._start(self._speak(speech, voice, wanted, tell))

    async def aclose(self) -> None:
        """Answer nobody any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="dial code")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, asked: AskService, account: str, down: Reason | None, tell: Tell) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                pieces = await self._answer(asked, account, down)
        except ServiceTrouble as error:
            _log.info("dial code %s: %s", asked.service, error)
            pieces = (error.trouble.value,)
        except TimeoutError:
            pieces = (Trouble.SILENT.value,)
        except Exception:  # noqa: BLE001 - it is logged, and told to the caller
            # The caller waits for an answer, whatever it is that went wrong.
            _log.exception("dial code %s", asked.service)
            pieces = (Trouble.FAILED.value,)
        tell(ServiceAnswered(asked.question, pieces))

    async def _answer(self, asked: AskService, account: str, down: Reason | None) -> Pieces:
        service = Service(asked.service)
        provider = self.services.get(account)
        if service in self.own:
            return self.own[service](asked.dialled)
        if service is Service.HELP:
            return answers.menu(asked.dialled, self._codes, self._language)
        if service is Service.STATE:
            number = self._numbers.get(account, "")
            spoken = answers.state(down is None, down, number, self._language)
            return spoken if provider is None else (*spoken, LONG_PAUSE, *await _routing(provider))
        if provider is None:
            return ("service-missing",)
        if service is Service.BALANCE:
            return answers.balance(await provider.balance(), self._language)
        mode = MODES[service]
        await provider.set_routing(mode)
        return answers.routing_set(mode)

    async def _speak(
        self, speech: Speak, voice: Voice, wanted: Callable[[], bool], tell: Tell
    ) -> None:
        spoken: Event = Spoken(speech.question)
        async with self._speaking:
            try:
                samples = await asyncio.to_thread(samples_of, speech.pieces, self._archive)
            except RecordingError as error:
                _log.error("%s", error)
                if speech.tells:
                    tell(spoken)
                return
            if wanted():
                loop = asyncio.get_running_loop()

                def ended() -> None:
                    loop.call_soon_threadsafe(tell, spoken)

                voice.say(samples, ended if speech.tells else None)


async def _routing(provider: AccountService) -> Pieces:
    """Where calls go, or why that is not known: the rest of the answer is told all the same."""
    try:
        return answers.routing(await provider.routing())
    except ServiceTrouble as error:
        return (error.trouble.value,)
