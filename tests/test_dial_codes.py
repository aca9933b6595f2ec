"""What is done for a dial code, and what is spoken for each way in which it can end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gateway import dial_codes
from gateway.call.actions import AskService, Speak
from gateway.call.events import Event, ServiceAnswered, Spoken
from gateway.call.reason import Reason
from gateway.call.service_codes import DEFAULT_CODES, Service
from gateway.dial_codes import AccountService, DialCodes, ServiceTrouble, Trouble
from gateway.prompts.language import load_language
from gateway.prompts.recordings import archive_of, samples_of

NUMBER = "79261234567"


class Provider:
    """An account whose provider does what it is asked, or has ``trouble``."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.mode = "phone"
        self.trouble = trouble
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def _work(self) -> None:
        self.asked.set()
        await self.may_answer.wait()
        if self.trouble is not None:
            raise self.trouble

    async def routing(self) -> str:
        await self._work()
        return self.mode

    async def set_routing(self, mode: str) -> None:
        await self._work()
        self.mode = mode

    async def balance(self) -> Decimal:
        await self._work()
        return Decimal("-12.50")


class Telephone:
    """A voice that keeps what it is given."""

    def __init__(self) -> None:
        self.spoken: list[bytes] = []
        self.ends: list[Callable[[], None] | None] = []
        self._more = asyncio.Event()

    async def has_spoken(self, count: int) -> None:
        """Wait until it was given ``count`` utterances."""
        while len(self.spoken) < count:
            self._more.clear()
            await self._more.wait()

    def say(self, samples: bytes, ended: Callable[[], None] | None = None) -> None:
        self.spoken.append(samples)
        self.ends.append(ended)
        self._more.set()


def codes(services: dict[str, AccountService], archive: Path | None = None) -> DialCodes:
    served = DialCodes(
        load_language("ru"), archive or archive_of("ru"), DEFAULT_CODES, {"main": NUMBER}
    )
    served.services.update(services)
    return served


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def answer(
    served: DialCodes, service: Service, down: Reason | None = None, dialled: str = "***0"
) -> str:
    """What is told for ``service``, as a person reads it."""
    told: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
    served.ask(AskService(7, service.value, dialled), "main", down, told.set_result)
    event = await told
    assert isinstance(event, ServiceAnswered)
    assert event.question == 7
    assert samples_of(event.pieces, archive_of("ru"))
    return load_language("ru").text(event.pieces)


def test_the_balance_is_asked_of_the_provider_and_told() -> None:
    async def scene() -> None:
        said = await answer(codes({"main": Provider()}), Service.BALANCE)
        assert said == "На счёте минус двенадцать рублей пятьдесят копеек"

    run(scene())


@pytest.mark.parametrize(
    ("service", "mode", "said"),
    [
        (Service.ROUTE_TO_PHONE, "phone", "только на мобильный телефон."),
        (Service.ROUTE_TO_MULTIFON, "multifon", "только на этот телефон."),
        (Service.ROUTE_TO_BOTH, "both", "на этот телефон и на мобильный."),
    ],
)
def test_routing_is_set_and_told(service: Service, mode: str, said: str) -> None:
    async def scene() -> None:
        provider = Provider()
        text = await answer(codes({"main": provider}), service)
        assert provider.mode == mode
        assert text == f"Готово. Входящие звонки поступают {said}"

    run(scene())


@pytest.mark.parametrize("service", [Service.BALANCE, Service.ROUTE_TO_BOTH])
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ServiceTrouble(Trouble.SILENT), "Служба оператора не отвечает. Попробуйте позже."),
        (ServiceTrouble(Trouble.REFUSED), "Оператор отказал в этой услуге."),
        (
            ServiceTrouble(Trouble.BAD_LOGIN),
            "Оператор не принял номер или пароль. Проверьте их в настройках.",
        ),
        (OSError("the disk is full"), "Не получилось. Попробуйте позже."),
    ],
)
def test_a_failure_is_told_in_a_plain_sentence(
    service: Service, error: Exception, said: str
) -> None:
    async def scene() -> None:
        assert await answer(codes({"main": Provider(error)}), service) == said

    run(scene())


def test_a_provider_without_an_account_service_has_no_balance_to_tell() -> None:
    async def scene() -> None:
        said = await answer(codes({}), Service.BALANCE)
        assert said == "У этого оператора такой услуги нет."

    run(scene())


def test_a_provider_that_never_answers_is_told_to_be_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dial_codes, "PATIENCE", 0.05)

    async def scene() -> None:
        provider = Provider()
        provider.may_answer.clear()
        said = await answer(codes({"main": provider}), Service.BALANCE)
        assert said == "Служба оператора не отвечает. Попробуйте позже."

    run(scene())


NUMBER_TOLD = (
    "Ваш номер: восемь, девятьсот двадцать шесть, сто двадцать три, сорок пять, шестьдесят семь"
)


