"""Every setting of the gateway: type, default, range, help and when a change takes effect.

Everything has a default but an account's number and password.  Without any account the gateway
starts all the same: the page and the command line work, and a lifted receiver hears the congestion
tone, because its line is not registered.  Without any ``[[line]]`` there is one simulated line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.call.internal_numbers import numbers_of
from gateway.settings.account import Account
from gateway.settings.dial_codes import DialCodes, Prompts
from gateway.settings.line import Line
from gateway.settings.network import Network, Provider, Voice
from gateway.settings.setting import Shown, TakesEffect, section, tables
from gateway.settings.telephone import Busy, Dialling, Ringing, Tones
from gateway.settings.upkeep import Log, Records
from gateway.words import Words

__all__ = [
    "Account",
    "Busy",
    "Dialling",
    "Line",
    "Log",
    "Network",
    "Provider",
    "Settings",
]


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings."""

    accounts: tuple[Account, ...] = field(
        default=(),
        metadata=tables(
            title=Words("Accounts", "Учётные записи"),
            shown=Shown.FEW,
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
            title=Words("Telephones", "Телефоны"),
            shown=Shown.FEW,
            table="line",
            en="A telephone, each in a table [[line]] of its own. Without any there is one "
            "simulated telephone.",
            ru="Телефон, каждый в своей таблице [[line]]. Если нет ни одной, работает один "
            "имитируемый телефон.",
            takes_effect=TakesEffect.WHEN_IDLE,
        ),
    )
    tones: Tones = field(
        default_factory=Tones,
        metadata=section(
            title=Words("Tones", "Сигналы"),
            shown=Shown.FEW,
            en="What the telephone hears.",
            ru="Что слышно в трубке.",
        ),
    )
    dialling: Dialling = field(
        default_factory=Dialling,
        metadata=section(
            title=Words("Dialling", "Набор номера"),
            shown=Shown.FEW,
            en="How long to wait for digits, and what rings every telephone.",
            ru="Сколько ждать набора цифр и по какому номеру звонят все телефоны.",
        ),
    )
    dial_codes: DialCodes = field(
        default_factory=DialCodes,
        metadata=section(
            title=Words("Dial codes", "Коды услуг"),
            en="Numbers that ask the gateway itself for something; see docs/dial-codes.md.",
            ru="Номера, по которым отвечает сам шлюз; см. docs/dial-codes.md.",
        ),
    )
    prompts: Prompts = field(
        default_factory=Prompts,
        metadata=section(
            title=Words("Spoken answers", "Голосовые ответы"),
            shown=Shown.FEW,
            en="What the gateway says.",
            ru="Что говорит шлюз.",
        ),
    )
    ringing: Ringing = field(
        default_factory=Ringing,
        metadata=section(
            title=Words("Ringing", "Звонок"),
            shown=Shown.FEW,
            en="How an incoming call rings.",
            ru="Как звонит входящий вызов.",
        ),
    )
    busy: Busy = field(
        default_factory=Busy,
        metadata=section(
            title=Words("Receiver left lifted", "Снятая трубка"),
            en="What a receiver hears that is left off the hook after a call.",
            ru="Что слышно в трубке, которую не положили после разговора.",
        ),
    )
    voice: Voice = field(
        default_factory=Voice,
        metadata=section(
            title=Words("Voice", "Голос"), en="How voice travels.", ru="Как передаётся голос."
        ),
    )
    network: Network = field(
        default_factory=Network,
        metadata=section(
            title=Words("Network", "Сеть"),
            en="Where the gateway is in the network.",
            ru="Место шлюза в сети.",
        ),
    )
    provider: Provider = field(
        default_factory=Provider,
        metadata=section(
            title=Words("Account service", "Сервис оператора"),
            en="How the provider's account service is asked: routing of calls, balance.",
            ru="Как спрашивать сервис оператора: маршрутизация звонков, баланс.",
        ),
    )
    log: Log = field(
        default_factory=Log,
        metadata=section(
            title=Words("Log", "Журнал"), en="What the log tells.", ru="О чём пишется в журнал."
        ),
    )
    records: Records = field(
        default_factory=Records,
        metadata=section(
            title=Words("Records", "Записи"),
            shown=Shown.FEW,
            en="How much of the past is kept.",
            ru="Сколько прошлого хранится.",
        ),
    )

    @property
    def internal_numbers(self) -> Mapping[str, str]:
        """What rings each line when another one dials it, by the line's name; "" is nothing."""
        taken = [code for codes in self.dial_codes.codes.values() for code in codes]
        taken += filter(None, [self.dialling.everybody])
        return numbers_of({line.name: line.number for line in self.lines}, taken)
