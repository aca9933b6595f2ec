"""What an address offers: one small JSON file a kind of adapter, beside the update itself.  Pure.

``ADDRESS/multifon-gateway-arm64.json`` holds ``version``, ``file`` (its address, or its name in
the same folder) and ``size`` (bytes).  ``image-build/bundle`` writes it.  Nothing in it is trusted:
the signature is in the update.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from gateway.words import Words

LARGEST = 512 << 20
"""Bytes of an update."""
LARGEST_OFFER = 16 << 10
"""Bytes of the file that offers it."""
_VERSION = re.compile(r"[0-9][A-Za-z0-9.+~-]{0,99}")
"""As Debian's policy (5.6.12) has it, without an epoch."""


class OfferError(Exception):
    """Nothing can be had there; ``words`` say why, as the end of a sentence."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


NO_OFFER = Words(
    "there is no offer for this adapter at that address.",
    "по этому адресу нет обновлений для такого адаптера.",
)


@dataclass(frozen=True, slots=True)
class Offer:
    """An update that can be fetched."""

    version: str
    url: str
    size: int


def is_address(text: str) -> bool:
    """Whether ``text`` can be where updates come from."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text and len(text) <= 500
    named = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    return plain and named and not (parts.query or parts.fragment) and port != 0


def place_of(address: str, compatible: str) -> str:
    """Where the offer for adapters of this kind is."""
    return f"{address.rstrip('/')}/{compatible}.json"


def offer_of(text: bytes, place: str) -> Offer:
    """What ``text``, which came from ``place``, offers; ``OfferError`` if it offers nothing."""
    try:
        found = json.loads(text)
        version, file, size = found["version"], found["file"], found["size"]
    except (ValueError, TypeError, KeyError):
        raise OfferError(NO_OFFER) from None
    sound = isinstance(version, str) and isinstance(file, str) and type(size) is int
    if not sound or not _VERSION.fullmatch(version) or not 0 < size <= LARGEST:
        raise OfferError(NO_OFFER)
    url = urljoin(place, file)
    if not is_address(url):
        raise OfferError(NO_OFFER)
    return Offer(version, url, size)
