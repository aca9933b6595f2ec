"""Digest authentication as MultiFon does it (RFC 2617, MD5, ``qop="auth"``)."""

from __future__ import annotations

import enum
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from tests.simulators.multifon.sip_header import parse_credentials

NONCES_KEPT = 2000


def _md5(text: str) -> str:
    data = text.encode("utf-8", "surrogateescape")
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def response_of(credentials: Mapping[str, str], method: str, password: str) -> str:
    """The ``response`` that a client with ``password`` sends (RFC 2617 §3.2.2)."""
    user, realm = credentials.get("username", ""), credentials.get("realm", "")
    ha1 = _md5(f"{user}:{realm}:{password}")
    ha2 = _md5(f"{method}:{credentials.get('uri', '')}")
    nonce = credentials.get("nonce", "")
    if credentials.get("qop", ""):
        names = ("nc", "cnonce", "qop")
        middle = ":".join(credentials.get(name, "") for name in names)
        return _md5(f"{ha1}:{nonce}:{middle}:{ha2}")
    return _md5(f"{ha1}:{nonce}:{ha2}")


class Verdict(enum.Enum):
    """What to do with a request's credentials."""

    RIGHT = "right"
    MISSING = "missing"
    STALE = "stale"
    """The nonce is old, unknown, or its count was used: challenge again with ``stale=true``."""
    WRONG = "wrong"


@dataclass(slots=True)
class _Nonce:
    issued: float
    count: int = 0


class Authenticator:
    """Issues nonces and checks credentials; a nonce count may be used once (replay)."""

    def __init__(self, realm: str) -> None:
        self.realm = realm
        self.opaque = secrets.token_hex(8)
        self._nonces: OrderedDict[str, _Nonce] = OrderedDict()

    def challenge(self, *, stale: bool = False) -> str:
        """The value of a WWW-Authenticate or Proxy-Authenticate header."""
        nonce = secrets.token_hex(16)
        self._nonces[nonce] = _Nonce(time.monotonic())
        while len(self._nonces) > NONCES_KEPT:
            self._nonces.popitem(last=False)
        text = (
            f'Digest realm="{self.realm}", nonce="{nonce}", opaque="{self.opaque}", '
            'algorithm=md5, qop="auth"'
        )
        return f"{text}, stale=true" if stale else text

    def check(
        self, header: str | None, method: str, password: str | None, lifetime: float
    ) -> Verdict:
        """Judge the credentials of one request; ``password`` is ``None`` for an unknown user."""
        given = parse_credentials(header) if header else {}
        if not given or given.get("realm") != self.realm:
            return Verdict.MISSING
        nonce = self._nonces.get(given.get("nonce", ""))
        if nonce is None or time.monotonic() - nonce.issued > lifetime:
            return Verdict.STALE
        if (
            given.get("opaque") != self.opaque
            or given.get("algorithm", "md5").lower() != "md5"
            or given.get("qop", "auth") != "auth"
        ):
            return Verdict.WRONG
        if password is None or not hmac.compare_digest(
            response_of(given, method, password).encode(),
            given.get("response", "").lower().encode("utf-8", "surrogateescape"),
        ):
            return Verdict.WRONG
        return Verdict.RIGHT if self._count(nonce, given) else Verdict.STALE

    @staticmethod
    def _count(nonce: _Nonce, given: Mapping[str, str]) -> bool:
        """Use up the nonce count; false if it was used.  Without qop a nonce serves once."""
        try:
            count = int(given["nc"], 16) if given.get("qop") else 1
        except (KeyError, ValueError):
            return False
        if count <= nonce.count:
            return False
        nonce.count = count
        return True


def user_name(header: str | None) -> str:
    """The user that the credentials name, without the domain some devices add."""
    return parse_credentials(header).get("username", "").partition("@")[0] if header else ""
