"""Another program of the home, which asks the gateway over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from gateway.interfaces.methods import METHODS, Scope
from gateway.interfaces.settings import Api, Metrics
from tests.web.visit import CALL, EVERYDAY, Answers, Visit, visit

EVERYTHING: Answers = {
    **{name: {} for name in METHODS if name != "gateway.version"},  # the server's own
    **EVERYDAY,
}
"""A gateway that has each of the methods."""

__all__ = ["CALL", "EVERYTHING", "Program", "program"]


@dataclass
class Program:
    """``visit`` is the page that it asks."""

    visit: Visit

    def token(self, scopes: Iterable[Scope] = Scope) -> str:
        return self.visit.site.interfaces.tokens.make("program", scopes)

    async def ask(
        self,
        method: str,
        params: Any = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """``POST /api/v1/METHOD`` as programs do it: without cookies and without ``Origin``."""
        return await self.send(f"/api/v1/{method}", params, token=token, headers=headers)

    async def send(
        self,
        path: str,
        value: Any = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        shown = {} if token is None else {"Authorization": f"Bearer {token}"}
        client = self.visit.client
        return await client.post(
            path,
            json={} if value is None else value,
            headers={"Origin": "", **shown, **(headers or {})},
        )


@asynccontextmanager
async def program(
    folder: Path, answers: Answers | None = None, *, on: bool = True, running: bool = True
) -> AsyncIterator[Program]:
    """``on``: API and metrics are switched on."""
    async with visit(folder, EVERYTHING if answers is None else answers, running=running) as found:
        interfaces = found.site.interfaces
        await interfaces.change(
            replace(interfaces.settings, api=Api(on=on), metrics=Metrics(on=on))
        )
        yield Program(found)
