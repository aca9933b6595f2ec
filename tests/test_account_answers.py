"""The account service's troubles become sentences that the telephone can speak."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

import pytest

from gateway.account_answers import AccountAnswers, answers_of
from gateway.dial_codes import ServiceTrouble, Trouble
from gateway.multifon import result_codes
from gateway.multifon.account_service import AccountService
from gateway.multifon.errors import NotSentError, ServiceError, UnclearError
from gateway.multifon.routing import Routing
from gateway.words import Words

WORDS = Words("It went wrong.", "Не вышло.")


class Service:
    """Answers as ``AccountService`` does, or has ``trouble``."""

    def __init__(self, trouble: ServiceError | None = None) -> None:
        self.trouble = trouble
        self.mode = Routing.BOTH

    async def routing(self) -> Mapping[str, Any]:
        return self._found()

    async def set_routing(self, mode: Routing, *, keep: bool) -> Mapping[str, Any]:
        assert not keep
        self._found()
        self.mode = mode
        return self._found()

    async def balance(self) -> float:
        self._found()
        return -12.5

    def _found(self) -> Mapping[str, Any]:
        if self.trouble is not None:
            raise self.trouble
        return {"routing": self.mode.value, "text": None}


def answers(service: Service) -> AccountAnswers:
    return answers_of({"main": cast(AccountService, service), "plain": None})["main"]


def test_routing_and_balance_are_plain_values() -> None:
    async def scene() -> None:
        asked = answers(Service())
        assert await asked.routing() == "both"
        await asked.set_routing("phone")
        assert await asked.routing() == "phone"
        assert await asked.balance() == Decimal("-12.5")

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (result_codes.refusal(101, "Password contains invalid symbols"), Trouble.BAD_LOGIN),
        (result_codes.refusal(404, "Subscription Not Found"), Trouble.BAD_LOGIN),
        (result_codes.refusal(102, "Parameters incorrect"), Trouble.REFUSED),
        (result_codes.refusal(999, "Never heard of"), Trouble.REFUSED),
        (ServiceError("not-taken", WORDS), Trouble.REFUSED),
        (NotSentError("no-address", WORDS), Trouble.SILENT),
        (UnclearError("timeout", WORDS, passing=True), Trouble.SILENT),
    ],
)
def test_every_trouble_has_its_sentence(error: ServiceError, trouble: Trouble) -> None:
    async def scene() -> None:
        asked = answers(Service(error))
        for work in (asked.balance(), asked.routing(), asked.set_routing("both")):
            with pytest.raises(ServiceTrouble) as told:
                await work
            assert told.value.trouble is trouble

    asyncio.run(scene())


def test_a_provider_without_a_service_answers_nothing() -> None:
    assert answers_of({"plain": None}) == {}
