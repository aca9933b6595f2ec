"""All interfaces together: start in order, stop in reverse, change while they run."""

from __future__ import annotations

import asyncio
import secrets
import time
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.control.errors import ControlError
from gateway.interfaces.api import Api, refusal
from gateway.interfaces.bearer import Bearers, NoEntry
from gateway.interfaces.exposition import CONTENT_TYPE, text_of
from gateway.interfaces.methods import Scope
from gateway.interfaces.metrics import CallCounters, metrics_of
from gateway.interfaces.occurrences import Occurrence, occurrences
from gateway.interfaces.openapi import ROOT
from gateway.interfaces.settings import InterfaceSettings, Store
from gateway.interfaces.smart_home import SmartHome
from gateway.interfaces.tokens import Tokens
from gateway.interfaces.webhooks import Sender
from gateway.web.audit import Audit
from gateway.web.daemon import AwayError, Daemon
from gateway.web.keeping import read, write

METRICS = "/metrics"
FREE = (ROOT, METRICS)
"""Paths that look after who may use them by themselves."""


class Interfaces:
    """``folder`` is the page's state folder.  Made and used on the event loop."""

    def __init__(self, folder: Path, daemon: Daemon, audit: Audit) -> None:
        self._daemon = daemon
        self._store = Store(folder)
        self._identity = _identity(folder / "identity.json")
        self.settings = self._store.load()
        self.tokens = Tokens(folder, time.time)
        self.senders: tuple[Sender, ...] = ()
        self.smart_home: SmartHome | None = None
        self._bearers = Bearers(self.tokens, audit)
        self._api = Api(daemon, self._bearers, audit, lambda: self.settings.api.on)
        self._counters = CallCounters()
        self._pump: asyncio.Task[None] | None = None
        self._changing = asyncio.Lock()

    @property
    def routes(self) -> tuple[BaseRoute, ...]:
        """What other programs reach; below ``FREE``."""
        return (*self._api.routes, Route(METRICS, self._metrics))

    def start(self) -> None:
        """Begin what is switched on."""
        self._begin()
        self._pump = asyncio.create_task(self._tell(), name="interfaces")

    async def close(self) -> None:
        """End all of it.  Idempotent."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        await self._end()

    async def change(self, settings: InterfaceSettings) -> None:
        """Keep other settings and go on with them.  ``SettingsError`` if they are wrong."""
        async with self._changing:
            self._store.save(settings)
            before, self.settings = self.settings, settings
            if before.mqtt != settings.mqtt or before.webhooks != settings.webhooks:
                await self._end()
                self._begin()

    def _begin(self) -> None:
        if self.settings.mqtt.on:
            self.smart_home = SmartHome(self._daemon, self.settings.mqtt, self._identity)
            self.smart_home.start()
        self.senders = tuple(Sender(hook) for hook in self.settings.webhooks)
        for sender in self.senders:
            sender.start()

    async def _end(self) -> None:
        senders, self.senders = self.senders, ()
        for sender in senders:
            await sender.close()
        home, self.smart_home = self.smart_home, None
        if home is not None:
            await home.close()

    async def _tell(self) -> None:
        async with self._daemon.events() as queue:
            while True:
                event = await queue.get()
                for occurrence in await occurrences(event, time.time(), self._daemon):
                    self._take(occurrence)

    def _take(self, occurrence: Occurrence) -> None:
        if occurrence.name == "call":
            data = occurrence.data
            record = data.get("record") or {}
            figures = data.get("figures") or {}
            self._counters.ended(record.get("direction", ""), str(data.get("reason")), figures)
        if self.smart_home is not None:
            self.smart_home.put(occurrence)
        for sender in self.senders:
            sender.put(occurrence)

    async def _metrics(self, request: Request) -> Response:
        if not self.settings.metrics.on:
            return PlainTextResponse("Metrics are switched off on the set-up page.\n", 404)
        token = self._bearers.token_of(request)
        if isinstance(token, NoEntry):
            return refusal(token)
        if Scope.STATUS not in token.scopes:
            return refusal(NoEntry(403, f"This token lacks {Scope.STATUS.value}."))
        try:
            status = await self._daemon.call("status")
        except (AwayError, ControlError):
            status = None
        text = text_of(metrics_of(status, self._counters))
        return Response(text, headers={"Content-Type": CONTENT_TYPE})


def _identity(path: Path) -> str:
    """Twelve digits that stay with this gateway, so that Home Assistant knows it again."""
    known = read(path)
    if isinstance(known, str) and len(known) == 12 and known.isalnum():
        return known
    new = secrets.token_hex(6)
    write(path, new)
    return new
