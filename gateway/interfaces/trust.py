"""Whom to trust when we connect to another computer by TLS."""

from __future__ import annotations

import ssl


def context(*, check: bool) -> ssl.SSLContext:
    """``check`` false: a certificate that nobody vouches for is taken, as many homes have it."""
    made = ssl.create_default_context()
    if not check:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made
