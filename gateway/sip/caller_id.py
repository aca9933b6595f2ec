"""Who calls, from the headers of an incoming INVITE.

MultiFon sends the caller in ``P-Asserted-Identity`` and in a ``From`` without angle brackets
(``multifon.md`` §2.5).  The form of the digits was masked in the only trace, and no trace shows a
withheld number, so every form is taken, and anything that is not a number counts as withheld or
unavailable.
"""

from __future__ import annotations

import re

from gateway.caller import Caller, Presentation

_WITHHELD = {"anonymous", "restricted", "private", "withheld"}
_UNAVAILABLE = {"", "unavailable", "unknown"}
_URI = re.compile(r"(?:sips?|tel):([^@;>\s]*)", re.IGNORECASE)
_DISPLAY = re.compile(r'^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<')
_NUMBER = re.compile(r"\+?[0-9]{1,32}")
_VISUAL_SEPARATORS = str.maketrans("", "", "-.() ")


def header(message: str, *names: str) -> str | None:
    """The first value of a header; ``names`` are its long and compact forms.

    Folded lines (RFC 3261 §7.3.1) are joined.  ``None`` when the message has none.
    """
    head = message.replace("\r\n", "\n").partition("\n\n")[0]
    wanted = {name.lower() for name in names}
    value: str | None = None
    for line in head.split("\n")[1:]:
        if value is not None:
            if line[:1] not in {" ", "\t"}:
                return value
            value += " " + line.strip()
            continue
        name, colon, rest = line.partition(":")
        if colon and name.strip().lower() in wanted:
            value = rest.strip()
    return value


def _user(value: str) -> str:
    found = _URI.search(value)
    return found.group(1) if found else ""


def _display_name(value: str) -> str:
    found = _DISPLAY.match(value)
    if not found:
        return ""
    quoted, plain = found.groups()
    name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain
    # A display must not be driven by what a stranger sends.
    return "".join(c for c in name if c.isprintable())[:50]


def caller_of(message: str) -> Caller:
    """The caller of the INVITE ``message`` (the whole text); never raises."""
    sender = header(message, "From", "f") or ""
    asserted = header(message, "P-Asserted-Identity") or ""
    privacy = header(message, "Privacy") or ""
    name = _display_name(sender)
    user = _user(sender).lower()
    if user in _WITHHELD or {"id", "user"} & set(re.split(r"[;,\s]+", privacy.lower())):
        return Caller(presentation=Presentation.WITHHELD)
    for candidate in (_user(asserted), _user(sender)):
        digits = candidate.translate(_VISUAL_SEPARATORS)
        if _NUMBER.fullmatch(digits):
            return Caller(number=digits, name="" if name == digits else name)
    if user in _UNAVAILABLE or not name:
        return Caller(presentation=Presentation.UNAVAILABLE)
    return Caller(name=name, presentation=Presentation.UNAVAILABLE)
