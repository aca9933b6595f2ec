"""The door to the network: one HTTPS request at a time, by Python's own ``http.client``.

THE RULES

1.  The parameters are the login and the password, so the URL is a secret.  It exists in one
    function and is never logged; errors are made from what is known to be harmless, and are raised
    where neither the URL nor the error of a library is in reach (no ``__context__``, no frame).
2.  HTTPS only, with the certificate and the host name verified.
3.  A whole request has a deadline.  ``http.client`` knows a timeout between two bytes only, so a
    timer cuts the connection.
4.  A redirect is followed within the same host and port, and only when reading.
5.  Proxies named in environment variables are not used: the parameters would pass through a program
    that nobody has told the gateway about.

``docs/decisions/0013-https-by-pythons-own-client.md`` tells why no HTTP library is used.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urljoin, urlsplit

from gateway.multifon import troubles
from gateway.multifon.answer import LARGEST
from gateway.multifon.errors import NotSentError, ServiceError, UnclearError
from gateway.settings.secret import Secret

HTTPS_PORT = 443
REDIRECTS = 3
"""Redirects of one request that are followed."""
_MOVED = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer; ``body`` has at most ``LARGEST`` bytes."""

    status: int
    body: bytes


class HttpsDoor:
    """Requests to one base address, such as ``https://sm.megafon.ru/sm/client/``.

    ``timeout`` is in seconds and holds for a whole request.  ``ca_bundle`` is the path of a PEM
    file with the authorities to trust instead of the system's.
    """

    def __init__(
        self,
        base: str,
        *,
        timeout: float,
        ca_bundle: str = "",
        user_agent: str = "MultiFon-gateway",
    ) -> None:
        parts = urlsplit(base)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError("the address of the account service begins with https://")
        self._host = parts.hostname
        self._port = parts.port or HTTPS_PORT
        self._folder = parts.path.rstrip("/")
        self._timeout = timeout
        self._ca_bundle = ca_bundle
        self._agent = user_agent
        self._lock = threading.Lock()
        self._running: _Connection | None = None
        self._closed = False

    def fetch(self, method: str, path: str, parameters: Mapping[str, str | Secret]) -> Reply:
        """Perform one request.  Blocks; raises ``NotSentError`` or ``UnclearError``."""
        outcome = self._perform(method, path, parameters)
        if isinstance(outcome, ServiceError):
            raise outcome
        return outcome

    def close(self) -> None:
        """Cut the request that runs, from any thread, and refuse others.  Idempotent."""
        with self._lock:
            self._closed = True
            running = self._running
        if running is not None:
            running.cut()

    def _perform(
        self, method: str, path: str, parameters: Mapping[str, str | Secret]
    ) -> Reply | ServiceError:
        """The reply or the error, which is returned: a raised one would show this frame."""
        shown = {
            name: value.reveal() if isinstance(value, Secret) else value
            for name, value in parameters.items()
        }
        query = urlencode(shown, quote_via=quote, safe="")
        target = f"{self._folder}/{path}?{query}"
        # Made anew each time, so that a changed bundle is noticed.
        try:
            context = ssl.create_default_context(cafile=self._ca_bundle or None)
        except (OSError, ValueError):
            return troubles.bundle(self._ca_bundle)
        deadline = time.monotonic() + self._timeout
        for _ in range(REDIRECTS + 1):
            outcome = self._once(method, target, context, deadline)
            if not isinstance(outcome, str):
                return outcome
            elsewhere = self._followed(method, target, outcome)
            if isinstance(elsewhere, ServiceError):
                return elsewhere
            target = elsewhere
        return troubles.redirects()

    def _followed(self, method: str, target: str, location: str) -> str | ServiceError:
        """The target that a redirect leads to, if it may be followed."""
        here = f"https://{self._authority}"
        try:
            there = urlsplit(urljoin(f"{here}{target}", location))
            same = (there.scheme, there.hostname, there.port or HTTPS_PORT) == (
                "https",
                self._host,
                self._port,
            )
            host = there.hostname or ""
        except ValueError:
            return troubles.redirected("")
        if not same or method != "GET":
            return troubles.redirected(host)
        return f"{there.path or '/'}?{there.query}" if there.query else there.path or "/"

    @property
    def _authority(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._port}"

    def _once(
        self, method: str, target: str, context: ssl.SSLContext, deadline: float
    ) -> Reply | ServiceError | str:
        """One request on one connection; a text is where a redirect leads."""
        connection = _Connection(self._host, self._port, context, deadline)
        with self._lock:
            if self._closed:
                return troubles.stopped()
            self._running = connection
        timer = threading.Timer(max(0.0, deadline - time.monotonic()), connection.cut)
        timer.name = "provider-deadline"
        timer.daemon = True
        timer.start()
        sent = False
        try:
            connection.connect()
            sent = True
            connection.request(method, target, headers={"User-Agent": self._agent})
            reply = connection.getresponse()
            location = reply.getheader("Location")
            if reply.status in _MOVED and location is not None:
                return location
            body = reply.read(LARGEST + 1)
            if connection.is_cut:
                return self._failure(TimeoutError(), sent=True, deadline=deadline)
            if len(body) > LARGEST:
                return troubles.too_large()
            return Reply(reply.status, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return self._failure(error, sent=sent, deadline=deadline)
        finally:
            timer.cancel()
            connection.close()
            with self._lock:
                self._running = None

    def _failure(self, error: Exception, *, sent: bool, deadline: float) -> ServiceError:
        """What ``error`` means, told without its text."""
        with self._lock:
            if self._closed:
                return troubles.stopped(sent=sent)
        kind: type[NotSentError | UnclearError] = UnclearError if sent else NotSentError
        if time.monotonic() >= deadline:
            return troubles.timeout(kind, self._timeout)
        return troubles.connection(kind, error, self._host)


class _Connection(http.client.HTTPSConnection):
    """A connection that can be cut from another thread at any moment."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext, deadline: float) -> None:
        super().__init__(host, port, context=context)
        self._tls = context
        self._deadline = deadline
        self._guard = threading.Lock()
        self._raw: socket.socket | None = None
        self.is_cut = False

    def connect(self) -> None:
        """Connect within the deadline to the first address that answers, and shake hands."""
        plain = self._reach()
        self._keep(plain)
        self.sock = self._tls.wrap_socket(
            plain, server_hostname=self.host, do_handshake_on_connect=False
        )
        self._keep(self.sock)
        self.sock.do_handshake()

    def _reach(self) -> socket.socket:
        failure = OSError("no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(
            self.host, self.port, type=socket.SOCK_STREAM
        ):
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            attempt = socket.socket(family, kind, protocol)
            try:
                attempt.settimeout(left)
                attempt.connect(address)
            except OSError as error:
                attempt.close()
                failure = error
            else:
                return attempt
        raise failure

    def _keep(self, sock: socket.socket) -> None:
        """Remember what to cut; raises ``TimeoutError`` if it is to be cut already."""
        with self._guard:
            self._raw = sock
            if self.is_cut:
                sock.close()
                raise TimeoutError

    def cut(self) -> None:
        """End whatever the connection waits for."""
        with self._guard:
            self.is_cut = True
            if self._raw is None:
                return
            with contextlib.suppress(OSError):  # closed already
                # Not that of SSLSocket, which takes the TLS layer away under a reader.
                socket.socket.shutdown(self._raw, socket.SHUT_RDWR)
