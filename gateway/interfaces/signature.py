"""Signs what a webhook brings, so that the receiver knows who sent it.

Source: Standard Webhooks 1.0.0 (github.com/standard-webhooks), symmetric signatures.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping

PREFIX = "whsec_"


def new_secret() -> str:
    """256 random bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def is_secret(text: str) -> bool:
    """Whether it has the form and the length that the standard asks for (24 to 64 bytes)."""
    try:
        return text.startswith(PREFIX) and 24 <= len(_key(text)) <= 64
    except (ValueError, binascii.Error):
        return False


def headers(secret: str, identity: str, time: int, body: bytes) -> Mapping[str, str]:
    """``identity`` is the same for each try of one delivery; ``time`` is UTC seconds of this try.

    No secret, no signature.
    """
    found = {"webhook-id": identity, "webhook-timestamp": str(time)}
    if not secret:
        return found
    content = f"{identity}.{time}.".encode() + body
    digest = hmac.new(_key(secret), content, hashlib.sha256).digest()
    return found | {"webhook-signature": f"v1,{base64.b64encode(digest).decode()}"}


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
