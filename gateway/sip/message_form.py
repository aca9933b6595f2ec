"""How a text message travels in a SIP MESSAGE (RFC 3428).  Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class MessageForm(enum.Enum):
    """What the provider takes."""

    NONE = "none"
    PLAIN = "plain"
    """``text/plain`` in UTF-8, to the same address as a call."""
    MOVIAL = "movial"
    """MultiFon's own client until 2018 (``multifon.md`` §2.8).  Not proven since."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as it is sent."""

    uri: str
    content_type: str
    body: str
    """Goes out as UTF-8."""
    headers: tuple[tuple[str, str], ...] = ()


def compose(form: MessageForm, number: str, domain: str, text: str) -> Outgoing:
    """``text`` to ``number``, which is in the provider's form.

    Raises ``ValueError`` with a sentence when the form cannot carry it.
    """
    if form is MessageForm.PLAIN:
        return Outgoing(f"sip:{number}@{domain}", "text/plain;charset=UTF-8", text)
    if form is MessageForm.MOVIAL:
        headers = (
            ("User-Agent", "MCPC-MG-1-0-34-3490/2.0.0.5301"),
            ("X-Movial-Content", "sms/text"),
            ("X-Movial-DeliveryReport", "false"),
        )
        return Outgoing(
            f"sip:+{number.removeprefix('+')}@sms.{domain}",
            "text/plain;charset=ISO-10646-UCS-2",
            _ucs2(text),
            headers,
        )
    raise ValueError("This account's provider offers no text messages by SIP.")


def _ucs2(text: str) -> str:
    """``text`` as UCS-2, big-endian, each byte as a character.

    pjsua2 hands texts on as UTF-8, so a byte above 0x7F would come out as two.  Russian and Latin
    letters have none.
    """
    refused = sorted({sign for sign in text if max(sign.encode("utf-16-be")) > 0x7F})
    if refused:
        raise ValueError(f"These signs cannot be sent to this provider: {' '.join(refused)}")
    return text.encode("utf-16-be").decode("ascii")


def read(content_type: str, body: str) -> str:
    """The text of a message that came; what cannot be shown is left out.

    ``body`` is as pjsua2 gives it: UTF-8 with surrogates for the bytes that are none.
    """
    content = body.encode("utf-8", "surrogateescape")
    charset = "utf-8"
    for parameter in content_type.lower().split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset":
            charset = value.strip().strip('"')
    if charset in {"iso-10646-ucs-2", "ucs-2", "utf-16", "utf-16be"}:
        charset = "utf-16-be"
    try:
        text = content.decode(charset, "replace")
    except LookupError:
        text = content.decode("utf-8", "replace")
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t").strip()
