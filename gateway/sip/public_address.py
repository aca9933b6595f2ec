"""The address that the provider sees: what a router makes of ours (RFC 3581).  Pure."""

from __future__ import annotations

import re

_TOP_VIA = re.compile(r"^(?:Via|v)[ \t]*:[ \t]*([^,\r\n]*)", re.IGNORECASE | re.MULTILINE)
_SENT_BY = re.compile(r"SIP[ \t]*/[ \t]*2\.0[ \t]*/[ \t]*\w+[ \t]+([^;: \t]+)(?::(\d+))?")
_RECEIVED = re.compile(r";[ \t]*received[ \t]*=[ \t]*([0-9.]+)", re.IGNORECASE)
_RPORT = re.compile(r";[ \t]*rport[ \t]*=[ \t]*(\d+)", re.IGNORECASE)


def public_address_of(response: str) -> str:
    """``host:port`` from the topmost Via of a ``response`` to us; empty if it tells none."""
    via = _TOP_VIA.search(response)
    if via is None:
        return ""
    sent_by = _SENT_BY.search(via[1])
    received, rport = _RECEIVED.search(via[1]), _RPORT.search(via[1])
    host = received[1] if received else (sent_by[1] if sent_by else "")
    port = rport[1] if rport else ((sent_by[2] or "5060") if sent_by else "")
    return f"{host}:{port}" if host and port else ""
