"""The settings of an account."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.provider import MESSAGES, shipped_providers
from gateway.settings import forms
from gateway.settings.secret import Secret
from gateway.settings.setting import Shown, TakesEffect, setting
from gateway.settings.units import CALLS, SECONDS
from gateway.words import Words

_AS_PROVIDER = Words("as the provider's profile says", "как в профиле оператора")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A number at a provider.  The password lives in the file of secrets."""

    name: str = field(
        default="main",
        metadata=setting(
            title=Words("Name in the settings", "Имя в настройках"),
            en="What the account is called in these settings and in the log.",
            ru="Как учётная запись называется в настройках и в журнале.",
            takes_effect=TakesEffect.AT_ONCE,
            form=forms.NAME,
        ),
    )
    number: str = field(
        metadata=setting(
            title=Words("Number", "Номер"),
            en="The number, which is also the login; for MultiFon 7 and ten digits.",
            ru="Номер, он же логин; для МультиФона — 7 и десять цифр.",
            takes_effect=TakesEffect.AT_ONCE,
            shown=Shown.FEW,
            form=forms.NUMBER,
        )
    )
    provider: str = field(
        default="multifon",
        metadata=setting(
            title=Words("Provider", "Оператор"),
            en="The provider's profile: addresses, voice formats, number rules.",
            ru="Профиль оператора: адреса, форматы голоса, правила набора.",
            takes_effect=TakesEffect.AT_ONCE,
            shown=Shown.FEW,
            choices=shipped_providers,
        ),
    )
    login: str = field(
        default="",
        metadata=setting(
            title=Words("Login", "Логин"),
            en="The name that goes with the password, where it is not the number.",
            ru="Имя, к которому относится пароль, если это не номер.",
            takes_effect=TakesEffect.AT_ONCE,
            form=forms.NUMBER,
            empty=Words("the number", "номер"),
        ),
    )
    domain: str = field(
        default="",
        metadata=setting(
            title=Words("SIP domain", "SIP-домен"),
            en="The provider's SIP domain. The profile plain has none and needs one here.",
            ru="SIP-домен оператора. В профиле plain его нет, он нужен здесь.",
            takes_effect=TakesEffect.AT_ONCE,
            form=forms.HOST,
            empty=_AS_PROVIDER,
        ),
    )
    proxy: str = field(
        default="",
        metadata=setting(
            title=Words("SIP proxy", "SIP-прокси"),
            en="Another SIP proxy than the provider's, as host:port.",
            ru="Другой SIP-прокси вместо указанного оператором, в виде узел:порт.",
            takes_effect=TakesEffect.AT_ONCE,
            form=forms.PROXY,
            empty=_AS_PROVIDER,
        ),
    )
    transport: str = field(
        default="",
        metadata=setting(
            title=Words("Transport", "Транспорт"),
            en="How SIP messages travel. Try tcp where the router spoils SIP over udp.",
            ru="Как идут сообщения SIP. Попробуйте tcp, если роутер портит SIP по udp.",
            takes_effect=TakesEffect.AT_ONCE,
            choices=lambda: ("udp", "tcp"),
            empty=_AS_PROVIDER,
        ),
    )
    calls: int = field(
        default=0,
        metadata=setting(
            title=Words("Calls at a time", "Разговоров одновременно"),
            en="How many calls the account carries at a time. MultiFon Business may carry more.",
            ru="Сколько разговоров возможно одновременно. У МультиФон Бизнес их может быть больше.",
            takes_effect=TakesEffect.AT_ONCE,
            low=1,
            high=60,
            unit=CALLS,
            empty=Words("as the provider says", "как сообщает оператор"),
        ),
    )
    messages: str = field(
        default="",
        metadata=setting(
            title=Words("Text messages", "Текстовые сообщения"),
            en="How text messages travel. movial is what MultiFon took until 2018; nobody has "
            "shown since that it works.",
            ru="Как идут текстовые сообщения. movial — то, что МультиФон принимал до 2018 года; "
            "с тех пор никто не показал, что это работает.",
            takes_effect=TakesEffect.AT_ONCE,
            choices=lambda: MESSAGES,
            empty=_AS_PROVIDER,
        ),
    )
    expiry: int = field(
        default=0,
        metadata=setting(
            title=Words("Registration lasts", "Срок регистрации"),
            en="How long a registration is asked to last. What the provider grants is obeyed.",
            ru="На какой срок запрашивается регистрация. Соблюдается срок, который дал оператор.",
            takes_effect=TakesEffect.AT_ONCE,
            low=30,
            high=3600,
            unit=SECONDS,
            empty=_AS_PROVIDER,
        ),
    )
    routing: str = field(
        default="",
        metadata=setting(
            title=Words("Where calls ring", "Куда идут звонки"),
            en="Where calls to the number ring: phone (the mobile telephone only), multifon or "
            "both. The gateway sets it at the provider, and again if the provider changes it.",
            ru="Куда идут звонки на номер: phone (только на мобильный телефон), multifon или both "
            "(и туда, и туда). Шлюз задаёт это у оператора и восстанавливает, если оператор "
            "изменил.",
            takes_effect=TakesEffect.AT_ONCE,
            shown=Shown.FEW,
            choices=lambda: ("phone", "multifon", "both"),
            empty=Words(
                "as it is: only watched, never changed", "как есть: шлюз следит, но не меняет"
            ),
        ),
    )
    service_url: str = field(
        default="",
        metadata=setting(
            title=Words("Account service", "Адрес сервиса оператора"),
            en="Another address of the provider's account service (routing, balance, password).",
            ru="Другой адрес сервиса оператора (маршрутизация, баланс, пароль).",
            takes_effect=TakesEffect.AT_ONCE,
            form=forms.SERVICE_URL,
            empty=_AS_PROVIDER,
        ),
    )
    password: Secret = field(
        metadata=setting(
            title=Words("Password", "Пароль"),
            en="The password for SIP. It stands in secrets.toml, not in settings.toml.",
            ru="Пароль для SIP. Хранится в secrets.toml, а не в settings.toml.",
            takes_effect=TakesEffect.AT_ONCE,
            shown=Shown.FEW,
        )
    )
