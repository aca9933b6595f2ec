"""The telephone's routes in an application of the test's own, served by uvicorn in a process.

``python -m tests.web.telephone.application RUN`` serves the gateway whose sockets are in the folder
RUN on a free port, prints that port, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jinja2
import uvicorn
from babel.messages.pofile import read_po
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web.telephone import STATIC, TelephoneDoor, telephone_routes

WEB = STATIC.parent.parent
TEMPLATES = WEB / "templates"
LAYOUT = """<!DOCTYPE html><html lang="{{ language }}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<title>{% block title %}{% endblock %}</title>{% block scripts %}{% endblock %}</head>
<body><main>{% block main %}{% endblock %}</main></body></html>"""
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""As strict as a page can have it: no inline script or style, nothing from elsewhere."""
SESSION = "session=of-the-test"


class StrictPolicy:
    """Adds the content security policy to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"content-security-policy", POLICY.encode()))
            await send(message)

        await self._app(scope, receive, with_policy)


async def has_session(connection: HTTPConnection) -> bool:
    return SESSION in connection.headers.get("cookie", "")


def translator(language: str) -> Callable[[str], str]:
    """From the English messages of the template to those of ``language``."""
    if language != "ru":
        return str
    with (WEB / "locale" / language / "messages.po").open("rb") as file:
        messages = read_po(file, locale=language)
    return lambda text: str(messages[text].string)


def application(runtime: Path) -> Starlette:
    """The telephone at ``/telephone``; each page gives its visitor a session."""
    layout = jinja2.DictLoader({"layout.html": LAYOUT})
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([layout, jinja2.FileSystemLoader(TEMPLATES)]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )

    async def page(request: Request, template: str, values: Mapping[str, Any]) -> Response:
        language = request.headers.get("accept-language", "en")[:2]
        known = {"language": language, "_": translator(language)}
        html = environment.get_template(template).render(**values, **known)
        return HTMLResponse(html, headers={"set-cookie": f"{SESSION}; HttpOnly"})

    door = TelephoneDoor(runtime, has_session, page)
    return Starlette(
        routes=[
            *telephone_routes(door),
            Mount("/static/telephone", StaticFiles(directory=STATIC)),
            Mount("/static/test", StaticFiles(directory=Path(__file__).parent / "static")),
        ],
        middleware=[Middleware(StrictPolicy)],
    )


async def serve(runtime: Path) -> None:
    config = uvicorn.Config(
        application(runtime),
        host="127.0.0.1",
        port=0,
        log_level="warning",
        lifespan="off",
        ws="wsproto",
        ws_max_size=4096,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        if serving.done():
            await serving
            return
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.to_thread(sys.stdin.read)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
