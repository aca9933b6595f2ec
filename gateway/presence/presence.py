"""Who is at the telephone: asked by a page, answered by dialling or by listening.

It runs on the event loop.  A code is never logged, never in an event and never given to anybody but
the page that shows it and the ear that hears it.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from gateway.call.actions import Speak
from gateway.call.service_codes import Codes, Service
from gateway.dial_codes import DialCodes
from gateway.examination.bell import Bell, BellTest
from gateway.examination.examinations import Examinations
from gateway.examination.taken_line import TakenLine
from gateway.exchange import Exchange, Publish
from gateway.exchange_line import Line
from gateway.line import OnHook
from gateway.presence.proof import DIGITS, LIFE_S, Proofs, RefusedError, is_code
from gateway.prompts import answers
from gateway.prompts.answers import Pieces
from gateway.prompts.language import Language
from gateway.words import Words

EVENT = "presence"
LINE_TEST = "line-test"
RING_S = 30.0
"""Seconds for which the telephone rings to speak a code."""
RING_AGAIN_S = 60.0
"""Seconds before a page may let it ring again: a visitor unknown so far must not be a nuisance."""
SPEECH_S = 60.0
"""Seconds within which a code is spoken to its end."""
SPOKEN_GROUPS = 4
"""Groups of four signs of a fingerprint that are spoken: 64 bits, which nobody can imitate."""

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_PROVED = Words(
    "It is proved that you are at the telephone.",
    "Подтверждено: вы находитесь у телефона.",
)
_NOT_PROVED = Words(
    "This is not the code that the telephone has told, or it is out of date. Let it tell another.",
    "Это не тот код, который назвал телефон, или он устарел. Запросите новый код.",
)


class Presence:
    """``codes`` are the dial codes in force; ``digits`` makes a code, ``clock`` is monotonic."""

    def __init__(
        self,
        exchange: Exchange,
        examinations: Examinations,
        dial_codes: DialCodes,
        publish: Publish,
        *,
        codes: Codes,
        language: Language,
        clock: Callable[[], float] = time.monotonic,
        digits: Callable[[], str] | None = None,
    ) -> None:
        self._exchange = exchange
        self._examinations = examinations
        self._dial_codes = dial_codes
        self._publish = publish
        self._codes = codes
        self._language = language
        self._clock = clock
        self._digits = digits or (lambda: f"{secrets.randbelow(10**DIGITS):0{DIGITS}}")
        self._proofs = Proofs()
        self._fingerprint = ""
        self._ring_again = -RING_AGAIN_S
        dial_codes.own[Service.PROVE] = self._dialled
        dial_codes.own[Service.SPEAK_CODE] = self._spoken
        dial_codes.own[Service.FINGERPRINT] = self._told_fingerprint

    def change(self, codes: Codes, language: Language) -> None:
        """Other dial codes, or another language, are in force."""
        self._codes, self._language = codes, language

    # What a page asks for.

    def show(self) -> Mapping[str, Any]:
        """A code for one page to show, and what to dial.  Raises ``RefusedError``."""
        prefixes = self._of(Service.PROVE)
        ident = secrets.token_urlsafe(12)
        while True:
            code = self._digits()
            try:
                self._proofs = self._proofs.show(ident, code, self._clock())
            except ValueError:
                continue
            return {
                "id": ident,
                "code": code,
                "dial": [prefix + code for prefix in prefixes],
                "seconds": LIFE_S,
            }

    def state(self, ident: str) -> str:
        return self._proofs.state(ident, self._clock())

    def speak(self, line: Line | None) -> Mapping[str, Any]:
        """How a code is heard; with a ``line`` its telephone rings and says one when lifted.

        Raises ``RefusedError``, and ``ValueError`` while the line is used.
        """
        how = {"dial": list(self._of(Service.SPEAK_CODE)), "seconds": LIFE_S}
        if line is None:
            return how
        now = self._clock()
        if now < self._ring_again:
            wait = self._ring_again - now
            raise RefusedError(
                Words(
                    f"The telephone rang just now. Wait {wait:.0f} s.",
                    f"Телефон только что звонил. Подождите {wait:.0f} с.",
                ),
                wait,
            )
        tell = lambda params: self._publish(LINE_TEST, params)  # noqa: E731
        test = BellTest(
            line, self._exchange, tell, RING_S, None, bell=Bell.CODE, after_lift=self._say
        )
        self._ring_again = now + RING_AGAIN_S
        self._examinations.start(line, test)
        return {**how, "rings": line.name, "ring_seconds": RING_S}

    def check(self, code: str) -> tuple[bool, Words]:
        """Whether ``code`` is the one that was spoken.  Raises ``RefusedError``."""
        self._proofs, right = self._proofs.guess(code if is_code(code) else "", self._clock())
        return right, _PROVED if right else _NOT_PROVED

    def set_fingerprint(self, hexadecimal: str) -> Mapping[str, Any]:
        """The SHA-256 of the page's certificate; ``ValueError`` if it is none."""
        plain = re.sub(r"[:\s]", "", hexadecimal).lower()
        if not _FINGERPRINT.fullmatch(plain):
            raise ValueError("sha256 is a text of 64 hexadecimal digits.")
        self._fingerprint = plain
        return {"spoken": _groups(plain), "dial": list(self._of(Service.FINGERPRINT))}

    def _of(self, service: Service) -> tuple[str, ...]:
        codes = self._codes[service]
        if not codes:
            name = service.value.replace("-", "_")
            raise RefusedError(
                Words(
                    f"The dial code for this is switched off: set dial_codes.{name}.",
                    f"Код набора для этого выключен: задайте dial_codes.{name}.",
                )
            )
        return codes

    # What the telephone answers.

    def _dialled(self, dialled: str) -> Pieces:
        self._proofs, ident = self._proofs.dial(dialled[-DIGITS:], self._clock())
        if ident is None:
            return answers.PROOF_REFUSED
        self._publish(
            EVENT, {"id": ident, "proved": True, "text": _PROVED.en, "text_ru": _PROVED.ru}
        )
        return answers.PROOF_ACCEPTED

    def _spoken(self, _dialled: str) -> Pieces:
        code = self._digits()
        self._proofs = self._proofs.speak(code, self._clock())
        return answers.proof(code, self._language)

    def _told_fingerprint(self, _dialled: str) -> Pieces:
        return answers.fingerprint(_groups(self._fingerprint), self._language)

    async def _say(self, taken: TakenLine) -> None:
        """Speak a new code to the receiver that was lifted; over when it was, or is replaced."""
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        speech = Speak(0, self._spoken(""), tells=True)

        def tell(_event: object) -> None:
            loop.call_soon_threadsafe(ended.set)

        self._dial_codes.speak(speech, taken.line.voice, lambda: taken.ours, tell)
        replaced = asyncio.create_task(taken.next(OnHook, SPEECH_S))
        spoken = asyncio.create_task(ended.wait())
        try:
            await asyncio.wait({replaced, spoken}, return_when=asyncio.FIRST_COMPLETED)
            if replaced.done():
                replaced.result()
        finally:
            replaced.cancel()
            spoken.cancel()
            await asyncio.gather(replaced, spoken, return_exceptions=True)


def _groups(fingerprint: str) -> list[str]:
    """The first groups of four, which are spoken."""
    return [fingerprint[at : at + 4] for at in range(0, 4 * SPOKEN_GROUPS, 4) if fingerprint]
