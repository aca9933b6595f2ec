"""Who speaks at the far end: the behaviour of a party once the call is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeAlias

from tests.simulators.multifon.g711 import Samples

MENU_DIGITS = 11
MENU_PATIENCE = 30.0
"""Seconds without a digit after which the menu asks again."""
_WORDS = {"*": "звезда", "#": "решётка"}


class Conversation(Protocol):
    """What a party can do with its call."""

    @property
    def text(self) -> str:
        """What it has to say; empty for nothing."""

    @property
    def recording(self) -> Samples | None:
        """What it plays instead of ``text``."""

    async def say(self, text: str) -> None:
        """Speak, and return when it is spoken."""

    async def ask(self, text: str) -> str:
        """Speak until the first digit is heard, and return it."""

    async def play(self, samples: Samples) -> None: ...

    def echo(self) -> None:
        """From here on send back what is heard."""

    async def next_digit(self) -> str: ...


async def echo(call: Conversation) -> None:
    """Sends back what it hears, 80 ms later."""
    call.echo()


async def speech(call: Conversation) -> None:
    """Says its text or plays its recording once and is silent then."""
    if call.recording is not None:
        await call.play(call.recording)
    elif call.text:
        await call.say(call.text)


async def silence(call: Conversation) -> None:
    """Listens; silence is sent all the same."""


async def menu(call: Conversation) -> None:
    """Asks for digits up to ``#``, at most ``MENU_DIGITS``, and says which it heard, for ever."""
    while True:
        try:
            digits = await asyncio.wait_for(call.ask(call.text), MENU_PATIENCE)
            while len(digits) < MENU_DIGITS and not digits.endswith("#"):
                digits += await asyncio.wait_for(call.next_digit(), MENU_PATIENCE)
        except TimeoutError:
            continue
        spoken = ", ".join(_WORDS.get(digit, digit) for digit in digits)
        await call.say(f"Вы набрали: {spoken}.")


Party: TypeAlias = Callable[[Conversation], Awaitable[None]]
PARTIES: Mapping[str, Party] = {"echo": echo, "speech": speech, "silence": silence, "menu": menu}
