"""What the port without TLS answers: the same page, with TLS."""

from __future__ import annotations

from starlette.datastructures import URL
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import Receive, Scope, Send

from gateway.web.hosts import is_own, own_names


class ToHttps:
    """Sends a visitor to port ``port``; one that asked for another host, to our own name."""

    def __init__(self, port: int, names: frozenset[str]) -> None:
        self._port = port
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        url = URL(scope=scope)
        if not is_own(url.netloc, own_names() | self._names):
            answer = PlainTextResponse("This is the telephone adapter. Open it by its name.\n", 421)
            await answer(scope, receive, send)
            return
        secure = url.replace(scheme="https", port=None if self._port == 443 else self._port)
        await RedirectResponse(str(secure), 308)(scope, receive, send)
