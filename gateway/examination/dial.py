"""The test of the dial: "lift the receiver and dial 1", and what was understood."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from gateway.examination.steps import Ending
from gateway.examination.taken_line import EndedError, SkippedError, TakenLine
from gateway.exchange import Exchange
from gateway.exchange_line import Line
from gateway.line import Digit, DigitSource, Measured, OffHook
from gateway.toneplan import Tone

Tell = Callable[[Mapping[str, Any]], None]
Texts = tuple[str, str]

CONFIRMED_S = 1.0
"""Seconds for which the confirmation sounds before the line is given back."""
NO_DIGIT = "no-digit"
_HOW: Mapping[DigitSource, Texts] = {
    DigitSource.TONE: ("by tone", "тоном"),
    DigitSource.PULSE: ("by pulses", "импульсами"),
    DigitSource.KEYPAD: ("by the handset's keypad", "с клавиатуры трубки"),
}
_TEXTS: Mapping[str, Texts] = {
    Ending.NOT_LIFTED.value: (
        "Nobody lifted the receiver, or the gateway does not notice it: look whether the telephone "
        "is plugged in.",
        "Трубку не сняли, или шлюз этого не заметил: проверьте, подключён ли телефон.",
    ),
    NO_DIGIT: (
        "The receiver was lifted, and no digit was understood. If the telephone has a switch T/P, "
        "try the other position.",
        "Трубку сняли, но ни одной цифры не распознано. Если на телефоне есть переключатель T/P, "
        "попробуйте другое положение.",
    ),
    Ending.HUNG_UP.value: (
        "The receiver was replaced before a digit was dialled.",
        "Трубку положили до набора цифры.",
    ),
    Ending.CALL.value: (
        "Somebody called, which ended the test; start it again after the call.",
        "Поступил звонок, и проверка прервана; повторите её после разговора.",
    ),
    Ending.FAULT.value: (
        "The line has a fault, which ended the test.",
        "На линии неисправность, проверка прервана.",
    ),
    Ending.STOPPED.value: ("The test was stopped.", "Проверка остановлена."),
}


class DialTest:
    """Waits ``seconds`` for the receiver and as long for the digit ``wanted``.

    The receiver hears dial tone until the first digit, and the confirmation tone when ``wanted``
    was understood; another digit is told and waited on.
    """

    def __init__(
        self, line: Line, exchange: Exchange, tell: Tell, wanted: str, seconds: float
    ) -> None:
        self._taken = TakenLine(line, exchange)
        self._line = line
        self._told = {"line": line.name, "test": "digit"}
        self._tell = tell
        self._wanted = wanted
        self._seconds = seconds
        self._digits: list[Digit] = []
        self._lifted = not self._taken.on_hook

    def stop(self) -> None:
        self._taken.skip()

    async def run(self) -> Mapping[str, Any]:
        """``passed``, ``lifted``, ``digits``, the ``figures`` of a dial, and a sentence."""
        ending = Ending.STOPPED.value
        self._line.driver.measure_anew(Measured.HOOK)
        self._tell({**self._told, "phase": "begins", "seconds": self._seconds})
        try:
            ending = await self._conduct()
        except SkippedError:
            ending = Ending.STOPPED.value
        except EndedError:
            ending = self._taken.why_ended().value
        finally:
            self._taken.release()
            result = self._result(ending)
            self._tell({**self._told, "phase": "over", "result": result})
        return result

    async def _conduct(self) -> str:
        if not self._lifted and await self._taken.next(OffHook, self._seconds) is None:
            return str(Ending.NOT_LIFTED.value)
        self._lifted = True
        self._tell({**self._told, "phase": "lifted", "seconds": self._seconds})
        self._line.voice.play(Tone.DIAL)
        loop = asyncio.get_running_loop()
        end = loop.time() + self._seconds
        while (digit := await self._taken.next(Digit, end - loop.time())) is not None:
            assert isinstance(digit, Digit)
            self._digits.append(digit)
            self._tell({**self._told, "phase": "digit", **_shown(digit)})
            if digit.digit == self._wanted:
                self._line.voice.play(Tone.CONFIRMATION)
                await self._taken.pass_time(CONFIRMED_S)
                return str(Ending.COMPLETED.value)
            self._taken.hush()
        return NO_DIGIT

    def _result(self, ending: str) -> Mapping[str, Any]:
        figures = self._line.driver.self_test().figures
        dialled = ("dial_speed_pps", "break_ratio_percent", "longest_bounce_ms")
        passed = bool(self._digits) and self._digits[-1].digit == self._wanted
        text, text_ru = self._sentence(ending)
        return {
            "line": self._line.name,
            "passed": passed,
            "lifted": self._lifted,
            "ending": ending,
            "digits": [_shown(digit) for digit in self._digits],
            "figures": {name: round(figures[name], 1) for name in dialled if name in figures},
            "text": text,
            "text_ru": text_ru,
        }

    def _sentence(self, ending: str) -> Texts:
        if not self._digits:
            return _TEXTS[ending]
        last = self._digits[-1]
        how, how_ru = _HOW[last.source]
        if last.digit == self._wanted:
            return (
                f"{last.digit} was understood, dialled {how}: the telephone dials.",
                f"Цифра {last.digit} распознана, набрана {how_ru}: набор работает.",
            )
        understood = ", ".join(digit.digit for digit in self._digits)
        return (
            f"{self._wanted} was asked for, and {understood} was understood, dialled {how}. Let "
            "the line doctor look at the telephone.",
            f"Ожидалась цифра {self._wanted}, а распознано: {understood} (набрано {how_ru}). "
            "Проверьте телефон диагностикой линии.",
        )


def _shown(digit: Digit) -> Mapping[str, str]:
    return {"digit": digit.digit, "by": digit.source.value}
