"""The adapter's software: which one runs, another one by a file, and how that went."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.update.progress import Progress
from gateway.web.language import N_
from gateway.web.rendering import back, checked, page
from gateway.web.site import Site, address_of, site_of
from gateway.web.visitor import visitor_of

BUSY = ("waiting", "installing", "restarting", "trying")
"""Phases in which no other file is taken."""
_BEGINNING = b"hsqs"
"""Of a squashfs, which a bundle is: what is none is told at once."""


async def update(request: Request) -> Response:
    told = await asyncio.to_thread(_told, site_of(request))
    return page(
        request,
        "update.html",
        can=site_of(request).updates is not None,
        told=told,
        busy=told is not None and told["phase"] in BUSY,
    )


async def take(request: Request) -> Response:
    """Hand a file to what installs it; the page itself cannot."""
    site, tongue = site_of(request), visitor_of(request).tongue
    if site.updates is None:
        raise HTTPException(404)
    told = await asyncio.to_thread(_told, site)
    async with request.form(max_files=1, max_fields=5) as form:
        checked(request, form)
        given = form.get("file")
        if told is not None and told["phase"] in BUSY:
            return back(request, "/update", wrong=tongue.of(told))
        if not isinstance(given, UploadFile) or await given.read(4) != _BEGINNING:
            wrong = N_("This file is no update. Nothing has changed.")
            return back(request, "/update", wrong=tongue.text(wrong))
        await given.seek(0)
        await asyncio.to_thread(_hand_over, given, site.updates.given)
    site.audit.note("update", address_of(request))
    done = N_("The file has arrived. It is checked now; this page tells how it goes.")
    return back(request, "/update", done=tongue.text(done))


def _told(site: Site) -> dict[str, object] | None:
    told = None if site.updates is None else Progress(site.updates.progress).read()
    return None if told is None else dict(told)


def _hand_over(upload: UploadFile, place: Path) -> None:
    """The file appears whole, or not at all."""
    place.parent.mkdir(mode=0o700, exist_ok=True)
    part = place.with_suffix(".part")
    with part.open("wb") as file:
        shutil.copyfileobj(upload.file, file, 1 << 20)
    part.rename(place)


ROUTES = (Route("/update", update), Route("/update", take, methods=["POST"]))
