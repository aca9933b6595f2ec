"""Who asks: session, language, and whether the page is open to him."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web import language, sessions
from gateway.web.language import Tongue
from gateway.web.sessions import Session
from gateway.web.site import Site

OPEN = ("/static/", "/language", "/sign-in", "/welcome", "/fingerprint")
"""Paths that need no password; ``/welcome`` looks after itself."""


@dataclass(slots=True)
class Visitor:
    """The browser that asks."""

    session: Session | None
    tongue: Tongue
    begin: Callable[[], Session]
    """Gives it a session if it has none."""
    new_cookie: str | None = None
    """What its cookie becomes with this answer; empty: it goes."""


def visitor_of(connection: HTTPConnection) -> Visitor:
    return cast(Visitor, connection.scope["visitor"])


def session_of(connection: HTTPConnection) -> Session:
    """The visitor's session, a new one if need be."""
    visitor = visitor_of(connection)
    if visitor.session is None:
        visitor.session = visitor.begin()
    return visitor.session


class Visitors:
    """Finds the session and the language, and sends those who have not signed in to the door."""

    def __init__(self, app: ASGIApp, site: Site, free: tuple[str, ...] = ()) -> None:
        self._app = app
        self._site = site
        self._open = OPEN + free

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        cookies = connection.cookies
        found = self._site.sessions.find(cookies.get(sessions.COOKIE, ""))
        accepted = connection.headers.get("accept-language", "")
        tongue = Tongue(language.chosen(cookies.get(language.COOKIE, ""), accepted))
        visitor = Visitor(found, tongue, lambda: self._begin(connection, visitor))
        scope["visitor"] = visitor
        if not (found and found.signed_in) and not scope["path"].startswith(self._open):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._to_the_door(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and visitor.new_cookie is not None:
                MutableHeaders(scope=message).append("set-cookie", self._cookie(visitor.new_cookie))
            await send(message)

        await self._app(scope, receive, send_with_cookie)

    def _begin(self, connection: HTTPConnection, visitor: Visitor) -> Session:
        browser = connection.headers.get("user-agent", "")
        visitor.new_cookie, session = self._site.sessions.begin(browser)
        return session

    def _cookie(self, value: str) -> str:
        age = int(sessions.LONGEST) if value else 0
        secure = "; Secure" if self._site.secure else ""
        return (
            f"{sessions.COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age}{secure}"
        )

    async def _to_the_door(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = "/sign-in" if self._site.password.chosen else "/welcome"
        request = Request(scope, receive)
        if request.method == "GET" and scope["path"] not in {"/", "/events"} and door == "/sign-in":
            door += f"?next={scope['path']}"
        await RedirectResponse(door, 303)(scope, receive, send)
