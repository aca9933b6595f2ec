"""Fetches an offer and an update, by Python's own HTTP client.

Whoever answers at the address is not trusted: what comes is bounded, and an update is taken for its
signature alone.  HTTPS is verified all the same; plain HTTP is for a server in one's own home.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import cast

import gateway
from gateway.update.arrival import arriving
from gateway.update.offer import LARGEST_OFFER, NO_OFFER, Offer, OfferError
from gateway.words import Words

SILENCE = 30.0
"""Seconds without a byte after which it is given up."""
LONGEST = 3600.0
"""Seconds that an update may take to come."""
_PIECE = 1 << 18

_AWAY = Words(
    "the address did not answer. Look at it, and at the connection to the internet.",
    "адрес не отвечает. Проверьте его и подключение к интернету.",
)
_BROKEN_OFF = Words(
    "it did not come whole. It is tried again the next time.",
    "файл пришёл не целиком. В следующий раз попытка повторится.",
)


def offered(place: str) -> bytes:
    """The text at ``place``; ``OfferError`` if there is none."""
    with _open(place) as answer:
        return _read(answer, LARGEST_OFFER + 1)[:LARGEST_OFFER]


def download(offer: Offer, file: Path) -> None:
    """Fetch it into ``file``, which is there whole or not at all; ``OfferError`` says why not."""
    end = time.monotonic() + LONGEST
    with _open(offer.url) as answer, arriving(file) as sink:
        left = offer.size
        while left > 0:
            piece = _read(answer, min(_PIECE, left))
            if not piece or time.monotonic() > end:
                raise OfferError(_BROKEN_OFF)
            sink.write(piece)
            left -= len(piece)


def _open(url: str) -> HTTPResponse:
    request = urllib.request.Request(  # noqa: S310 - only http and https get here
        url, headers={"User-Agent": f"MultiFon-gateway/{gateway.__version__}"}
    )
    try:
        return cast(HTTPResponse, urllib.request.urlopen(request, timeout=SILENCE))  # noqa: S310
    except urllib.error.HTTPError as error:
        error.close()
        raise OfferError(NO_OFFER if error.code in {403, 404, 410} else _AWAY) from None
    except (OSError, HTTPException, ValueError):
        raise OfferError(_AWAY) from None


def _read(answer: HTTPResponse, most: int) -> bytes:
    try:
        return answer.read(most)
    except (OSError, HTTPException):
        raise OfferError(_BROKEN_OFF) from None
