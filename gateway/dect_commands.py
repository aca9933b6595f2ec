"""The methods ``dect.*`` of the control socket, and its event ``dect``
(``docs/control-api.md``).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from gateway.control.server import Method
from gateway.dect_texts import words_of
from gateway.handset_base import (
    BaseEvent,
    HandsetBase,
    HandsetStatus,
    base_of,
)
from gateway.handset_names import HandsetNames
from gateway.line import LineDriver

Arguments = Mapping[str, Any]
Publish = Callable[[str, Mapping[str, Any]], None]

REGISTRATION = 120.0
"""Seconds for which a handset can be registered, unless told otherwise."""
MOST_MISSED = 999


class DectCommands:
    """Every refusal is a ``ValueError`` with a sentence.  Made on the event loop."""

    def __init__(
        self, drivers: Iterable[LineDriver], names: HandsetNames, publish: Publish
    ) -> None:
        self._bases: Mapping[str, HandsetBase] = {}
        self._names = names
        self._publish = publish
        self._loop = asyncio.get_running_loop()
        self.take(drivers)

    def take(self, drivers: Iterable[LineDriver]) -> None:
        """From now on these are the lines' drivers."""
        known = set(map(id, self._bases.values()))
        bases = (base_of(driver) for driver in drivers)
        self._bases = {base.name: base for base in bases if base}
        for base in self._bases.values():
            if id(base) not in known:
                base.watch(partial(self._told, base))

    def methods(self) -> Mapping[str, Method]:
        return {
            "dect.status": self._status,
            "dect.register": self._register,
            "dect.register-stop": self._stop_registering,
            "dect.rename": self._rename,
            "dect.delete": self._delete,
            "dect.page": self._page,
            "dect.locate": self._locate,
            "dect.missed-calls": self._missed_calls,
        }

    def title(self, line: str, driver: LineDriver) -> str:
        """What a person calls a line: the handset by the name that it was given."""
        base = base_of(driver)
        handsets = () if base is None else base.status().handsets
        found = [self._names.of(handset.identity) for handset in handsets if handset.line == line]
        return next(filter(None, found), line)

    def _told(self, base: HandsetBase, event: BaseEvent) -> None:
        """In whatever thread; the loop may be gone while the lines are closed."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._happened, base, event)

    def _happened(self, base: HandsetBase, event: BaseEvent) -> None:
        known = {handset.number: handset for handset in base.status().handsets}
        called = None
        if event.handset is not None:
            handset = known.get(event.handset)
            name = self._names.of(handset.identity) if handset else ""
            called = name or str(event.handset)
        words = words_of(event, called or "")
        self._publish(
            "dect",
            {
                "base": base.name,
                "kind": event.kind.value,
                "handset": event.handset,
                "outcome": event.outcome.value if event.outcome else None,
                "text": words.en,
                "text_ru": words.ru,
            },
        )

    def _base(self, arguments: Arguments) -> HandsetBase:
        """The base that is meant: the named one, or the only or first one."""
        if not self._bases:
            raise ValueError(
                "No line of the settings is a cordless handset; add one with the driver dect."
            )
        name = arguments.get("base")
        if name is None:
            return next(iter(self._bases.values()))
        if not isinstance(name, str) or name not in self._bases:
            raise ValueError(f"There is no base {name!r}; there are: {', '.join(self._bases)}.")
        return self._bases[name]

    async def _status(self, _arguments: Arguments) -> Mapping[str, Any]:
        return {"bases": [self._shown(base) for base in self._bases.values()]}

    def _shown(self, base: HandsetBase) -> Mapping[str, Any]:
        status = base.status()
        handsets = [
            {**asdict(handset), "name": self._names.of(handset.identity)}
            for handset in status.handsets
        ]
        left = status.registration_s
        return {
            **asdict(status),
            "base": base.name,
            "handsets": handsets,
            "registration_s": None if left is None else round(left, 1),
        }

    async def _register(self, arguments: Arguments) -> Mapping[str, Any]:
        seconds = arguments.get("seconds", REGISTRATION)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise ValueError("seconds is a number.")  # noqa: TRY004 - told to the user
        self._base(arguments).register(float(seconds))
        return {"seconds": float(seconds)}

    async def _stop_registering(self, arguments: Arguments) -> Mapping[str, Any]:
        self._base(arguments).stop_registering()
        return {}

    async def _rename(self, arguments: Arguments) -> Mapping[str, Any]:
        handset, name = self._handset(arguments), arguments.get("name")
        if not isinstance(name, str):
            raise ValueError("name is a text.")  # noqa: TRY004 - told to the user
        try:
            self._names.give(handset.identity, name)
        except OSError as error:
            raise ValueError(f"The name cannot be written down: {error}") from error
        return {"handset": handset.number, "name": self._names.of(handset.identity)}

    async def _delete(self, arguments: Arguments) -> Mapping[str, Any]:
        self._base(arguments).delete(_number(arguments))
        return {}

    async def _page(self, arguments: Arguments) -> Mapping[str, Any]:
        self._base(arguments).page(_on(arguments))
        return {}

    async def _locate(self, arguments: Arguments) -> Mapping[str, Any]:
        self._base(arguments).locate(_number(arguments), _on(arguments))
        return {}

    async def _missed_calls(self, arguments: Arguments) -> Mapping[str, Any]:
        count = arguments.get("count")
        if type(count) is not int or not 0 <= count <= MOST_MISSED:
            raise ValueError(f"count is a whole number from 0 to {MOST_MISSED}.")
        self._base(arguments).show_missed_calls(_number(arguments), count)
        return {}

    def _handset(self, arguments: Arguments) -> HandsetStatus:
        number = _number(arguments)
        known = {handset.number: handset for handset in self._base(arguments).status().handsets}
        if number not in known:
            there = ", ".join(map(str, known)) or "none"
            raise ValueError(f"There is no handset {number}; there are: {there}.")
        return known[number]


def _number(arguments: Arguments) -> int:
    number = arguments.get("handset")
    if type(number) is not int:
        raise ValueError("handset is the number of a handset, as dect.status shows it.")
    return number


def _on(arguments: Arguments) -> bool:
    on = arguments.get("on", True)
    if not isinstance(on, bool):
        raise ValueError("on is true or false.")  # noqa: TRY004 - told to the user
    return on
