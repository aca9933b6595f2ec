"""The methods ``presence.*`` of the control socket, see ``docs/control-api.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gateway.control.server import Method
from gateway.exchange_line import Line
from gateway.presence.presence import Presence
from gateway.presence.proof import RefusedError

Arguments = Mapping[str, Any]


class PresenceCommands:
    """``line_of`` finds the line that is meant.  Every refusal is a ``ValueError``."""

    def __init__(self, presence: Presence, line_of: Callable[[Arguments], Line]) -> None:
        self._presence = presence
        self._line_of = line_of

    def methods(self) -> Mapping[str, Method]:
        return {
            "presence.show": self._show,
            "presence.state": self._state,
            "presence.speak": self._speak,
            "presence.check": self._check,
            "presence.fingerprint": self._fingerprint,
        }

    async def _show(self, _arguments: Arguments) -> Mapping[str, Any]:
        try:
            return {"shown": True, **self._presence.show()}
        except RefusedError as error:
            return {"shown": False, **_refused(error)}

    async def _state(self, arguments: Arguments) -> Mapping[str, Any]:
        return {"state": self._presence.state(_text(arguments, "id"))}

    async def _speak(self, arguments: Arguments) -> Mapping[str, Any]:
        ring = arguments.get("ring", False)
        if not isinstance(ring, bool):
            raise ValueError("ring is true or false.")  # noqa: TRY004 - told to the user
        line = self._line_of(arguments) if ring else None
        try:
            return {"ready": True, **self._presence.speak(line)}
        except RefusedError as error:
            return {"ready": False, **_refused(error)}

    async def _check(self, arguments: Arguments) -> Mapping[str, Any]:
        try:
            proved, words = self._presence.check(_text(arguments, "code"))
        except RefusedError as error:
            return {"proved": False, **_refused(error)}
        return {"proved": proved, "text": words.en, "text_ru": words.ru, "wait_s": 0.0}

    async def _fingerprint(self, arguments: Arguments) -> Mapping[str, Any]:
        try:
            return self._presence.set_fingerprint(_text(arguments, "sha256"))
        except RefusedError as error:
            raise ValueError(error.words.en) from None


def _refused(error: RefusedError) -> Mapping[str, Any]:
    wait = round(max(0.0, error.wait), 1)
    return {"text": error.words.en, "text_ru": error.words.ru, "wait_s": wait}


def _text(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is a text.")  # noqa: TRY004 - told to the user
    return value
