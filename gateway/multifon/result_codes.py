"""The result codes of the account service and what they mean to the user.

Only three refusals are known from MegaFon's own page (2016); it calls them "the most used".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.multifon.errors import RefusedError
from gateway.words import Words

DONE: Final = 200

WRONG_PASSWORD: Final = "wrong-password"  # noqa: S105 - a name
NO_SUCH_USER: Final = "no-such-user"
NOT_ALLOWED: Final = "not-allowed"
OTHER: Final = "refused"

_KNOWN: Final[Mapping[int, tuple[str, Words]]] = {
    101: (
        WRONG_PASSWORD,
        Words(
            "MultiFon does not take the password. Ask for the present one with *137# on the "
            "mobile telephone, and put it into the settings.",
            "МультиФон не принимает пароль. Узнайте действующий, набрав *137# на мобильном "
            "телефоне, и укажите его в настройках.",
        ),
    ),
    102: (
        NOT_ALLOWED,
        Words(
            "MultiFon does not let this number choose where its calls go. Ask MegaFon to allow "
            "routing of incoming calls.",
            "МультиФон не разрешает этому номеру выбирать, куда идут звонки. Попросите МегаФон "
            "разрешить маршрутизацию входящих вызовов.",
        ),
    ),
    404: (
        NO_SUCH_USER,
        Words(
            "MultiFon does not know this number. Check the number in the settings; if it is right, "
            "connect MultiFon with *137# on the mobile telephone.",
            "МультиФон не знает этого номера. Проверьте номер в настройках; если он верен, "
            "подключите МультиФон, набрав *137# на мобильном телефоне.",
        ),
    ),
}

KNOWN_CODES: Final = tuple(_KNOWN)


def refusal(code: int, description: str) -> RefusedError:
    """The error for a result ``code`` that is not ``DONE``; the provider's words are kept."""
    known = _KNOWN.get(code)
    said = f"{code} {description}".strip()
    if known is None:
        words = Words(f"MultiFon refuses: {said}.", f"МультиФон отказывает: {said}.")
        return RefusedError(OTHER, words, code)
    name, words = known
    return RefusedError(name, Words(f"{words.en} ({said})", f"{words.ru} ({said})"), code)
