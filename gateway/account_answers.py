"""The account service as the dial codes need it: plain values, and troubles that can be spoken."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from decimal import Decimal
from typing import TypeVar

from gateway.dial_codes import ServiceTrouble, Trouble
from gateway.multifon.account_service import AccountService
from gateway.multifon.errors import RefusedError, ServiceError
from gateway.multifon.routing import Routing

T = TypeVar("T")

_OF_CODE = {
    "wrong-password": Trouble.BAD_LOGIN,
    "no-such-user": Trouble.BAD_LOGIN,
    "not-taken": Trouble.REFUSED,
}


class AccountAnswers:
    """One account's service; each method raises ``ServiceTrouble``."""

    def __init__(self, service: AccountService) -> None:
        self._service = service

    async def routing(self) -> str:
        found = await _told(self._service.routing())
        return str(found["routing"])

    async def set_routing(self, mode: str) -> None:
        await _told(self._service.set_routing(Routing(mode), keep=False))

    async def balance(self) -> Decimal:
        return Decimal(str(await _told(self._service.balance())))


def answers_of(services: Mapping[str, AccountService | None]) -> Mapping[str, AccountAnswers]:
    """The accounts that have a service, as the dial codes need them."""
    return {name: AccountAnswers(service) for name, service in services.items() if service}


async def _told(work: Awaitable[T]) -> T:
    try:
        return await work
    except RefusedError as error:
        raise ServiceTrouble(_OF_CODE.get(error.code, Trouble.REFUSED)) from error
    except ServiceError as error:
        raise ServiceTrouble(_OF_CODE.get(error.code, Trouble.SILENT)) from error
