"""Every form in which FSK shows something, and callers to show."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from gateway.caller import Caller, Presentation
from gateway.signalling import CallerIdForm, CallerIdMessage, CallerIdScheme
from hardware.caller_id import Send, Step, fsk, messages, on_hook, waiting
from tests.hardware.caller_id.spandsp_display import Standard
from tests.media.signals import Signal, joined, noise, silence, unpacked

WHEN = datetime(2024, 3, 15, 18, 5)  # noqa: DTZ001 - a display shows local time
NOISE_BELOW = 20.0
"""Signal to white noise, dB."""
_NAMES = ("", "", "Иванов", "Щукина Ю. Я.", "IVANOV", "Øystein Æbelø", "ТСЖ «Заря» № 5", "a+b=c?")


@dataclass(frozen=True, slots=True)
class Form:
    """One way of sending: how and in which situation."""

    modem: CallerIdForm
    message: CallerIdMessage
    moment: str

    def __str__(self) -> str:
        return f"{self.modem.value} {self.message.value} {self.moment}"

    @property
    def tones(self) -> tuple[int, int]:
        """Mark and space, Hz, as the norms have them."""
        return (1200, 2200) if self.modem is CallerIdForm.BELL_202 else (1300, 2100)

    @property
    def standard(self) -> Standard:
        """spandsp's receiver for it."""
        return Standard.CLASS if self.modem is CallerIdForm.BELL_202 else Standard.CLIP

    def steps(self, caller: Caller, when: datetime, number: int) -> tuple[Step, ...]:
        scheme = CallerIdScheme(form=self.modem, message=self.message)
        if self.moment == "call":
            return on_hook(scheme, caller, when).after_first_ring
        if self.moment == "call waiting":
            return waiting(scheme, caller, when)
        return messages(scheme, number % 2 == 0)


FORMS = tuple(
    Form(modem, message, moment)
    for modem in (CallerIdForm.BELL_202, CallerIdForm.V23)
    for message in CallerIdMessage
    for moment in ("call", "call waiting", "waiting messages")
)


def callers(count: int, seed: int) -> Iterator[tuple[Caller, datetime]]:
    """Callers with numbers of all lengths, names in three scripts, withheld and unavailable."""
    choose = random.Random(seed)
    for _ in range(count):
        when = WHEN + timedelta(minutes=choose.randrange(525_600))
        name = choose.choice(_NAMES)
        if choose.randrange(8) == 0:
            absent = choose.choice((Presentation.WITHHELD, Presentation.UNAVAILABLE))
            yield Caller(name=name, presentation=absent), when
        else:
            digits = "".join(choose.choices("0123456789", k=choose.randint(3, 22)))
            yield Caller(number=choose.choice(("", "+")) + digits, name=name), when


def data_of(steps: tuple[Step, ...]) -> Send:
    """The message among the steps: the last that is sent."""
    return [step for step in steps if isinstance(step, Send)][-1]


def message_of(data: Send) -> bytes:
    """The bytes that the log names."""
    return bytes.fromhex(data.what.partition(" ")[2])


def recording(
    form: Form, count: int, seed: int, below: float = NOISE_BELOW
) -> tuple[list[bytes], Signal]:
    """What is sent, ``count`` messages, and its sound, in white noise ``below`` dB under it."""
    choose = np.random.default_rng(seed)
    sent, parts = [], [silence(300)]
    for number, (caller, when) in enumerate(callers(count, seed)):
        data = data_of(form.steps(caller, when, number))
        sent.append(message_of(data))
        parts += [unpacked(data.samples), silence(choose.uniform(250, 350))]
    signal = joined(parts)
    return sent, signal + noise(fsk.LEVEL - below, len(signal), seed)
