"""The methods ``account.*`` of the control socket, see ``docs/control-api.md``."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

from gateway.control.server import Method
from gateway.multifon.account_service import AccountService
from gateway.multifon.errors import ServiceError
from gateway.multifon.routing import Routing
from gateway.settings.secret import Secret

Arguments = Mapping[str, Any]
T = TypeVar("T")


class AccountCommands:
    """``services`` has every account; ``None`` for one whose provider has no such service."""

    def __init__(self, services: Mapping[str, AccountService | None]) -> None:
        self._services = services

    def methods(self) -> Mapping[str, Method]:
        return {
            "account.routing": self._routing,
            "account.balance": self._balance,
            "account.status": self._status,
            "account.lines": self._lines,
            "account.change-password": self._change_password,
        }

    def _service(self, arguments: Arguments) -> AccountService:
        """That of the named account, or of the only or first one."""
        if not self._services:
            raise ValueError("There is no account in the settings.")
        name = arguments.get("account")
        if name is None:
            name = next(iter(self._services))
        if not isinstance(name, str) or name not in self._services:
            known = ", ".join(self._services)
            raise ValueError(f"There is no account {name!r}; there are: {known}.")
        service = self._services[name]
        if service is None:
            raise ValueError(f"The provider of the account {name} has no service for this.")
        return service

    async def _routing(self, arguments: Arguments) -> Mapping[str, Any]:
        service = self._service(arguments)
        mode, keep = arguments.get("mode"), arguments.get("keep", False)
        if mode is None:
            return await _told(service.routing())
        known = [routing.value for routing in Routing]
        if mode not in known:
            raise ValueError(f"mode is one of {', '.join(known)}.")
        if not isinstance(keep, bool):
            raise ValueError("keep is true or false.")  # noqa: TRY004 - told to the user
        return await _told(service.set_routing(Routing(mode), keep=keep))

    async def _balance(self, arguments: Arguments) -> Mapping[str, Any]:
        return {"balance": await _told(self._service(arguments).balance())}

    async def _status(self, arguments: Arguments) -> Mapping[str, Any]:
        return await _told(self._service(arguments).status())

    async def _lines(self, arguments: Arguments) -> Mapping[str, Any]:
        return {"lines": await _told(self._service(arguments).lines())}

    async def _change_password(self, arguments: Arguments) -> Mapping[str, Any]:
        new = arguments.get("new")
        if not isinstance(new, str):
            raise ValueError("new is the new password, a text.")  # noqa: TRY004 - told to the user
        remarks = await _told(self._service(arguments).change_password(Secret(new)))
        return {
            "changed": True,
            "remarks": [words.en for words in remarks],
            "remarks_ru": [words.ru for words in remarks],
        }


async def _told(answer: Awaitable[T]) -> T:
    """The answer, or a refusal with a sentence for the user."""
    try:
        return await answer
    except ServiceError as error:
        sentence = error.words.en
    except OSError as error:
        sentence = f"It cannot be written down: {error}"
    raise ValueError(sentence)
