"""What a network is made of, as the page shows it and takes it.  Pure."""

from __future__ import annotations

import enum
import ipaddress
from dataclasses import dataclass

from gateway.words import Words


class Kind(enum.Enum):
    """How an interface reaches the network."""

    WIRED = "wired"
    WIFI = "wifi"


class State(enum.Enum):
    """What an interface does now."""

    UNAVAILABLE = "unavailable"
    """No cable, or the radio is off."""
    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    FAILED = "failed"
    SHARING = "sharing"
    """It is an access point of its own."""


class Security(enum.Enum):
    """What a Wi-Fi network asks for."""

    OPEN = "open"
    WPA = "wpa"
    """A password, WPA or WPA2."""
    WPA3 = "wpa3"
    """A password, WPA3 alone."""
    UNSUPPORTED = "unsupported"
    """A company's network with user names, or WEP."""


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface of the adapter."""

    name: str
    kind: Kind
    state: State
    mac: str = ""
    addresses: tuple[str, ...] = ()
    """With their prefix lengths, as ``192.168.1.20/24``."""
    router: str = ""
    name_servers: tuple[str, ...] = ()
    ssid: str = ""
    strength: int = 0
    """Of the Wi-Fi signal, per cent."""
    static: bool = False
    """Its IPv4 address was set by hand."""


@dataclass(frozen=True, slots=True)
class WifiNetwork:
    """A Wi-Fi network in reach: all access points of one name."""

    ssid: str
    strength: int
    """Of the strongest one, per cent."""
    security: Security
    known: bool
    """Its password is stored."""
    in_use: bool


MOST_SSID_BYTES = 32
"""IEEE 802.11, 9.4.2.2."""


@dataclass(frozen=True, slots=True)
class Join:
    """The wish to use a Wi-Fi network; ``ValueError`` explains a value that cannot be right."""

    ssid: str
    security: Security
    password: str = ""
    hidden: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.ssid.encode()) <= MOST_SSID_BYTES:
            raise WishError(
                "ssid",
                Words(
                    "The name of a Wi-Fi network has 1 to 32 letters.",
                    "Имя сети Wi-Fi — от 1 до 32 знаков.",
                ),
            )
        if self.security is Security.UNSUPPORTED:
            raise WishError(
                "ssid",
                Words(
                    "This network wants a user name or uses WEP; the adapter cannot join it.",
                    "Эта сеть требует имя пользователя или использует WEP; адаптер к ней "
                    "не подключится.",
                ),
            )
        if self.security is not Security.OPEN and not _passphrase(self.password):
            raise WishError(
                "password",
                Words(
                    "A Wi-Fi password has 8 to 63 letters, digits and signs.",
                    "Пароль Wi-Fi — от 8 до 63 латинских букв, цифр и знаков.",
                ),
            )


def _passphrase(text: str) -> bool:
    """A pass phrase, or a key of 64 hexadecimal digits (IEEE 802.11, annex J.4)."""
    if len(text) == 64:
        return all(digit in "0123456789abcdefABCDEF" for digit in text)
    return 8 <= len(text) <= 63 and text.isascii() and text.isprintable()


class WishError(ValueError):
    """A value that cannot be right: which field, and a sentence."""

    def __init__(self, field: str, words: Words) -> None:
        super().__init__(words.en)
        self.field = field
        self.words = words


@dataclass(frozen=True, slots=True)
class StaticAddress:
    """An IPv4 address set by hand; ``WishError`` explains what cannot be right about it."""

    address: ipaddress.IPv4Interface
    router: ipaddress.IPv4Address
    name_servers: tuple[ipaddress.IPv4Address, ...]

    def __post_init__(self) -> None:
        network = self.address.network
        own = self.address.ip
        if network.prefixlen > 30 or own in {network.network_address, network.broadcast_address}:
            raise WishError(
                "address",
                Words(
                    "This address is the name of a whole network. Choose one inside of it.",
                    "Это адрес всей сети. Выберите адрес внутри неё.",
                ),
            )
        if own.is_loopback or own.is_multicast or own.is_unspecified or own.is_link_local:
            raise WishError(
                "address",
                Words(
                    "No device of a home network can have this address.",
                    "Такого адреса не может быть у устройства домашней сети.",
                ),
            )
        if self.router not in network or self.router == own:
            raise WishError(
                "router",
                Words(
                    "The router's address is one of the same network, and not the adapter's own.",
                    "Адрес роутера — из той же сети, но не адрес самого адаптера.",
                ),
            )
        if not self.name_servers:
            raise WishError(
                "name_servers",
                Words(
                    "Without a name server the provider is not found. Give the router's address.",
                    "Без сервера имён оператора не найти. Укажите адрес роутера.",
                ),
            )


def static_address(address: str, router: str, name_servers: str) -> StaticAddress:
    """From what a person types: ``192.168.1.20/24`` (or with a mask; 24 bits unless said).

    ``name_servers`` are separated by commas or spaces.  ``WishError`` for what is no address.
    """
    text = address.strip()
    try:
        own = ipaddress.IPv4Interface(text if "/" in text else f"{text}/24")
    except ValueError:
        raise WishError("address", _no_address(text)) from None
    servers = name_servers.replace(",", " ").split()
    return StaticAddress(
        own, _ip("router", router.strip()), tuple(_ip("name_servers", one) for one in servers)
    )


def _ip(field: str, text: str) -> ipaddress.IPv4Address:
    try:
        return ipaddress.IPv4Address(text)
    except ValueError:
        raise WishError(field, _no_address(text)) from None


def _no_address(text: str) -> Words:
    shown = text[:40]
    return Words(
        f"“{shown}” is no address; one looks like 192.168.1.20.",
        f"«{shown}» — не адрес; адрес выглядит как 192.168.1.20.",
    )
