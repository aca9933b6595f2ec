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

from gateway.update.arrival import arriving
from gateway.update.offer import is_address
from gateway.update.progress import BUSY
from gateway.update.source import Source, keep_source, read_source
from gateway.web.language import N_
from gateway.web.rendering import back, checked, form_of, page
from gateway.web.site import address_of, site_of
from gateway.web.update_search import Updates
from gateway.web.visitor import visitor_of

_BEGINNING = b"hsqs"
"""Of a squashfs, which a bundle is: what is none is told at once."""


async def update(request: Request) -> Response:
    updates = site_of(request).updates
    told = None if updates is None else await asyncio.to_thread(updates.told)
    return page(
        request,
        "update.html",
        can=updates is not None,
        told=told,
        busy=told is not None and told["phase"] in BUSY,
        looking=updates is not None and updates.looking,
        said=None if updates is None else updates.said,
        source=None if updates is None else await asyncio.to_thread(read_source, updates.source),
    )


async def source(request: Request) -> Response:
    """Keep where updates come from, and look there at once if that was asked for."""
    updates, tongue = _updates(request), visitor_of(request).tongue
    form = await form_of(request)
    address = form.get("address", "").strip()
    if address and not is_address(address):
        wrong = N_(
            "An address begins with https:// or http://, such as https://example.org/adapter."
        )
        return back(request, "/update", wrong=tongue.text(wrong))
    wanted = Source(address, form.get("nightly") == "yes")
    await asyncio.to_thread(keep_source, updates.source, wanted)
    site_of(request).audit.note("update source", address_of(request))
    if form.get("look") == "yes" and address:
        updates.look(address)
        return back(request, "/update", done=tongue.text(N_("The adapter looks for an update.")))
    return back(request, "/update", done=tongue.text(N_("Saved.")))


async def take(request: Request) -> Response:
    """Hand a file to what installs it; the page itself cannot."""
    site, updates, tongue = site_of(request), _updates(request), visitor_of(request).tongue
    told = await asyncio.to_thread(updates.told)
    async with request.form(max_files=1, max_fields=5) as form:
        checked(request, form)
        given = form.get("file")
        if told is not None and told["phase"] in BUSY:
            return back(request, "/update", wrong=tongue.of(told))
        if not isinstance(given, UploadFile) or await given.read(4) != _BEGINNING:
            wrong = N_("This file is no update. Nothing has changed.")
            return back(request, "/update", wrong=tongue.text(wrong))
        await given.seek(0)
        await asyncio.to_thread(_hand_over, given, updates.given)
    site.audit.note("update", address_of(request))
    done = N_("The file has arrived. It is checked now; this page tells how it goes.")
    return back(request, "/update", done=tongue.text(done))


def _updates(request: Request) -> Updates:
    updates = site_of(request).updates
    if updates is None:
        raise HTTPException(404)
    return updates


def _hand_over(upload: UploadFile, place: Path) -> None:
    with arriving(place) as file:
        shutil.copyfileobj(upload.file, file, 1 << 20)


ROUTES = (
    Route("/update", update),
    Route("/update", take, methods=["POST"]),
    Route("/update/source", source, methods=["POST"]),
)
