"""What every answer of the page carries, and what no request may be."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Content Security Policy, level 3: nothing from elsewhere, nothing inline."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}
SAFE = {"GET", "HEAD", "OPTIONS"}
"""Methods that change nothing (RFC 9110, 9.2.1)."""
LARGEST_BODY = 2 << 20
"""Bytes of a request: a phone book or a backup; every form is far smaller."""
LARGEST_AT = {"/update": 512 << 20}
"""Larger ones, by path.  Nothing of a body is read before the visitor has signed in."""


def same_origin(headers: Headers) -> bool:
    """Whether a request that changes something comes from a page of ours.

    Browsers send ``Origin`` with every POST (Fetch standard, 3.2), and most ``Sec-Fetch-Site``.
    """
    site = headers.get("sec-fetch-site", "same-origin")
    origin = headers.get("origin", "")
    return site in {"same-origin", "none"} and urlsplit(origin).netloc == headers.get("host", "")


class Protection:
    """Headers on every answer; other sites' requests and bodies that are too large are refused.

    ``free`` are paths whose callers are programs with a token of their own, not browsers.
    """

    def __init__(self, app: ASGIApp, secure: bool, free: tuple[str, ...] = ()) -> None:
        self._app = app
        self._secure = secure
        self._free = free

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["type"] == "websocket":
            if not same_origin(headers):
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    answer.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    answer.setdefault("Cache-Control", "no-store")
                if self._secure:
                    answer.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        free = scope["path"].startswith(self._free) if self._free else False
        if scope["method"] not in SAFE and not free and not same_origin(headers):
            refusal = PlainTextResponse("This request came from another site.\n", 403)
            await refusal(scope, receive, send_protected)
            return
        length = headers.get("content-length", "0")
        largest = LARGEST_AT.get(scope["path"], LARGEST_BODY)
        if not length.isdigit() or int(length) > largest:
            await PlainTextResponse("This is too large.\n", 413)(scope, receive, send_protected)
            return
        await self._app(scope, _bounded(receive, largest), send_protected)


def _bounded(receive: Receive, largest: int) -> Receive:
    """A body of unknown length may not grow beyond the limit, either."""
    taken = 0

    async def receive_bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > largest:
            return {"type": "http.disconnect"}
        return message

    return receive_bounded
