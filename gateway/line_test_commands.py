"""The short tests of a line as methods of the control socket, see ``docs/control-api.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from gateway.caller import Caller, Presentation
from gateway.control.server import Method
from gateway.examination.bell import Bell, BellTest
from gateway.examination.dial import DialTest
from gateway.examination.examinations import Examinations
from gateway.exchange import Exchange, Publish
from gateway.exchange_line import Line
from gateway.line import DIGITS, TunesCallerId
from gateway.telephones.catalogue import is_same, kinds, schemes_for

Arguments = Mapping[str, Any]

EVENT = "line-test"
LONGEST_S = 120.0
RING_S = 20.0
"""Seconds for which the bell is tested unless told otherwise."""
DIAL_S = 60.0
"""Seconds for the receiver, and as many for the digit, unless told otherwise."""
ONE_RING_S = 9.0
"""Seconds of one try of a form of caller ID: two bells and what is sent before or between them."""
SHOWN = "84951234567"
"""The number that a display should show, unless told otherwise."""


class LineTestCommands:
    """``line_of`` finds the line that is meant.  Every refusal is a ``ValueError``."""

    def __init__(
        self,
        exchange: Exchange,
        examinations: Examinations,
        line_of: Callable[[Arguments], Line],
        publish: Publish,
    ) -> None:
        self._exchange = exchange
        self._examinations = examinations
        self._line_of = line_of
        self._tell = partial(publish, EVENT)

    def methods(self) -> Mapping[str, Method]:
        return {
            "line.ring": self._ring,
            "line.stop-ring": self._stop,
            "line.digit-test": self._digit_test,
            "line.stop-test": self._stop,
            "line.try-caller-id": self._try_caller_id,
            "line.caller-id-schemes": self._schemes,
            "line.kinds": self._kinds,
        }

    async def _ring(self, arguments: Arguments) -> Mapping[str, Any]:
        line = self._line_of(arguments)
        seconds = _seconds(arguments, RING_S)
        caller = _caller(arguments, "")
        test = BellTest(line, self._exchange, self._tell, seconds, caller)
        return await self._examinations.perform(line, test)

    async def _stop(self, arguments: Arguments) -> Mapping[str, Any]:
        await self._examinations.stop(self._line_of(arguments))
        return {}

    async def _digit_test(self, arguments: Arguments) -> Mapping[str, Any]:
        line = self._line_of(arguments)
        wanted = arguments.get("digit", "1")
        if not isinstance(wanted, str) or len(wanted) != 1 or wanted not in DIGITS:
            raise ValueError(f"digit is one of {DIGITS}, a text.")
        seconds = _seconds(arguments, DIAL_S)
        test = DialTest(line, self._exchange, self._tell, wanted, seconds)
        return await self._examinations.perform(line, test)

    async def _try_caller_id(self, arguments: Arguments) -> Mapping[str, Any]:
        line = self._line_of(arguments)
        driver = _tunes(line)
        entries = {entry.name: entry for entry in schemes_for(driver.country_caller_id)}
        chosen = arguments.get("scheme")
        if not isinstance(chosen, str) or chosen not in entries:
            raise ValueError(f"scheme is one of {', '.join(entries)}.")
        entry, caller = entries[chosen], _caller(arguments, SHOWN)
        driver.ring_once_with(entry.scheme(driver.country_caller_id))
        try:
            test = BellTest(
                line, self._exchange, self._tell, ONE_RING_S, caller, bell=Bell.CALLER_ID
            )
        except ValueError:
            # The next call's ring is none of ours.
            driver.ring_once_with(driver.caller_id)
            raise
        result = await self._examinations.perform(line, test)
        return {**result, "scheme": entry.name, "number": caller.number, "options": entry.options}

    async def _schemes(self, arguments: Arguments) -> list[Mapping[str, Any]]:
        driver = _tunes(self._line_of(arguments))
        country = driver.country_caller_id
        return [
            {
                "name": entry.name,
                "text": entry.text,
                "text_ru": entry.text_ru,
                "options": dict(entry.options),
                "country": is_same(entry.scheme(country), country),
                "present": is_same(entry.scheme(country), driver.caller_id),
            }
            for entry in schemes_for(country)
        ]

    async def _kinds(self, _arguments: Arguments) -> list[Mapping[str, Any]]:
        return list(kinds())


def _tunes(line: Line) -> TunesCallerId:
    driver = line.driver
    if not isinstance(driver, TunesCallerId):
        raise ValueError(  # noqa: TRY004 - told to the user
            f"The telephone of line {line.name} shows callers by itself: there is no form of "
            "caller ID to choose."
        )
    return driver


def _seconds(arguments: Arguments, default: float) -> float:
    seconds = arguments.get("seconds", default)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValueError("seconds is a number.")  # noqa: TRY004 - told to the user
    if not 1 <= seconds <= LONGEST_S:
        raise ValueError(f"seconds is from 1 to {LONGEST_S:g}.")
    return float(seconds)


def _caller(arguments: Arguments, default: str) -> Caller:
    number, name = arguments.get("caller", default), arguments.get("name", "")
    if not isinstance(number, str) or not isinstance(name, str) or len(name) > 50:
        raise ValueError("caller is a number and name a short text.")
    digits = number.removeprefix("+")
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
        raise ValueError("caller is a number of up to 20 digits.")
    if not digits:
        return Caller("", name, Presentation.UNAVAILABLE)
    return Caller(number, name)
