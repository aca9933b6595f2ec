"""The settings of what the gateway keeps and tells."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.settings.setting import Shown, TakesEffect, setting
from gateway.settings.units import CALLS, DAYS
from gateway.words import Words


@dataclass(frozen=True, slots=True)
class Log:
    """What the log tells."""

    level: str = field(
        default="info",
        metadata=setting(
            title=Words("Level of detail", "Подробность"),
            en="How much is logged; debug tells the most.",
            ru="Насколько подробен журнал; debug — самый подробный.",
            takes_effect=TakesEffect.AT_ONCE,
            choices=lambda: ("debug", "info", "warning", "error"),
        ),
    )
    sip_trace: bool = field(
        default=False,
        metadata=setting(
            title=Words("SIP messages in the log", "Сообщения SIP в журнале"),
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
            title=Words("Days kept", "Сколько дней хранить"),
            en="How long a call stays in the list of calls, and a text message.",
            ru="Сколько хранится звонок в списке звонков и текстовое сообщение.",
            takes_effect=TakesEffect.AT_ONCE,
            shown=Shown.FEW,
            low=1,
            high=3650,
            unit=DAYS,
            empty=Words("for ever", "всегда"),
        ),
    )
    keep_calls: int = field(
        default=10000,
        metadata=setting(
            title=Words("Calls kept", "Сколько звонков хранить"),
            en="How many calls, and how many messages, are kept; the oldest make room.",
            ru="Сколько хранится звонков и сколько сообщений; самые старые уступают место.",
            takes_effect=TakesEffect.AT_ONCE,
            low=100,
            high=100000,
            unit=CALLS,
        ),
    )
