"""The pages, one module a group; each has its ``ROUTES``."""

from __future__ import annotations

from starlette.routing import BaseRoute

from gateway.web.pages import about, calls, entry, home, messages

ROUTES: tuple[BaseRoute, ...] = (
    *entry.ROUTES,
    *home.ROUTES,
    *calls.ROUTES,
    *messages.ROUTES,
    *about.ROUTES,
)
