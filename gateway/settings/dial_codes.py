"""The settings of the dial codes and of the voice that answers them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gateway.call.service_codes import DEFAULT_CODES, Codes, Service
from gateway.prompts.language import shipped_languages
from gateway.settings import forms
from gateway.settings.setting import Shown, TakesEffect, setting
from gateway.words import Words

_SWITCHED_OFF = Words("switched off", "выключено")


def _dial_code(service: Service, title: Words, *, en: str, ru: str) -> Any:
    return field(
        default=DEFAULT_CODES[service],
        metadata=setting(
            title=title,
            en=en,
            ru=ru,
            takes_effect=TakesEffect.AT_ONCE,
            form=forms.DIAL_CODE,
            empty=_SWITCHED_OFF,
        ),
    )


@dataclass(frozen=True, slots=True)
class DialCodes:
    """Numbers that ask the gateway itself for something."""

    help: tuple[str, ...] = _dial_code(
        Service.HELP,
        Words("Menu", "Справка"),
        en="Tells the dial codes.",
        ru="Называет коды услуг.",
    )
    balance: tuple[str, ...] = _dial_code(
        Service.BALANCE, Words("Balance", "Баланс"), en="Tells the balance.", ru="Сообщает баланс."
    )
    routing_phone: tuple[str, ...] = _dial_code(
        Service.ROUTE_TO_PHONE,
        Words("Calls to the mobile telephone", "Звонки на мобильный"),
        en="Sends incoming calls to the mobile telephone only.",
        ru="Направляет входящие звонки только на мобильный телефон.",
    )
    routing_multifon: tuple[str, ...] = _dial_code(
        Service.ROUTE_TO_MULTIFON,
        Words("Calls to this telephone", "Звонки на этот телефон"),
        en="Sends incoming calls to this telephone only.",
        ru="Направляет входящие звонки только на этот телефон.",
    )
    routing_both: tuple[str, ...] = _dial_code(
        Service.ROUTE_TO_BOTH,
        Words("Calls to both", "Звонки на оба"),
        en="Sends incoming calls to both telephones.",
        ru="Направляет входящие звонки на оба телефона.",
    )
    state: tuple[str, ...] = _dial_code(
        Service.STATE,
        Words("State of the line", "Состояние линии"),
        en="Tells whether the line works, its number and where incoming calls go.",
        ru="Сообщает, работает ли линия, её номер и куда идут входящие звонки.",
    )
    prove: tuple[str, ...] = _dial_code(
        Service.PROVE,
        Words("Proof for the set-up page", "Подтверждение для страницы"),
        en="Goes before the code that the set-up page shows, and proves who is at the telephone.",
        ru="Набирается перед кодом со страницы настройки: подтверждает, что вы у телефона.",
    )
    speak_code: tuple[str, ...] = _dial_code(
        Service.SPEAK_CODE,
        Words("Code for the set-up page", "Код для страницы"),
        en="Tells a code that the set-up page asks for.",
        ru="Называет код, который спрашивает страница настройки.",
    )
    fingerprint: tuple[str, ...] = _dial_code(
        Service.FINGERPRINT,
        Words("Fingerprint of the page", "Отпечаток страницы"),
        en="Tells the fingerprint of the set-up page's certificate.",
        ru="Называет отпечаток сертификата страницы настройки.",
    )
    scene: tuple[str, ...] = _dial_code(
        Service.SCENE,
        Words("Scene of the smart home", "Сцена умного дома"),
        en="Goes before two digits that name a scene of the smart home.",
        ru="Набирается перед двумя цифрами — номером сцены умного дома.",
    )

    @property
    def codes(self) -> Codes:
        """The codes of each service."""
        return {service: getattr(self, service.value.replace("-", "_")) for service in Service}


@dataclass(frozen=True, slots=True)
class Prompts:
    """What the gateway says."""

    language: str = field(
        default="ru",
        metadata=setting(
            title=Words("Language of the voice", "Язык голоса"),
            en="The language in which the gateway speaks.",
            ru="Язык, на котором говорит шлюз.",
            takes_effect=TakesEffect.AT_ONCE,
            shown=Shown.FEW,
            choices=shipped_languages,
        ),
    )
