"""Whether an HTTPS server is there and trusted, and how our clock differs from its own.

The question holds neither number nor password.  Where our clock is so wrong that the certificate is
not trusted, the clock is read all the same: what is not secret needs no trust.
"""

from __future__ import annotations

import http.client
import ssl
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from gateway.multifon import troubles
from gateway.multifon.errors import NotSentError, ServiceError, UnclearError

TIMEOUT = 8.0
"""Seconds for each step of a question."""


@dataclass(frozen=True, slots=True)
class Seen:
    """``trouble`` is ``None`` if all is well; ``clock_offset``: seconds that ours is ahead."""

    trouble: ServiceError | None
    clock_offset: float | None


def look(host: str, port: int, ca_bundle: str = "") -> Seen:
    """Ask for the server's root.  Blocks for some seconds at most."""
    try:
        context = ssl.create_default_context(cafile=ca_bundle or None)
    except (OSError, ValueError):
        return Seen(troubles.bundle(ca_bundle), None)
    try:
        return Seen(None, _offset(host, port, context))
    except ssl.SSLCertVerificationError as error:
        trouble = troubles.connection(NotSentError, error, host)
    except TimeoutError:
        return Seen(troubles.timeout(NotSentError, TIMEOUT), None)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Seen(troubles.connection(UnclearError, error, host), None)
    untrusting = ssl.create_default_context()
    untrusting.check_hostname = False
    untrusting.verify_mode = ssl.CERT_NONE
    try:
        return Seen(trouble, _offset(host, port, untrusting))
    except (OSError, http.client.HTTPException, ValueError):
        return Seen(trouble, None)


def _offset(host: str, port: int, context: ssl.SSLContext) -> float | None:
    connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=context)
    try:
        connection.request("HEAD", "/", headers={"User-Agent": "MultiFon-gateway"})
        date = connection.getresponse().getheader("Date")
    finally:
        connection.close()
    return None if date is None else time.time() - parsedate_to_datetime(date).timestamp()
