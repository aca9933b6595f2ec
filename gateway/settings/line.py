"""The settings of a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.settings import forms
from gateway.settings.setting import Shown, TakesEffect, setting
from gateway.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A telephone line: a port of a board, a handset, a simulated telephone."""

    name: str = field(
        default="line1",
        metadata=setting(
            title=Words("Name", "Имя"),
            en="What the line is called in these settings, in the log and in the list of calls.",
            ru="Как линия называется в настройках, в журнале и в списке звонков.",
            takes_effect=TakesEffect.WHEN_IDLE,
            shown=Shown.FEW,
            form=forms.NAME,
        ),
    )
    driver: str = field(
        default="simulated",
        metadata=setting(
            title=Words("Hardware", "Оборудование"),
            en="The driver of the hardware; simulated is a telephone without hardware.",
            ru="Драйвер оборудования; simulated — телефон без оборудования.",
            takes_effect=TakesEffect.WHEN_IDLE,
            shown=Shown.FEW,
            form=forms.NAME,
        ),
    )
    account: str = field(
        default="",
        metadata=setting(
            title=Words("Calls out by", "Исходящие звонки"),
            en="The account that calls from this telephone go out on.",
            ru="Учётная запись, через которую звонит этот телефон.",
            takes_effect=TakesEffect.AT_ONCE,
            shown=Shown.FEW,
            form=forms.NAME,
            empty=Words("the first account", "первая учётная запись"),
        ),
    )
    rings_for: tuple[str, ...] = field(
        default=(),
        metadata=setting(
            title=Words("Rings for", "Звонит для"),
            en="The accounts whose calls ring this telephone.",
            ru="Учётные записи, на звонки которых звонит этот телефон.",
            takes_effect=TakesEffect.AT_ONCE,
            shown=Shown.FEW,
            form=forms.NAME,
            empty=Words("every account", "все учётные записи"),
        ),
    )
    number: str = field(
        default="",
        metadata=setting(
            title=Words("Internal number", "Внутренний номер"),
            en="What the other telephones of the house dial to ring this one, free of charge.",
            ru="Номер, по которому этому телефону звонят другие телефоны в доме; бесплатно.",
            takes_effect=TakesEffect.AT_ONCE,
            shown=Shown.FEW,
            form=forms.INTERNAL_NUMBER,
            empty=Words("the next free of 61 to 69", "следующий свободный из 61–69"),
        ),
    )
    call_waiting: bool = field(
        default=True,
        metadata=setting(
            title=Words("Call waiting", "Второй вызов"),
            en="A tone in the talk tells of a second caller; a hook flash (R) answers. Switched "
            "off, as a fax needs it, that caller hears the busy tone.",
            ru="О втором звонящем сообщает сигнал в разговоре; ответить ему — короткое нажатие на "
            "рычаг (R). Если выключено, как нужно факсу, он слышит «занято».",
            takes_effect=TakesEffect.AT_ONCE,
            shown=Shown.FEW,
        ),
    )
    options: Mapping[str, Any] = field(
        default_factory=dict,
        metadata=setting(
            title=Words("Options of the hardware", "Настройки оборудования"),
            en="Settings of the driver's own, in a table [line.options]; see the driver's page.",
            ru="Собственные настройки драйвера, в таблице [line.options]; см. страницу драйвера.",
            takes_effect=TakesEffect.WHEN_IDLE,
        ),
    )
