"""The page in this process, visited by httpx, with a real control socket behind it."""

from __future__ import annotations

import asyncio
import inspect
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from gateway.control.server import ControlServer, Method
from gateway.web.application import application
from gateway.web.daemon import Daemon
from gateway.web.site import Site, site_in

ORIGIN = "http://adapter.test"
PASSWORD = "three old words"


@dataclass
class Visit:
    """A browser without scripts, and what it visits."""

    site: Site
    client: httpx.AsyncClient
    server: ControlServer
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    """The methods that the page called, with their parameters."""

    async def get(self, path: str, **values: Any) -> httpx.Response:
        return await self.client.get(path, **values)

    async def post(self, path: str, form: str = "/sign-in", **fields: str) -> httpx.Response:
        """Send a form with the token of the page ``form``."""
        return await self.client.post(path, data={"token": await self.token(form), **fields})

    async def token(self, path: str = "/sign-in") -> str:
        page = (await self.client.get(path, follow_redirects=True)).text
        found = re.search(r'name="token" value="([^"]+)"', page)
        assert found, page
        return found[1]

    async def sign_in(self) -> None:
        """Choose a password and sign in with it."""
        await self.site.password.choose(PASSWORD)
        answer = await self.post("/sign-in", password=PASSWORD)
        assert answer.status_code == 303, answer.text

    def called(self, method: str) -> list[Mapping[str, Any]]:
        return [params for name, params in self.asked if name == method]


Answers = Mapping[str, Any]
"""What each method of the gateway answers: a value, or a function that may wait."""


@asynccontextmanager
async def visit(
    folder: Path, answers: Answers | None = None, *, running: bool = True, secure: bool = False
) -> AsyncIterator[Visit]:
    """The page on ``http://adapter.test``; ``running``: the gateway answers."""
    asked: list[tuple[str, Mapping[str, Any]]] = []
    methods = {name: _method(name, answer, asked) for name, answer in (answers or {}).items()}
    server = ControlServer(folder / "control.sock", methods)
    if running:
        await server.start()
    daemon = Daemon(folder / "control.sock")
    site = site_in(folder / "state", daemon, secure=secure)
    app = application(site, names=frozenset({"adapter.test"}))
    daemon.start()
    site.interfaces.start()
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 50000))
    async with httpx.AsyncClient(
        transport=transport,
        base_url=ORIGIN if not secure else ORIGIN.replace("http", "https"),
        headers={"Origin": ORIGIN if not secure else ORIGIN.replace("http", "https")},
    ) as client:
        client.headers["Accept-Language"] = "en"
        try:
            if running:
                await until(lambda: daemon.away is None)
            yield Visit(site, client, server, asked)
        finally:
            await site.interfaces.close()
            await daemon.close()
            await server.close()


async def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def _method(name: str, answer: Any, asked: list[tuple[str, Mapping[str, Any]]]) -> Method:
    async def method(params: Mapping[str, Any]) -> Any:
        asked.append((name, dict(params)))
        found = answer(params) if callable(answer) else answer
        return await found if inspect.isawaitable(found) else found

    return method


def visiting(
    folder: Path,
    story: Callable[[Visit], Awaitable[None]],
    answers: Answers | None = None,
    **options: bool,
) -> None:
    """Run ``story`` on a page of its own."""

    async def run() -> None:
        async with visit(folder, answers, **options) as opened:
            await story(opened)

    asyncio.run(run())


STATUS: Mapping[str, Any] = {
    "version": "0.1.0",
    "uptime_s": 5.0,
    "calls": 0,
    "unread_messages": 0,
    "accounts": [
        {
            "name": "main",
            "number": "79261234567",
            "state": "registered",
            "reason_text": None,
            "verdict": None,
            "service": {
                "routing": "both",
                "wanted": "both",
                "balance": 12.5,
                "warning": None,
                "text": None,
                "text_ru": None,
            },
        }
    ],
    "lines": [
        {
            "name": "hall",
            "number": "61",
            "account": "main",
            "rings_for": ["main"],
            "driver": "simulated",
            "state": "idle",
            "fault": None,
            "call": None,
        }
    ],
}
CALL: Mapping[str, Any] = {
    "id": "c-1",
    "line": "hall",
    "account": "main",
    "direction": "in",
    "number": "74951234567",
    "name": "",
    "started": 1795000000.0,
    "alerted": 1795000001.0,
    "answered": None,
    "ended": 1795000020.0,
    "reason": "no-answer",
    "detail": "",
    "early_media": False,
    "inside": False,
    "figures": {},
    "verdict": {"text": "Nobody answered.", "text_ru": "Никто не ответил."},
}
EVERYDAY: Answers = {
    "status": STATUS,
    "calls": [CALL],
    "messages": [],
    "report": {"versions": {"gateway": "0.1.0"}},
}
