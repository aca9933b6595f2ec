"""The routes of the telephone: the page and its WebSocket."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from gateway.web.telephone.socket import TelephoneSocket

STATIC = Path(__file__).parent.parent / "static" / "telephone"
"""Scripts and styles of the page; the application serves them at ``/static/telephone``."""


@dataclass(frozen=True, slots=True)
class TelephoneDoor:
    """What the application gives to the telephone."""

    runtime: Path
    """Folder of the gateway's sockets."""
    allowed: Callable[[HTTPConnection], Awaitable[bool]]
    """Whether whoever asks has a session: for the WebSocket; for the page ``page`` sees to it."""
    page: Callable[[Request, str, Mapping[str, Any]], Awaitable[Response]]
    """Answers with the template of that name, filled with those values, to who is allowed."""


def telephone_routes(door: TelephoneDoor, prefix: str = "/telephone") -> list[BaseRoute]:
    """The page at ``prefix``, the WebSocket at ``prefix``/socket."""

    async def show(request: Request) -> Response:
        values = {
            "socket": f"{prefix}/socket",
            "line": request.query_params.get("line", ""),
        }
        return await door.page(request, "telephone.html", values)

    socket = TelephoneSocket(door.runtime, door.allowed)

    async def serve(websocket: WebSocket) -> None:
        await socket.serve(websocket)

    return [Route(prefix, show), WebSocketRoute(f"{prefix}/socket", serve)]