@pytest.mark.parametrize(
    ("down", "said"),
    [
        (None, "Линия работает."),
        (Reason.NOT_REGISTERED, "Линия не работает. Идёт подключение к оператору."),
        (
            Reason.WRONG_PASSWORD,
            "Линия не работает. Оператор не принял номер или пароль. Проверьте их в настройках.",
        ),
        (
            Reason.NO_REPLY,
            "Линия не работает. Оператор не отвечает. Проверьте подключение к интернету.",
        ),
    ],
)
def test_the_state_of_the_line_is_told_with_its_number_and_its_routing(
    down: Reason | None, said: str
) -> None:
    async def scene() -> None:
        text = await answer(codes({"main": Provider()}), Service.STATE, down)
        routing = "Входящие звонки поступают только на мобильный телефон."
        assert text == f"{said} {NUMBER_TOLD}. {routing}"
        text = await answer(codes({}), Service.STATE, down)
        assert text == f"{said} {NUMBER_TOLD}"
        silent = Provider(ServiceTrouble(Trouble.SILENT))
        text = await answer(codes({"main": silent}), Service.STATE, down)
        assert text.endswith("Служба оператора не отвечает. Попробуйте позже.")
        assert text.startswith(said)

    run(scene())


def test_a_line_without_an_account_is_told_to_be_without_a_number() -> None:
    async def scene() -> None:
        served = DialCodes(load_language("ru"), archive_of("ru"), DEFAULT_CODES, {})
        said = await answer(served, Service.STATE, Reason.NOT_REGISTERED)
        assert said == "Линия не работает. Номер не указан в настройках."

    run(scene())


def test_the_menu_tells_the_codes_of_the_kind_that_was_dialled() -> None:
    async def scene() -> None:
        stars = await answer(codes({}), Service.HELP, dialled="***0")
        rotary = await answer(codes({}), Service.HELP, dialled="2220")
        assert stars.startswith("Наберите звёздочка звёздочка звёздочка, и ещё одну цифру. один,")
        assert rotary.startswith("Наберите два два два, и ещё одну цифру. один, баланс.")
        for word in ("два", "три", "четыре", "пять", "ноль"):
            assert f". {word}, " in rotary

    run(scene())


def test_the_menu_leaves_out_what_is_switched_off() -> None:
    async def scene() -> None:
        few = {**DEFAULT_CODES, Service.BALANCE: (), Service.STATE: ("***55",)}
        served = DialCodes(load_language("ru"), archive_of("ru"), few, {})
        said = await answer(served, Service.HELP)
        assert "баланс" not in said
        assert "пять пять, состояние линии." in said

    run(scene())


def test_answers_are_spoken_in_order_and_their_end_is_told_on_the_loop() -> None:
    async def scene() -> None:
        served, telephone, told = codes({}), Telephone(), list[Event]()
        ended = asyncio.Event()

        def tell(event: Event) -> None:
            told.append(event)
            ended.set()

        served.speak(Speak(1, ("one-moment",), tells=False), telephone, lambda: True, tell)
        served.speak(Speak(1, ("done",), tells=True), telephone, lambda: True, tell)
        await telephone.has_spoken(2)
        archive = archive_of("ru")
        assert telephone.spoken == [samples_of([p], archive) for p in ("one-moment", "done")]
        last = telephone.ends[1]
        assert telephone.ends[0] is None
        assert last is not None
        await asyncio.to_thread(last)
        await ended.wait()
        assert told == [Spoken(1)]

    run(scene())


def test_an_answer_that_is_not_wanted_any_more_is_not_spoken() -> None:
    async def scene() -> None:
        served, telephone = codes({}), Telephone()
        served.speak(Speak(1, ("done",), tells=True), telephone, lambda: False, print)
        served.speak(Speak(2, ("line-works",), tells=False), telephone, lambda: True, print)
        await telephone.has_spoken(1)
        assert telephone.spoken == [samples_of(["line-works"], archive_of("ru"))]

    run(scene())


def test_without_recordings_the_line_goes_on_and_the_log_says_what_to_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        served = codes({}, tmp_path / "ru.zip")
        told: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        speech = Speak(3, ("done",), tells=True)
        served.speak(speech, Telephone(), lambda: True, told.set_result)
        assert await told == Spoken(3)

    run(scene())
    assert "python -m gateway.prompts.build" in caplog.text


def test_what_was_begun_ends_with_the_gateway() -> None:
    async def scene() -> None:
        provider = Provider()
        provider.may_answer.clear()
        served, told = codes({"main": provider}), list[Event]()
        served.ask(AskService(1, "balance", "***1"), "main", None, told.append)
        await provider.asked.wait()
        await served.aclose()
        assert told == []
        assert [task for task in asyncio.all_tasks() if task.get_name() == "dial code"] == []

    run(scene())


def test_the_page_names_the_codes_and_no_others() -> None:
    page = (Path(__file__).parent.parent / "docs" / "dial-codes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\*[*0-9]+)` \| `([0-9]+)` \| (.+?) \|", page, re.MULTILINE)
    assert [(stars, rotary) for stars, rotary, _ in rows] == [*DEFAULT_CODES.values()]
