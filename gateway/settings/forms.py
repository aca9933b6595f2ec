"""How the texts among the settings must look."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from gateway.call.internal_numbers import is_internal_number
from gateway.settings.setting import Form
from gateway.words import Words

_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")
_NUMBER = re.compile(r"[A-Za-z0-9._-]{1,64}")
_DIAL_CODE = re.compile(r"\*\*\*[0-9]{1,5}|[256][0-9]{2,7}")
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)*")


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _is_proxy(text: str) -> bool:
    host, colon, port = text.partition(":")
    if colon and not (re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) < 65536):
        return False
    return _is_host(host)


def _is_host(text: str) -> bool:
    return _HOST.fullmatch(text) is not None


def _is_dial_code(text: str) -> bool:
    return _DIAL_CODE.fullmatch(text) is not None


def _is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _is_service_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text
    wanted = plain and parts.scheme == "https" and not (parts.query or parts.fragment)
    # A name and a password in the address would be shown with it.
    known = _HOST.fullmatch(parts.hostname or "") is not None and "@" not in parts.netloc
    return wanted and known and port != 0


def _is_path(text: str) -> bool:
    return text.startswith("/") and text.isprintable() and len(text) <= 4096


NAME = Form(
    Words(
        "1 to 32 Latin letters, digits, hyphens and underscores",
        "от 1 до 32 латинских букв, цифр, дефисов и подчёркиваний",
    ),
    _is_name,
)
NUMBER = Form(
    Words(
        "digits (or Latin letters) without spaces, plus sign or brackets, such as 79261234567",
        "цифры (или латинские буквы) без пробелов, плюса и скобок, например 79261234567",
    ),
    _is_number,
)
PROXY = Form(
    Words(
        "a host name, with or without a port, such as sbc.example.com:5060",
        "имя узла с портом или без него, например sbc.example.com:5060",
    ),
    _is_proxy,
)
HOST = Form(Words("a host name, such as example.com", "имя узла, например example.com"), _is_host)
ADDRESS = Form(
    Words("an IPv4 address, such as 192.168.1.5", "адрес IPv4, например 192.168.1.5"),
    _is_address,
)
SERVICE_URL = Form(
    Words(
        "an address that begins with https://, such as https://sm.megafon.ru/sm/client/",
        "адрес, начинающийся с https://, например https://sm.megafon.ru/sm/client/",
    ),
    _is_service_url,
)
PATH = Form(
    Words(
        "the whole path of a file, such as /etc/ssl/certs/own.pem",
        "полный путь к файлу, например /etc/ssl/certs/own.pem",
    ),
    _is_path,
)
# What begins otherwise could hide a number of the network, in the worst case an emergency number.
DIAL_CODE = Form(
    Words(
        "three stars and 1 to 5 digits, or 3 to 8 digits that begin with 2, 5 or 6, such as ***1",
        "три звёздочки и от 1 до 5 цифр или от 3 до 8 цифр, начиная с 2, 5 или 6, например ***1",
    ),
    _is_dial_code,
)
INTERNAL_NUMBER = Form(
    Words(
        "2 to 4 digits that begin with 2, 5 or 6, such as 61",
        "от 2 до 4 цифр, начиная с 2, 5 или 6, например 61",
    ),
    is_internal_number,
)
