"""Every setting of the gateway: type, default, range, help and when a change takes effect.

Everything has a default but an account's number and password.  Without any account the gateway
starts all the same: the page and the command line work, and a lifted receiver hears the congestion
tone, because its line is not registered.  Without any ``[[line]]`` there is one simulated line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.call.timers import Timers
from gateway.provider import MESSAGES, shipped_providers
from gateway.settings import forms
from gateway.settings.dial_codes import DialCodes, Prompts
from gateway.settings.secret import Secret
from gateway.settings.setting import TakesEffect, section, setting, tables
from gateway.settings.words import Words
from gateway.toneplan import shipped_countries

_TIMERS = Timers()

_SECONDS = Words("seconds", "с")
_MILLISECONDS = Words("milliseconds", "мс")
_DAYS = Words("days", "дней")
_CALLS = Words("calls", "звонков")
_AS_PROVIDER = Words("as the provider's profile says", "как в профиле оператора")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A number at a provider.  The password lives in the file of secrets."""

    name: str = field(
        default="main",
        metadata=setting(
            en="What the account is called in these settings and in the log.",
            ru="Как учётная запись называется в настройках и в журнале.",
            takes_effect=TakesEffect.AT_ONCE,
            form=forms.NAME,
        ),
    )
    number: str = field(
        metadata=setting(
            en="The number, which is also the login; for MultiFon 7 and ten digits.",
            ru="Номер, он же логин; для МультиФона — 7 и десять цифр.",
            takes_effect=TakesEffect.AT_ONCE,
            form=forms.NUMBER,
        )
    )
    provider: str = field(
        default="multifon",
        metadata=setting(
            en="The provider's profile: addresses, voice formats, number rules.",
            ru="Профиль оператора: адреса, форматы голоса, правила набора.",
            takes_effect=TakesEffect.AT_ONCE,
            choices=shipped_providers,
        ),
    )
    login: str = field(
        default="",
        metadata=setting(
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
            en="How many calls the account carries at a time. MultiFon Business may carry more.",
            ru="Сколько разговоров возможно одновременно. У МультиФон Бизнес их может быть больше.",
            takes_effect=TakesEffect.NEXT_CALL,
            low=1,
            high=60,
            unit=_CALLS,
            empty=Words("as the provider says", "как сообщает оператор"),
        ),
    )
    messages: str = field(
        default="",
        metadata=setting(
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
            en="How long a registration is asked to last. What the provider grants is obeyed.",
            ru="На какой срок запрашивается регистрация. Соблюдается срок, который дал оператор.",
            takes_effect=TakesEffect.AT_ONCE,
            low=30,
            high=3600,
            unit=_SECONDS,
            empty=_AS_PROVIDER,
        ),
    )
    routing: str = field(
        default="",
        metadata=setting(
            en="Where calls to the number ring: phone (the mobile telephone only), multifon or "
            "both. The gateway sets it at the provider, and again if the provider changes it.",
            ru="Куда идут звонки на номер: phone (только на мобильный телефон), multifon или both "
            "(и туда, и туда). Шлюз задаёт это у оператора и восстанавливает, если оператор "
            "изменил.",
            takes_effect=TakesEffect.AT_ONCE,
            choices=lambda: ("phone", "multifon", "both"),
            empty=Words(
                "as it is: only watched, never changed", "как есть: шлюз следит, но не меняет"
            ),
        ),
    )
    service_url: str = field(
        default="",
        metadata=setting(
            en="Another address of the provider's account service (routing, balance, password).",
            ru="Другой адрес сервиса оператора (маршрутизация, баланс, пароль).",
            takes_effect=TakesEffect.AT_ONCE,
            form=forms.SERVICE_URL,
            empty=_AS_PROVIDER,
        ),
    )
    password: Secret = field(
        metadata=setting(
            en="The password for SIP. It stands in secrets.toml, not in settings.toml.",
            ru="Пароль для SIP. Хранится в secrets.toml, а не в settings.toml.",
            takes_effect=TakesEffect.AT_ONCE,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A telephone line: a port of a board, a handset, a simulated telephone."""

    name: str = field(
        default="line1",
        metadata=setting(
            en="What the line is called in these settings, in the log and in the list of calls.",
            ru="Как линия называется в настройках, в журнале и в списке звонков.",
            takes_effect=TakesEffect.RESTART,
            form=forms.NAME,
        ),
    )
    driver: str = field(
        default="simulated",
        metadata=setting(
            en="The driver of the hardware; simulated is a telephone without hardware.",
            ru="Драйвер оборудования; simulated — телефон без оборудования.",
            takes_effect=TakesEffect.RESTART,
            form=forms.NAME,
        ),
    )
    account: str = field(
        default="",
        metadata=setting(
            en="The account that calls from this telephone go out on.",
            ru="Учётная запись, через которую звонит этот телефон.",
            takes_effect=TakesEffect.NEXT_CALL,
            form=forms.NAME,
            empty=Words("the first account", "первая учётная запись"),
        ),
    )
    rings_for: tuple[str, ...] = field(
        default=(),
        metadata=setting(
            en="The accounts whose calls ring this telephone.",
            ru="Учётные записи, на звонки которых звонит этот телефон.",
            takes_effect=TakesEffect.NEXT_CALL,
            form=forms.NAME,
            empty=Words("every account", "все учётные записи"),
        ),
    )
    call_waiting: bool = field(
        default=True,
        metadata=setting(
            en="A tone in the talk tells of a second caller; a hook flash (R) answers. Switched "
            "off, as a fax needs it, that caller hears the busy tone.",
            ru="О втором звонящем сообщает сигнал в разговоре; ответить ему — короткое нажатие на "
            "рычаг (R). Если выключено, как нужно факсу, он слышит «занято».",
            takes_effect=TakesEffect.NEXT_CALL,
        ),
    )
    options: Mapping[str, Any] = field(
        default_factory=dict,
        metadata=setting(
            en="Settings of the driver's own, in a table [line.options]; see the driver's page.",
            ru="Собственные настройки драйвера, в таблице [line.options]; см. страницу драйвера.",
            takes_effect=TakesEffect.RESTART,
        ),
    )


@dataclass(frozen=True, slots=True)
class Tones:
    """What the telephone hears."""

    country: str = field(
        default="ru",
        metadata=setting(
            en="The country whose tones and ring cadence are used.",
            ru="Страна, чьи тональные сигналы и ритм звонка используются.",
            takes_effect=TakesEffect.NEXT_CALL,
            choices=shipped_countries,
        ),
    )


@dataclass(frozen=True, slots=True)
class Dialling:
    """How long the gateway waits for digits."""

    first_digit_timeout: float = field(
        default=_TIMERS.first_digit,
        metadata=setting(
            en="How long the dial tone sounds before the first digit.",
            ru="Сколько звучит ответ станции до первой цифры.",
            takes_effect=TakesEffect.NEXT_CALL,
            low=1,
            high=600,
            unit=_SECONDS,
        ),
    )
    inter_digit_timeout: float = field(
        default=_TIMERS.inter_digit,
        metadata=setting(
            en="The pause after which the digits dialled so far are taken as the whole number.",
            ru="Пауза, после которой набранные цифры считаются полным номером.",
            takes_effect=TakesEffect.NEXT_CALL,
            low=1,
            high=60,
            unit=_SECONDS,
        ),
    )


@dataclass(frozen=True, slots=True)
class Ringing:
    """How an incoming call rings."""

    no_answer_timeout: float = field(
        default=_TIMERS.no_answer,
        metadata=setting(
            en="How long the telephone rings before the caller is told that nobody answers.",
            ru="Сколько звонит телефон, прежде чем звонящему сообщат, что никто не отвечает.",
            takes_effect=TakesEffect.NEXT_CALL,
            low=5,
            high=600,
            unit=_SECONDS,
        ),
    )


@dataclass(frozen=True, slots=True)
class Busy:
    """What a receiver hears that is left off the hook after a call."""

    busy_tone: float = field(
        default=_TIMERS.busy,
        metadata=setting(
            en="How long the busy tone sounds before the howler where no call came about.",
            ru="Сколько звучит «занято» до громкого сигнала, если соединения не было.",
            takes_effect=TakesEffect.NEXT_CALL,
            low=1,
            high=3600,
            unit=_SECONDS,
        ),
    )
    after_call: float = field(
        default=_TIMERS.released,
        metadata=setting(
            en="How long the busy tone sounds after the far end has hung up. Answering machines "
            "that do not know the tone record it.",
            ru="Сколько звучит «занято» после того, как собеседник положил трубку. Автоответчики, "
            "которые не узнают этот сигнал, записывают его.",
            takes_effect=TakesEffect.NEXT_CALL,
            low=1,
            high=3600,
            unit=_SECONDS,
        ),
    )
    silence: float = field(
        default=_TIMERS.disconnected,
        metadata=setting(
            en="How long the silence after that lasts before the howler. It begins with a signal "
            "in the line's current on which answering machines hang up.",
            ru="Сколько длится тишина после этого, до громкого сигнала. Её начало — сигнал током "
            "линии, по которому автоответчики кладут трубку.",
            takes_effect=TakesEffect.NEXT_CALL,
            low=1,
            high=3600,
            unit=_SECONDS,
        ),
    )
    howler: float = field(
        default=_TIMERS.howler,
        metadata=setting(
            en="How long the howler (the loud tone: hang up!) sounds before the line goes silent.",
            ru="Сколько звучит громкий сигнал «положите трубку», прежде чем линия замолчит.",
            takes_effect=TakesEffect.NEXT_CALL,
            low=1,
            high=3600,
            unit=_SECONDS,
        ),
    )


@dataclass(frozen=True, slots=True)
class Voice:
    """How voice comes and goes."""

    jitter_buffer_max: int = field(
        default=200,
        metadata=setting(
            en="The most delay that may be added to even out a restless network.",
            ru="Наибольшая задержка, которой разрешено сглаживать неровную сеть.",
            takes_effect=TakesEffect.RESTART,
            low=40,
            high=1000,
            unit=_MILLISECONDS,
        ),
    )
    rtp_port_min: int = field(
        default=16384,
        metadata=setting(
            en="The lowest UDP port for voice.",
            ru="Наименьший порт UDP для голоса.",
            takes_effect=TakesEffect.NEXT_CALL,
            low=1024,
            high=65535,
        ),
    )
    rtp_port_max: int = field(
        default=32766,
        metadata=setting(
            en="The highest UDP port for voice, at least 100 above the lowest.",
            ru="Наибольший порт UDP для голоса, хотя бы на 100 больше наименьшего.",
            takes_effect=TakesEffect.NEXT_CALL,
            low=1024,
            high=65535,
        ),
    )


@dataclass(frozen=True, slots=True)
class Network:
    """Where the gateway is in the network."""

    local_sip_port: int = field(
        default=0,
        metadata=setting(
            en="The gateway's own port for SIP.",
            ru="Собственный порт шлюза для SIP.",
            takes_effect=TakesEffect.RESTART,
            low=1024,
            high=65535,
            empty=Words("any free port", "любой свободный порт"),
        ),
    )
    bind_address: str = field(
        default="",
        metadata=setting(
            en="The gateway's own address for SIP and voice, on a computer that has several.",
            ru="Собственный адрес шлюза для SIP и голоса, если у компьютера их несколько.",
            takes_effect=TakesEffect.RESTART,
            form=forms.ADDRESS,
            empty=Words("any address", "любой адрес"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Provider:
    """How the provider's account service is asked."""

    poll_interval: int = field(
        default=900,
        metadata=setting(
            en="How often the provider is asked where calls ring, and for the balance.",
            ru="Как часто спрашивать оператора, куда идут звонки и каков баланс.",
            takes_effect=TakesEffect.AT_ONCE,
            low=10,
            high=86400,
            unit=_SECONDS,
            empty=Words("never by itself", "никогда сам"),
        ),
    )
    timeout: float = field(
        default=15.0,
        metadata=setting(
            en="How long an answer of the provider may take.",
            ru="Сколько ждать ответа оператора.",
            takes_effect=TakesEffect.AT_ONCE,
            low=1,
            high=120,
            unit=_SECONDS,
        ),
    )
    ca_bundle: str = field(
        default="",
        metadata=setting(
            en="A PEM file with the certificate authorities to trust for the provider's service.",
            ru="Файл PEM с центрами сертификации, которым доверять для сервиса оператора.",
            takes_effect=TakesEffect.AT_ONCE,
            form=forms.PATH,
            empty=Words("those that the system trusts", "те, которым доверяет система"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Log:
    """What the log tells."""

    level: str = field(
        default="info",
        metadata=setting(
            en="How much is logged; debug tells the most.",
            ru="Насколько подробен журнал; debug — самый подробный.",
            takes_effect=TakesEffect.AT_ONCE,
            choices=lambda: ("debug", "info", "warning", "error"),
        ),
    )
    sip_trace: bool = field(
        default=False,
        metadata=setting(
            en="Log every SIP message as well, without what is secret.",
            ru="Записывать в журнал и каждое сообщение SIP, без секретов.",
            takes_effect=TakesEffect.AT_ONCE,
        ),
    )


@dataclass(frozen=True, slots=True)
class Records:
    """How much of the past is kept."""

    keep_days: int = field(
        default=365,
        metadata=setting(
            en="How long a call stays in the list of calls, and a text message.",
            ru="Сколько хранится звонок в списке звонков и текстовое сообщение.",
            takes_effect=TakesEffect.AT_ONCE,
            low=1,
            high=3650,
            unit=_DAYS,
            empty=Words("for ever", "всегда"),
        ),
    )
    keep_calls: int = field(
        default=10000,
        metadata=setting(
            en="How many calls, and how many messages, are kept; the oldest make room.",
            ru="Сколько хранится звонков и сколько сообщений; самые старые уступают место.",
            takes_effect=TakesEffect.AT_ONCE,
            low=100,
            high=100000,
            unit=_CALLS,
        ),
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings."""

    accounts: tuple[Account, ...] = field(
        default=(),
        metadata=tables(
            table="account",
            en="A number at a provider, each in a table [[account]] of its own. Without any, the "
            "gateway runs and a lifted receiver hears the congestion tone.",
            ru="Номер у оператора, каждый в своей таблице [[account]]. Если нет ни одной, шлюз "
            "работает, а в снятой трубке слышен сигнал перегрузки.",
            takes_effect=TakesEffect.AT_ONCE,
        ),
    )
    lines: tuple[Line, ...] = field(
        default=(Line(),),
        metadata=tables(
            table="line",
            en="A telephone, each in a table [[line]] of its own. Without any there is one "
            "simulated telephone.",
            ru="Телефон, каждый в своей таблице [[line]]. Если нет ни одной, работает один "
            "имитируемый телефон.",
            takes_effect=TakesEffect.RESTART,
        ),
    )
    tones: Tones = field(
        default_factory=Tones,
        metadata=section(en="What the telephone hears.", ru="Что слышно в трубке."),
    )
    dialling: Dialling = field(
        default_factory=Dialling,
        metadata=section(en="How long to wait for digits.", ru="Сколько ждать набора цифр."),
    )
    dial_codes: DialCodes = field(
        default_factory=DialCodes,
        metadata=section(
            en="Numbers that ask the gateway itself for something; see docs/dial-codes.md.",
            ru="Номера, по которым отвечает сам шлюз; см. docs/dial-codes.md.",
        ),
    )
    prompts: Prompts = field(
        default_factory=Prompts,
        metadata=section(en="What the gateway says.", ru="Что говорит шлюз."),
    )
    ringing: Ringing = field(
        default_factory=Ringing,
        metadata=section(en="How an incoming call rings.", ru="Как звонит входящий вызов."),
    )
    busy: Busy = field(
        default_factory=Busy,
        metadata=section(
            en="What a receiver hears that is left off the hook after a call.",
            ru="Что слышно в трубке, которую не положили после разговора.",
        ),
    )
    voice: Voice = field(
        default_factory=Voice, metadata=section(en="How voice travels.", ru="Как передаётся голос.")
    )
    network: Network = field(
        default_factory=Network,
        metadata=section(en="Where the gateway is in the network.", ru="Место шлюза в сети."),
    )
    provider: Provider = field(
        default_factory=Provider,
        metadata=section(
            en="How the provider's account service is asked: routing of calls, balance.",
            ru="Как спрашивать сервис оператора: маршрутизация звонков, баланс.",
        ),
    )
    log: Log = field(
        default_factory=Log,
        metadata=section(en="What the log tells.", ru="О чём пишется в журнал."),
    )
    records: Records = field(
        default_factory=Records,
        metadata=section(en="How much of the past is kept.", ru="Сколько прошлого хранится."),
    )
