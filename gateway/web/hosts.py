"""Which names this page answers to.

A foreign name that leads here is another site's way into the home (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import socket

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


def own_names() -> frozenset[str]:
    """This computer's name, alone and in the local domains of home networks."""
    name = socket.gethostname().partition(".")[0].lower()
    return frozenset({"localhost", name, *(f"{name}.{end}" for end in ("local", "lan", "home"))})


def is_own(host: str, names: frozenset[str]) -> bool:
    """Whether a ``Host`` header (RFC 9110, 7.2) may be this page's.

    Any address counts: only a *name* can be made to point here by a stranger.
    """
    name = host.strip().lower()
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name.removesuffix(".") in names
    return True


class OwnHostOnly:
    """Answers 421 to requests for another host, unless ``elsewhere`` takes them."""

    def __init__(
        self, app: ASGIApp, names: frozenset[str], elsewhere: ASGIApp | None = None
    ) -> None:
        self._app = app
        self._names = names
        """Further ones: the computer's own may change while we run."""
        self._elsewhere = elsewhere or PlainTextResponse(
            "This is the telephone adapter. Open it by its own name or address.\n", 421
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            host = Headers(scope=scope).get("host", "")
            if not is_own(host, own_names() | self._names):
                if scope["type"] == "websocket":
                    await send({"type": "websocket.close", "code": 1008})
                    return
                await self._elsewhere(scope, receive, send)
                return
        await self._app(scope, receive, send)
