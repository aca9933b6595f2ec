"""The pages, one module a group; each has its ``ROUTES``."""

from __future__ import annotations

from starlette.routing import BaseRoute

from gateway.web.pages import (
    about,
    backup,
    calls,
    diagnosis,
    doctor,
    entry,
    first_run,
    handsets,
    home,
    interfaces,
    lines,
    messages,
    network,
    phone_book,
    settings,
    update,
)

ROUTES: tuple[BaseRoute, ...] = (
    *entry.ROUTES,
    *first_run.ROUTES,
    *home.ROUTES,
    *calls.ROUTES,
    *messages.ROUTES,
    *phone_book.ROUTES,
    *lines.ROUTES,
    *doctor.ROUTES,
    *handsets.ROUTES,
    *diagnosis.ROUTES,
    *network.ROUTES,
    *settings.ROUTES,
    *backup.ROUTES,
    *update.ROUTES,
    *interfaces.ROUTES,
    *about.ROUTES,
)
