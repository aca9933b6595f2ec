"""What can go wrong with the network, each with a sentence that says what to do.  Pure."""

from __future__ import annotations

import enum

from gateway.words import Words


class Trouble(enum.Enum):
    """A fixed name and its sentence."""

    NO_BUS = (
        "no-bus",
        "This system has no D-Bus, so its network cannot be changed here.",
        "В этой системе нет D-Bus, поэтому сеть здесь не настроить.",
    )
    NO_SERVICE = (
        "no-service",
        "This system lacks the service for this (NetworkManager, systemd): set it up elsewhere.",
        "В системе нет службы, которая это настраивает (NetworkManager, systemd): "
        "настройте это в другом месте.",
    )
    NO_ANSWER = (
        "no-answer",
        "The system's network service does not answer. Try again in a minute.",
        "Сетевая служба системы не отвечает. Попробуйте через минуту.",
    )
    FORBIDDEN = (
        "forbidden",
        "The system does not let the set-up page change this (polkit).",
        "Система не разрешает странице настройки менять это (polkit).",
    )
    GONE = (
        "gone",
        "It is not there any more. Look at the list again.",
        "Этого больше нет. Посмотрите список ещё раз.",
    )
    REFUSED = (
        "refused",
        "The system refused the change.",
        "Система не приняла изменение.",
    )
    WRONG_PASSWORD = (
        "wrong-password",
        "The Wi-Fi password is not right. The old network is in force again.",
        "Пароль Wi-Fi неверный. Возвращена прежняя сеть.",
    )
    NOT_FOUND = (
        "not-found",
        "The Wi-Fi network is out of reach. The old network is in force again.",
        "Сеть Wi-Fi вне досягаемости. Возвращена прежняя сеть.",
    )
    NO_ADDRESS = (
        "no-address",
        "The network gave the adapter no address: is its router switched on? "
        "The old network is in force again.",
        "Сеть не дала адаптеру адреса: включён ли её роутер? Возвращена прежняя сеть.",
    )
    ADDRESS_TAKEN = (
        "address-taken",
        "Another device has this address already. Choose another one.",
        "Этот адрес уже занят другим устройством. Выберите другой.",
    )
    NO_ROUTER = (
        "no-router",
        "The router does not answer at this address. The old network is in force again.",
        "Роутер по этому адресу не отвечает. Возвращена прежняя сеть.",
    )
    NOT_IN_TIME = (
        "not-in-time",
        "The new network did not come up in time. The old network is in force again.",
        "Новая сеть не поднялась вовремя. Возвращена прежняя сеть.",
    )
    BUSY = (
        "busy",
        "Another change of the network is under way. Confirm it or wait until it ends.",
        "Сеть уже меняется. Подтвердите это изменение или дождитесь его конца.",
    )
    NO_CABLE = (
        "no-cable",
        "There is no cable in the socket.",
        "В гнездо не вставлен кабель.",
    )
    FAILED = (
        "failed",
        "The new network did not come up. The old network is in force again.",
        "Новая сеть не поднялась. Возвращена прежняя сеть.",
    )

    words: Words

    def __init__(self, name: str, english: str, russian: str) -> None:
        self._value_ = name
        self.words = Words(english, russian)


class NetworkError(Exception):
    """``trouble`` says what to do; ``detail`` is what the system said, in English."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble.words.en} ({detail})" if detail else trouble.words.en)
        self.trouble = trouble
        self.detail = detail


_REASONS = {
    5: Trouble.NO_ADDRESS,  # ip-config-unavailable
    6: Trouble.NO_ADDRESS,  # ip-config-expired
    7: Trouble.WRONG_PASSWORD,  # no-secrets: the one given was refused
    8: Trouble.WRONG_PASSWORD,  # supplicant-disconnect
    9: Trouble.FAILED,  # supplicant-config-failed
    10: Trouble.WRONG_PASSWORD,  # supplicant-failed
    11: Trouble.NOT_FOUND,  # supplicant-timeout
    15: Trouble.NO_ADDRESS,  # dhcp-start-failed
    16: Trouble.NO_ADDRESS,  # dhcp-error
    17: Trouble.NO_ADDRESS,  # dhcp-failed
    40: Trouble.NO_CABLE,  # carrier
    53: Trouble.NOT_FOUND,  # ssid-not-found
    64: Trouble.ADDRESS_TAKEN,  # ip-address-duplicate
}
"""NMDeviceStateReason (NetworkManager D-Bus reference) of a device that failed."""


def trouble_of(reason: int) -> Trouble:
    """What a device's reason for its failure means to a person."""
    return _REASONS.get(reason, Trouble.FAILED)
