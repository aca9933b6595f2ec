"""What the user is told about the account service: keys for programs, sentences for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.multifon.keeping import Keeping
from gateway.multifon.routing import Routing
from gateway.words import Words

FELL_BACK: Final = "fell-back"


def found(keeping: Keeping, now: float | None = None) -> Mapping[str, Any]:
    """What is known, with JSON values; ``now`` adds how old it is."""
    warning = fell_back(keeping) if keeping.fell_back else None
    trouble = keeping.trouble
    words = warning or (trouble.words if trouble else None)
    shown: dict[str, Any] = {
        "routing": keeping.mode.value if keeping.mode else None,
        "wanted": keeping.wanted.value if keeping.wanted else None,
        "balance": None if keeping.balance is None else float(keeping.balance),
        "warning": FELL_BACK if warning else None,
        "trouble": trouble.code if trouble else None,
        "text": words.en if words else None,
        "text_ru": words.ru if words else None,
    }
    if now is not None:
        age = None if keeping.checked is None else max(0.0, now - keeping.checked)
        shown["checked_s"] = None if age is None else round(age, 1)
    return shown


def fell_back(keeping: Keeping) -> Words:
    """Calls do not come here although they should."""
    wanted = (keeping.wanted or Routing.MULTIFON).words
    money = Words("", "")
    if keeping.balance is not None:
        money = Words(f" (it is {keeping.balance} roubles)", f" (сейчас {keeping.balance} руб.)")
    return Words(
        "Calls to this number ring the mobile telephone only. MultiFon does that when the balance "
        f"nears zero{money.en}, and does not undo it. Top the balance up: the gateway then lets "
        f"calls ring {wanted.en} again.",
        "Звонки на этот номер идут только на мобильный телефон. МультиФон делает так, когда баланс "
        f"близок к нулю{money.ru}, и сам не возвращает. Пополните баланс: шлюз снова направит "
        f"звонки {wanted.ru}.",
    )


def not_kept(why: str, place: str, *, changed: bool) -> Words:
    """The disk failed when the password was to be changed."""
    if changed:
        return Words(
            "The password is changed, and the gateway uses it. But it is not in secrets.toml, only "
            f"in {place}: {why} The gateway tries again.",
            "Пароль изменён, и шлюз им пользуется. Но он не записан в secrets.toml, а только в "
            f"{place}: {why} Шлюз попробует снова.",
        )
    return Words(
        f"The password is not changed, because the new one could not be kept safe first: {why}",
        f"Пароль не изменён: новый не удалось сначала сохранить: {why}",
    )


def not_taken(wanted: Routing, present: Routing, *, kept: bool) -> Words:
    """The provider did not take a mode."""
    later = Words("", "")
    if kept:
        later = Words(
            " The gateway tries again as soon as it can be.",
            " Шлюз попробует снова, как только это будет возможно.",
        )
    return Words(
        f"MultiFon did not take {wanted.words.en}: calls still ring {present.words.en}. Is the "
        f"balance near zero?{later.en}",
        f"МультиФон не принял новый режим: звонки по-прежнему идут {present.words.ru}. Не близок "
        f"ли баланс к нулю?{later.ru}",
    )
