"""What every telephone hears, and how long it waits."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.call.internal_numbers import EVERYBODY
from gateway.call.timers import Timers
from gateway.settings import forms
from gateway.settings.setting import Shown, TakesEffect, setting
from gateway.settings.units import SECONDS
from gateway.toneplan import shipped_countries
from gateway.words import Words

_TIMERS = Timers()


@dataclass(frozen=True, slots=True)
class Tones:
    """What the telephone hears."""

    country: str = field(
        default="ru",
        metadata=setting(
            title=Words("Country", "Страна"),
            en="The country whose tones and ring cadence are used.",
            ru="Страна, чьи тональные сигналы и ритм звонка используются.",
            takes_effect=TakesEffect.WHEN_IDLE,
            shown=Shown.FEW,
            choices=shipped_countries,
        ),
    )


@dataclass(frozen=True, slots=True)
class Dialling:
    """How long the gateway waits for digits, and what rings every telephone."""

    everybody: str = field(
        default=EVERYBODY,
        metadata=setting(
            title=Words("Number of all telephones", "Номер всех телефонов"),
            en="Dialled at one telephone, it rings all others of the house.",
            ru="Если набрать его на одном телефоне, звонят все остальные телефоны в доме.",
            takes_effect=TakesEffect.AT_ONCE,
            shown=Shown.FEW,
            form=forms.INTERNAL_NUMBER,
            empty=Words("switched off", "выключено"),
        ),
    )
    first_digit_timeout: float = field(
        default=_TIMERS.first_digit,
        metadata=setting(
            title=Words("Wait for the first digit", "Ожидание первой цифры"),
            en="How long the dial tone sounds before the first digit.",
            ru="Сколько звучит ответ станции до первой цифры.",
            takes_effect=TakesEffect.AT_ONCE,
            low=1,
            high=600,
            unit=SECONDS,
        ),
    )
    inter_digit_timeout: float = field(
        default=_TIMERS.inter_digit,
        metadata=setting(
            title=Words("Pause that ends a number", "Пауза в конце номера"),
            en="The pause after which the digits dialled so far are taken as the whole number.",
            ru="Пауза, после которой набранные цифры считаются полным номером.",
            takes_effect=TakesEffect.AT_ONCE,
            shown=Shown.FEW,
            low=1,
            high=60,
            unit=SECONDS,
        ),
    )


@dataclass(frozen=True, slots=True)
class Ringing:
    """How an incoming call rings."""

    no_answer_timeout: float = field(
        default=_TIMERS.no_answer,
        metadata=setting(
            title=Words("Longest ringing", "Сколько звонить"),
            en="How long the telephone rings before the caller is told that nobody answers.",
            ru="Сколько звонит телефон, прежде чем звонящему сообщат, что никто не отвечает.",
            takes_effect=TakesEffect.AT_ONCE,
            shown=Shown.FEW,
            low=5,
            high=600,
            unit=SECONDS,
        ),
    )
    block_withheld: bool = field(
        default=False,
        metadata=setting(
            title=Words("Block hidden numbers", "Не пускать скрытые номера"),
            en="Who hides the own number does not ring. Numbers are blocked on the page Blocked "
            "callers.",
            ru="Кто скрывает свой номер, тот не дозвонится. Отдельные номера блокируются на "
            "странице «Чёрный список».",
            takes_effect=TakesEffect.AT_ONCE,
            shown=Shown.FEW,
        ),
    )


@dataclass(frozen=True, slots=True)
class Busy:
    """What a receiver hears that is left off the hook after a call."""

    busy_tone: float = field(
        default=_TIMERS.busy,
        metadata=setting(
            title=Words("Busy tone without a call", "«Занято» без соединения"),
            en="How long the busy tone sounds before the howler where no call came about.",
            ru="Сколько звучит «занято» до громкого сигнала, если соединения не было.",
            takes_effect=TakesEffect.AT_ONCE,
            low=1,
            high=3600,
            unit=SECONDS,
        ),
    )
    after_call: float = field(
        default=_TIMERS.released,
        metadata=setting(
            title=Words("Busy tone after a call", "«Занято» после разговора"),
            en="How long the busy tone sounds after the far end has hung up. Answering machines "
            "that do not know the tone record it.",
            ru="Сколько звучит «занято» после того, как собеседник положил трубку. Автоответчики, "
            "которые не узнают этот сигнал, записывают его.",
            takes_effect=TakesEffect.AT_ONCE,
            low=1,
            high=3600,
            unit=SECONDS,
        ),
    )
    silence: float = field(
        default=_TIMERS.disconnected,
        metadata=setting(
            title=Words("Silence after it", "Тишина после него"),
            en="How long the silence after that lasts before the howler. It begins with a signal "
            "in the line's current on which answering machines hang up.",
            ru="Сколько длится тишина после этого, до громкого сигнала. Её начало — сигнал током "
            "линии, по которому автоответчики кладут трубку.",
            takes_effect=TakesEffect.AT_ONCE,
            low=1,
            high=3600,
            unit=SECONDS,
        ),
    )
    howler: float = field(
        default=_TIMERS.howler,
        metadata=setting(
            title=Words("Howler", "Громкий сигнал"),
            en="How long the howler (the loud tone: hang up!) sounds before the line goes silent.",
            ru="Сколько звучит громкий сигнал «положите трубку», прежде чем линия замолчит.",
            takes_effect=TakesEffect.AT_ONCE,
            low=1,
            high=3600,
            unit=SECONDS,
        ),
    )
