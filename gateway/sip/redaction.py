"""Takes credentials out of SIP messages.  Pure."""

from __future__ import annotations

import re

_SECRET = re.compile(
    r'\b(response|cnonce|nonce|opaque|password)=(?:"[^"]*"|[^\s,;]+)', re.IGNORECASE
)
_CREDENTIALS = re.compile(
    r"^((?:Proxy-)?Authorization\s*:\s*\w+)[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)
_PASSWORD_IN_URI = re.compile(r"\b(sips?:[^:@;>\s]+):[^@;>\s]+@", re.IGNORECASE)


_TEXT_MESSAGE = re.compile(
    r"^(MESSAGE sips?:.*?\r?\n\r?\n)(.*?)(?=\n--end msg--|\Z)", re.MULTILINE | re.DOTALL
)


def without_bodies(text: str) -> str:
    """``text`` without what people write to each other (RFC 3428): only its length stays."""
    return _TEXT_MESSAGE.sub(lambda found: f"{found[1]}({len(found[2])} characters)", text)


def without_secrets(text: str) -> str:
    """``text`` without credentials and digest values.

    A digest response can be used to guess the password, so whole ``Authorization`` headers go.
    """
    text = _CREDENTIALS.sub(r"\1 *****", text)
    text = _PASSWORD_IN_URI.sub(r"\1:*****@", text)
    return _SECRET.sub(r'\1="*****"', text)
