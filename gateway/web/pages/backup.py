"""Backup, restore, and back to how it was delivered."""

from __future__ import annotations

import base64
import time
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.web.language import N_
from gateway.web.rendering import back, file_of, form_of, page
from gateway.web.site import address_of, site_of
from gateway.web.visitor import visitor_of

LARGEST = 700_000
"""Bytes of a backup: it travels over the control socket, whose lines are 1 MiB long at most."""
SCOPES = ("telephones", "settings", "everything")
_CLEARED = {
    "settings": N_("settings"),
    "accounts": N_("numbers"),
    "passwords": N_("passwords of the numbers"),
    "calls": N_("calls"),
    "messages": N_("messages"),
    "history of the settings": N_("history of the settings"),
    "lines": N_("telephones"),
    "phone book": N_("phone book"),
    "block list": N_("block list"),
    "tones": N_("tones"),
}
"""What the gateway says it clears, in words of the catalogue."""


async def backup(request: Request) -> Response:
    return page(request, "backup.html")


async def make(request: Request) -> Response:
    """One encrypted file to keep elsewhere."""
    form = await form_of(request)
    site = site_of(request)
    made = await site.daemon.call("backup.make", password=form.get("password", ""))
    site.audit.note("backup", address_of(request))
    name = time.strftime("telephone-adapter-%Y%m%d.backup")
    return Response(
        base64.b64decode(made["file"]),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def restore(request: Request) -> Response:
    """What is in a file, and what would change; nothing happens yet."""
    form, content = await file_of(request, "file", LARGEST)
    tongue = visitor_of(request).tongue
    if not content:
        return back(request, "/backup", wrong=tongue.text(N_("Choose the file of a backup.")))
    return await _restored(request, form, base64.b64encode(content).decode(), dry_run=True)


async def confirm(request: Request) -> Response:
    """Put it into force: the visitor has seen what would change."""
    form = await form_of(request)
    return await _restored(request, form, form.get("held", ""), dry_run=False)


async def _restored(
    request: Request, form: dict[str, str], file: str, *, dry_run: bool
) -> Response:
    site, tongue = site_of(request), visitor_of(request).tongue
    what = "settings" if form.get("what") == "settings" else "whole"
    wanted: dict[str, Any] = {"file": file, "password": form.get("password", ""), "what": what}
    found = await site.daemon.call(
        "backup.restore", by=f"page {address_of(request)}", dry_run=dry_run, **wanted
    )
    if dry_run:
        return page(request, "restore.html", found=found, held=wanted)
    site.audit.note("restored", address_of(request), what)
    return back(request, "/settings/history", done=tongue.text(N_("The backup is in force.")))


async def reset(request: Request) -> Response:
    """Back to how it was delivered, as far as was asked for."""
    form = await form_of(request)
    site, tongue = site_of(request), visitor_of(request).tongue
    scope = form.get("scope", "")
    if scope not in SCOPES:
        raise HTTPException(404)
    by = f"page {address_of(request)}"
    if form.get("sure") != "yes":
        cleared = await site.daemon.call("factory-reset", scope=scope, by=by, dry_run=True)
        return page(request, "reset.html", scope=scope, clears=cleared["clears"], words=_CLEARED)
    await site.daemon.call("factory-reset", scope=scope, by=by)
    site.audit.note("factory-reset", address_of(request), scope)
    return back(request, "/", done=tongue.text(N_("It is done.")))


ROUTES = (
    Route("/backup", backup),
    Route("/backup/make", make, methods=["POST"]),
    Route("/backup/restore", restore, methods=["POST"]),
    Route("/backup/confirm", confirm, methods=["POST"]),
    Route("/backup/reset", reset, methods=["POST"]),
)
